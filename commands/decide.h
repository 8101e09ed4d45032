// decide: what a command leads to, given the state of the one entity that it concerns and the registry. Pure:
// guards first, each with its own rejection, then the events.
#pragma once

#include "commands/effects.h"
#include "core/timers.h"

namespace toono {

/// For a command body of the table's contact, person and case rows and the common ones. `state.version` is 0
/// when there is no such entity yet.
Effects decide(const Command& command, const CaseStateT& state, const Context& context);
Effects decide(const Command& command, const ContactStateT& state, const Context& context);
Effects decide(const Command& command, const PersonStateT& state, const Context& context);
Effects decide_registry(const Command& command, const Context& context);

/// When something happened as its sender says, and when the edge was told.
struct Told {
  Instant occurred_at, received_at;
  bool imported = false;
};
/// none, or why it is not believed to have happened then; `policy` is that of the day, null if there is none.
Rejection time_guard(const Told& told, const PolicyT* policy);

/// The kind of entity that a command body concerns; none: unknown to this code.
EntityKind kind_of(const Command& command);
/// The entity that the body says it concerns: read from its field, or derived from the command's id.
EntityId entity_of(const CommandId& id, CommandBody type, const void* body);
bool creates_entity(CommandBody type);

}  // namespace toono
