// Intake, triage, risk, and what may be said of a case at any time.
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

Step decline() { return say<DeclineCaseT>(); }
Step answer_on_spot() { return say<AnswerCaseOnSpotT>(); }
Step classify() { return say<ClassifyCaseT>(); }
Step set_territory(std::uint32_t station) {
  return say<SetTerritoryT>([=](SetTerritoryT& body) { body.territory = StationId(station); });
}
Step add_party(PartyRole role) {
  return say<AddPartyT>([=](AddPartyT& body) { body.role = role; });
}
Step link_to(CaseId other) {
  return say<LinkCasesT>([=](LinkCasesT& body) { body.linked_to = other; });
}
Step correct(std::uint64_t seq, const char* happened) {
  return say<CorrectFactT>([=](CorrectFactT& body) {
    body.event = EventRef(seq, 0);
    body.happened_at = moment_of(happened);
  });
}
Step read_case() {
  return say<RecordAccessT>([](RecordAccessT& body) {
    body.entity_kind = EntityKind::case_file;
    body.purpose = "supervision";
  });
}

Rows intake_rows() {
  using enum Rejection;
  const Steps registered = {register_case()};
  return {
      {"a case has a number and a time to be assessed by",
       {},
       register_case(),
       {"CaseRegistered number=0700004284 assess_by=03-02T09:30"}},
      {"registered once", registered, register_case(), case_exists},
      {"by someone who is known", {}, by(kNobody, kRegion, register_case()), actor_unknown},
      {"declined with a reason and a channel", registered, decline(), {"CaseDeclined"}},
      {"no such case to decline", {}, decline(), case_unknown},
      {"declined once", registered + decline(), decline(), case_not_registered},
      {"past triage it is not declined", triaged(), decline(), case_not_registered},
      {"rule 15: high risk is never declined", registered + assess(RiskLevel::high), decline(),
       danger_may_not_be_declined},
      {"rule 15: danger is never declined", registered + triage(Priority::danger), decline(),
       danger_may_not_be_declined},
      {"medium risk may be declined", registered + assess(RiskLevel::medium), decline(), {"CaseDeclined"}},
      {"another station does not decline it", registered, by(kLeagueStaff, kLeague, decline()),
       not_this_station},
      {"answered on the spot, called back by the next working day",
       registered,
       answer_on_spot(),
       {"CaseAnsweredOnSpot callback_due=03-03T18:00"}},
      {"medium risk is followed up after an answer on the spot",
       registered + assess(RiskLevel::medium),
       answer_on_spot(),
       {"CaseAnsweredOnSpot", "FollowUpScheduled step=1 due_at=04-01T09:00"}},
      {"past triage it is not answered on the spot", triaged(), answer_on_spot(), case_not_registered},
      {"classified", registered, classify(), {"CaseClassified"}},
      {"a case that is over is not classified", registered + decline(), classify(), case_not_open},
      {"the league that has the order classifies too",
       dispatched(),
       by(kLeagueStaff, kLeague, classify()),
       {"CaseClassified"}},
      {"a league that has no order does not", dispatched(), by(kOtherLeagueStaff, kOtherLeague, classify()),
       not_this_station},
      {"the league whose order is over does not", dispatched() + say<RecallOrderT>(),
       by(kLeagueStaff, kLeague, classify()), not_this_station},
      {"whose matter it is", registered, set_territory(kFarBanner), {"CaseTerritorySet territory=150202"}},
      {"a territory is a station", registered, set_territory(159999), station_unknown},
      {"ordinary: dispatched within a day", registered, triage(), {"CaseTriaged dispatch_due=03-03T09:00"}},
      {"pressing: dispatched within two hours",
       registered,
       triage(Priority::pressing),
       {"CaseTriaged dispatch_due=03-02T11:00"}},
      {"danger: dispatched within the hour, on a Saturday too",
       {at("03-07 22:30", register_case())},
       triage(Priority::danger),
       {"CaseTriaged dispatch_due=03-07T23:30"}},
      {"triaged again before dispatch", triaged(), triage(Priority::danger), {"CaseTriaged"}},
      {"not triaged after dispatch", dispatched(), triage(), case_not_triable},
      {"a guardian may be the offender",
       registered + add_party(PartyRole::guardian),
       add_party(PartyRole::alleged_offender),
       {"PartyAdded"}},
      {"one role once", registered + add_party(PartyRole::guardian), add_party(PartyRole::guardian),
       party_already_there},
      {"linked", registered, link_to(id_number<CaseId>(9)), {"CasesLinked"}},
      {"a closed case is linked too", closed(), link_to(id_number<CaseId>(9)), {"CasesLinked"}},
      {"not to itself", registered, link_to(the_case()), cases_same},
      {"no such case to link", {}, link_to(id_number<CaseId>(9)), case_unknown},
  };
}

