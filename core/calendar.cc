// Working days as ranks: a bit a day and a running count a week make every sum a subtraction of two look-ups.
#include "core/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace toono {
namespace {

constexpr int kFirstTableYear = 1990;
constexpr int kLastTableYear = 2100;
constexpr std::uint8_t kMondayToFriday = 0b0011111;
constexpr std::int64_t kMinutesPerDay = 24 * 60;
/// Some 27 million years: an absurd amount ends here instead of overflowing.
constexpr std::int64_t kFarDay = 10'000'000'000;

Instant local_moment(std::int64_t day, std::int64_t ms_of_day) {
  return Instant(std::clamp(day, -kFarDay, kFarDay) * kDayMs + ms_of_day - kZoneMs);
}

/// 08:30-12:00 and 14:30-18:00.
const std::vector<Shift>& default_hours() {
  static const std::vector<Shift> hours{Shift(510, 720), Shift(870, 1080)};
  return hours;
}

Unexpected refuse(const CalendarT& calendar, std::string_view what, std::string_view place,
                  std::string_view next) {
  return unexpected({ErrorCode::usage, std::string(what),
                     fmt::format("calendar {}, {}", calendar.version, place), std::string(next)});
}

Result<void> validate_hours(const CalendarT& calendar) {
  std::int64_t free_from = 0;
  for (const Shift& shift : calendar.hours) {
    const std::string place = fmt::format("shift {}-{}", shift.from_minute(), shift.to_minute());
    if (shift.from_minute() >= shift.to_minute() || shift.to_minute() > kMinutesPerDay) {
      return refuse(calendar, "a shift is empty or passes midnight", place,
                    "give minutes since midnight, from less than to, to at most 1440");
    }
    if (shift.from_minute() < free_from) {
      return refuse(calendar, "a shift begins before the one in front of it ends", place,
                    "put the shifts in order, without overlap");
    }
    free_from = shift.to_minute();
  }
  return {};
}

/// A year's notice also names days of the December before it and the January after it, hence the year on
/// either side.
Result<void> validate_days(const CalendarT& calendar) {
  std::vector<std::int32_t> seen;
  seen.reserve(calendar.days.size());
  for (const CalendarDayT& day : calendar.days) {
    const std::int64_t year = year_of(day.date);
    if (year < calendar.first_year || year > calendar.last_year) {
      return refuse(
          calendar, "a day lies outside the calendar's years", to_text(day.date),
          fmt::format("name days of {} to {}, or widen the years", calendar.first_year, calendar.last_year));
    }
    seen.push_back(day.date.days());
  }
  std::sort(seen.begin(), seen.end());
  auto twice = std::adjacent_find(seen.begin(), seen.end());
  if (twice == seen.end()) return {};
  return refuse(calendar, "a day is named twice", to_text(Day(*twice)), "name each day once");
}

}  // namespace

Result<void> validate(const CalendarT& calendar) {
  if (calendar.first_year > calendar.last_year || calendar.first_year < kFirstTableYear ||
      calendar.last_year > kLastTableYear) {
    return refuse(calendar, "the years are out of order or outside 1990 to 2100",
                  fmt::format("{} to {}", calendar.first_year, calendar.last_year),
                  "give the first and the last year that it covers");
  }
  TOONO_TRY(validate_hours(calendar));
  return validate_days(calendar);
}

WorkingCalendar::WorkingCalendar() : week_(kWeeks, kMondayToFriday) {
  set_hours(default_hours());
  count_weeks();
}

WorkingCalendar WorkingCalendar::plain() {
  WorkingCalendar calendar;
  return calendar;
}

Result<WorkingCalendar> WorkingCalendar::build(const CalendarT& national, const CalendarT* local) {
  TOONO_TRY(validate(national));
  WorkingCalendar calendar;
  calendar.published_from_ = days_from_civil({national.first_year, 1, 1});
  calendar.published_until_ = days_from_civil({national.last_year + 1, 1, 1});
  calendar.set_days(national);
  if (!national.hours.empty()) calendar.set_hours(national.hours);
  if (local != nullptr) {
    TOONO_TRY(validate(*local));
    calendar.set_days(*local);
    if (!local->hours.empty()) calendar.set_hours(local->hours);
  }
  calendar.count_weeks();
  return calendar;
}

void WorkingCalendar::set_hours(const std::vector<Shift>& hours) {
  shifts_.clear();
  day_ms_ = 0;
  for (const Shift& shift : hours) {
    shifts_.push_back({shift.from_minute() * kMinuteMs, shift.to_minute() * kMinuteMs, day_ms_});
    day_ms_ += (shift.to_minute() - shift.from_minute()) * kMinuteMs;
  }
}

void WorkingCalendar::set_days(const CalendarT& layer) {
  for (const CalendarDayT& day : layer.days) {
    const std::int64_t at = day.date.days() - kFirstDay;
    const auto bit = static_cast<std::uint8_t>(1u << (at % 7));
    auto& week = week_[static_cast<std::size_t>(at / 7)];
    week = static_cast<std::uint8_t>(day.kind == DayKind::make_up_workday ? week | bit : week & ~bit);
  }
}

