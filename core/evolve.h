// evolve: what an event makes of a state. It always succeeds, checks no rule, and is the only writer of
// states; replay calls nothing else.
#pragma once

#include "core/ids.h"
#include "schemas/events_generated.h"
#include "schemas/state_generated.h"

namespace toono {

/// What an event takes from the Decision that holds it.
struct Stamp {
  Instant occurred_at;
  Instant decided_at;
  EventRef event;
  EntityId entity;
  StaffId actor;
  StationId station;
  bool imported = false;
};
inline Moment moment(const Stamp& stamp) { return {stamp.occurred_at, stamp.event}; }

/// False: the event is unknown to this code, or not of this kind of entity; the state is as it was.
[[nodiscard]] bool evolve(CaseStateT& state, const Event& event, const Stamp& stamp);
[[nodiscard]] bool evolve(ContactStateT& state, const Event& event, const Stamp& stamp);
[[nodiscard]] bool evolve(PersonStateT& state, const Event& event, const Stamp& stamp);

/// The order or referral of that id, or null.
OrderT* find_order(CaseStateT& state, const OrderId& id);
const OrderT* find_order(const CaseStateT& state, const OrderId& id);
ReferralT* find_referral(CaseStateT& state, const ReferralId& id);
const ReferralT* find_referral(const CaseStateT& state, const ReferralId& id);
/// The one lead order that is neither accepted, returned, recalled nor superseded; or null.
const OrderT* live_lead(const CaseStateT& state);
bool is_live(const OrderT& order);

}  // namespace toono
