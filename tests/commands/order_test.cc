// Work orders: dispatch to acceptance, returns, delegation, escalation.
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

Step dispatch_due(const char* due) {
  return say<DispatchOrderT>([=](DispatchOrderT& body) {
    body.station = StationId(kLeague);
    body.due_at = moment_of(due);
  });
}
Step assign(std::uint32_t handler) {
  return say<AssignHandlerT>([=](AssignHandlerT& body) { body.handler = StaffId(handler); });
}
Step not_reached() {
  return say<ContactCallerT>([](ContactCallerT& body) { body.outcome = ContactOutcome::not_reached; });
}
Step log_progress() { return say<LogProgressT>(); }
Step session(SessionOutcome outcome) {
  return say<RecordSessionT>([=](RecordSessionT& body) { body.outcome = outcome; });
}
Step send_back() { return say<SendBackResultT>(); }
Step escalate() { return say<EscalateOrderT>(); }
Step urge() { return say<UrgeOrderT>(); }
Step raise_level() { return say<RaiseSupervisionLevelT>(); }
Step recall() { return say<RecallOrderT>(); }
Step suspend(std::uint32_t station) {
  return say<SuspendStationT>([=](SuspendStationT& body) {
    body.station = StationId(station);
    body.valid_from = day_of(CivilDate{2026, 3, 2});
  });
}
/// The order that the last one was delegated from.
template <class BodyT>
Step of_parent() {
  return say<BodyT>([](BodyT& body, const Story& story) {
    if (!story.the_case_state().orders.empty()) body.order_id = story.the_case_state().orders[0].id;
  });
}
Steps delegated() { return dispatched() + sign() + reach_caller() + delegate(); }
Steps returned(int times) {
  auto steps = triaged();
  for (int i = 0; i < times; ++i) steps = steps + dispatch() + ask_return() + rule(true);
  return steps;
}

Rows dispatch_rows() {
  using enum Rejection;
  return {
      {"rule 14: the clocks start at dispatch",
       triaged(),
       dispatch(),
       {"OrderDispatched station=150100 parent=150000 dispatched_by=150000 tier=II role=lead "
        "sign_due=03-03T18:00 first_contact_due=03-03T18:00 handle_due=03-09T18:00 near_due=03-06T16:42 "
        "due_source=policy provisional=false policy_version=default-1 calendar_version=2026"}},
      {"no such case to dispatch", {}, dispatch(), case_unknown},
      {"a case that is over is not dispatched", triaged() + withdraw(), dispatch(), case_not_open},
      {"a case is triaged first", {register_case()}, dispatch(), case_not_triaged},
      {"rule 1: one live lead order", dispatched(), dispatch(kOtherLeague), live_lead_exists},
      {"rule 1: another after the recall",
       dispatched() + recall(),
       dispatch(kOtherLeague),
       {"OrderDispatched"}},
      {"the region handles it itself", triaged(), dispatch(kRegion), {"OrderDispatched station=150000"}},
      {"to a station that exists", triaged(), dispatch(159999), station_unknown},
      {"to a station that works", triaged(), dispatch(kSuspendedLeague), station_suspended},
      {"rule 11: a banner takes orders from its own league only", triaged(), dispatch(kBanner),
       station_not_under_dispatcher},
      {"an order's own due date",
       triaged(),
       dispatch_due("03-04 12:00"),
       {"OrderDispatched handle_due=03-04T12:00 due_source=imported"}},
      {"not before it is dispatched", triaged(), dispatch_due("03-02 08:59"), due_before_dispatch},
      {"an imported due date may lie before",
       triaged(),
       imported(dispatch_due("03-02 08:59")),
       {"OrderDispatched handle_due=03-02T08:59"}},
      {"signed", dispatched(), by(kLeagueStaff, kLeague, sign()), {"OrderSigned"}},
      {"no such order", triaged(), sign(), order_unknown},
      {"by the station that has it, or one above", dispatched(), by(kOtherLeagueStaff, kOtherLeague, sign()),
       not_this_station},
      {"signed once", dispatched() + sign(), sign(), order_already_signed},
      {"an order that is over is not signed", dispatched() + recall(), sign(), order_not_live},
      {"not while a return is asked", dispatched() + ask_return(), sign(), order_not_dispatched},
  };
}

