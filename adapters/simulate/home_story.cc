// From the accepted result to the close: reply, call-back, follow-up, and what comes back.
#include <algorithm>

#include "adapters/simulate/stories.h"
#include "adapters/simulate/words.h"

namespace toono::simulate {
namespace {

constexpr Spread kReply = {10 * kMinuteMs, 100 * kMinuteMs, 380 * kMinuteMs, 1000 * kMinuteMs};
constexpr std::int64_t kNight = 14 * kHourMs;

Part<bool> reply(CaseFile& file) {
  auto& course = file.course;
  co_await course.work(file.home, course.chance.of(kReply));
  auto line = about("DeliverReply", file);
  line.word("language", EnumNameLanguage(file.language));
  line.text("reply", reply_text(file.language, course.chance)).id("person_id", file.youth->id);
  co_await course.send(line);
  co_return true;
}

struct Feedback {
  bool satisfied = true;
  CloseGround ground = CloseGround::none;
};

Feedback ask(CaseFile& file) {
  auto& chance = file.course.chance;
  bool solved = chance.in_1000(file.holds ? 930 : 260);
  auto satisfaction = solved ? chance.pick<int>({{5, 52}, {4, 32}, {3, 13}, {2, 2}, {1, 1}})
                             : chance.pick<int>({{5, 3}, {4, 10}, {3, 32}, {2, 30}, {1, 25}});
  auto line = about("AttemptCallback", file);
  line.word("result", "completed").word("solved", solved ? "yes" : "no");
  // Some say only whether it is solved.
  bool rates = chance.in_1000(950);
  if (rates) line.number("satisfaction", satisfaction);
  file.course.post(line);
  return {.satisfied = solved && !(rates && satisfaction <= 2)};
}

/// Up to three tries on three days.
Part<Feedback> call_back(CaseFile& file) {
  auto& course = file.course;
  auto& chance = course.chance;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    // The next working morning; some are late.
    co_await course.pause(kNight);
    co_await course.work(file.home, chance.between(1, chance.in_1000(90) ? 1400 : 380) * kMinuteMs);
    if (chance.in_1000(attempt == 1 ? 740 : 560)) co_return ask(file);
    bool refuses = chance.in_1000(90);
    auto line = about("AttemptCallback", file);
    line.word("result", refuses ? "refused_to_answer" : "unreachable");
    course.post(line);
    if (attempt < 3 && !refuses && chance.in_1000(8)) {
      // Not twice on one day.
      auto twice = about("AttemptCallback", file);
      twice.word("result", "unreachable");
      course.post(twice);
    }
    if (refuses) co_return Feedback{.ground = CloseGround::caller_declined_callback};
  }
  co_return Feedback{};
}

const FollowUpT* pending_follow_up(CaseFile& file) {
  const auto* state = file.world.stage.case_state(file.id);
  if (!state) return nullptr;
  for (const auto& follow_up : state->follow_ups)
    if (!happened(follow_up.held) && !happened(follow_up.missed)) return &follow_up;
  return nullptr;
}

Course::Sending hold(CaseFile& file) {
  auto line = about("HoldFollowUp", file);
  line.text("note", progress_note(file.language, file.course.chance)).id("person_id", file.youth->id);
  return file.course.send(line);
}

/// Two people lower a high risk.
void lower_risk(CaseFile& file) {
  auto& course = file.course;
  auto who = course.somebody(file.home);
  auto second = file.world.stage.region().colleague(who, course.now, course.chance);
  file.risk = course.chance.in_1000(700) ? RiskLevel::low : RiskLevel::medium;
  Line line("OverrideRiskLevel", who);
  line.id("case_id", file.id).word("level", EnumNameRiskLevel(file.risk)).staff("second", second);
  line.text("ground", "两次随访情绪稳定，家长陪护到位");
  course.post(line);
}

/// At high risk the first follow-up is due within a day of the reply: it is held before the call-back.
Part<bool> look_after(CaseFile& file) {
  auto& course = file.course;
  if (file.risk < RiskLevel::high || !pending_follow_up(file) || !course.chance.in_1000(840)) co_return false;
  co_await course.pause(course.chance.between(1, 20) * kHourMs);
  co_await hold(file);
  co_return true;
}

/// Until no follow-up is owed any more and the risk lets the case be closed.
Part<bool> watch(CaseFile& file) {
  auto& course = file.course;
  auto& chance = course.chance;
  bool watched = false;
  while (true) {
    const auto* pending = pending_follow_up(file);
    if (!pending) break;
    watched = true;
    auto due = pending->due_at;
    bool in_time = chance.in_1000(870);
    auto from = std::max(course.now, after(due, -20 * kHourMs));
    if (in_time) {
      co_await course.until(
          after(from, chance.between(0, std::max<std::int64_t>((due.ms() - from.ms()) * 9 / 10, 1))));
      co_await hold(file);
    } else {
      co_await course.until(after(due, 30 * kMinuteMs));
    }
    // Later ones are held all the same; nothing more waits when the agenda found the last one missed.
    if (file.risk >= RiskLevel::high && chance.in_1000(450)) lower_risk(file);
    co_await course.pause(20 * kMinuteMs);
  }
  if (file.risk >= RiskLevel::high) {
    co_await course.pause(chance.between(1, 10) * kDayMs);
    lower_risk(file);
  }
  co_return watched;
}

void close_case(CaseFile& file, const Feedback& feedback) {
  auto& chance = file.course.chance;
  auto outcome = !feedback.satisfied ? CaseOutcome::not_resolved
                                     : chance.pick<CaseOutcome>({{CaseOutcome::resolved, 82},
                                                                 {CaseOutcome::partly_resolved, 12},
                                                                 {CaseOutcome::answered, 4},
                                                                 {CaseOutcome::referred, 2}});
  auto line = about("CloseCase", file);
  line.word("outcome", EnumNameCaseOutcome(outcome));
  if (feedback.ground != CloseGround::none) line.word("ground", EnumNameCloseGround(feedback.ground));
  file.course.post(line);
}

/// What was recorded at a wrong time is said so; the event itself stays.
void correct(CaseFile& file) {
  auto& chance = file.course.chance;
  const auto* state = file.world.stage.case_state(file.id);
  if (!state || state->orders.empty() || !chance.in_1000(9)) return;
  const auto& contact = state->orders.front().first_contact;
  if (!happened(contact)) return;
  auto line = about("CorrectFact", file);
  line.text("event", std::to_string(contact.event().seq()) + ":" + std::to_string(contact.event().index()));
  line.at("happened_at", after(contact.at(), -chance.between(10, 90) * kMinuteMs));
  line.word("ground", chance.in_1000(600) ? "recording_error" : "late_evidence");
  file.course.post(line);
}

/// A guardian asks that the words be destroyed; only who has no case under way.
void erase(CaseFile& file) {
  if (!file.course.chance.in_1000(3) || file.youth->open_cases > 1) return;
  file.youth->is_erased = true;
  Line line("ErasePerson", file.course.somebody(file.youth->home));
  line.id("person_id", file.youth->id)
      .text("ground", "监护人申请删除（个人信息保护法第47条）")
      .truth("all_classes", true);
  file.course.post(line);
}

/// True: the caller comes back within the window.
Part<bool> reopen(CaseFile& file) {
  auto& course = file.course;
  auto& chance = course.chance;
  if (!chance.in_1000(file.holds ? 14 : 90)) co_return false;
  co_await course.pause(chance.between(6, 9 * 24) * kHourMs);
  auto line = about("ReopenCase", file);
  line.word("ground", EnumNameReopenGround(chance.pick<ReopenGround>({{ReopenGround::new_facts, 35},
                                                                      {ReopenGround::not_solved, 40},
                                                                      {ReopenGround::recurrence, 20},
                                                                      {ReopenGround::closed_in_error, 5}})));
  auto answer = co_await course.send(line);
  co_return answer.accepted;
}

}  // namespace

Part<bool> bring_home(CaseFile& file, bool is_replied) {
  auto& course = file.course;
  auto& chance = course.chance;
  if (!is_replied) co_await reply(file);
  co_await look_after(file);
  auto feedback = co_await call_back(file);
  if (!feedback.satisfied && chance.in_1000(file.stubborn ? 950 : 780)) {
    co_await course.pause(chance.between(5, 180) * kMinuteMs);
    auto line = about("OrderRework", file);
    line.word("fault", EnumNameReworkFault(chance.pick<ReworkFault>(
                           {{ReworkFault::unit, 68}, {ReworkFault::law, 20}, {ReworkFault::caller, 12}})));
    auto answer = co_await course.send(line);
    if (answer.accepted) co_return true;
  }
  co_await course.pause(chance.between(11, 300) * kMinuteMs);
  co_await watch(file);
  co_await course.pause(chance.between(15, 300) * kMinuteMs);
  close_case(file, feedback);
  co_await course.pause(12 * kHourMs);
  correct(file);
  bool back = co_await reopen(file);
  if (!back) erase(file);
  co_return back;
}

}  // namespace toono::simulate
