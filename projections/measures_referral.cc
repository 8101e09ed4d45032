// The referral ladder, all of it over what was sent in the period, and follow-up.
#include "projections/measure_rules.h"

namespace toono::rules {

Count referral_sent(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), true)
      .looking_at({.moment = referral.sent, .since = referral.sent});
}
Count referral_received_in_time(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), by(referral.received, referral.receive_due_ms))
      .looking_at({.moment = referral.received, .due_ms = referral.receive_due_ms, .since = referral.sent});
}
Count referral_accepted(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), bool(referral.accepted))
      .looking_at({.moment = first_of(referral.accepted, referral.refused), .since = referral.sent});
}
Count referral_refused(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), bool(referral.refused))
      .looking_at({.moment = first_of(referral.refused, referral.accepted), .since = referral.sent});
}
Count referral_outcome_in_time(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), by(referral.outcome, referral.outcome_due_ms))
      .looking_at({.moment = referral.outcome, .due_ms = referral.outcome_due_ms, .since = referral.sent});
}
Count referral_loop_closed(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), bool(referral.loop_closed))
      .looking_at({.moment = referral.loop_closed, .since = referral.sent});
}
Count followed_up_on_time(const FollowUpFact& follow_up, const Frame& frame) {
  return counted(due_in(follow_up.due_ms, frame), by(follow_up.held, follow_up.due_ms))
      .looking_at({.moment = first_of(follow_up.held, follow_up.missed),
                   .due_ms = follow_up.due_ms,
                   .since = follow_up.scheduled});
}

}  // namespace toono::rules
