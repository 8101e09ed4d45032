// Instants, the region's days, and their text forms: what every deadline, row key and printed time is made
// with.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/result.h"
#include "schemas/common_generated.h"

namespace toono {

inline constexpr std::int64_t kSecondMs = 1000;
inline constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
/// The region has one zone, UTC+8, without summer time: day, month and year borders are local.
inline constexpr std::int64_t kZoneMs = 8 * kHourMs;
/// The years, as written and in the region's zone, that a parser lets in.
inline constexpr int kFirstYear = 1900;
inline constexpr int kLastYear = 9998;

/// A date of the proleptic Gregorian calendar: month 1..12, day 1..31.
struct CivilDate {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
  bool operator==(const CivilDate&) const = default;
};

enum class Weekday : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

/// Division that rounds down, for times before 1970. `divisor` is positive.
constexpr std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t value, std::int64_t divisor) {
  return value - floor_div(value, divisor) * divisor;
}
/// The sum, or the nearest value that fits.
constexpr std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min(),
                 kMax = std::numeric_limits<std::int64_t>::max();
  if (b > 0 && a > kMax - b) return kMax;
  if (b < 0 && a < kMin - b) return kMin;
  return a + b;
}

constexpr bool is_leap_year(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
constexpr int days_in_month(std::int64_t year, int month) {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year (H.
/// Hinnant, "chrono-compatible low-level date algorithms"); an era has 400 years.
constexpr std::int64_t days_from_civil(const CivilDate& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}
constexpr CivilDate civil_from_days(std::int64_t days) {
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_div(shifted, 146097);
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}
/// 1970-01-01 was a Thursday.
constexpr Weekday weekday_of_days(std::int64_t days) { return static_cast<Weekday>(floor_mod(days + 3, 7)); }

/// The moment `ms` later (earlier when negative). At the ends of the range it stays there.
inline Instant after(Instant at, std::int64_t ms) { return Instant(saturating_add(at.ms(), ms)); }

/// The local day of an instant. Days beyond what a Day can hold become the outermost Day.
Day day_of(Instant at);
/// The date must be one: unchecked, for dates that come from code and not from input.
Day day_of(const CivilDate& date);
CivilDate civil_of(Day day);
Weekday weekday_of(Day day);
std::int64_t year_of(Day day);
std::int64_t year_of(Instant at);
/// Local midnight at the beginning of a day, or of the first of January.
Instant start_of(Day day);
Instant start_of_year(std::int64_t year);

/// RFC 3339 with an offset: `2026-11-24T08:30:00+08:00`, `2026-11-24T00:30:00.250Z`. At most three places
/// after the point; the year, as written and in the region's zone, from 1900 to 9998. Hour 24, second 60 and
/// days that do not exist are refused. Error usage: says which part, `where` is the text.
Result<Instant> parse_instant(std::string_view text);
/// `2026-11-24`, the same years.
Result<Day> parse_day(std::string_view text);
/// RFC 3339 in the region's zone; milliseconds only when there are any. parse_instant(to_text(x)) == x for
/// every x it lets in.
std::string to_text(Instant at);
std::string to_text(Day day);

}  // namespace toono
