// Work orders: from dispatch to acceptance, return, escalation and the clock's findings.
#include "core/evolve_detail.h"

namespace toono {
namespace {

/// Runs `change` on the order that the event names; an order that is not there changes nothing.
template <class Event, class Change>
void change_order(CaseStateT& state, const Event& event, Change change) {
  if (auto* order = find_order(state, get(event.order_id()))) change(*order);
}

/// The order that takes the place of (escalation), or works under (delegation), another: its clock goes on.
OrderT heir_of(const OrderT& order, const OrderId& id, StationId station, const Stamp& stamp) {
  OrderT heir;
  heir.id = id;
  heir.station = station;
  heir.status = OrderStatus::dispatched;
  heir.due_source = DueSource::inherited;
  heir.provisional = order.provisional;
  heir.sign_due = order.sign_due;
  heir.first_contact_due = order.first_contact_due;
  heir.first_handle_due = order.first_handle_due;
  heir.handle_due = order.handle_due;
  heir.near_due = order.near_due;
  heir.clock_started = order.clock_started;
  heir.dispatched = moment(stamp);
  heir.policy_version = order.policy_version;
  heir.calendar_version = order.calendar_version;
  return heir;
}

void back_to_dispatch(CaseStateT& state, const OrderT& order, const Instant* due, const Stamp& stamp) {
  if (order.role != OrderRole::lead) return;
  state.status = CaseStatus::triaged;
  state.dispatch_from = moment(stamp);
  state.dispatch_due = get(due);
}

/// A delegated order that ends without a result gives the work back: the delegating station goes on where it
/// was.
void back_to_parent(CaseStateT& state, const OrderT& order) {
  auto* parent = find_order(state, order.delegated_from);
  if (parent && parent->status == OrderStatus::delegated) parent->status = OrderStatus::handling;
}

}  // namespace

void on(CaseStateT& state, const OrderDispatched& event, const Stamp& stamp) {
  OrderT order;
  order.id = get(event.order_id());
  order.station = get(event.station());
  order.parent = get(event.parent());
  order.dispatched_by = get(event.dispatched_by());
  order.tier = event.tier();
  order.role = event.role();
  order.status = OrderStatus::dispatched;
  order.due_source = event.due_source();
  order.provisional = event.provisional();
  order.sign_due = get(event.sign_due());
  order.first_contact_due = get(event.first_contact_due());
  order.first_handle_due = get(event.handle_due());
  order.handle_due = get(event.handle_due());
  order.near_due = get(event.near_due());
  order.dispatched = moment(stamp);
  order.clock_started = moment(stamp);
  order.policy_version = get(event.policy_version());
  order.calendar_version = get(event.calendar_version());
  // An order that follows another by escalation or delegation was announced by that event: it is filled in
  // here.
  if (auto* announced = find_order(state, order.id)) {
    order.predecessor = announced->predecessor;
    order.delegated_from = announced->delegated_from;
    order.clock_started = announced->clock_started;
    order.first_handle_due = announced->first_handle_due;
    *announced = std::move(order);
    return;
  }
  state.status = CaseStatus::dispatching;
  if (!happened(state.first_dispatch)) {
    state.first_dispatch = moment(stamp);
    state.first_dispatch_due = state.dispatch_due;
  }
  ++state.dispatch_count;
  state.orders.push_back(std::move(order));
}
void on(CaseStateT& state, const OrderSigned& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::signed_;
    order.signed_ = moment(stamp);
    if (order.role == OrderRole::lead) state.status = CaseStatus::in_progress;
  });
}
void on(CaseStateT& state, const OrderReturnAsked& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::return_asked;
    order.return_asked = moment(stamp);
    order.return_ground = event.ground();
    order.ruling_due = get(event.ruling_due());
  });
}
void on(CaseStateT& state, const OrderReturnUpheld& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::returned;
    order.return_ruled = moment(stamp);
    order.return_upheld = true;
    back_to_dispatch(state, order, event.dispatch_due(), stamp);
    back_to_parent(state, order);
  });
}
void on(CaseStateT& state, const OrderReturnRefused& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::dispatched;
    order.return_ruled = moment(stamp);
    order.return_upheld = false;
  });
}
void on(CaseStateT& state, const OrderFinallyDesignated& event, const Stamp&) {
  change_order(state, event, [](OrderT& order) { order.finally_designated = true; });
}
void on(CaseStateT& state, const OrderDelegated& event, const Stamp& stamp) {
  auto* parent = find_order(state, get(event.order_id()));
  if (!parent) return;
  parent->status = OrderStatus::delegated;
  auto child = heir_of(*parent, get(event.child()), get(event.station()), stamp);
  child.role = OrderRole::delegated;
  child.delegated_from = parent->id;
  state.orders.push_back(std::move(child));
}
void on(CaseStateT& state, const HandlerAssigned& event, const Stamp&) {
  change_order(state, event, [&](OrderT& order) { order.handler = get(event.handler()); });
}
void on(CaseStateT& state, const HandlerReassigned& event, const Stamp&) {
  change_order(state, event, [&](OrderT& order) { order.handler = get(event.handler()); });
}
void on(CaseStateT& state, const CallerFirstContacted& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.first_contact = moment(stamp);
    if (order.status == OrderStatus::signed_) order.status = OrderStatus::handling;
  });
}
void on(CaseStateT&, const CallerContactTried&, const Stamp&) {}
void on(CaseStateT& state, const ProgressLogged&, const Stamp&) { ++state.progress_count; }
void on(CaseStateT& state, const ServiceSessionHeld&, const Stamp&) { ++state.session_count; }
void on(CaseStateT&, const ServiceSessionMissed&, const Stamp&) {}
void on(CaseStateT&, const ServiceSessionCancelled&, const Stamp&) {}
void on(CaseStateT& state, const ResultSubmitted& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::submitted;
    order.submitted = moment(stamp);
    order.review_due = get(event.review_due());
    order.unit_says_solved = event.solved();
    if (order.role == OrderRole::lead) state.unit_says_solved = event.solved();
  });
}
void on(CaseStateT& state, const ResultAccepted& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::accepted;
    order.accepted = moment(stamp);
    order.accepted_submission = order.submitted;
    if (order.role == OrderRole::lead) {
      state.status = CaseStatus::awaiting_reply;
      state.reply_due = get(event.reply_due());
    }
    // The delegating station goes on where it was: it submits its own result next.
    if (auto* parent = find_order(state, order.delegated_from);
        parent && parent->status == OrderStatus::delegated)
      parent->status = OrderStatus::handling;
  });
}
void on(CaseStateT& state, const ResultSentBack& event, const Stamp&) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::handling;
    order.sent_back_count = event.n();
  });
}
void on(CaseStateT& state, const OrderEscalated& event, const Stamp& stamp) {
  auto* order = find_order(state, get(event.order_id()));
  if (!order) return;
  order->status = OrderStatus::superseded;
  order->escalated = moment(stamp);
  auto successor = heir_of(*order, get(event.successor()), get(event.station()), stamp);
  successor.role = OrderRole::lead;
  successor.predecessor = order->id;
  for (auto& other : state.orders) {
    if (!is_live(other) || other.id == get(event.order_id())) continue;
    other.status = OrderStatus::superseded;
    // With a delegated order the lead above it goes up: the successor answers from here on.
    if (other.role == OrderRole::lead) other.escalated = moment(stamp);
  }
  state.orders.push_back(std::move(successor));
  state.status = CaseStatus::dispatching;
}
void on(CaseStateT& state, const OrderUrged& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.urged = moment(stamp);
    ++order.urge_count;
    if (event.cause() == UrgeCause::handle_missed) order.urge_at = Instant{};
  });
}
void on(CaseStateT& state, const SupervisionLevelRaised& event, const Stamp& stamp) {
  state.level_raised = moment(stamp);
  state.supervision_level = event.level();
  change_order(state, event, [&](OrderT& order) {
    order.level_raised = moment(stamp);
    order.supervision_level = event.level();
    if (event.cause() == RaiseCause::handle_missed_long) order.raise_at = Instant{};
  });
}
void on(CaseStateT& state, const OrderRecalled& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.status = OrderStatus::recalled;
    order.recalled = moment(stamp);
    back_to_dispatch(state, order, event.dispatch_due(), stamp);
    back_to_parent(state, order);
  });
}

