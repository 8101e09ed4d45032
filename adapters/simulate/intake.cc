// From a contact to a case that is triaged, declined or answered.
#include "adapters/simulate/stories.h"
#include "adapters/simulate/words.h"

namespace toono::simulate {
namespace {

constexpr std::uint64_t kReferralStream = 0x4000'0000;

ServiceKind service_of(Programme programme, Chance& chance) {
  if (programme == Programme::legal_rights)
    return chance.pick<ServiceKind>({{ServiceKind::criminal_defence, 8},
                                     {ServiceKind::criminal_representation, 7},
                                     {ServiceKind::labour_arbitration, 24},
                                     {ServiceKind::arbitration, 6},
                                     {ServiceKind::civil_litigation, 22},
                                     {ServiceKind::administrative_litigation, 5},
                                     {ServiceKind::drafting_documents, 16},
                                     {ServiceKind::other_non_litigation, 12}});
  if (programme == Programme::psychological_counselling)
    return chance.pick<ServiceKind>({{ServiceKind::one_to_one_counselling, 86},
                                     {ServiceKind::group_work, 9},
                                     {ServiceKind::home_visit, 5}});
  return chance.pick<ServiceKind>({{ServiceKind::one_to_one_counselling, 50},
                                   {ServiceKind::group_work, 30},
                                   {ServiceKind::home_visit, 20}});
}

RiskLevel risk_of(const CaseFile& file, Chance& chance) {
  bool delicate =
      file.programme == Programme::psychological_counselling || file.programme == Programme::family_education;
  if (delicate)
    return chance.pick<RiskLevel>(
        {{RiskLevel::low, 790}, {RiskLevel::medium, 150}, {RiskLevel::high, 40}, {RiskLevel::imminent, 20}});
  return chance.pick<RiskLevel>(
      {{RiskLevel::low, 925}, {RiskLevel::medium, 60}, {RiskLevel::high, 12}, {RiskLevel::imminent, 3}});
}

void register_case(CaseFile& file, const Posted& contact, Channel channel) {
  auto& chance = file.course.chance;
  file.origin = file.world.stage.region().origin(chance);
  if (!(file.home == file.world.stage.region().top())) {
    const auto& children = file.world.stage.region().station(file.home).children;
    file.origin = {file.home, children.empty() ? file.home : chance.one_of(children)};
  }
  file.stubborn = chance.in_1000(30);
  Line line("RegisterCase", file.course.somebody(file.home));
  line.word("programme", EnumNameProgramme(file.programme)).word("language", EnumNameLanguage(file.language));
  line.word("channel", EnumNameChannel(channel)).id("contact_id", contact.entity).id("youth", file.youth->id);
  line.text("narrative", narrative(file.programme, file.language, chance));
  file.id = id_as<CaseId>(file.course.post(line).entity);
  ++file.youth->open_cases;
  Line link("LinkContact", file.course.somebody(file.home));
  link.id("contact_id", contact.entity).id("case_id", file.id);
  file.course.post(link);
  if (!is_nil(file.youth->last_case) && chance.in_1000(700)) {
    auto linked = about("LinkCases", file);
    linked.id("linked_to", file.youth->last_case);
    file.course.post(linked);
  }
  file.youth->last_case = file.id;
}

void describe(CaseFile& file) {
  auto& chance = file.course.chance;
  file.service = service_of(file.programme, chance);
  if (chance.in_1000(920)) {
    auto line = about("ClassifyCase", file);
    line.word("programme", EnumNameProgramme(file.programme))
        .word("service_kind", EnumNameServiceKind(file.service));
    line.number("taxonomy_version", 1);
    file.course.post(line);
  }
  auto territory = about("SetTerritory", file);
  territory.station("territory", file.origin.banner);
  territory.word("basis", EnumNameTerritoryBasis(
                              chance.pick<TerritoryBasis>({{TerritoryBasis::residence, 55},
                                                           {TerritoryBasis::school, 30},
                                                           {TerritoryBasis::incident_place, 9},
                                                           {TerritoryBasis::household_register, 6}})));
  file.course.post(territory);
}

void add_guardian(CaseFile& file) {
  auto& chance = file.course.chance;
  if (!chance.in_1000(300)) return;
  Line line("RegisterPerson", file.course.somebody(file.home));
  line.text("name", name_of_person(file.language, chance)).text("phone", file.world.people.new_phone());
  auto guardian = id_as<PersonId>(file.course.post(line).entity);
  auto role = [&](PartyRole as) {
    auto party = about("AddParty", file);
    party.id("person_id", guardian).word("role", EnumNamePartyRole(as));
    file.course.post(party);
  };
  role(PartyRole::guardian);
  // The guardian may be the offender.
  if (chance.in_1000(80)) role(PartyRole::alleged_offender);
}

void refer(CaseFile& file, ReferralLine line) {
  auto number = kReferralStream + file.course.chance.below(1u << 30);
  auto& world = file.world;
  world.stage.begin(referral_story(world, file.id, file.home, file.youth, line, file.course.now, number),
                    file.course.now);
}

ReferralLine line_for(const CaseFile& file, Chance& chance) {
  if (file.programme == Programme::legal_rights)
    return chance.pick<ReferralLine>({{ReferralLine::line_12348, 6},
                                      {ReferralLine::line_12309, 2},
                                      {ReferralLine::court, 2},
                                      {ReferralLine::line_12338, 1}});
  if (file.programme == Programme::anti_drug_and_aids)
    return chance.pick<ReferralLine>(
        {{ReferralLine::line_12320, 5}, {ReferralLine::hospital, 3}, {ReferralLine::line_110, 2}});
  return chance.pick<ReferralLine>({{ReferralLine::hospital, 5},
                                    {ReferralLine::school, 5},
                                    {ReferralLine::line_12338, 2},
                                    {ReferralLine::line_12320, 2}});
}

Part<bool> assess(CaseFile& file) {
  auto& chance = file.course.chance;
  file.risk = risk_of(file, chance);
  // Most while the caller is on the line, some too late.
  Spread until_assessed{1 * kMinuteMs, 6 * kMinuteMs, 19 * kMinuteMs, 80 * kMinuteMs};
  if (file.risk >= RiskLevel::high)
    until_assessed = {1 * kMinuteMs, 3 * kMinuteMs, 8 * kMinuteMs, 35 * kMinuteMs};
  co_await file.course.pause(chance.of(until_assessed));
  auto line = about("AssessRisk", file);
  line.text("tool", "12355-R").text("tool_version", "2").word("level", EnumNameRiskLevel(file.risk));
  file.course.post(line);
  co_return true;
}

void triage(CaseFile& file) {
  auto& chance = file.course.chance;
  bool danger = file.risk == RiskLevel::imminent || (file.risk == RiskLevel::high && chance.in_1000(450));
  if (danger) {
    file.priority = Priority::danger;
    file.handling = HandlingClass::danger;
  } else {
    file.priority =
        chance.in_1000(file.risk == RiskLevel::high ? 900 : 110) ? Priority::pressing : Priority::ordinary;
    file.handling = chance.pick<HandlingClass>(
        {{HandlingClass::consult, 32}, {HandlingClass::ordinary, 58}, {HandlingClass::complex, 10}});
  }
  file.tier = chance.pick<Tier>({{Tier::I, 10}, {Tier::II, 36}, {Tier::III, 54}});
  if (!(file.home == file.world.stage.region().top()) && file.tier == Tier::I) file.tier = Tier::II;
  auto line = about("TriageCase", file);
  line.word("priority", EnumNamePriority(file.priority))
      .word("handling_class", EnumNameHandlingClass(file.handling));
  line.word("tier", EnumNameTier(file.tier));
  file.course.post(line);
}

void decline(CaseFile& file) {
  auto& chance = file.course.chance;
  auto line = about("DeclineCase", file);
  auto reason = chance.pick<DeclineReason>({{DeclineReason::not_for_youth, 35},
                                            {DeclineReason::other_authority, 35},
                                            {DeclineReason::same_matter_no_new_facts, 15},
                                            {DeclineReason::no_matter, 10},
                                            {DeclineReason::in_court, 5}});
  line.word("reason", EnumNameDeclineReason(reason));
  line.word("proper_channel", reason == DeclineReason::in_court ? "court" : "other");
  file.course.post(line);
}

void answer_on_spot(CaseFile& file) {
  auto line = about("AnswerCaseOnSpot", file);
  line.word("language", EnumNameLanguage(file.language));
  line.text("answer", reply_text(file.language, file.course.chance)).id("person_id", file.youth->id);
  file.course.post(line);
}

}  // namespace

Part<Intake> take_in(CaseFile& file, const Posted& contact, Channel channel) {
  auto& course = file.course;
  register_case(file, contact, channel);
  co_await course.pause(course.chance.between(30, 240) * kSecondMs);
  describe(file);
  add_guardian(file);
  co_await assess(file);
  if (file.risk < RiskLevel::high) {
    co_await course.pause(course.chance.between(1, 6) * kMinuteMs);
    if (course.chance.in_1000(28)) {
      decline(file);
      co_return Intake::over;
    }
    if (file.risk == RiskLevel::low && course.chance.in_1000(270)) {
      answer_on_spot(file);
      co_return Intake::answered;
    }
  }
  co_await course.pause(course.chance.between(20, 200) * kSecondMs);
  triage(file);
  if (file.in_danger()) refer(file, ReferralLine::line_110);
  if (course.chance.in_1000(55)) refer(file, line_for(file, course.chance));
  if (course.chance.in_1000(12) && !file.in_danger()) {
    co_await course.pause(course.chance.between(5, 60) * kMinuteMs);
    auto line = about("WithdrawCase", file);
    line.word("ground", course.chance.in_1000(600) ? "caller_request" : "resolved_elsewhere");
    co_await course.send(line);
    co_return Intake::over;
  }
  co_return Intake::to_dispatch;
}

}  // namespace toono::simulate
