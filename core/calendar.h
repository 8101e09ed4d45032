// The working calendar: which days and hours count, asked by every deadline and by the measures of working
// time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "schemas/registry_generated.h"

namespace toono {

/// When something is due. Provisional: a day that it rests on lies outside the years for which the national
/// notice is known, where plain Monday to Friday was taken; it may move when the notice comes.
struct Deadline {
  Instant due;
  bool provisional = false;
  bool operator==(const Deadline&) const = default;
};

/// Refuses a calendar that cannot be used: years out of order or outside 1990..2100, a day outside its years,
/// a day named twice, shifts that are empty, overlap, are out of order or pass midnight. Error usage; `where`
/// names the version and the day or shift.
Result<void> validate(const CalendarT& calendar);

/// National days with local ones over them, as tables: every question costs tens of nanoseconds. Days, hours
/// and borders are local (UTC+8). Instants may be any that parse_instant lets in, and what they lead to.
/// Immutable after build: any thread may ask. About 18 KB each.
class WorkingCalendar {
 public:
  /// `local`, where given, wins on the days that it names and, if it has hours, with its hours; the published
  /// years are the national ones. Errors of validate(). Keeps nothing of its arguments.
  static Result<WorkingCalendar> build(const CalendarT& national, const CalendarT* local = nullptr);
  /// Monday to Friday with the default hours, every answer provisional: until a calendar has been published.
  static WorkingCalendar plain();

  bool is_working_day(Day day) const;

  /// Close of work on the n-th working day after the day of `start`; with n = 0 `start` itself.
  Deadline add_working_days(Instant start, std::uint32_t n) const;
  /// The first moment at which so much working time has passed since `start`: at close of work, not at the
  /// opening that follows it. Nothing or less to add gives `start` itself.
  Deadline add_working_ms(Instant start, std::int64_t ms) const;
  /// Working time from one moment to the other, negative when `to` is the earlier.
  std::int64_t working_ms_between(Instant from, Instant to) const;

 private:
  /// 1990-01-01 was a Monday; the table ends with the Sunday after the last day of 2100. Outside, Monday to
  /// Friday.
  static constexpr std::int64_t kFirstDay = days_from_civil({1990, 1, 1});
  static constexpr std::int64_t kWeeks = (days_from_civil({2100, 12, 31}) - kFirstDay) / 7 + 1;
  static_assert(weekday_of_days(kFirstDay) == Weekday::monday);

  struct WorkingShift {
    std::int64_t from_ms = 0;  // since local midnight
    std::int64_t to_ms = 0;
    std::int64_t before_ms = 0;  // worked in the day's earlier shifts
  };

  WorkingCalendar();
  void set_hours(const std::vector<Shift>& hours);
  void set_days(const CalendarT& layer);
  void count_weeks();

  bool works(std::int64_t day) const;
  std::int64_t working_days_before(std::int64_t day) const;
  std::int64_t working_day_at(std::int64_t rank, std::int64_t from_day) const;
  std::int64_t worked_within_day(std::int64_t ms_of_day) const;
  std::int64_t moment_within_day(std::int64_t worked_ms) const;
  std::int64_t worked_before(std::int64_t local_ms) const;
  bool all_published(std::int64_t first_day, std::int64_t last_day) const;

  std::vector<WorkingShift> shifts_;
  std::int64_t day_ms_ = 0;
  std::int64_t published_from_ = 0;  // days, half-open
  std::int64_t published_until_ = 0;
  std::vector<std::uint8_t> week_;     // a bit for each working day, Monday the lowest
  std::vector<std::uint16_t> before_;  // working days before each week, and at the end all of them
};

}  // namespace toono