void WorkingCalendar::count_weeks() {
  before_.clear();
  before_.reserve(week_.size() + 1);
  std::uint16_t count = 0;
  for (std::uint8_t week : week_) {
    before_.push_back(count);
    count = static_cast<std::uint16_t>(count + std::popcount(week));
  }
  before_.push_back(count);
}

bool WorkingCalendar::works(std::int64_t day) const {
  const std::int64_t at = day - kFirstDay;
  const bool in_table = at >= 0 && at < kWeeks * 7;
  const std::uint8_t week = in_table ? week_[static_cast<std::size_t>(at / 7)] : kMondayToFriday;
  return week >> floor_mod(at, 7) & 1;
}

/// Working days from the table's first day up to and without `day`; negative for days before the table.
std::int64_t WorkingCalendar::working_days_before(std::int64_t day) const {
  const std::int64_t at = day - kFirstDay;
  if (at >= 0 && at < kWeeks * 7) {
    const auto week = static_cast<std::size_t>(at / 7);
    const unsigned earlier = week_[week] & ((1u << (at % 7)) - 1);
    return before_[week] + std::popcount(earlier);
  }
  const std::int64_t beyond = at < 0 ? at : at - kWeeks * 7;
  const std::int64_t base = at < 0 ? 0 : before_.back();
  return base + floor_div(beyond, 7) * 5 + std::min<std::int64_t>(floor_mod(beyond, 7), 5);
}

/// The working day with so many working days before it. `from_day` is a day known not to lie after it.
std::int64_t WorkingCalendar::working_day_at(std::int64_t rank, std::int64_t from_day) const {
  if (rank < 0 || rank >= before_.back()) {
    const std::int64_t beyond = rank < 0 ? rank : rank - before_.back();
    const std::int64_t base = rank < 0 ? kFirstDay : kFirstDay + kWeeks * 7;
    return base + floor_div(beyond, 5) * 7 + floor_mod(beyond, 5);
  }
  // A week has at most seven working days, so a step of a seventh of what is missing never passes the week
  // looked for.
  std::int64_t week = std::max<std::int64_t>(0, floor_div(from_day - kFirstDay, 7));
  const auto missing = [&] { return rank - before_[static_cast<std::size_t>(week + 1)]; };
  while (missing() >= 0) week += 1 + missing() / 7;
  unsigned bits = week_[static_cast<std::size_t>(week)];
  for (std::int64_t skip = rank - before_[static_cast<std::size_t>(week)]; skip > 0; --skip) bits &= bits - 1;
  return kFirstDay + week * 7 + std::countr_zero(bits);
}

std::int64_t WorkingCalendar::worked_within_day(std::int64_t ms_of_day) const {
  std::int64_t worked = 0;
  for (const WorkingShift& shift : shifts_) {
    worked += std::clamp(ms_of_day, shift.from_ms, shift.to_ms) - shift.from_ms;
  }
  return worked;
}

/// When in a working day so much has been worked: at the end of a shift rather than at the beginning of the
/// next.
std::int64_t WorkingCalendar::moment_within_day(std::int64_t worked_ms) const {
  auto last = shifts_.rbegin();
  while (last->before_ms >= worked_ms && last + 1 != shifts_.rend()) ++last;
  return last->from_ms + worked_ms - last->before_ms;
}

/// Working time from the table's first day to a local moment.
std::int64_t WorkingCalendar::worked_before(std::int64_t local_ms) const {
  const std::int64_t day = floor_div(local_ms, kDayMs);
  const std::int64_t today = works(day) ? worked_within_day(local_ms - day * kDayMs) : 0;
  return working_days_before(day) * day_ms_ + today;
}

bool WorkingCalendar::all_published(std::int64_t first_day, std::int64_t last_day) const {
  return first_day >= published_from_ && last_day < published_until_;
}

bool WorkingCalendar::is_working_day(Day day) const { return works(day.days()); }

Deadline WorkingCalendar::add_working_days(Instant start, std::uint32_t n) const {
  if (n == 0) return {start, false};
  const std::int64_t today = floor_div(saturating_add(start.ms(), kZoneMs), kDayMs);
  const std::int64_t last = working_day_at(working_days_before(today + 1) + n - 1, today + 1);
  return {local_moment(last, shifts_.back().to_ms), !all_published(today + 1, last)};
}

Deadline WorkingCalendar::add_working_ms(Instant start, std::int64_t ms) const {
  if (ms <= 0) return {start, false};
  const std::int64_t local_ms = saturating_add(start.ms(), kZoneMs);
  const std::int64_t today = floor_div(local_ms, kDayMs);
  // One ms short of the goal is still inside the working day that ends it.
  const std::int64_t inside = saturating_add(worked_before(local_ms), ms) - 1;
  const std::int64_t rank = floor_div(inside, day_ms_);
  const std::int64_t last = working_day_at(rank, today);
  const std::int64_t moment = moment_within_day(inside - rank * day_ms_ + 1);
  return {local_moment(last, moment), !all_published(today, last)};
}

std::int64_t WorkingCalendar::working_ms_between(Instant from, Instant to) const {
  return worked_before(saturating_add(to.ms(), kZoneMs)) - worked_before(saturating_add(from.ms(), kZoneMs));
}

}  // namespace toono
