// Work orders: dispatch, signing, return, delegation, handling, result, escalation (domain.md: rules 1, 2,
// 11, 14).
#include "commands/decide_detail.h"
#include "core/derive.h"

namespace toono {
namespace {

struct NewOrder {
  OrderId id;
  StationId station;
  OrderRole role = OrderRole::lead;
  Instant start;
};

/// OrderDispatched with every due date worked out from the start of its clock. The sign and the handling
/// clock both start at dispatch, not at signing.
OrderDispatchedT dispatched(const NewOrder& order, const CaseStateT& state, const Context& context) {
  auto day = context.day();
  const auto* record = context.registry.station(order.station, day);
  const auto* policy = context.registry.policy(day);
  OrderDispatchedT event;
  event.order_id = order.id;
  event.station = order.station;
  event.parent = record->parent;
  event.dispatched_by = context.station;
  event.tier = record->tier;
  event.role = order.role;
  event.sign_due = due_after(context, state, TimerKind::sign, order.station, context.occurred_at).due;
  event.first_contact_due =
      due_after(context, state, TimerKind::first_contact, order.station, context.occurred_at).due;
  auto handle = due_after(context, state, TimerKind::handle, order.station, order.start);
  event.handle_due = handle.due;
  event.provisional = handle.provisional;
  event.policy_version = policy ? policy->version : "";
  event.calendar_version = context.registry.calendar_version(order.station, day);
  return event;
}

Rejection order_guard(const OrderT* order, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!order) return Rejection::order_unknown;
  if (!is_live(*order)) return Rejection::order_not_live;
  return may_act_for(context, order->station);
}

/// What dispatched the order, or stands above it, rules on it.
Rejection dispatcher_guard(const OrderT* order, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!order) return Rejection::order_unknown;
  if (!is_live(*order)) return Rejection::order_not_live;
  return may_act_for(context, order->dispatched_by);
}

Rejection target_guard(StationId target, const Context& context) {
  const auto* record = context.registry.station(target, context.day());
  if (!record) return Rejection::station_unknown;
  if (record->suspended) return Rejection::station_suspended;
  if (!(target == context.station) && !(record->parent == context.station))
    return Rejection::station_not_under_dispatcher;
  return Rejection::none;
}

/// An act in time that was recorded after the miss takes the miss back.
void withdraw_miss(Effects& effects, const OrderT& order, TimerKind timer, const Moment& miss, Instant due,
                   const Context& context) {
  if (!happened(miss) || context.occurred_at > due) return;
  DeadlineMissWithdrawnT event;
  event.order_id = order.id;
  event.timer = timer;
  event.happened_at = context.occurred_at;
  effects.add(std::move(event));
}

template <class EventT>
EventT about(const OrderT& order) {
  EventT event;
  event.order_id = order.id;
  return event;
}

}  // namespace

Instant near_due(const Handling& handling, const CaseStateT& state, const Context& context) {
  auto day = day_of(handling.start);
  const auto* policy = context.registry.policy(day);
  if (!policy || is_none(handling.due)) return {};
  const auto* row = find_row(*policy, {TimerKind::handle, state.priority, state.handling_class});
  auto clock = row ? row->clock : ClockKind::around_the_clock;
  return near({handling.start, handling.due, clock}, policy->near_due_percent,
              context.registry.calendar(handling.station, day));
}

Effects decide(const DispatchOrder& command, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!is_open(state)) return Rejection::case_not_open;
  if (auto no = may_act_for(context, context.station); no != Rejection::none) return no;
  if (live_lead(state)) return Rejection::live_lead_exists;
  if (state.status != CaseStatus::triaged && state.status != CaseStatus::rework)
    return Rejection::case_not_triaged;
  auto target = get(command.station());
  if (auto no = target_guard(target, context); no != Rejection::none) return no;
  auto event = dispatched(
      {.id = derive<OrderId>(context.id, "order"), .station = target, .start = context.occurred_at}, state,
      context);
  event.rule = get(command.rule());
  if (command.due_at() && !is_none(*command.due_at())) {
    if (!context.imported && *command.due_at() < context.occurred_at) return Rejection::due_before_dispatch;
    event.handle_due = *command.due_at();
    event.due_source = DueSource::imported;
    event.provisional = false;
  }
  event.near_due = near_due({target, context.occurred_at, event.handle_due}, state, context);
  return accept(std::move(event));
}

Effects decide(const SignOrder& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (happened(order->signed_)) return Rejection::order_already_signed;
  if (order->status != OrderStatus::dispatched) return Rejection::order_not_dispatched;
  auto effects = accept(about<OrderSignedT>(*order));
  withdraw_miss(effects, *order, TimerKind::sign, order->sign_missed, order->sign_due, context);
  return effects;
}

