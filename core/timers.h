// What an entity owes, and when: the one definition from which the agenda is projected and by which a command
// of the clock is judged.
#pragma once

#include <vector>

#include "core/evolve.h"

namespace toono {

struct Timer {
  TimerKind kind = TimerKind::none;
  Instant due;
  /// The event that started it: with the kind and the step it gives the id of the command to send.
  EventRef cause;
  /// The order, referral or person concerned.
  Uuid subject;
  std::uint8_t step = 0;
};

/// The timers that run in this state, in no particular order. Pure.
std::vector<Timer> timers(const CaseStateT& state);
std::vector<Timer> timers(const ContactStateT& state);
std::vector<Timer> timers(const PersonStateT& state);

/// The running timer of that kind and subject, or null.
const Timer* find_timer(const std::vector<Timer>& running, TimerKind kind, const Uuid& subject,
                        std::uint8_t step = 0);

}  // namespace toono