Rows any_time_rows() {
  using enum Rejection;
  const Steps registered = {register_case()};
  return {
      {"withdrawn", triaged(), withdraw(), {"CaseWithdrawn"}},
      {"withdrawn once", triaged() + withdraw(), withdraw(), case_not_open},
      {"not while a station works on it", dispatched(), withdraw(), orders_still_open},
      {"after the recall", dispatched() + say<RecallOrderT>(), withdraw(), {"CaseWithdrawn"}},
      {"a fact is corrected by naming its event",
       triaged(),
       correct(2, "03-02 08:50"),
       {"FactCorrected happened_at=03-02T08:50"}},
      {"an event that the case has not", triaged(), correct(3, "03-02 08:50"), event_unknown},
      {"not into the future", triaged(), correct(2, "03-02 09:00:00.001"), occurred_in_future},
      {"up to now", triaged(), correct(2, "03-02 09:00"), {"FactCorrected"}},
      {"a case that is over is corrected too", closed(), correct(1, "03-02 08:50"), {"FactCorrected"}},
      {"its words are read for a purpose", registered, read_case(), {"AccessUsed purpose=supervision"}},
      {"words of no case", {}, read_case(), case_unknown},
  };
}

}  // namespace

Rows case_rows() {
  auto rows = intake_rows();
  for (auto& row : any_time_rows()) rows.push_back(std::move(row));
  return rows;
}

Rows risk_rows() {
  using enum Rejection;
  const Steps registered = {register_case()};
  const Steps high = registered + assess(RiskLevel::high);
  return {
      {"assessed", registered, assess(RiskLevel::low), {"RiskAssessed level=low"}},
      {"no such case to assess", {}, assess(RiskLevel::low), case_unknown},
      {"with a level", registered, assess(RiskLevel::unassessed), level_not_given},
      {"anyone at work on it raises it",
       dispatched(),
       by(kLeagueStaff, kLeague, assess(RiskLevel::imminent)),
       {"RiskAssessed level=imminent"}},
      {"medium is lowered by one",
       registered + assess(RiskLevel::medium),
       assess(RiskLevel::low),
       {"RiskAssessed level=low"}},
      {"the same again is not lower", high, assess(RiskLevel::high), {"RiskAssessed level=high"}},
      {"rule 6: high is not lowered by one", high, assess(RiskLevel::medium), lowering_needs_two},
      {"rule 6: imminent is not lowered by one", registered + assess(RiskLevel::imminent),
       assess(RiskLevel::high), lowering_needs_two},
      {"rule 6: two people lower it",
       high,
       lower(RiskLevel::medium),
       {"RiskLevelOverridden level=medium second=2"}},
      {"rule 6: a second person", high, lower(RiskLevel::medium, 0), second_person_needed},
      {"rule 6: another person", high, lower(RiskLevel::medium, kRegionStaff), second_person_needed},
      {"rule 6: someone who exists", high, lower(RiskLevel::medium, kNobody), second_person_unknown},
      {"rule 6: someone who has not left", high, lower(RiskLevel::medium, kLeftStaff), second_person_unknown},
      {"an override lowers", high, lower(RiskLevel::imminent), risk_not_lowered},
      {"an override changes", high, lower(RiskLevel::high), risk_not_lowered},
      {"an override says to what", high, lower(RiskLevel::unassessed), level_not_given},
      {"a case that is over has no risk to assess", triaged() + withdraw(), assess(RiskLevel::low),
       case_not_open},
  };
}

TEST_CASE("cases: intake and triage and what may be said at any time") { run(case_rows()); }
TEST_CASE("risk: anyone raises it and two people lower it") { run(risk_rows()); }

TEST_CASE("what was once a high risk stays known after it was lowered") {
  Story story;
  for (const auto& step : {register_case(), assess(RiskLevel::imminent), lower(RiskLevel::low)})
    story.tell(step);
  CHECK(story.the_case_state().risk == RiskLevel::low);
  CHECK(story.the_case_state().highest_risk == RiskLevel::imminent);
}

TEST_CASE("a corrected time takes the place of the first and the event stays known") {
  Story story;
  for (const auto& step : {register_case(), triage(), correct(1, "03-02 08:45")}) story.tell(step);
  CHECK(story.the_case_state().registered.at() == moment_of("03-02 08:45"));
  CHECK(story.the_case_state().registered.event() == EventRef(1, 0));
}

}  // namespace toono