Effects decide(const AskReturn& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (order->finally_designated) return Rejection::order_finally_designated;
  if (happened(order->signed_)) return Rejection::order_already_signed;
  if (order->status != OrderStatus::dispatched) return Rejection::order_not_dispatched;
  auto event = about<OrderReturnAskedT>(*order);
  event.ground = command.ground();
  event.ruling_due =
      due_after(context, state, TimerKind::return_ruling, order->dispatched_by, context.occurred_at).due;
  auto effects = accept(std::move(event));
  withdraw_miss(effects, *order, TimerKind::sign, order->sign_missed, order->sign_due, context);
  return effects;
}

Effects decide(const RuleOnReturn& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  // Before the dispatcher's guard, which would say the same in vaguer words.
  if (order && context.station == order->station && !(order->dispatched_by == order->station))
    return Rejection::asker_may_not_rule;
  if (auto no = dispatcher_guard(order, state, context); no != Rejection::none) return no;
  if (order->status != OrderStatus::return_asked) return Rejection::no_return_asked;
  if (!command.upheld())
    return accept(about<OrderReturnRefusedT>(*order), about<OrderFinallyDesignatedT>(*order));
  auto event = about<OrderReturnUpheldT>(*order);
  event.dispatch_due = dispatch_due(context, state);
  auto effects = accept(std::move(event));
  std::uint8_t transfers = 0;
  for (const auto& other : state.orders) transfers += other.return_upheld ? 1 : 0;
  if (transfers + 1 == 3) {
    auto raised = about<SupervisionLevelRaisedT>(*order);
    raised.cause = RaiseCause::third_transfer;
    raised.level = static_cast<std::uint8_t>(state.supervision_level + 1);
    ProblemOrderMarkedT marked;
    marked.n = 3;
    effects.add(std::move(marked)).add(std::move(raised));
  }
  return effects;
}

Effects decide(const DelegateOrder& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (order->tier != Tier::II) return Rejection::not_tier_two;
  if (order->status != OrderStatus::signed_ && order->status != OrderStatus::handling)
    return Rejection::order_not_signed;
  auto target = get(command.station());
  const auto* record = context.registry.station(target, context.day());
  if (!record) return Rejection::station_unknown;
  if (record->suspended) return Rejection::station_suspended;
  if (record->tier != Tier::III || !(record->parent == order->station))
    return Rejection::station_not_under_dispatcher;
  auto child = derive<OrderId>(context.id, "order");
  auto event = about<OrderDelegatedT>(*order);
  event.child = child;
  event.station = target;
  auto sent =
      dispatched({.id = child, .station = target, .role = OrderRole::delegated, .start = context.occurred_at},
                 state, context);
  sent.dispatched_by = order->station;
  sent.handle_due = order->handle_due;
  sent.near_due = order->near_due;
  sent.due_source = DueSource::inherited;
  return accept(std::move(event), std::move(sent));
}

Effects decide(const AssignHandler& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (!happened(order->signed_)) return Rejection::order_not_signed;
  auto handler = get(command.handler());
  if (!context.registry.knows_staff(handler)) return Rejection::handler_unknown;
  if (!(context.registry.station_of(handler, context.day()) == order->station))
    return Rejection::handler_not_of_station;
  if (order->handler == handler) return Rejection::handler_same;
  if (order->handler.number() == 0) {
    auto event = about<HandlerAssignedT>(*order);
    event.handler = handler;
    return accept(std::move(event));
  }
  auto event = about<HandlerReassignedT>(*order);
  event.handler = handler;
  event.previous = order->handler;
  event.cause = command.cause();
  return accept(std::move(event));
}

Effects decide(const ContactCaller& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (!happened(order->signed_)) return Rejection::order_not_signed;
  if (happened(order->first_contact) || command.outcome() == ContactOutcome::not_reached)
    return accept(about<CallerContactTriedT>(*order));
  return accept(about<CallerFirstContactedT>(*order));
}

Effects decide(const LogProgress& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (state.version == 0) return Rejection::case_unknown;
  if (!order) return Rejection::order_unknown;
  if (auto no = may_act_for(context, order->station); no != Rejection::none) return no;
  // An imported log goes on after its order's end: that a row says so is a fact too.
  if (!is_live(*order) && !context.imported) return Rejection::order_not_live;
  auto event = about<ProgressLoggedT>(*order);
  event.note = get(command.note());
  event.activity = get(command.activity());
  return accept(std::move(event));
}

