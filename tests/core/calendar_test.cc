// The working calendar on the real notices of 2018 to 2026, and against a reference that counts minute by
// minute.
#include "core/calendar.h"

#include "doctest/doctest.h"
#include "tests/core/calendar_fixture.h"
#include "tests/core/slow_calendar.h"

using namespace toono;
using test::day;
using test::local;
using test::national;

namespace {
struct DayRow {
  const char* day;
  bool works;
  const char* next;
};
struct AddRow {
  const char* start;
  std::int64_t amount;
  const char* due;
  bool provisional;
};
struct BetweenRow {
  const char* from;
  const char* to;
  double hours;
};
CalendarDayT named(const char* text, DayKind kind) {
  CalendarDayT row;
  row.date = day(text);
  row.kind = kind;
  return row;
}
CalendarT empty_calendar() {
  CalendarT calendar;
  calendar.version = "bad";
  calendar.first_year = 2026;
  calendar.last_year = 2027;
  return calendar;
}
}  // namespace

TEST_CASE("holidays rest and make-up weekends work as the notices say") {
  const DayRow rows[] = {
      {"2026-02-13", true, "2026-02-14"},  // Friday, then a Saturday made up
      {"2026-02-14", true, "2026-02-24"},  // Spring Festival from Sunday 15 to Monday 23
      {"2026-02-17", false, "2026-02-24"},
      {"2026-02-27", true, "2026-02-28"},  // the Saturday after it is made up too
      {"2026-03-01", false, "2026-03-02"},
      {"2026-01-04", true, "2026-01-05"},  // Sunday, made up for New Year
      {"2025-12-31", true, "2026-01-04"},  // over the year's border
      {"2026-09-20", true, "2026-09-21"},  // Sunday, made up for the National Day
      {"2026-09-24", true, "2026-09-28"},  // Mid-Autumn on a Friday
      {"2026-10-01", false, "2026-10-08"},
      {"2026-10-09", true, "2026-10-10"},
      {"2026-12-31", true, "2027-01-01"},  // not announced yet: a plain Friday
      {"2027-02-05", true, "2027-02-08"},
      {"2017-12-29", true, "2018-01-02"},
      {"1989-12-29", true, "1990-01-01"},  // both ends of the table
      {"2100-12-31", true, "2101-01-03"},
      {"2101-01-01", false, "2101-01-03"},
      {"1969-12-27", false, "1969-12-29"},
  };
  for (const DayRow& row : rows) {
    CAPTURE(std::string(row.day));
    CHECK(national().is_working_day(day(row.day)) == row.works);
    CHECK(day_of(national().add_working_days(start_of(day(row.day)), 1).due) == day(row.next));
  }
}

TEST_CASE("working days end at close of work on the n-th working day after the day of the start") {
  const AddRow rows[] = {
      {"2026-11-24 08:30", 1, "2026-11-25 18:00", false},
      {"2026-11-24 00:00", 1, "2026-11-25 18:00", false},
      {"2026-11-24 23:59", 1, "2026-11-25 18:00", false},
      {"2026-11-24 10:00", 5, "2026-12-01 18:00", false},
      {"2026-02-13 17:00", 1, "2026-02-14 18:00", false},  // the made-up Saturday
      {"2026-02-13 17:00", 2, "2026-02-24 18:00", false},  // over Spring Festival
      {"2026-02-13 17:00", 5, "2026-02-27 18:00", false},
      {"2026-02-13 17:00", 6, "2026-02-28 18:00", false},
      {"2026-02-18 03:00", 1, "2026-02-24 18:00", false},  // begun within the holiday
      {"2025-12-31 09:00", 1, "2026-01-04 18:00", false},  // the year's border and a made-up Sunday
      {"2026-09-30 09:00", 3, "2026-10-10 18:00", false},
      {"2026-12-24 09:00", 5, "2026-12-31 18:00", false},
      {"2026-12-31 09:00", 1, "2027-01-01 18:00", true},  // beyond the last published year
      {"2026-12-28 09:00", 10, "2027-01-11 18:00", true},
      {"2017-12-31 09:00", 1, "2018-01-02 18:00", false},  // the day of the start does not count
      {"2017-12-30 09:00", 1, "2018-01-02 18:00", true},   // but this walks over an unpublished one
      {"2026-11-24 08:30", 0, "2026-11-24 08:30", false},
      {"2101-06-01 09:00", 3, "2101-06-06 18:00", true},
  };
  for (const AddRow& row : rows) {
    CAPTURE(std::string(row.start));
    CAPTURE(row.amount);
    CHECK(national().add_working_days(local(row.start), static_cast<std::uint32_t>(row.amount)) ==
          Deadline{local(row.due), row.provisional});
  }
}

