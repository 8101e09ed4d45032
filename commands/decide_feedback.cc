// From the unified reply to closing and reopening: call-back, rework, follow-up (domain.md: rules 6, 7, 8).
#include <algorithm>

#include "commands/decide_detail.h"

namespace toono {
namespace {

constexpr std::uint8_t kBestSatisfaction = 5;
/// 1 and 2 are the two answers that are not at least "basically satisfied".
constexpr std::uint8_t kNotSatisfied = 2;

Rejection feedback_guard(const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  return may_act_for(context, state.station);
}

const std::vector<std::uint16_t>* follow_up_days(const CaseStateT& state, const Context& context) {
  const auto* policy = context.registry.policy(context.day());
  if (!policy || state.risk < RiskLevel::medium) return nullptr;
  return state.risk == RiskLevel::medium ? &policy->follow_up_medium_days : &policy->follow_up_high_days;
}

const FollowUpT* pending_follow_up(const CaseStateT& state) {
  for (const auto& follow_up : state.follow_ups)
    if (!happened(follow_up.held) && !happened(follow_up.missed)) return &follow_up;
  return nullptr;
}

/// The first day of the list that is later than `after_due`, counted around the clock from the reply.
void schedule(Effects& effects, const CaseStateT& state, const Context& context, Instant reply,
              Instant after_due, std::uint8_t step) {
  const auto* days = follow_up_days(state, context);
  if (!days) return;
  for (auto day : *days) {
    auto due = after(reply, day * kDayMs);
    if (due <= after_due) continue;
    FollowUpScheduledT event;
    event.step = step;
    event.due_at = due;
    effects.add(std::move(event));
    return;
  }
}

std::uint8_t callback_tries(const Context& context) {
  const auto* policy = context.registry.policy(context.day());
  return policy ? policy->callback_tries : PolicyT().callback_tries;
}

OrderId last_lead(const CaseStateT& state) {
  OrderId last;
  for (const auto& order : state.orders)
    if (order.role == OrderRole::lead) last = order.id;
  return last;
}

bool is_dissatisfied(const CaseStateT& state) {
  bool low = state.satisfaction >= 1 && state.satisfaction <= kNotSatisfied;
  return happened(state.callback_completed) && (state.solved == Answer::no || low);
}

/// none, or why the case may not be closed without a ground (rule 7).
Rejection closing_guard(const CaseStateT& state) {
  if (state.status != CaseStatus::replied) return Rejection::no_reply_or_ground;
  if (!happened(state.callback_completed) && !happened(state.callback_exhausted))
    return Rejection::no_callback_result;
  return pending_follow_up(state) ? Rejection::follow_up_pending : Rejection::none;
}

}  // namespace

void schedule_first_follow_up(Effects& effects, const CaseStateT& state, const Context& context) {
  // After a rework the reply comes again; a follow-up that still waits is not doubled.
  if (pending_follow_up(state)) return;
  schedule(effects, state, context, context.occurred_at, context.occurred_at, 1);
}

void schedule_next_follow_up(Effects& effects, const FollowUpT& done, const CaseStateT& state,
                             const Context& context) {
  if (!is_open(state)) return;
  schedule(effects, state, context, state.replied.at(), done.due_at,
           static_cast<std::uint8_t>(done.step + 1));
}

Effects decide(const DeliverReply& command, const CaseStateT& state, const Context& context) {
  if (auto no = feedback_guard(state, context); no != Rejection::none) return no;
  if (state.status != CaseStatus::awaiting_reply) return Rejection::case_not_awaiting_reply;
  ReplyApprovedT approved;
  approved.by = context.actor;
  ReplyDeliveredT delivered;
  delivered.language = command.language();
  delivered.reply = get(command.reply());
  delivered.callback_due =
      due_after(context, state, TimerKind::callback, state.station, context.occurred_at).due;
  auto effects = accept(std::move(approved), std::move(delivered));
  schedule_first_follow_up(effects, state, context);
  return effects;
}

Effects decide(const AttemptCallback& command, const CaseStateT& state, const Context& context) {
  if (auto no = feedback_guard(state, context); no != Rejection::none) return no;
  if (state.status != CaseStatus::replied) return Rejection::case_not_replied;
  if (happened(state.callback_completed) || happened(state.callback_exhausted))
    return Rejection::callback_over;
  if (command.satisfaction() > kBestSatisfaction) return Rejection::satisfaction_out_of_range;
  bool completed = command.result() == CallbackResult::completed;
  if (completed && command.solved() == Answer::not_asked && command.satisfaction() == 0)
    return Rejection::callback_answer_missing;
  // Three tries on three days: only one that reaches the caller counts beside another of the same day.
  if (!completed && state.callback_attempts > 0 && state.last_callback_day == context.day())
    return Rejection::callback_same_day;
  CallbackAttemptedT tried;
  tried.attempt = static_cast<std::uint8_t>(state.callback_attempts + 1);
  tried.result = command.result();
  auto attempt = tried.attempt;
  auto effects = accept(std::move(tried));
  if (completed) {
    CallbackCompletedT event;
    event.solved = command.solved();
    event.satisfaction = command.satisfaction();
    event.unit_says_solved =
        command.unit_says_solved() == Answer::not_asked ? state.unit_says_solved : command.unit_says_solved();
    effects.add(std::move(event));
  } else if (attempt >= callback_tries(context)) {
    CallbackExhaustedT event;
    event.attempts = attempt;
    effects.add(std::move(event));
  }
  return effects;
}

Effects decide(const OrderRework& command, const CaseStateT& state, const Context& context) {
  if (auto no = feedback_guard(state, context); no != Rejection::none) return no;
  if (state.status != CaseStatus::replied) return Rejection::case_not_replied;
  if (!is_dissatisfied(state)) return Rejection::rework_without_ground;
  auto n = static_cast<std::uint8_t>(state.rework_count + 1);
  ReworkOrderedT event;
  event.n = n;
  event.fault = command.fault();
  event.dispatch_due = dispatch_due(context, state);
  auto effects = accept(std::move(event));
  const auto* policy = context.registry.policy(context.day());
  if (!policy || n != policy->rework_limit) return effects;
  ProblemOrderMarkedT marked;
  marked.n = n;
  SupervisionLevelRaisedT raised;
  raised.order_id = last_lead(state);
  raised.cause = RaiseCause::third_rework;
  raised.level = static_cast<std::uint8_t>(state.supervision_level + 1);
  effects.add(std::move(marked)).add(std::move(raised));
  return effects;
}

Effects decide(const HoldFollowUp& command, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (auto no = may_work_on(context, state); no != Rejection::none) return no;
  const auto* pending = pending_follow_up(state);
  if (!pending) return Rejection::no_follow_up_pending;
  FollowUpHeldT event;
  event.step = pending->step;
  event.note = get(command.note());
  auto effects = accept(std::move(event));
  schedule_next_follow_up(effects, *pending, state, context);
  return effects;
}

Effects decide(const CloseCase& command, const CaseStateT& state, const Context& context) {
  if (auto no = feedback_guard(state, context); no != Rejection::none) return no;
  if (state.status == CaseStatus::closed) return Rejection::case_closed;
  if (!is_open(state)) return Rejection::case_not_open;
  if (state.risk >= RiskLevel::high) return Rejection::risk_too_high_to_close;
  // Only what an import brings in was closed elsewhere.
  if (command.ground() == CloseGround::imported && !context.imported) return Rejection::no_reply_or_ground;
  if (command.ground() == CloseGround::none)
    if (auto no = closing_guard(state); no != Rejection::none) return no;
  if (has_live_order(state)) return Rejection::orders_still_open;
  CaseClosedT event;
  event.outcome = command.outcome();
  event.ground = command.ground();
  // A case that once was at high risk may be reopened at any time.
  if (state.highest_risk < RiskLevel::high)
    event.reopen_until =
        due_after(context, state, TimerKind::reopen_window, state.station, context.occurred_at).due;
  return accept(std::move(event));
}

Effects decide(const ReopenCase& command, const CaseStateT& state, const Context& context) {
  if (auto no = feedback_guard(state, context); no != Rejection::none) return no;
  if (state.status != CaseStatus::closed) return Rejection::case_not_closed;
  bool limited = state.highest_risk < RiskLevel::high && !is_none(state.reopen_until);
  if (limited && context.occurred_at > state.reopen_until) return Rejection::reopen_window_over;
  CaseReopenedT event;
  event.ground = command.ground();
  event.dispatch_due = dispatch_due(context, state);
  return accept(std::move(event));
}

}  // namespace toono
