// Text forms and days: tables of what is let in, of what is refused, and round trips over every day of four
// centuries.
#include "core/time.h"

#include "doctest/doctest.h"
#include "tests/core/calendar_fixture.h"

using namespace toono;
using test::at;

namespace {
struct Written {
  const char* text;
  std::int64_t ms;
  const char* back;
};
struct Refused {
  const char* text;
  const char* what;
};
}  // namespace

TEST_CASE("an RFC 3339 time is read to the millisecond and written in the region's zone") {
  const Written rows[] = {
      {"1970-01-01T00:00:00Z", 0, "1970-01-01T08:00:00+08:00"},
      {"1970-01-01T08:00:00+08:00", 0, "1970-01-01T08:00:00+08:00"},
      {"1970-01-01T00:00:00-00:00", 0, "1970-01-01T08:00:00+08:00"},
      {"2026-11-24T08:30:00.000+08:00", 1795480200000, "2026-11-24T08:30:00+08:00"},
      {"2026-11-24T00:30:00.250Z", 1795480200250, "2026-11-24T08:30:00.250+08:00"},
      {"2026-11-24T00:30:00.2Z", 1795480200200, "2026-11-24T08:30:00.200+08:00"},
      {"2026-11-24T00:30:00.07Z", 1795480200070, "2026-11-24T08:30:00.070+08:00"},
      {"2026-11-23T20:00:00-04:30", 1795480200000, "2026-11-24T08:30:00+08:00"},
      {"1969-12-31T23:59:59.999Z", -1, "1970-01-01T07:59:59.999+08:00"},
      {"2024-02-29T23:59:59+08:00", 1709222399000, "2024-02-29T23:59:59+08:00"},
      {"2000-02-29T08:00:00+08:00", 951782400000, "2000-02-29T08:00:00+08:00"},
      {"1900-01-01T00:00:00+08:00", -2209017600000, "1900-01-01T00:00:00+08:00"},
      {"9998-12-31T23:59:59.999+08:00", 253370735999999, "9998-12-31T23:59:59.999+08:00"},
  };
  for (const Written& row : rows) {
    CAPTURE(std::string(row.text));
    auto read = parse_instant(row.text);
    REQUIRE(read);
    CHECK(read->ms() == row.ms);
    CHECK(to_text(*read) == row.back);
  }
}

