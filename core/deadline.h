// When a timer runs out: a pure function of its start, its policy row, the calendar and the pauses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/calendar.h"
#include "schemas/registry_generated.h"

namespace toono {

/// What a policy row says about time.
struct TimerRule {
  ClockKind clock = ClockKind::around_the_clock;
  std::uint32_t amount = 0;
  TimeUnit unit = TimeUnit::minutes;
};
inline TimerRule rule_of(const PolicyRowT& row) { return {row.clock, row.amount, row.unit}; }

/// A time in which the clock stood still: from <= t < to. One that has not ended yet ends now, by the
/// caller's now. One whose end is not after its beginning is none.
struct Pause {
  Instant from;
  Instant to;
};

/// Around the clock: the start plus the amount, a day being 24 hours. Working time: working days end at close
/// of work on the n-th working day after the day of the start; hours, minutes and seconds count from the
/// moment.
Deadline deadline(Instant start, const TimerRule& rule, const WorkingCalendar& calendar);
/// The same, later by what the pauses overlap of the clock's own time between the start and the moved
/// deadline: a pause over a holiday moves a working deadline not at all. Pauses may come in any order and may
/// overlap each other.
Deadline deadline(Instant start, const TimerRule& rule, const WorkingCalendar& calendar,
                  std::span<const Pause> pauses);

/// A timer that runs.
struct Term {
  Instant start;
  Instant due;
  ClockKind clock = ClockKind::around_the_clock;
};
/// The first moment at which `percent` (0..100, more counts as 100) of the clock's time from start to due has
/// passed, pauses not counted; never after due. A due that is not after its start is its own near.
Instant near(const Term& term, std::uint32_t percent, const WorkingCalendar& calendar,
             std::span<const Pause> pauses = {});

/// What a row is looked up by. What is not known fits only rows that do not ask for it.
struct RowQuery {
  TimerKind timer = TimerKind::none;
  std::optional<Priority> priority = {};
  std::optional<HandlingClass> handling_class = {};
  std::optional<ReferralLine> line = {};
};
/// The first row that fits, or null. It lives as long as the policy and is not to be kept over a change of
/// it.
const PolicyRowT* find_row(const PolicyT& policy, const RowQuery& query);

}  // namespace toono
