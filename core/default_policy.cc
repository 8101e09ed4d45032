// One line a timer; the first row that fits counts, so the special rows stand above the general ones.
#include "core/default_policy.h"

namespace toono {
namespace {

constexpr ClockKind kAround = ClockKind::around_the_clock;
constexpr ClockKind kWorking = ClockKind::working_time;

PolicyRowT row(TimerKind timer, ClockKind clock, std::uint32_t amount, TimeUnit unit) {
  PolicyRowT made;
  made.timer = timer;
  made.clock = clock;
  made.amount = amount;
  made.unit = unit;
  return made;
}
PolicyRowT with(Priority priority, PolicyRowT made) {
  made.priority = {priority};
  return made;
}
PolicyRowT with(HandlingClass handling_class, PolicyRowT made) {
  made.handling_class = {handling_class};
  return made;
}
PolicyRowT with(ReferralLine line, PolicyRowT made) {
  made.line = {line};
  return made;
}

}  // namespace

PolicyT default_policy() {
  PolicyT policy;
  policy.version = "default-1";
  policy.backdate_limit_minutes = 15;
  policy.near_due_percent = 80;
  policy.callback_tries = 3;
  policy.follow_up_high_days = {1, 7, 30, 90};
  policy.follow_up_medium_days = {30};
  policy.rework_limit = 3;
  policy.rows = {
      with(Priority::danger, row(TimerKind::dispatch, kAround, 1, TimeUnit::hours)),
      with(Priority::pressing, row(TimerKind::dispatch, kAround, 2, TimeUnit::hours)),
      row(TimerKind::dispatch, kAround, 24, TimeUnit::hours),
      with(Priority::danger, row(TimerKind::sign, kAround, 15, TimeUnit::minutes)),
      with(Priority::pressing, row(TimerKind::sign, kWorking, 2, TimeUnit::hours)),
      row(TimerKind::sign, kWorking, 1, TimeUnit::days),
      row(TimerKind::return_ruling, kWorking, 4, TimeUnit::hours),
      row(TimerKind::first_contact, kWorking, 1, TimeUnit::days),
      with(HandlingClass::danger, row(TimerKind::handle, kAround, 24, TimeUnit::hours)),
      with(HandlingClass::consult, row(TimerKind::handle, kWorking, 3, TimeUnit::days)),
      with(HandlingClass::complex, row(TimerKind::handle, kAround, 15, TimeUnit::days)),
      row(TimerKind::handle, kWorking, 5, TimeUnit::days),
      row(TimerKind::urge, kWorking, 1, TimeUnit::days),         // after the handling miss
      row(TimerKind::level_raise, kWorking, 5, TimeUnit::days),  // after the handling miss
      row(TimerKind::result_review, kWorking, 1, TimeUnit::days),
      row(TimerKind::reply, kWorking, 1, TimeUnit::days),
      row(TimerKind::callback, kWorking, 1, TimeUnit::days),
      with(ReferralLine::line_110, row(TimerKind::referral_received, kAround, 15, TimeUnit::minutes)),
      row(TimerKind::referral_received, kWorking, 1, TimeUnit::days),
      row(TimerKind::referral_accepted, kWorking, 1, TimeUnit::days),
      row(TimerKind::referral_outcome, kWorking, 10, TimeUnit::days),
      row(TimerKind::risk_assessment, kAround, 30, TimeUnit::minutes),
      row(TimerKind::answer, kAround, 15, TimeUnit::seconds),
      row(TimerKind::reopen_window, kAround, 10, TimeUnit::days),
  };
  return policy;
}

}  // namespace toono
