#include "core/timers.h"

namespace toono {
namespace {

void order_timers(const OrderT& order, std::vector<Timer>& running) {
  if (!is_live(order)) return;
  auto subject = id_as<Uuid>(order.id);
  auto start = [&](TimerKind kind, Instant due, const Moment& cause) {
    if (!is_none(due)) running.push_back({kind, due, cause.event(), subject});
  };
  bool waits_for_signature = order.status == OrderStatus::dispatched && !happened(order.return_asked);
  if (waits_for_signature && !happened(order.sign_missed))
    start(TimerKind::sign, order.sign_due, order.dispatched);
  // A delegated order hands its clock to no one: the delegating station answers for it alone.
  if (order.role == OrderRole::delegated || order.status == OrderStatus::submitted) return;
  if (!happened(order.handle_near) && !happened(order.handle_missed))
    start(TimerKind::handle_near, order.near_due, order.dispatched);
  if (!happened(order.handle_missed)) {
    start(TimerKind::handle, order.handle_due, order.dispatched);
    return;
  }
  start(TimerKind::urge, order.urge_at, order.handle_missed);
  start(TimerKind::level_raise, order.raise_at, order.handle_missed);
}

void referral_timer(const ReferralT& referral, std::vector<Timer>& running) {
  auto subject = id_as<Uuid>(referral.id);
  auto start = [&](TimerKind rung, Instant due, const Moment& cause) {
    bool told = happened(referral.no_reply) && referral.no_reply_rung == rung;
    if (!told && !is_none(due))
      running.push_back({rung, due, cause.event(), subject, static_cast<std::uint8_t>(rung)});
  };
  switch (referral.status) {
    case ReferralStatus::sent:
    case ReferralStatus::delivered:
      return start(TimerKind::referral_received, referral.receive_due, referral.sent);
    case ReferralStatus::received:
      return start(TimerKind::referral_accepted, referral.accept_due, referral.received);
    case ReferralStatus::accepted:
    case ReferralStatus::interim:
      return start(TimerKind::referral_outcome, referral.outcome_due, referral.accepted);
    case ReferralStatus::none:
    case ReferralStatus::prepared:
    case ReferralStatus::refused:
    case ReferralStatus::outcome:
    case ReferralStatus::loop_closed:
    case ReferralStatus::recalled:
      return;
  }
}

}  // namespace

std::vector<Timer> timers(const CaseStateT& state) {
  std::vector<Timer> running;
  for (const auto& order : state.orders) order_timers(order, running);
  for (const auto& referral : state.referrals) referral_timer(referral, running);
  for (const auto& follow_up : state.follow_ups)
    if (!happened(follow_up.held) && !happened(follow_up.missed))
      running.push_back({TimerKind::follow_up, follow_up.due_at, follow_up.scheduled.event(),
                         id_as<Uuid>(state.id), follow_up.step});
  return running;
}

std::vector<Timer> timers(const ContactStateT&) { return {}; }

std::vector<Timer> timers(const PersonStateT& state) {
  std::vector<Timer> running;
  if (state.status == PersonStatus::match_pending)
    running.push_back({TimerKind::match_request, state.match_requested.at(), state.match_requested.event(),
                       id_as<Uuid>(state.same_as)});
  if (happened(state.erased) && !happened(state.keys_destroyed))
    running.push_back(
        {TimerKind::key_destruction, state.erased.at(), state.erased.event(), id_as<Uuid>(state.id)});
  return running;
}

const Timer* find_timer(const std::vector<Timer>& running, TimerKind kind, const Uuid& subject,
                        std::uint8_t step) {
  for (const auto& timer : running)
    if (timer.kind == kind && timer.subject == subject && timer.step == step) return &timer;
  return nullptr;
}

}  // namespace toono
