// Cases from registration to triage, and what may be said of a case at any time.
#include <algorithm>

#include "commands/decide_detail.h"
#include "core/derive.h"

namespace toono {
namespace {

/// For what the case's own station, or one above it, decides.
Rejection case_guard(const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  return may_act_for(context, state.station);
}

/// For what any station at work on an open case may add to it.
Rejection work_guard(const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!is_open(state)) return Rejection::case_not_open;
  return may_work_on(context, state);
}

/// What policy rows are looked up by, before the case has it.
CaseStateT asked_for(Priority priority, HandlingClass handling_class) {
  CaseStateT state;
  state.priority = priority;
  state.handling_class = handling_class;
  return state;
}

}  // namespace

bool has_live_order(const CaseStateT& state) {
  return std::any_of(state.orders.begin(), state.orders.end(), is_live);
}

Rejection may_work_on(const Context& context, const CaseStateT& state) {
  auto no = may_act_for(context, state.station);
  if (no != Rejection::not_this_station) return no;
  for (const auto& order : state.orders)
    if (is_live(order) && may_act_for(context, order.station) == Rejection::none) return Rejection::none;
  return no;
}

Effects decide(const RegisterCase& command, const CaseStateT& state, const Context& context) {
  if (state.version != 0) return Rejection::case_exists;
  if (auto no = may_act_for(context, context.station); no != Rejection::none) return no;
  CaseRegisteredT event;
  event.number = case_number(context.partition, context.case_count + 1);
  event.programme = command.programme();
  event.language = command.language();
  event.channel = command.channel();
  event.contact_id = get(command.contact_id());
  event.youth = get(command.youth());
  event.narrative = get(command.narrative());
  event.foreign_id = get(command.foreign_id());
  event.assess_by = due_after(context, asked_for(Priority::ordinary, HandlingClass::ordinary),
                              TimerKind::risk_assessment, context.station, context.occurred_at)
                        .due;
  return accept(std::move(event));
}

Effects decide(const DeclineCase& command, const CaseStateT& state, const Context& context) {
  if (auto no = case_guard(state, context); no != Rejection::none) return no;
  if (is_open(state) && in_danger(state)) return Rejection::danger_may_not_be_declined;
  if (state.status != CaseStatus::registered) return Rejection::case_not_registered;
  CaseDeclinedT event;
  event.reason = command.reason();
  event.proper_channel = command.proper_channel();
  return accept(std::move(event));
}

Effects decide(const AnswerCaseOnSpot& command, const CaseStateT& state, const Context& context) {
  if (auto no = case_guard(state, context); no != Rejection::none) return no;
  if (state.status != CaseStatus::registered) return Rejection::case_not_registered;
  CaseAnsweredOnSpotT event;
  event.language = command.language();
  event.answer = get(command.answer());
  event.callback_due = due_after(context, state, TimerKind::callback, state.station, context.occurred_at).due;
  auto effects = accept(std::move(event));
  schedule_first_follow_up(effects, state, context);
  return effects;
}

Effects decide(const ClassifyCase& command, const CaseStateT& state, const Context& context) {
  if (auto no = work_guard(state, context); no != Rejection::none) return no;
  CaseClassifiedT event;
  event.programme = command.programme();
  event.service_kind = command.service_kind();
  event.taxonomy_version = command.taxonomy_version();
  return accept(std::move(event));
}

Effects decide(const SetTerritory& command, const CaseStateT& state, const Context& context) {
  if (auto no = work_guard(state, context); no != Rejection::none) return no;
  auto territory = get(command.territory());
  if (!context.registry.station(territory, context.day())) return Rejection::station_unknown;
  CaseTerritorySetT event;
  event.territory = territory;
  event.basis = command.basis();
  return accept(std::move(event));
}

Effects decide(const TriageCase& command, const CaseStateT& state, const Context& context) {
  if (auto no = case_guard(state, context); no != Rejection::none) return no;
  // Again, too, as long as no order has been made of it.
  if (state.status != CaseStatus::registered && state.status != CaseStatus::triaged)
    return Rejection::case_not_triable;
  CaseTriagedT event;
  event.priority = command.priority();
  event.handling_class = command.handling_class();
  event.tier = command.tier();
  event.dispatch_due = due_after(context, asked_for(command.priority(), command.handling_class()),
                                 TimerKind::dispatch, state.station, context.occurred_at)
                           .due;
  return accept(std::move(event));
}

Effects decide(const AddParty& command, const CaseStateT& state, const Context& context) {
  if (auto no = work_guard(state, context); no != Rejection::none) return no;
  PartyAddedT event;
  event.person_id = get(command.person_id());
  event.role = command.role();
  // The same person may have several roles: the guardian may be the offender.
  for (const auto& party : state.parties)
    if (party.person_id == event.person_id && party.role == event.role) return Rejection::party_already_there;
  return accept(std::move(event));
}

Effects decide(const LinkCases& command, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (get(command.linked_to()) == get(command.case_id())) return Rejection::cases_same;
  // A closed case too: a matter that comes back after the reopen window is a new case, linked to the old one.
  if (auto no = may_work_on(context, state); no != Rejection::none) return no;
  CasesLinkedT event;
  event.linked_to = get(command.linked_to());
  return accept(std::move(event));
}

Effects decide(const WithdrawCase& command, const CaseStateT& state, const Context& context) {
  if (auto no = case_guard(state, context); no != Rejection::none) return no;
  if (!is_open(state)) return Rejection::case_not_open;
  // Each station hears from a recall that its order is over.
  if (has_live_order(state)) return Rejection::orders_still_open;
  CaseWithdrawnT event;
  event.ground = command.ground();
  return accept(std::move(event));
}

Effects decide(const CorrectFact& command, const CaseStateT& state, const Context& context) {
  if (auto no = case_guard(state, context); no != Rejection::none) return no;
  auto event_ref = get(command.event());
  const auto& seqs = state.event_seqs;
  if (std::find(seqs.begin(), seqs.end(), event_ref.seq()) == seqs.end()) return Rejection::event_unknown;
  auto happened_at = get(command.happened_at());
  if (happened_at > context.decided_at) return Rejection::occurred_in_future;
  FactCorrectedT event;
  event.event = event_ref;
  event.happened_at = happened_at;
  event.ground = command.ground();
  return accept(std::move(event));
}

}  // namespace toono