TEST_CASE("a time that is not exact is refused with the part that is wrong") {
  const Refused rows[] = {
      {"", "this is not a date"},
      {"2026-11-24", "the time of day is missing or is not HH:MM:SS after a T"},
      {"2026/11/24T08:30:00Z", "this is not a date"},
      {"26-11-24T08:30:00Z", "this is not a date"},
      {"+026-11-24T08:30:00Z", "this is not a date"},
      {"1899-12-31T23:59:59Z", "the year is not between 1900 and 9998"},
      {"9999-01-01T00:00:00Z", "the year is not between 1900 and 9998"},
      {"9998-12-31T23:59:59Z", "the year in UTC+8 is not between 1900 and 9998"},
      {"1900-01-01T00:00:00+08:01", "the year in UTC+8 is not between 1900 and 9998"},
      {"2026-00-24T08:30:00Z", "there is no such month"},
      {"2026-13-24T08:30:00Z", "there is no such month"},
      {"2026-11-00T08:30:00Z", "that month has no such day"},
      {"2026-11-31T08:30:00Z", "that month has no such day"},
      {"2026-02-29T08:30:00Z", "that month has no such day"},
      {"1900-02-29T08:30:00Z", "that month has no such day"},
      {"2026-11-24 08:30:00Z", "the time of day is missing or is not HH:MM:SS after a T"},
      {"2026-11-24t08:30:00Z", "the time of day is missing or is not HH:MM:SS after a T"},
      {"2026-11-24T08:30Z", "the time of day is missing or is not HH:MM:SS after a T"},
      {"2026-11-24T8:30:00Z", "the time of day is missing or is not HH:MM:SS after a T"},
      {"2026-11-24T24:00:00Z", "the hour is beyond 23"},
      {"2026-11-24T08:60:00Z", "the minute is beyond 59"},
      {"2016-12-31T23:59:60Z", "the second is beyond 59 (leap seconds are not kept)"},
      {"2026-11-24T08:30:00.Z", "there is a point and no digit after it"},
      {"2026-11-24T08:30:00.1234Z", "the time is given finer than a millisecond"},
      {"2026-11-24T08:30:00,5Z", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00", "the offset from UTC is missing"},
      {"2026-11-24T08:30:00.5", "the offset from UTC is missing"},
      {"2026-11-24T08:30:00z", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00Z ", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00+08", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00+0800", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00+08:00:00", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00 08:00", "the offset from UTC is neither Z nor +HH:MM or -HH:MM"},
      {"2026-11-24T08:30:00+24:00", "the offset from UTC is beyond 23:59"},
      {"2026-11-24T08:30:00+08:60", "the offset from UTC is beyond 23:59"},
  };
  for (const Refused& row : rows) {
    CAPTURE(std::string(row.text));
    auto read = parse_instant(row.text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::usage);
    CHECK(read.error().what == row.what);
    CHECK(read.error().next == "write it like 2026-11-24T08:30:00+08:00");
  }
}

TEST_CASE("a message shows the beginning of bad input and no control characters") {
  auto read = parse_instant(std::string("\x1b[2J\0", 5) + std::string(5000, 'x'));
  REQUIRE_FALSE(read);
  CHECK(read.error().where == "\"?[2J?" + std::string(59, 'x') + "...\"");
}

TEST_CASE("a day is read and written and nothing but a day is let in") {
  CHECK(to_text(test::day("2026-11-24")) == "2026-11-24");
  CHECK(test::day("1970-01-01") == Day(0));
  CHECK(test::day("1969-12-31") == Day(-1));
  for (const char* text : {"", "2026-11-24 ", "2026-11-24T", "2026-1-24", "20261124", "2026-02-30",
                           "9999-01-01", "1899-12-31", "2026-11-2x"}) {
    CAPTURE(std::string(text));
    REQUIRE_FALSE(parse_day(text));
    CHECK(parse_day(text).error().next == "write it like 2026-11-24");
  }
}

TEST_CASE("a day goes from midnight to midnight in UTC+8") {
  CHECK(day_of(at("2026-11-23T15:59:59.999Z")) == test::day("2026-11-23"));
  CHECK(day_of(at("2026-11-23T16:00:00Z")) == test::day("2026-11-24"));
  CHECK(day_of(at("1969-12-31T15:59:59.999Z")) == Day(-1));
  CHECK(start_of(test::day("2026-11-24")) == at("2026-11-24T00:00:00+08:00"));
  CHECK(start_of_year(2027) == at("2027-01-01T00:00:00+08:00"));
  CHECK(year_of(at("2026-12-31T15:59:59.999Z")) == 2026);
  CHECK(year_of(at("2026-12-31T16:00:00Z")) == 2027);
  CHECK(weekday_of(test::day("2026-11-24")) == Weekday::tuesday);
  CHECK(weekday_of(test::day("1969-12-28")) == Weekday::sunday);
}

TEST_CASE("every day from 1900 to 9998 has its date its weekday and its text") {
  // Counted up one day at a time, without the formulas.
  int year = 1900, month = 1, day = 1, weekday = 0;  // a Monday
  const Day last = test::day("9998-12-31");
  std::int64_t wrong = 0;
  for (std::int32_t days = test::day("1900-01-01").days(); days <= last.days(); ++days) {
    wrong += civil_from_days(days) != CivilDate{year, month, day};
    wrong += days_from_civil({year, month, day}) != days;
    wrong += weekday_of_days(days) != static_cast<Weekday>(weekday);
    if (days % 97 == 0) wrong += parse_day(to_text(Day(days))).value() != Day(days);
    weekday = (weekday + 1) % 7;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (++day <= lengths[month - 1]) continue;
    day = 1;
    if (++month <= 12) continue;
    month = 1;
    ++year;
  }
  CHECK(year == 9999);
  CHECK(wrong == 0);
}

TEST_CASE("any instant in range survives being written and read") {
  INFO("TOONO_SEED=" << test::seed());
  test::Chance chance;
  for (int i = 0; i < 20000; ++i) {
    const Instant instant(chance.between(-2209017600000, 253370735999999));
    REQUIRE(at(to_text(instant)) == instant);
  }
}

TEST_CASE("the ends of the range are kept instead of overflowing") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max(),
                 kMin = std::numeric_limits<std::int64_t>::min();
  CHECK(after(Instant(kMax), 1) == Instant(kMax));
  CHECK(after(Instant(kMin), -1) == Instant(kMin));
  CHECK(after(Instant(5), -7) == Instant(-2));
  CHECK(day_of(Instant(kMax)) == Day(std::numeric_limits<std::int32_t>::max()));
  CHECK(day_of(Instant(kMin)) == Day(std::numeric_limits<std::int32_t>::min()));
  CHECK(to_text(Instant(kMax)) == "292278994-08-17T07:12:55.807+08:00");
  CHECK(to_text(Instant(kMin)) == "-292275055-05-17T00:47:04.192+08:00");
  CHECK(to_text(Instant(-62135625600000)) == "0001-01-01T00:00:00+08:00");
}

static_assert(floor_div(-1, 7) == -1 && floor_mod(-1, 7) == 6 && floor_div(-7, 7) == -1 &&
              floor_div(6, 7) == 0);
static_assert(days_from_civil({1970, 1, 1}) == 0 && days_from_civil({2000, 3, 1}) == 11017);
static_assert(civil_from_days(-1) == CivilDate{1969, 12, 31});
