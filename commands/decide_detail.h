// Shared by the decide_*.cc files: one overload of `decide` for each command of the table, and the guards
// that recur.
#pragma once

#include "commands/decide.h"
#include "commands/table.h"
#include "core/deadline.h"

namespace toono {

#define TOONO_DECIDE(Name, id) \
  Effects decide(const Name& command, const CaseStateT& state, const Context& context);
TOONO_CASE_COMMANDS(TOONO_DECIDE)
#undef TOONO_DECIDE
#define TOONO_DECIDE(Name, id) \
  Effects decide(const Name& command, const ContactStateT& state, const Context& context);
TOONO_CONTACT_COMMANDS(TOONO_DECIDE)
#undef TOONO_DECIDE
#define TOONO_DECIDE(Name, id) \
  Effects decide(const Name& command, const PersonStateT& state, const Context& context);
TOONO_PERSON_COMMANDS(TOONO_DECIDE)
#undef TOONO_DECIDE
#define TOONO_DECIDE(Name, id) Effects decide(const Name& command, const Context& context);
TOONO_REGISTRY_COMMANDS(TOONO_DECIDE)
#undef TOONO_DECIDE

/// A field that may be absent, as a value.
template <class T>
T get(const T* field) {
  return field ? *field : T{};
}
inline std::string get(const flatbuffers::String* field) { return field ? field->str() : std::string(); }
/// A seal moves from the command to the event as it is.
inline std::unique_ptr<SealedT> get(const Sealed* field) {
  return field ? std::unique_ptr<SealedT>(field->UnPack()) : nullptr;
}

/// none, or why the actor may not act for this station: staff at work there, or at a station above it.
Rejection may_act_for(const Context& context, StationId station);
/// The same for what is the region's alone.
Rejection may_act_for_region(const Context& context);

/// Open: registered, and neither declined, closed nor withdrawn.
bool is_open(const CaseStateT& state);
/// Of high or imminent risk, or triaged as danger.
bool in_danger(const CaseStateT& state);
/// True when the policy's row for `timer` exists; `due` is then worked out in the calendar of `station`.
Deadline due_after(const Context& context, const CaseStateT& state, TimerKind timer, StationId station,
                   Instant start, ReferralLine line = ReferralLine::line_110);
/// When the case must be dispatched, or dispatched anew, by its station.
Instant dispatch_due(const Context& context, const CaseStateT& state);

/// When near due is said of an order: at the policy's share of the handling time, on the clock of its row.
/// None when nothing is due.
struct Handling {
  StationId station;
  Instant start;
  Instant due;
};
Instant near_due(const Handling& handling, const CaseStateT& state, const Context& context);

/// may_act_for the case's station, or for one that has a live order of it.
Rejection may_work_on(const Context& context, const CaseStateT& state);
bool has_live_order(const CaseStateT& state);

/// Adds FollowUpScheduled if the risk asks for one: the first after a reply that happens now, or the one
/// after `done`.
void schedule_first_follow_up(Effects& effects, const CaseStateT& state, const Context& context);
void schedule_next_follow_up(Effects& effects, const FollowUpT& done, const CaseStateT& state,
                             const Context& context);

}  // namespace toono