void on(CaseStateT& state, const SignDeadlineMissed& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) { order.sign_missed = moment(stamp); });
}
void on(CaseStateT& state, const HandleDeadlineNear& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) { order.handle_near = moment(stamp); });
}
void on(CaseStateT& state, const HandleDeadlineMissed& event, const Stamp& stamp) {
  change_order(state, event, [&](OrderT& order) {
    order.handle_missed = moment(stamp);
    order.urge_at = get(event.urge_at());
    order.raise_at = get(event.raise_at());
  });
}
void on(CaseStateT& state, const DeadlineMissWithdrawn& event, const Stamp&) {
  change_order(state, event, [&](OrderT& order) {
    if (event.timer() == TimerKind::sign) order.sign_missed = Moment{};
    if (event.timer() != TimerKind::handle) return;
    order.handle_missed = Moment{};
    order.urge_at = Instant{};
    order.raise_at = Instant{};
  });
}
void on(CaseStateT& state, const DeadlineRecalculated& event, const Stamp&) {
  change_order(state, event, [&](OrderT& order) {
    auto due = get(event.new_due());
    if (event.timer() == TimerKind::sign) order.sign_due = due;
    if (event.timer() == TimerKind::first_contact) order.first_contact_due = due;
    if (event.timer() == TimerKind::handle_near) order.near_due = due;
    if (event.timer() == TimerKind::handle) order.handle_due = due;
    order.provisional = event.provisional();
    order.calendar_version = get(event.calendar_version());
  });
}

bool is_live(const OrderT& order) {
  return order.status != OrderStatus::accepted && order.status != OrderStatus::returned &&
         order.status != OrderStatus::recalled && order.status != OrderStatus::superseded &&
         order.status != OrderStatus::none;
}
const OrderT* live_lead(const CaseStateT& state) {
  for (const auto& order : state.orders)
    if (order.role == OrderRole::lead && is_live(order)) return &order;
  return nullptr;
}
OrderT* find_order(CaseStateT& state, const OrderId& id) {
  return const_cast<OrderT*>(find_order(std::as_const(state), id));
}
const OrderT* find_order(const CaseStateT& state, const OrderId& id) {
  for (const auto& order : state.orders)
    if (order.id == id) return &order;
  return nullptr;
}

}  // namespace toono
