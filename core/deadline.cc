// The arithmetic of timers over the calendar's tables.
#include "core/deadline.h"

#include <algorithm>
#include <vector>

namespace toono {
namespace {

std::int64_t unit_ms(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::minutes:
      return kMinuteMs;
    case TimeUnit::hours:
      return kHourMs;
    case TimeUnit::days:
      return kDayMs;
    case TimeUnit::seconds:
      return kSecondMs;
  }
  return kMinuteMs;  // A number that no one has given a meaning: the schema's default.
}

std::int64_t passed_ms(ClockKind clock, const WorkingCalendar& calendar, Instant from, Instant to) {
  if (clock == ClockKind::working_time) return calendar.working_ms_between(from, to);
  return to.ms() - from.ms();
}

Deadline add(ClockKind clock, const WorkingCalendar& calendar, Instant start, std::int64_t ms) {
  if (clock == ClockKind::working_time) return calendar.add_working_ms(start, ms);
  return {after(start, ms), false};
}

/// The pauses after `start`, in order and apart from each other.
std::vector<Pause> in_order(Instant start, std::span<const Pause> pauses) {
  std::vector<Pause> apart;
  for (const Pause& pause : pauses) {
    const Instant from = std::max(pause.from, start);
    if (from < pause.to) apart.push_back({from, pause.to});
  }
  std::sort(apart.begin(), apart.end(), [](const Pause& a, const Pause& b) { return a.from < b.from; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < apart.size(); ++i) {
    if (apart[i].from <= apart[kept].to) {
      apart[kept].to = std::max(apart[kept].to, apart[i].to);
    } else {
      apart[++kept] = apart[i];
    }
  }
  if (!apart.empty()) apart.resize(kept + 1);
  return apart;
}

/// A pause that begins before the moment it moves lies wholly before the moved one: what was left of the time
/// runs on after it. So one pass in order is enough.
Deadline moved(Deadline at, ClockKind clock, const WorkingCalendar& calendar,
               const std::vector<Pause>& pauses) {
  for (const Pause& pause : pauses) {
    if (pause.from >= at.due) break;
    const Deadline next = add(clock, calendar, at.due, passed_ms(clock, calendar, pause.from, pause.to));
    at = {next.due, at.provisional || next.provisional};
  }
  return at;
}

template <class Value>
bool fits(const std::vector<Value>& accepted, const std::optional<Value>& value) {
  if (accepted.empty()) return true;
  return value && std::find(accepted.begin(), accepted.end(), *value) != accepted.end();
}

}  // namespace

Deadline deadline(Instant start, const TimerRule& rule, const WorkingCalendar& calendar) {
  if (rule.clock == ClockKind::working_time && rule.unit == TimeUnit::days) {
    return calendar.add_working_days(start, rule.amount);
  }
  return add(rule.clock, calendar, start, rule.amount * unit_ms(rule.unit));
}

Deadline deadline(Instant start, const TimerRule& rule, const WorkingCalendar& calendar,
                  std::span<const Pause> pauses) {
  return moved(deadline(start, rule, calendar), rule.clock, calendar, in_order(start, pauses));
}

Instant near(const Term& term, std::uint32_t percent, const WorkingCalendar& calendar,
             std::span<const Pause> pauses) {
  if (term.due <= term.start) return term.due;
  const std::vector<Pause> apart = in_order(term.start, pauses);
  std::int64_t running_ms = passed_ms(term.clock, calendar, term.start, term.due);
  for (const Pause& pause : apart) {
    if (pause.from >= term.due) break;
    running_ms -= passed_ms(term.clock, calendar, pause.from, std::min(pause.to, term.due));
  }
  const std::int64_t share_ms =
      running_ms / 100 * std::min(percent, 100u) + running_ms % 100 * std::min(percent, 100u) / 100;
  const Deadline at{add(term.clock, calendar, term.start, share_ms).due, false};
  return std::min(moved(at, term.clock, calendar, apart).due, term.due);
}

const PolicyRowT* find_row(const PolicyT& policy, const RowQuery& query) {
  for (const PolicyRowT& row : policy.rows) {
    if (row.timer != query.timer) continue;
    if (!fits(row.priority, query.priority)) continue;
    if (!fits(row.handling_class, query.handling_class)) continue;
    if (!fits(row.line, query.line)) continue;
    return &row;
  }
  return nullptr;
}

}  // namespace toono
