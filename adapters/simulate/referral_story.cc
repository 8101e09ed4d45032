// A referral to an outside line, rung by rung; some lines are silent.
#include "adapters/simulate/stories.h"

#include <fmt/format.h>

namespace toono::simulate {
namespace {

struct Referral {
  Course& course;
  CaseId case_id;
  StationId home;
  ReferralLine line;
  ReferralId id;
  std::uint64_t messages = 0;

  Line about(std::string_view command) {
    Line made(command, course.somebody(home));
    made.id("case_id", case_id).id("referral_id", id);
    return made;
  }
  /// The line's own number of its next message.
  std::string external_id() {
    return fmt::format("{}-{}-{}", EnumNameReferralLine(line), to_text(id).substr(0, 13), ++messages);
  }
  bool is_police() const { return line == ReferralLine::line_110; }
};

constexpr Spread kPoliceReceipt = {1 * kMinuteMs, 4 * kMinuteMs, 12 * kMinuteMs, 45 * kMinuteMs};
constexpr Spread kReceipt = {10 * kMinuteMs, 3 * kHourMs, 7 * kHourMs, 16 * kHourMs};
constexpr Spread kAcceptance = {10 * kMinuteMs, 3 * kHourMs, 7 * kHourMs, 20 * kHourMs};
constexpr Spread kOutcome = {2 * kHourMs, 30 * kHourMs, 68 * kHourMs, 150 * kHourMs};

/// True: the line has the referral.
Part<bool> reach(Referral& referral) {
  auto& course = referral.course;
  auto& chance = course.chance;
  if (chance.in_1000(900)) {
    co_await course.pause(chance.between(5, 90) * kSecondMs);
    auto delivered = referral.about("DeliverReferral");
    course.post(delivered);
  }
  if (chance.in_1000(90)) {
    // No reply; half of them say later that they had it all along, the others are taken back.
    co_await course.pause(chance.between(3, 9) * kDayMs);
    if (chance.in_1000(500)) {
      auto recalled = referral.about("RecallReferral");
      course.post(recalled);
      co_return false;
    }
  } else if (referral.is_police()) {
    co_await course.pause(chance.of(kPoliceReceipt));
  } else {
    co_await course.work(referral.home, chance.of(kReceipt));
  }
  auto received = referral.about("ReceiveReferral");
  received.text("receipt", fmt::format("R{:06}", chance.below(1'000'000)));
  received.text("external_id", referral.external_id());
  course.post(received);
  co_return true;
}

/// True: accepted; false: refused.
Part<bool> take_up(Referral& referral) {
  auto& course = referral.course;
  auto& chance = course.chance;
  if (referral.is_police())
    co_await course.pause(chance.between(2, 60) * kMinuteMs);
  else
    co_await course.work(referral.home, chance.of(kAcceptance));
  if (!chance.in_1000(referral.is_police() ? 15 : 85)) {
    auto accepted = referral.about("AcceptReferral");
    accepted.text("external_id", referral.external_id());
    course.post(accepted);
    co_return true;
  }
  auto refused = referral.about("RefuseReferral");
  refused.word("reason",
               EnumNameRefusalReason(chance.pick<RefusalReason>({{RefusalReason::not_competent, 50},
                                                                 {RefusalReason::no_capacity, 25},
                                                                 {RefusalReason::lacks_facts, 15},
                                                                 {RefusalReason::already_handled, 10}})));
  refused.text("external_id", referral.external_id());
  course.post(refused);
  co_return false;
}

Part<bool> conclude(Referral& referral) {
  auto& course = referral.course;
  auto& chance = course.chance;
  auto length = chance.of(kOutcome);
  for (int reports = chance.in_1000(300) ? 1 : 0; reports > 0; --reports) {
    co_await course.work(referral.home, length / 2);
    auto interim = referral.about("ReportReferralInterim");
    interim.text("external_id", referral.external_id());
    course.post(interim);
    length /= 2;
  }
  co_await course.work(referral.home, length);
  auto outcome = referral.about("ReportReferralOutcome");
  outcome.word("result",
               EnumNameReferralResult(chance.pick<ReferralResult>({{ReferralResult::resolved, 60},
                                                                   {ReferralResult::partly_resolved, 20},
                                                                   {ReferralResult::not_resolved, 8},
                                                                   {ReferralResult::in_proceedings, 12}})));
  outcome.text("external_id", referral.external_id());
  course.post(outcome);
  co_return true;
}

}  // namespace

Story referral_story(World& world, CaseId case_id, StationId home, Person* youth, ReferralLine line,
                     Instant from, std::uint64_t number) {
  Course course(world.stage, Chance(world.seed, number), from);
  co_await course.pause(course.chance.between(20, 200) * kSecondMs);
  Line prepare("PrepareReferral", course.somebody(home));
  prepare.id("case_id", case_id).word("line", EnumNameReferralLine(line));
  prepare.text("summary", "请协助处置，详情电话沟通。").id("person_id", youth->id);
  auto prepared = course.post(prepare);
  Referral referral{course, case_id, home, line, derive<ReferralId>(prepared.id, "referral")};
  co_await course.pause(course.chance.between(20, 240) * kSecondMs);
  auto sent = referral.about("SendReferral");
  // The case may have ended meanwhile: then there was nothing to prepare.
  auto begun = co_await course.send(sent);
  if (!begun.accepted) co_return;
  bool received = co_await reach(referral);
  if (!received) co_return;
  bool accepted = co_await take_up(referral);
  if (accepted) {
    // One in twenty-five never says what came of it.
    if (course.chance.in_1000(40)) co_return;
    co_await conclude(referral);
  }
  co_await course.work(home, course.chance.between(1, 9) * kHourMs);
  if (!course.chance.in_1000(930)) co_return;
  auto closed = referral.about("CloseReferralLoop");
  course.post(closed);
}

}  // namespace toono::simulate