TEST_CASE("working hours and minutes count from the moment") {
  const AddRow rows[] = {
      {"2026-11-24 08:30", 120, "2026-11-24 10:30", false},
      {"2026-11-24 08:30", 210, "2026-11-24 12:00", false},  // at noon, not at half past two
      {"2026-11-24 08:30", 211, "2026-11-24 14:31", false},
      {"2026-11-24 11:00", 120, "2026-11-24 15:30", false},
      {"2026-11-24 12:30", 60, "2026-11-24 15:30", false},
      {"2026-11-24 17:00", 120, "2026-11-25 09:30", false},
      {"2026-11-24 22:00", 30, "2026-11-25 09:00", false},
      {"2026-11-24 06:00", 420, "2026-11-24 18:00", false},
      {"2026-11-27 17:30", 240, "2026-11-30 12:00", false},  // over a weekend
      {"2026-02-14 17:00", 120, "2026-02-24 09:30", false},  // over Spring Festival
      {"2026-12-31 17:00", 120, "2027-01-01 09:30", true},
      {"2026-12-31 17:00", 60, "2026-12-31 18:00", false},
      {"2017-12-31 12:00", 60, "2018-01-02 09:30", true},  // walks over a day of an unpublished year
      {"2018-01-01 00:00", 60, "2018-01-02 09:30", false},
      {"2026-11-24 12:30", 0, "2026-11-24 12:30", false},
  };
  for (const AddRow& row : rows) {
    CAPTURE(std::string(row.start));
    CAPTURE(row.amount);
    CHECK(national().add_working_ms(local(row.start), row.amount * kMinuteMs) ==
          Deadline{local(row.due), row.provisional});
  }
  CHECK(national().add_working_ms(local("2026-11-24 11:59"), kMinuteMs + 1) ==
        Deadline{after(local("2026-11-24 14:30"), 1), false});
}

TEST_CASE("working time between two moments leaves out nights noons weekends and holidays") {
  const BetweenRow rows[] = {
      {"2026-11-24 08:30", "2026-11-24 18:00", 7},    {"2026-11-24 00:00", "2026-11-25 00:00", 7},
      {"2026-11-24 10:00", "2026-11-24 15:00", 2.5},  {"2026-11-24 12:00", "2026-11-24 14:30", 0},
      {"2026-11-27 18:00", "2026-11-30 08:30", 0},    {"2026-02-14 18:00", "2026-02-24 08:30", 0},
      {"2026-02-13 08:30", "2026-02-28 18:00", 49},   {"2025-01-01 00:00", "2026-01-01 00:00", 248 * 7},
      {"2026-11-24 15:00", "2026-11-24 10:00", -2.5}, {"1980-01-07 00:00", "1980-01-14 00:00", 35},
  };
  for (const BetweenRow& row : rows) {
    CAPTURE(std::string(row.from));
    CHECK(national().working_ms_between(local(row.from), local(row.to)) == row.hours * kHourMs);
  }
}

TEST_CASE("a local layer wins on the days that it names and with its hours") {
  const CalendarT notices = test::calendar_file();
  CalendarT layer;
  layer.version = "festival";
  layer.station = StationId(152500);
  layer.first_year = layer.last_year = 2026;
  layer.days = {named("2026-07-24", DayKind::holiday), named("2026-02-16", DayKind::make_up_workday)};
  layer.hours = {Shift(540, 720), Shift(780, 1020)};
  const WorkingCalendar both = WorkingCalendar::build(notices, &layer).value();
  CHECK_FALSE(both.is_working_day(day("2026-07-24")));
  CHECK(both.is_working_day(day("2026-02-16")));
  CHECK(both.is_working_day(day("2026-02-14")));
  CHECK(both.add_working_days(local("2026-07-23 10:00"), 1).due == local("2026-07-27 17:00"));
  CHECK(both.add_working_days(local("2026-12-31 10:00"), 1).provisional);
  CHECK(both.add_working_ms(local("2026-07-23 12:00"), kHourMs).due == local("2026-07-23 14:00"));
  layer.hours.clear();
  CHECK(WorkingCalendar::build(notices, &layer)->add_working_days(local("2026-07-23 10:00"), 1).due ==
        local("2026-07-27 18:00"));
}

TEST_CASE("a new notice turns a provisional deadline into another that is not") {
  const WorkingCalendar before = WorkingCalendar::build(test::calendar_file(2025)).value();
  const Instant start = local("2026-02-13 17:00");
  CHECK(before.add_working_days(start, 2) == Deadline{local("2026-02-17 18:00"), true});
  CHECK(national().add_working_days(start, 2) == Deadline{local("2026-02-24 18:00"), false});
  CHECK(WorkingCalendar::plain().add_working_days(start, 2) == Deadline{local("2026-02-17 18:00"), true});
}

