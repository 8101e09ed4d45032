// The reference that the tables are held against: it knows the rules as sentences and counts minutes one by
// one.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/calendar.h"

namespace toono::test {

/// Covers 2017 to 2030, local time, default hours. Shares no arithmetic with core/time or core/calendar.
class SlowCalendar {
 public:
  SlowCalendar() {
    std::map<std::string, char> named;
    std::ifstream file(std::string(TOONO_SOURCE_DIR) + "/adapters/data/calendar.csv");
    for (std::string line; std::getline(file, line);) named[line.substr(0, 10)] = line[11];
    int weekday = 6;  // 2017-01-01 was a Sunday
    for (int year = 2017; year <= 2030; ++year) {
      for (int month = 1; month <= 12; ++month) {
        const int lengths[] = {31, year % 4 == 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        for (int day = 1; day <= lengths[month - 1]; ++day, weekday = (weekday + 1) % 7) {
          char text[48];
          std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
          const auto row = named.find(text);
          works_.push_back(row == named.end() ? weekday < 5 : row->second == 'm');
          published_.push_back(year >= 2018 && year <= 2026);
        }
      }
    }
  }

  bool works(std::int64_t minute) const {
    const std::int64_t of_day = minute % 1440;
    const bool open = (of_day >= 510 && of_day < 720) || (of_day >= 870 && of_day < 1080);
    return open && works_.at(static_cast<std::size_t>(minute / 1440));
  }
  Deadline add_minutes(Instant start, std::int64_t count) const {
    std::int64_t minute = minute_of(start);
    bool provisional = false;
    for (; count > 0; ++minute) {
      count -= works(minute);
      provisional |= !published_.at(static_cast<std::size_t>(minute / 1440));
    }
    return {instant_of(minute), provisional};
  }
  Deadline add_days(Instant start, std::int64_t count) const {
    auto day = static_cast<std::size_t>(minute_of(start) / 1440);
    bool provisional = false;
    while (count > 0) {
      ++day;
      provisional |= !published_.at(day);
      count -= works_.at(day);
    }
    return {instant_of(static_cast<std::int64_t>(day) * 1440 + 1080), provisional};
  }
  std::int64_t minutes_between(Instant from, Instant to) const {
    std::int64_t count = 0;
    for (std::int64_t minute = minute_of(from); minute < minute_of(to); ++minute) count += works(minute);
    return count;
  }

  /// Minutes since 2017-01-01T00:00+08:00, which is 1483200000 seconds after 1970.
  static std::int64_t minute_of(Instant at) { return (at.ms() / 1000 - 1483200000) / 60; }
  static Instant instant_of(std::int64_t minute) { return Instant((minute * 60 + 1483200000) * 1000); }

 private:
  std::vector<bool> works_;
  std::vector<bool> published_;
};

}  // namespace toono::test
