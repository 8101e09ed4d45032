// The referral ladder, all of it over what was sent in the period, and follow-up.
#include "projections/measure_rules.h"

namespace toono::rules {

Count referral_sent(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), true);
}
Count referral_received_in_time(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), by(referral.received, referral.receive_due_ms));
}
Count referral_accepted(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), bool(referral.accepted));
}
Count referral_refused(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), bool(referral.refused));
}
Count referral_outcome_in_time(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), by(referral.outcome, referral.outcome_due_ms));
}
Count referral_loop_closed(const ReferralFact& referral, const Frame& frame) {
  return counted(in(referral.sent, frame), bool(referral.loop_closed));
}
Count followed_up_on_time(const FollowUpFact& follow_up, const Frame& frame) {
  return counted(due_in(follow_up.due_ms, frame), by(follow_up.held, follow_up.due_ms));
}

}  // namespace toono::rules