TEST_CASE("a calendar that cannot be used is refused with the day or the shift") {
  const auto refused = [](const CalendarT& calendar) {
    auto built = WorkingCalendar::build(calendar);
    CHECK_FALSE(WorkingCalendar::build(test::calendar_file(), &calendar));
    return built ? std::string("accepted") : built.error().what + ": " + built.error().where;
  };
  CalendarT years = empty_calendar();
  years.last_year = 2025;
  CHECK(refused(years) == "the years are out of order or outside 1990 to 2100: calendar bad, 2026 to 2025");
  years.last_year = 2101;
  CHECK(refused(years) == "the years are out of order or outside 1990 to 2100: calendar bad, 2026 to 2101");
  years.first_year = 0;
  CHECK(refused(years) == "the years are out of order or outside 1990 to 2100: calendar bad, 0 to 2101");

  CalendarT days = empty_calendar();
  days.days = {named("2026-01-01", DayKind::holiday), named("2027-12-31", DayKind::holiday)};
  CHECK(WorkingCalendar::build(days));
  days.days = {named("2025-12-31", DayKind::holiday)};
  CHECK(refused(days) == "a day lies outside the calendar's years: calendar bad, 2025-12-31");
  days.days = {named("2028-01-01", DayKind::holiday)};
  CHECK(refused(days) == "a day lies outside the calendar's years: calendar bad, 2028-01-01");
  days.days = {named("2026-05-01", DayKind::holiday), named("2026-05-02", DayKind::holiday),
               named("2026-05-01", DayKind::make_up_workday)};
  CHECK(refused(days) == "a day is named twice: calendar bad, 2026-05-01");

  CalendarT hours = empty_calendar();
  hours.hours = {Shift(600, 600)};
  CHECK(refused(hours) == "a shift is empty or passes midnight: calendar bad, shift 600-600");
  hours.hours = {Shift(600, 1441)};
  CHECK(refused(hours) == "a shift is empty or passes midnight: calendar bad, shift 600-1441");
  hours.hours = {Shift(510, 720), Shift(719, 800)};
  CHECK(refused(hours) == "a shift begins before the one in front of it ends: calendar bad, shift 719-800");
}

TEST_CASE("the tables agree with counting minute by minute") {
  INFO("TOONO_SEED=" << test::seed());
  test::Chance chance;
  const test::SlowCalendar slow;
  for (int i = 0; i < 400; ++i) {
    const Instant start(chance.between(local("2017-11-01 00:00").ms() / kMinuteMs,
                                       local("2027-03-01 00:00").ms() / kMinuteMs) *
                        kMinuteMs);
    const std::int64_t minutes = chance.between(1, 20 * 420);
    const auto days = static_cast<std::uint32_t>(chance.between(1, 30));
    CAPTURE(start);
    CAPTURE(minutes);
    CAPTURE(days);
    const Deadline added = national().add_working_ms(start, minutes * kMinuteMs);
    REQUIRE(added == slow.add_minutes(start, minutes));
    REQUIRE(national().add_working_days(start, days) == slow.add_days(start, days));
    REQUIRE(national().working_ms_between(start, added.due) == minutes * kMinuteMs);
    const Instant later = after(start, chance.between(0, 30 * 24 * 60) * kMinuteMs);
    REQUIRE(national().working_ms_between(start, later) == slow.minutes_between(start, later) * kMinuteMs);
  }
}

TEST_CASE("adding is monotone and the time between is what was added") {
  INFO("TOONO_SEED=" << test::seed());
  test::Chance chance;
  for (int i = 0; i < 20000; ++i) {
    const Instant start(chance.between(start_of_year(1980).ms(), start_of_year(2110).ms()));
    const Instant later = after(start, chance.between(0, 4 * kDayMs));
    const std::int64_t ms = chance.between(1, 400 * 7 * kHourMs);
    const auto n = static_cast<std::uint32_t>(chance.between(0, 400));
    CAPTURE(start);
    CAPTURE(later);
    const Deadline due = national().add_working_ms(start, ms);
    REQUIRE(national().working_ms_between(start, due.due) == ms);
    REQUIRE(national().working_ms_between(start, Instant(due.due.ms() - 1)) == ms - 1);
    REQUIRE(national().working_ms_between(due.due, start) == -ms);
    REQUIRE(due.due <= national().add_working_ms(later, ms).due);
    REQUIRE(due.due < national().add_working_ms(start, ms + 1).due);
    REQUIRE(national().add_working_days(start, n).due <= national().add_working_days(later, n).due);
    REQUIRE(national().add_working_days(start, n).due < national().add_working_days(start, n + 1).due);
  }
}

TEST_CASE("absurd amounts end somewhere") {
  constexpr auto kMany = std::numeric_limits<std::uint32_t>::max();
  CalendarT one_minute = empty_calendar();
  one_minute.hours = {Shift(600, 601)};
  const WorkingCalendar calendar = WorkingCalendar::build(one_minute).value();
  const Instant start = local("2026-11-24 08:30");
  CHECK(calendar.add_working_days(start, kMany).due > start);
  CHECK(calendar.add_working_ms(start, std::numeric_limits<std::int64_t>::max()).due > start);
  CHECK(calendar.add_working_days(start, kMany).provisional);
}