Rows return_rows() {
  using enum Rejection;
  const auto asked = dispatched() + ask_return();
  return {
      {"a return is ruled on in four working hours",
       dispatched(),
       ask_return(),
       {"OrderReturnAsked ruling_due=03-02T15:30"}},
      {"what was signed is not returned", dispatched() + sign(), ask_return(), order_already_signed},
      {"asked once", asked, ask_return(), order_not_dispatched},
      {"upheld: the case is free to dispatch",
       asked,
       rule(true),
       {"OrderReturnUpheld dispatch_due=03-03T09:00"}},
      {"rule 2: refused is finally designated",
       asked,
       rule(false),
       {"OrderReturnRefused", "OrderFinallyDesignated"}},
      {"rule 2: and cannot be returned again", asked + rule(false), ask_return(), order_finally_designated},
      {"refused: the station signs", asked + rule(false), sign(), {"OrderSigned"}},
      {"no one asked", dispatched(), rule(true), no_return_asked},
      {"who asked does not rule", asked, by(kLeagueStaff, kLeague, rule(true)), asker_may_not_rule},
      {"another league does not rule either", asked, by(kOtherLeagueStaff, kOtherLeague, rule(true)),
       not_this_station},
      {"the second transfer", returned(1) + dispatch() + ask_return(), rule(true), {"OrderReturnUpheld"}},
      {"the third transfer is a problem order",
       returned(2) + dispatch() + ask_return(),
       rule(true),
       {"OrderReturnUpheld", "ProblemOrderMarked n=3",
        "SupervisionLevelRaised cause=third_transfer level=1"}},
      {"the fourth is marked no more",
       returned(3) + dispatch() + ask_return(),
       rule(true),
       {"OrderReturnUpheld"}},
  };
}

Rows delegation_rows() {
  using enum Rejection;
  const auto signed_by_league = dispatched() + sign();
  return {
      {"the league's clock runs on while the banner works",
       signed_by_league,
       at("03-04 10:00", by(kLeagueStaff, kLeague, delegate())),
       {"OrderDelegated station=150102",
        "OrderDispatched station=150102 parent=150100 dispatched_by=150100 tier=III role=delegated "
        "sign_due=03-05T18:00 handle_due=03-09T18:00 due_source=inherited"}},
      {"only what was signed", dispatched(), delegate(), order_not_signed},
      {"only by a league", triaged() + dispatch(kRegion) + sign(), delegate(), not_tier_two},
      {"rule 11: to a banner of its own", signed_by_league, delegate(kFarBanner),
       station_not_under_dispatcher},
      {"not to another league", signed_by_league, delegate(kOtherLeague), station_not_under_dispatcher},
      {"to a station that exists", signed_by_league, delegate(159999), station_unknown},
      {"to a station that works", signed_by_league, delegate(kSuspendedBanner), station_suspended},
      {"the banner signs", delegated(), by(kBannerStaff, kBanner, sign()), {"OrderSigned"}},
      {"the league has no result while the banner works", delegated(), of_parent<SubmitResultT>(),
       child_order_open},
      {"nor is its order recalled", delegated(), of_parent<RecallOrderT>(), child_order_open},
      {"what the banner returned is the league's own work again",
       delegated() + ask_return() + by(kLeagueStaff, kLeague, rule(true)),
       of_parent<RecallOrderT>(),
       {"OrderRecalled"}},
      {"the league accepts the banner's result",
       delegated() + sign() + reach_caller() + submit(),
       by(kLeagueStaff, kLeague, accept_result()),
       {"ResultAccepted"}},
      {"then it submits its own",
       delegated() + sign() + reach_caller() + submit() + accept_result(),
       of_parent<SubmitResultT>(),
       {"ResultSubmitted"}},
  };
}

