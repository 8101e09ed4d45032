// Reading and writing instants and days. The whole program knows one zone, so no time zone tables are needed.
#include "core/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace toono {
namespace {

constexpr std::size_t kShownChars = 64;

/// Input of any length comes here; only its beginning goes into a message, and nothing that a terminal would
/// act on.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, kShownChars));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return '"' + out + (text.size() > kShownChars ? "...\"" : "\"");
}

Unexpected refuse(std::string what, std::string_view text, std::string_view example) {
  return unexpected(
      {ErrorCode::usage, std::move(what), shown(text), fmt::format("write it like {}", example)});
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool has(std::string_view text, std::size_t at, char c) { return at < text.size() && text[at] == c; }

/// The ten characters at the beginning; what is wrong with them, or nothing.
std::string_view read_date(std::string_view text, CivilDate& date) {
  auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (!year || !month || !day || !has(text, 4, '-') || !has(text, 7, '-')) return "this is not a date";
  if (*year < kFirstYear || *year > kLastYear) return "the year is not between 1900 and 9998";
  if (*month < 1 || *month > 12) return "there is no such month";
  if (*day < 1 || *day > days_in_month(*year, *month)) return "that month has no such day";
  date = {*year, *month, *day};
  return {};
}

/// `T08:30:00` from the eleventh character on, as ms since midnight.
std::string_view read_clock(std::string_view text, std::int64_t& ms) {
  auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!has(text, 10, 'T') || !hour || !minute || !second || !has(text, 13, ':') || !has(text, 16, ':')) {
    return "the time of day is missing or is not HH:MM:SS after a T";
  }
  if (*hour > 23) return "the hour is beyond 23";
  if (*minute > 59) return "the minute is beyond 59";
  if (*second > 59) return "the second is beyond 59 (leap seconds are not kept)";
  ms = *hour * kHourMs + *minute * kMinuteMs + *second * kSecondMs;
  return {};
}

/// `.250`; moves `at` behind it.
std::string_view read_fraction(std::string_view text, std::size_t& at, std::int64_t& ms) {
  if (!has(text, at, '.')) return {};
  const std::size_t first = ++at;
  std::int64_t unit = 100;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
    ms += (text[at] - '0') * unit;
  if (at == first) return "there is a point and no digit after it";
  if (at - first > 3) return "the time is given finer than a millisecond";
  return {};
}

/// `Z` or `+08:00`, to the end of the text.
std::string_view read_offset(std::string_view text, std::size_t at, std::int64_t& ms) {
  if (at >= text.size()) return "the offset from UTC is missing";
  if (text.substr(at) == "Z") return {};
  auto hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
  const bool east = text[at] == '+';
  if ((!east && text[at] != '-') || !hours || !minutes || !has(text, at + 3, ':') || text.size() != at + 6) {
    return "the offset from UTC is neither Z nor +HH:MM or -HH:MM";
  }
  if (*hours > 23 || *minutes > 59) return "the offset from UTC is beyond 23:59";
  ms = (east ? 1 : -1) * (*hours * kHourMs + *minutes * kMinuteMs);
  return {};
}

Day saturated_day(std::int64_t days) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  return Day(static_cast<std::int32_t>(std::clamp(days, kMin, kMax)));
}

/// By hand: times are printed by the million, and a format string costs ten times as much.
void put_two(std::string& text, char before, std::int64_t value) {
  const char three[] = {before, static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  text.append(three, sizeof three);
}

void put_date(std::string& text, const CivilDate& date) {
  const auto year = fmt::format_int(date.year);
  if (date.year >= 0 && year.size() < 4) text.append(4 - year.size(), '0');
  text.append(year.data(), year.size());
  put_two(text, '-', date.month);
  put_two(text, '-', date.day);
}

constexpr std::string_view kInstantExample = "2026-11-24T08:30:00+08:00";
constexpr std::string_view kDayExample = "2026-11-24";

}  // namespace

Day day_of(Instant at) { return saturated_day(floor_div(saturating_add(at.ms(), kZoneMs), kDayMs)); }
Day day_of(const CivilDate& date) { return saturated_day(days_from_civil(date)); }
CivilDate civil_of(Day day) { return civil_from_days(day.days()); }
Weekday weekday_of(Day day) { return weekday_of_days(day.days()); }
std::int64_t year_of(Day day) { return civil_of(day).year; }
std::int64_t year_of(Instant at) { return year_of(day_of(at)); }
Instant start_of(Day day) { return Instant(day.days() * kDayMs - kZoneMs); }
Instant start_of_year(std::int64_t year) { return start_of(day_of(CivilDate{year, 1, 1})); }

Result<Instant> parse_instant(std::string_view text) {
  CivilDate date;
  std::int64_t clock_ms = 0, fraction_ms = 0, offset_ms = 0;
  std::size_t at = 19;
  std::string_view wrong = read_date(text, date);
  if (wrong.empty()) wrong = read_clock(text, clock_ms);
  if (wrong.empty()) wrong = read_fraction(text, at, fraction_ms);
  if (wrong.empty()) wrong = read_offset(text, at, offset_ms);
  if (!wrong.empty()) return refuse(std::string(wrong), text, kInstantExample);
  const Instant instant(days_from_civil(date) * kDayMs + clock_ms + fraction_ms - offset_ms);
  const std::int64_t local_year = year_of(instant);
  if (local_year < kFirstYear || local_year > kLastYear) {
    return refuse("the year in UTC+8 is not between 1900 and 9998", text, kInstantExample);
  }
  return instant;
}

Result<Day> parse_day(std::string_view text) {
  CivilDate date;
  std::string_view wrong = read_date(text, date);
  if (wrong.empty() && text.size() != 10) wrong = "there is something after the date";
  if (!wrong.empty()) return refuse(std::string(wrong), text, kDayExample);
  return day_of(date);
}

std::string to_text(Day day) {
  std::string text;
  put_date(text, civil_of(day));
  return text;
}

std::string to_text(Instant at) {
  const std::int64_t local_ms = saturating_add(at.ms(), kZoneMs);
  const auto in_day = static_cast<std::uint32_t>(floor_mod(local_ms, kDayMs));
  std::string text;
  text.reserve(sizeof "2026-11-24T08:30:00.000+08:00");
  put_date(text, civil_from_days(floor_div(local_ms, kDayMs)));
  put_two(text, 'T', in_day / kHourMs);
  put_two(text, ':', in_day / kMinuteMs % 60);
  put_two(text, ':', in_day / kSecondMs % 60);
  if (const std::int64_t ms = in_day % kSecondMs; ms != 0) {
    put_two(text, '.', ms / 10);
    text += static_cast<char>('0' + ms % 10);
  }
  return text += "+08:00";
}

}  // namespace toono