Effects decide(const RecordSession& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (!happened(order->signed_)) return Rejection::order_not_signed;
  switch (command.outcome()) {
    case SessionOutcome::held: {
      auto event = about<ServiceSessionHeldT>(*order);
      event.kind = command.kind();
      event.minutes = command.minutes();
      event.online = command.online();
      return accept(std::move(event));
    }
    case SessionOutcome::missed: {
      auto event = about<ServiceSessionMissedT>(*order);
      event.kind = command.kind();
      return accept(std::move(event));
    }
    case SessionOutcome::cancelled: {
      auto event = about<ServiceSessionCancelledT>(*order);
      event.kind = command.kind();
      return accept(std::move(event));
    }
  }
  return Rejection::malformed_command;
}

Effects decide(const SubmitResult& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  if (order->status == OrderStatus::delegated) return Rejection::child_order_open;
  if (order->status != OrderStatus::handling && order->status != OrderStatus::signed_)
    return Rejection::order_not_signed;
  // No result without having spoken to the caller; an imported log may not know of it.
  if (!happened(order->first_contact) && order->role == OrderRole::lead && !context.imported &&
      !state.imported) {
    bool by_child = false;
    for (const auto& other : state.orders)
      by_child |= other.delegated_from == order->id && happened(other.first_contact);
    if (!by_child) return Rejection::caller_not_contacted;
  }
  auto event = about<ResultSubmittedT>(*order);
  event.solved = command.solved();
  event.result = get(command.result());
  event.review_due =
      due_after(context, state, TimerKind::result_review, order->dispatched_by, context.occurred_at).due;
  auto effects = accept(std::move(event));
  withdraw_miss(effects, *order, TimerKind::handle, order->handle_missed, order->handle_due, context);
  return effects;
}

Effects decide(const AcceptResult& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = dispatcher_guard(order, state, context); no != Rejection::none) return no;
  if (order->status != OrderStatus::submitted) return Rejection::result_not_submitted;
  auto event = about<ResultAcceptedT>(*order);
  event.reply_due = due_after(context, state, TimerKind::reply, state.station, context.occurred_at).due;
  return accept(std::move(event));
}

Effects decide(const SendBackResult& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = dispatcher_guard(order, state, context); no != Rejection::none) return no;
  if (order->status != OrderStatus::submitted) return Rejection::result_not_submitted;
  auto event = about<ResultSentBackT>(*order);
  event.ground = command.ground();
  event.n = static_cast<std::uint8_t>(order->sent_back_count + 1);
  return accept(std::move(event));
}

Effects decide(const EscalateOrder& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = order_guard(order, state, context); no != Rejection::none) return no;
  auto day = context.day();
  const auto* record = context.registry.station(order->station, day);
  if (!record || is_none(record->parent)) return Rejection::no_parent_station;
  const auto* parent = context.registry.station(record->parent, day);
  if (!parent) return Rejection::no_parent_station;
  if (parent->suspended) return Rejection::station_suspended;
  auto successor = derive<OrderId>(context.id, "order");
  auto event = about<OrderEscalatedT>(*order);
  event.successor = successor;
  event.station = parent->id;
  event.ground = command.ground();
  auto sent = dispatched({.id = successor, .station = parent->id, .start = order->clock_started.at()}, state,
                         context);
  // The case's clock goes on: the new lead has what was left.
  sent.dispatched_by = is_none(parent->parent) ? parent->id : parent->parent;
  sent.handle_due = order->handle_due;
  sent.near_due = order->near_due;
  sent.due_source = DueSource::inherited;
  return accept(std::move(event), std::move(sent));
}

Effects decide(const UrgeOrder& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = dispatcher_guard(order, state, context); no != Rejection::none) return no;
  auto event = about<OrderUrgedT>(*order);
  event.cause = UrgeCause::by_hand;
  return accept(std::move(event));
}

Effects decide(const RaiseSupervisionLevel& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = dispatcher_guard(order, state, context); no != Rejection::none) return no;
  auto event = about<SupervisionLevelRaisedT>(*order);
  event.cause = RaiseCause::by_hand;
  event.level = static_cast<std::uint8_t>(state.supervision_level + 1);
  return accept(std::move(event));
}

Effects decide(const RecallOrder& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = dispatcher_guard(order, state, context); no != Rejection::none) return no;
  if (order->status == OrderStatus::delegated) return Rejection::child_order_open;
  auto event = about<OrderRecalledT>(*order);
  event.ground = command.ground();
  event.dispatch_due = dispatch_due(context, state);
  return accept(std::move(event));
}

}  // namespace toono
