// Outcome: what the callers say. Satisfaction, solved and the answer rate are of one cohort, so that they can
// stand beside each other: cases whose last reply has its call-back due in the period.
#include "projections/measure_rules.h"

namespace toono::rules {
namespace {

constexpr std::uint8_t kBasicallySatisfied = 3;  // 5 is very satisfied
constexpr std::uint8_t kVerySatisfied = 5;

bool callback_due(const CaseFact& outcome, const Frame& frame) {
  return outcome.replied && due_in(outcome.callback_due_ms, frame);
}
bool has_answered(const CaseFact& outcome, const Frame& frame) {
  return callback_due(outcome, frame) && outcome.callback_completed;
}

}  // namespace

Count called_back(const CaseFact& intake, const Frame& frame) {
  return counted(callback_due(intake, frame), intake.callback_attempts != 0 || intake.callback_completed)
      .looking_at({.moment = first_of(intake.callback_completed, intake.callback_exhausted),
                   .since = intake.replied});
}
Count callback_answered(const CaseFact& outcome, const Frame& frame) {
  return counted(callback_due(outcome, frame), bool(outcome.callback_completed))
      .looking_at({.moment = first_of(outcome.callback_completed, outcome.callback_exhausted),
                   .since = outcome.replied});
}
Count satisfied(const CaseFact& outcome, const Frame& frame) {
  bool is_valid = outcome.satisfaction >= 1 && outcome.satisfaction <= kVerySatisfied;
  return counted(has_answered(outcome, frame) && is_valid, outcome.satisfaction >= kBasicallySatisfied)
      .looking_at({.moment = outcome.callback_completed, .since = outcome.replied});
}
Count solved(const CaseFact& outcome, const Frame& frame) {
  return counted(has_answered(outcome, frame) && outcome.solved != Answer::not_asked,
                 outcome.solved == Answer::yes)
      .looking_at({.moment = outcome.callback_completed, .since = outcome.replied});
}
Count falsely_closed(const CaseFact& outcome, const Frame& frame) {
  bool both_known = outcome.solved != Answer::not_asked && outcome.unit_says_solved != Answer::not_asked;
  bool differs = outcome.unit_says_solved == Answer::yes && outcome.solved == Answer::no;
  return counted(has_answered(outcome, frame) && both_known, differs)
      .looking_at({.moment = outcome.callback_completed, .since = outcome.replied});
}
Count reworked(const CaseFact& outcome, const Frame& frame) {
  return counted(in(outcome.replied, frame), outcome.rework_count != 0)
      .looking_at({.moment = outcome.reworked, .since = outcome.replied});
}
Count reopened(const CaseFact& outcome, const Frame& frame) {
  return counted(in(outcome.closed, frame), outcome.reopen_count != 0)
      .looking_at({.moment = outcome.reopened, .since = outcome.closed});
}

}  // namespace toono::rules
