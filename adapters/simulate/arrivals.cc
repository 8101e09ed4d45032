// Weights of months, days and hours, and the draw.
#include "adapters/simulate/arrivals.h"

#include <algorithm>
#include <array>

namespace toono::simulate {
namespace {

// Examinations in May and June, the new school year in September; people are at home in January and February.
constexpr std::array<std::uint32_t, 12> kMonths = {92, 78, 106, 104, 124, 138, 98, 86, 114, 100, 102, 96};
// Evenings, when school and work are over; the nights are never empty.
constexpr std::array<std::uint32_t, 24> kHours = {14, 10, 7,  5,  4,  5,  10, 22, 40, 52, 56, 50,
                                                  46, 44, 50, 54, 56, 58, 66, 88, 98, 92, 62, 32};
constexpr std::uint32_t kWeekend = 112, kHoliday = 78, kSpringFestival = 52;

std::uint32_t weight_of(Day day, const WorkingCalendar& calendar) {
  auto date = civil_of(day);
  auto weekday = weekday_of(day);
  bool weekend = weekday == Weekday::saturday || weekday == Weekday::sunday;
  auto weight = kMonths[static_cast<std::size_t>(date.month - 1)] * 100;
  // A free weekday is a holiday; in the first two months it is the Spring Festival.
  if (!weekend && !calendar.is_working_day(day))
    return weight / 100 * (date.month <= 2 ? kSpringFestival : kHoliday);
  return weekend ? weight / 100 * kWeekend : weight;
}

}  // namespace

std::vector<Instant> arrivals(const Period& period, std::uint64_t count, const WorkingCalendar& calendar,
                              Chance& chance) {
  std::vector<std::uint64_t> sums;
  std::uint64_t sum = 0;
  auto first = day_of(period.begin);
  for (auto day = first; start_of(day) < period.end; day = Day(day.days() + 1))
    sums.push_back(sum += weight_of(day, calendar));
  std::vector<Instant> moments;
  moments.reserve(count);
  while (moments.size() < count) {
    auto drawn = chance.below(sum);
    auto day = std::upper_bound(sums.begin(), sums.end(), drawn) - sums.begin();
    auto hour = static_cast<std::int64_t>(chance.weighted(kHours));
    auto at = start_of(Day(first.days() + static_cast<std::int32_t>(day)));
    moments.push_back(after(at, hour * kHourMs + chance.between(0, kHourMs - 1)));
  }
  std::sort(moments.begin(), moments.end());
  return moments;
}

}  // namespace toono::simulate
