// Referrals to outside lines: one rung of the ladder after the other. What a line sends carries its own
// message id, and the same message takes effect once (domain.md: rule 13).
#include <algorithm>

#include "commands/decide_detail.h"
#include "core/derive.h"

namespace toono {
namespace {

bool is_over(const ReferralT& referral) {
  return referral.status == ReferralStatus::loop_closed || referral.status == ReferralStatus::recalled;
}

/// `external_id` may be empty: the line, or who typed its answer, gave none.
Rejection referral_guard(const ReferralT* referral, const std::string& external_id, const CaseStateT& state,
                         const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!referral) return Rejection::referral_unknown;
  if (auto no = may_act_for(context, referral->station); no != Rejection::none) return no;
  // Before the rung: a message that comes twice finds the referral further on.
  const auto& seen = referral->external_ids;
  if (!external_id.empty() && std::find(seen.begin(), seen.end(), external_id) != seen.end())
    return Rejection::external_id_seen;
  return is_over(*referral) ? Rejection::referral_over : Rejection::none;
}

bool is_under_way(const ReferralT& referral) {
  return referral.status == ReferralStatus::sent || referral.status == ReferralStatus::delivered;
}
bool is_accepted(const ReferralT& referral) {
  return referral.status == ReferralStatus::accepted || referral.status == ReferralStatus::interim;
}

Instant rung_due(TimerKind rung, const ReferralT& referral, const CaseStateT& state, const Context& context) {
  return due_after(context, state, rung, state.station, context.occurred_at, referral.line).due;
}

template <class EventT>
EventT about(const ReferralT& referral) {
  EventT event;
  event.referral_id = referral.id;
  return event;
}

}  // namespace

Effects decide(const PrepareReferral& command, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!is_open(state)) return Rejection::case_not_open;
  if (auto no = may_work_on(context, state); no != Rejection::none) return no;
  ReferralPreparedT event;
  event.referral_id = derive<ReferralId>(context.id, "referral");
  event.line = command.line();
  event.station = context.from_clock() ? state.station : context.station;
  event.summary = get(command.summary());
  return accept(std::move(event));
}

Effects decide(const SendReferral& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  if (auto no = referral_guard(referral, "", state, context); no != Rejection::none) return no;
  if (referral->status != ReferralStatus::prepared) return Rejection::referral_not_prepared;
  auto event = about<ReferralSentT>(*referral);
  event.receive_due = rung_due(TimerKind::referral_received, *referral, state, context);
  return accept(std::move(event));
}

Effects decide(const DeliverReferral& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  if (auto no = referral_guard(referral, "", state, context); no != Rejection::none) return no;
  if (referral->status != ReferralStatus::sent) return Rejection::referral_not_sent;
  return accept(about<ReferralDeliveredT>(*referral));
}

Effects decide(const ReceiveReferral& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  auto external_id = get(command.external_id());
  if (auto no = referral_guard(referral, external_id, state, context); no != Rejection::none) return no;
  // That it was received says that it was delivered.
  if (!is_under_way(*referral)) return Rejection::referral_not_sent;
  auto event = about<ReferralReceivedT>(*referral);
  event.receipt = get(command.receipt());
  event.external_id = std::move(external_id);
  event.accept_due = rung_due(TimerKind::referral_accepted, *referral, state, context);
  return accept(std::move(event));
}

Effects decide(const AcceptReferral& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  auto external_id = get(command.external_id());
  if (auto no = referral_guard(referral, external_id, state, context); no != Rejection::none) return no;
  if (referral->status != ReferralStatus::received) return Rejection::referral_not_received;
  auto event = about<ReferralAcceptedT>(*referral);
  event.external_id = std::move(external_id);
  event.outcome_due = rung_due(TimerKind::referral_outcome, *referral, state, context);
  return accept(std::move(event));
}

Effects decide(const RefuseReferral& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  auto external_id = get(command.external_id());
  if (auto no = referral_guard(referral, external_id, state, context); no != Rejection::none) return no;
  if (referral->status == ReferralStatus::prepared) return Rejection::referral_not_sent;
  if (!is_under_way(*referral) && referral->status != ReferralStatus::received)
    return Rejection::referral_not_received;
  auto event = about<ReferralRefusedT>(*referral);
  event.reason = command.reason();
  event.external_id = std::move(external_id);
  return accept(std::move(event));
}

Effects decide(const ReportReferralInterim& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  auto external_id = get(command.external_id());
  if (auto no = referral_guard(referral, external_id, state, context); no != Rejection::none) return no;
  if (!is_accepted(*referral)) return Rejection::referral_not_accepted;
  auto event = about<ReferralInterimReportedT>(*referral);
  event.external_id = std::move(external_id);
  return accept(std::move(event));
}

Effects decide(const ReportReferralOutcome& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  auto external_id = get(command.external_id());
  if (auto no = referral_guard(referral, external_id, state, context); no != Rejection::none) return no;
  if (!is_accepted(*referral)) return Rejection::referral_not_accepted;
  auto event = about<ReferralOutcomeReportedT>(*referral);
  event.result = command.result();
  event.external_id = std::move(external_id);
  return accept(std::move(event));
}

Effects decide(const CloseReferralLoop& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  if (auto no = referral_guard(referral, "", state, context); no != Rejection::none) return no;
  if (referral->status != ReferralStatus::outcome && referral->status != ReferralStatus::refused)
    return Rejection::referral_no_outcome;
  return accept(about<ReferralLoopClosedT>(*referral));
}

Effects decide(const RecallReferral& command, const CaseStateT& state, const Context& context) {
  const auto* referral = find_referral(state, get(command.referral_id()));
  if (auto no = referral_guard(referral, "", state, context); no != Rejection::none) return no;
  return accept(about<ReferralRecalledT>(*referral));
}

}  // namespace toono
