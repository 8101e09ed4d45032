// Cases: intake, risk, reply, feedback and closing.
#include "core/evolve_detail.h"

namespace toono {
namespace {

void free_to_dispatch(CaseStateT& state, const Instant* due, const Stamp& stamp) {
  state.dispatch_from = moment(stamp);
  state.dispatch_due = get(due);
}

void set_risk(CaseStateT& state, RiskLevel level) {
  state.risk = level;
  if (level > state.highest_risk) state.highest_risk = level;
}

/// A new round of reply and call-back begins: what was answered in the last one stays in the history only.
void forget_feedback(CaseStateT& state) {
  state.callback_attempts = 0;
  state.last_callback_day = Day{};
  state.callback_completed = Moment{};
  state.callback_exhausted = Moment{};
  state.callback_due = Instant{};
}

void correct(Moment& moment, const EventRef& event, Instant at) {
  if (moment.event() == event && happened(moment)) moment = Moment{at, event};
}

FollowUpT* find_step(CaseStateT& state, std::uint8_t step) {
  for (auto& follow_up : state.follow_ups)
    if (follow_up.step == step && !happened(follow_up.held) && !happened(follow_up.missed)) return &follow_up;
  return nullptr;
}

}  // namespace

void on(CaseStateT& state, const CaseRegistered& event, const Stamp& stamp) {
  state.id = id_as<CaseId>(stamp.entity);
  state.number = get(event.number());
  state.status = CaseStatus::registered;
  state.station = stamp.station;
  state.programme = event.programme();
  state.language = event.language();
  state.channel = event.channel();
  state.contact_id = get(event.contact_id());
  state.youth = get(event.youth());
  state.foreign_id = get(event.foreign_id());
  state.imported = stamp.imported;
  state.priority = Priority::ordinary;
  state.handling_class = HandlingClass::ordinary;
  state.registered = moment(stamp);
  state.assess_by = get(event.assess_by());
  if (is_nil(state.youth)) return;
  PartyT youth;
  youth.person_id = state.youth;
  youth.role = PartyRole::youth;
  state.parties.push_back(youth);
}
void on(CaseStateT& state, const CaseDeclined&, const Stamp& stamp) {
  state.status = CaseStatus::declined;
  state.declined = moment(stamp);
}
void on(CaseStateT& state, const CaseAnsweredOnSpot& event, const Stamp& stamp) {
  state.status = CaseStatus::replied;
  state.answered_on_spot = moment(stamp);
  state.replied = moment(stamp);
  state.callback_due = get(event.callback_due());
}
void on(CaseStateT& state, const CaseClassified& event, const Stamp&) {
  state.programme = event.programme();
  state.service_kind = event.service_kind();
}
void on(CaseStateT& state, const CaseTerritorySet& event, const Stamp&) {
  state.territory = get(event.territory());
  state.territory_basis = event.basis();
}
void on(CaseStateT& state, const CaseTriaged& event, const Stamp& stamp) {
  state.status = CaseStatus::triaged;
  state.priority = event.priority();
  state.handling_class = event.handling_class();
  state.tier = event.tier();
  state.triaged = moment(stamp);
  free_to_dispatch(state, event.dispatch_due(), stamp);
}
void on(CaseStateT& state, const PartyAdded& event, const Stamp&) {
  PartyT party;
  party.person_id = get(event.person_id());
  party.role = event.role();
  state.parties.push_back(party);
}
void on(CaseStateT& state, const CasesLinked& event, const Stamp&) {
  state.linked_cases.push_back(get(event.linked_to()));
}
void on(CaseStateT& state, const RiskAssessed& event, const Stamp& stamp) {
  set_risk(state, event.level());
  state.assessed = moment(stamp);
}
void on(CaseStateT& state, const RiskLevelOverridden& event, const Stamp& stamp) {
  set_risk(state, event.level());
  state.assessed = moment(stamp);
}
void on(CaseStateT&, const ReplyApproved&, const Stamp&) {}
void on(CaseStateT& state, const ReplyDelivered& event, const Stamp& stamp) {
  state.status = CaseStatus::replied;
  state.replied = moment(stamp);
  forget_feedback(state);
  state.callback_due = get(event.callback_due());
}
void on(CaseStateT& state, const CallbackAttempted& event, const Stamp& stamp) {
  state.callback_attempts = event.attempt();
  state.last_callback_day =
      Day{static_cast<std::int32_t>((stamp.occurred_at.ms() + 8 * 3600'000) / 86'400'000)};
}
void on(CaseStateT& state, const CallbackCompleted& event, const Stamp& stamp) {
  state.callback_completed = moment(stamp);
  state.solved = event.solved();
  state.satisfaction = event.satisfaction();
  if (event.unit_says_solved() != Answer::not_asked) state.unit_says_solved = event.unit_says_solved();
}
void on(CaseStateT& state, const CallbackExhausted&, const Stamp& stamp) {
  state.callback_exhausted = moment(stamp);
}
void on(CaseStateT& state, const ReworkOrdered& event, const Stamp& stamp) {
  state.status = CaseStatus::rework;
  state.rework_count = event.n();
  state.reworked = moment(stamp);
  forget_feedback(state);
  free_to_dispatch(state, event.dispatch_due(), stamp);
}
void on(CaseStateT& state, const ProblemOrderMarked&, const Stamp& stamp) {
  state.problem_marked = moment(stamp);
}
void on(CaseStateT& state, const FollowUpScheduled& event, const Stamp& stamp) {
  FollowUpT follow_up;
  follow_up.step = event.step();
  follow_up.due_at = get(event.due_at());
  follow_up.scheduled = moment(stamp);
  state.follow_ups.push_back(follow_up);
}
void on(CaseStateT& state, const FollowUpHeld& event, const Stamp& stamp) {
  if (auto* follow_up = find_step(state, event.step())) follow_up->held = moment(stamp);
}
void on(CaseStateT& state, const FollowUpMissed& event, const Stamp& stamp) {
  if (auto* follow_up = find_step(state, event.step())) follow_up->missed = moment(stamp);
}
void on(CaseStateT& state, const CaseClosed& event, const Stamp& stamp) {
  state.status = CaseStatus::closed;
  state.closed = moment(stamp);
  state.outcome = event.outcome();
  state.close_ground = event.ground();
  state.reopen_until = get(event.reopen_until());
}
void on(CaseStateT& state, const CaseReopened& event, const Stamp& stamp) {
  state.status = CaseStatus::triaged;
  state.reopened = moment(stamp);
  ++state.reopen_count;
  forget_feedback(state);
  free_to_dispatch(state, event.dispatch_due(), stamp);
}
void on(CaseStateT& state, const CaseWithdrawn&, const Stamp& stamp) {
  state.status = CaseStatus::withdrawn;
  state.withdrawn = moment(stamp);
}

void on(CaseStateT& state, const FactCorrected& event, const Stamp&) {
  auto ref = get(event.event());
  auto at = get(event.happened_at());
  for (auto* moment :
       {&state.registered, &state.assessed, &state.triaged, &state.declined, &state.dispatch_from,
        &state.first_dispatch, &state.answered_on_spot, &state.replied, &state.callback_completed,
        &state.callback_exhausted, &state.reworked, &state.closed, &state.reopened, &state.withdrawn})
    correct(*moment, ref, at);
  for (auto& order : state.orders)
    for (auto* moment :
         {&order.dispatched, &order.signed_, &order.first_contact, &order.return_asked, &order.return_ruled,
          &order.submitted, &order.accepted, &order.accepted_submission, &order.recalled, &order.escalated})
      correct(*moment, ref, at);
  for (auto& referral : state.referrals)
    for (auto* moment : {&referral.sent, &referral.delivered, &referral.received, &referral.accepted,
                         &referral.refused, &referral.outcome, &referral.loop_closed})
      correct(*moment, ref, at);
  for (auto& follow_up : state.follow_ups) correct(follow_up.held, ref, at);
}

}  // namespace toono