Rows handling_rows() {
  using enum Rejection;
  const auto being = being_handled();
  return {
      {"a handler", dispatched() + sign(), assign(kLeagueStaff), {"HandlerAssigned handler=10"}},
      {"rule 16: another takes over",
       dispatched() + sign() + assign(kLeagueStaff),
       assign(kLeagueSecond),
       {"HandlerReassigned handler=11 previous=10"}},
      {"the same again", dispatched() + sign() + assign(kLeagueStaff), assign(kLeagueStaff), handler_same},
      {"before it is signed", dispatched(), assign(kLeagueStaff), order_not_signed},
      {"someone who exists", dispatched() + sign(), assign(kNobody), handler_unknown},
      {"someone of the station", dispatched() + sign(), assign(kBannerStaff), handler_not_of_station},
      {"the caller is spoken to", dispatched() + sign(), reach_caller(), {"CallerFirstContacted"}},
      {"a second time", being, reach_caller(), {"CallerContactTried"}},
      {"no one answers", dispatched() + sign(), not_reached(), {"CallerContactTried"}},
      {"no one is spoken to before it is signed", dispatched(), reach_caller(), order_not_signed},
      {"no progress of no order", triaged(), log_progress(), order_unknown},
      {"no session before it is signed", dispatched(), session(SessionOutcome::held), order_not_signed},
      {"an order that is over is not urged", dispatched() + recall(), urge(), order_not_live},
      {"progress", being, log_progress(), {"ProgressLogged"}},
      {"no progress of an order that is over", dispatched() + recall(), log_progress(), order_not_live},
      {"unless it is imported", dispatched() + recall(), imported(log_progress()), {"ProgressLogged"}},
      {"a session", being, session(SessionOutcome::held), {"ServiceSessionHeld"}},
      {"a session missed", being, session(SessionOutcome::missed), {"ServiceSessionMissed"}},
      {"a session cancelled", being, session(SessionOutcome::cancelled), {"ServiceSessionCancelled"}},
      {"the result is reviewed by the next working day",
       being,
       submit(),
       {"ResultSubmitted review_due=03-03T18:00"}},
      {"no result without having spoken to the caller", dispatched() + sign(), submit(),
       caller_not_contacted},
      {"no result of what was not signed", dispatched(), submit(), order_not_signed},
      {"accepted: replied to by the next working day",
       being + submit(),
       accept_result(),
       {"ResultAccepted reply_due=03-03T18:00"}},
      {"the league does not accept its own", being + submit(), by(kLeagueStaff, kLeague, accept_result()),
       not_this_station},
      {"nothing to accept", being, accept_result(), result_not_submitted},
      {"sent back", being + submit(), send_back(), {"ResultSentBack n=1"}},
      {"sent back a second time",
       being + submit() + send_back() + submit(),
       send_back(),
       {"ResultSentBack n=2"}},
      {"nothing to send back", being, send_back(), result_not_submitted},
      {"no order is not urged", triaged(), urge(), order_unknown},
      {"urged by hand", dispatched(), urge(), {"OrderUrged cause=by_hand"}},
      {"the level raised by hand",
       dispatched(),
       raise_level(),
       {"SupervisionLevelRaised cause=by_hand level=1"}},
      {"recalled", being, recall(), {"OrderRecalled dispatch_due=03-03T09:00"}},
      {"escalation keeps the clock",
       dispatched() + sign(),
       at("03-05 10:00", by(kLeagueStaff, kLeague, escalate())),
       {"OrderEscalated station=150000",
        "OrderDispatched station=150000 handle_due=03-09T18:00 near_due=03-06T16:42 due_source=inherited"}},
      {"not to a station that is suspended", dispatched() + suspend(kRegion), escalate(), station_suspended},
      {"there is nothing above the region", triaged() + dispatch(kRegion), escalate(), no_parent_station},
  };
}

}  // namespace

Rows order_rows() {
  Rows rows;
  for (auto family : {dispatch_rows, return_rows, delegation_rows, handling_rows})
    for (auto& row : family()) rows.push_back(std::move(row));
  return rows;
}

TEST_CASE("orders: dispatch and signing") { run(dispatch_rows()); }
TEST_CASE("orders: returns and rulings") { run(return_rows()); }
TEST_CASE("orders: delegation") { run(delegation_rows()); }
TEST_CASE("orders: handling and results and escalation") { run(handling_rows()); }

TEST_CASE("an escalated order leaves one live lead whose clock started at the first dispatch") {
  Story story;
  for (const auto& step : dispatched() + sign() + delegate() + at("03-05 10:00", of_parent<EscalateOrderT>()))
    REQUIRE(story.tell(step).rejection == Rejection::none);
  const auto& state = story.the_case_state();
  REQUIRE(state.orders.size() == 3);
  CHECK(state.orders[0].status == OrderStatus::superseded);
  CHECK(state.orders[1].status == OrderStatus::superseded);
  CHECK(live_lead(state) == &state.orders[2]);
  CHECK(state.orders[2].clock_started.at() == moment_of("03-02 09:00"));
  CHECK(state.orders[2].dispatched.at() == moment_of("03-05 10:00"));
  CHECK(state.orders[2].first_handle_due == moment_of("03-09 18:00"));
}

}  // namespace toono
