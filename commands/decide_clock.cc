// What the clock finds: the agenda sends these commands when a timer has run out, and each works out anew
// whether it has.
#include "commands/decide_detail.h"

namespace toono {
namespace {

/// none, or why this timer has not run out: it is not running, or its time has not come.
Rejection due_guard(const CaseStateT& state, TimerKind kind, const Uuid& subject, std::uint8_t step,
                    const Context& context) {
  auto running = timers(state);
  const auto* timer = find_timer(running, kind, subject, step);
  return timer && timer->due <= context.decided_at ? Rejection::none : Rejection::not_due;
}

Rejection due_guard(const CaseStateT& state, TimerKind kind, const OrderT* order, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!order) return Rejection::order_unknown;
  return due_guard(state, kind, id_as<Uuid>(order->id), 0, context);
}

OrderUrgedT urged(const OrderT& order, UrgeCause cause) {
  OrderUrgedT event;
  event.order_id = order.id;
  event.cause = cause;
  return event;
}

struct Change {
  TimerKind timer = TimerKind::none;
  Instant old_due;
  Instant new_due;
};

/// The dates of one order as the registry of now has them. Overdue is a fact (rule 8): a date that was missed
/// stays.
void recalculate(Effects& effects, const OrderT& order, const CaseStateT& state, const Context& context) {
  auto start = order.clock_started.at();
  auto fresh = [&](TimerKind timer) { return due_after(context, state, timer, order.station, start); };
  auto provisional = order.provisional;
  std::vector<Change> changes;
  bool waits = order.status == OrderStatus::dispatched && !happened(order.return_asked);
  if (waits && !happened(order.sign_missed))
    changes.push_back({TimerKind::sign, order.sign_due, fresh(TimerKind::sign).due});
  if (!happened(order.first_contact))
    changes.push_back(
        {TimerKind::first_contact, order.first_contact_due, fresh(TimerKind::first_contact).due});
  if (!happened(order.handle_missed)) {
    auto handle = fresh(TimerKind::handle);
    provisional = handle.provisional;
    if (!happened(order.handle_near))
      changes.push_back({TimerKind::handle_near, order.near_due,
                         near_due({order.station, start, handle.due}, state, context)});
    changes.push_back({TimerKind::handle, order.handle_due, handle.due});
  }
  for (const auto& change : changes) {
    // A date that stays but is no longer provisional is news too.
    bool confirmed = change.timer == TimerKind::handle && provisional != order.provisional;
    if (change.new_due == change.old_due && !confirmed) continue;
    DeadlineRecalculatedT event;
    event.order_id = order.id;
    event.timer = change.timer;
    event.old_due = change.old_due;
    event.new_due = change.new_due;
    event.provisional = provisional;
    event.calendar_version = context.registry.calendar_version(order.station, day_of(start));
    effects.add(std::move(event));
  }
}

}  // namespace

Effects decide(const MarkSignDeadlineMissed& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = due_guard(state, TimerKind::sign, order, context); no != Rejection::none) return no;
  SignDeadlineMissedT event;
  event.order_id = order->id;
  event.due_at = order->sign_due;
  return accept(std::move(event), urged(*order, UrgeCause::sign_missed));
}

Effects decide(const MarkHandleDeadlineNear& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = due_guard(state, TimerKind::handle_near, order, context); no != Rejection::none) return no;
  HandleDeadlineNearT event;
  event.order_id = order->id;
  event.due_at = order->handle_due;
  return accept(std::move(event));
}

Effects decide(const MarkHandleDeadlineMissed& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = due_guard(state, TimerKind::handle, order, context); no != Rejection::none) return no;
  HandleDeadlineMissedT event;
  event.order_id = order->id;
  event.due_at = order->handle_due;
  // From the due date, not from when it was found: a clock that stood still changes no date.
  event.urge_at = due_after(context, state, TimerKind::urge, order->station, order->handle_due).due;
  event.raise_at = due_after(context, state, TimerKind::level_raise, order->station, order->handle_due).due;
  return accept(std::move(event));
}

Effects decide(const MarkOrderUrgeDue& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = due_guard(state, TimerKind::urge, order, context); no != Rejection::none) return no;
  return accept(urged(*order, UrgeCause::handle_missed));
}

Effects decide(const MarkLevelRaiseDue& command, const CaseStateT& state, const Context& context) {
  const auto* order = find_order(state, get(command.order_id()));
  if (auto no = due_guard(state, TimerKind::level_raise, order, context); no != Rejection::none) return no;
  SupervisionLevelRaisedT event;
  event.order_id = order->id;
  event.cause = RaiseCause::handle_missed_long;
  event.level = static_cast<std::uint8_t>(state.supervision_level + 1);
  return accept(std::move(event));
}

Effects decide(const MarkFollowUpMissed& command, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  auto no = due_guard(state, TimerKind::follow_up, id_as<Uuid>(state.id), command.step(), context);
  if (no != Rejection::none) return no;
  for (const auto& follow_up : state.follow_ups) {
    if (follow_up.step != command.step() || happened(follow_up.held) || happened(follow_up.missed)) continue;
    FollowUpMissedT event;
    event.step = follow_up.step;
    event.due_at = follow_up.due_at;
    auto effects = accept(std::move(event));
    schedule_next_follow_up(effects, follow_up, state, context);
    return effects;
  }
  return Rejection::not_due;
}

Effects decide(const MarkReferralNoReply& command, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  const auto* referral = find_referral(state, get(command.referral_id()));
  if (!referral) return Rejection::referral_unknown;
  auto running = timers(state);
  auto rung = command.rung();
  const auto* timer = find_timer(running, rung, id_as<Uuid>(referral->id), static_cast<std::uint8_t>(rung));
  if (!timer || timer->due > context.decided_at) return Rejection::not_due;
  ReferralNoReplyT event;
  event.referral_id = referral->id;
  event.rung = rung;
  event.due_at = timer->due;
  return accept(std::move(event));
}

Effects decide(const RecalculateDeadlines&, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  Effects effects;
  for (const auto& order : state.orders)
    if (is_live(order) && order.due_source == DueSource::policy) recalculate(effects, order, state, context);
  if (effects.events.empty()) return Rejection::not_due;
  return effects;
}

}  // namespace toono
