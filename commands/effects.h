// What decide() answers: the events that a command leads to, or the one reason why not.
#pragma once

#include <vector>

#include "core/log.h"
#include "core/registry.h"
#include "schemas/commands_generated.h"
#include "schemas/journal_generated.h"

namespace toono {

class Effects {
 public:
  Effects() = default;
  Effects(Rejection why) : rejection(why) {}  // NOLINT: `return Rejection::x;` is how guards read

  /// Adds an event; returns itself, so that a decision of several events reads as one statement.
  template <class EventT>
  Effects& add(EventT event) & {
    events.emplace_back().Set(std::move(event));
    return *this;
  }

  Rejection rejection = Rejection::none;
  std::vector<EventBodyUnion> events;
};

/// Accepts with these events, in this order.
template <class... Events>
Effects accept(Events... list) {
  Effects effects;
  effects.events.reserve(sizeof...(list));
  (effects.add(std::move(list)), ...);
  return effects;
}

/// All that decide() may know besides the command and the state. No clock, no chance.
struct Context {
  RegistryView registry;
  CommandId id;
  Instant occurred_at;
  Instant decided_at;
  StaffId actor;
  StationId station;
  bool imported = false;
  PartitionNumber partition = 0;
  /// How many cases this partition has numbered.
  std::uint64_t case_count = 0;

  /// The region's day on which it happened: the registry is asked for that day.
  Day day() const { return day_of(occurred_at); }
  /// Sent by the agenda, not by a person.
  bool from_clock() const { return actor.number() == 0; }
};

/// One sentence for the person who was refused.
std::string_view message_of(Rejection rejection);

}  // namespace toono
