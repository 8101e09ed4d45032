// What the tests of time share: the real calendar file, instants written as text, and repeatable chance.
#pragma once

#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

#include "core/calendar.h"
#include "doctest/doctest.h"

namespace toono {
inline doctest::String toString(Instant at) { return to_text(at).c_str(); }
inline doctest::String toString(Day day) { return to_text(day).c_str(); }
inline doctest::String toString(const Deadline& at) {
  return (to_text(at.due) + (at.provisional ? " provisional" : "")).c_str();
}
}  // namespace toono

namespace toono::test {

inline Instant at(std::string_view text) { return parse_instant(text).value(); }
/// `2026-02-13 17:00`, local.
inline Instant local(std::string_view text) {
  return at(std::string(text.substr(0, 10)) + "T" + std::string(text.substr(11)) + ":00+08:00");
}
inline Day day(std::string_view text) { return parse_day(text).value(); }

inline CalendarT calendar_file(std::uint16_t last_year = 2026) {
  const std::string path = std::string(TOONO_SOURCE_DIR) + "/adapters/data/calendar.csv";
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  CalendarT calendar;
  calendar.version = "notices-" + std::to_string(last_year);
  calendar.first_year = 2018;
  calendar.last_year = last_year;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    CalendarDayT row;
    row.date = day(line.substr(0, 10));
    row.kind = line.find(",make-up workday,") == 10 ? DayKind::make_up_workday : DayKind::holiday;
    row.name = line.substr(line.rfind(',') + 1);
    if (year_of(row.date) <= last_year) calendar.days.push_back(row);
  }
  return calendar;
}
inline const WorkingCalendar& national() {
  static const WorkingCalendar calendar = WorkingCalendar::build(calendar_file()).value();
  return calendar;
}

/// TOONO_SEED=<number> repeats a run; every random test shows the seed when it fails.
inline std::uint64_t seed() {
  const char* given = std::getenv("TOONO_SEED");
  static const std::uint64_t chosen = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  return chosen;
}
struct Chance {
  std::mt19937_64 engine{seed()};
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(high - low + 1));
  }
};

}  // namespace toono::test
