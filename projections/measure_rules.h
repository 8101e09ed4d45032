// The rules behind the table of measures, one file a group: what each counts below and above the line. Called
// by measures.cc.
#pragma once

#include "projections/measures.h"

namespace toono::rules {

/// Above only what is below.
inline Count counted(bool below, bool above, std::int64_t amount = 0) {
  return {below, below && above, amount, {}};
}
/// The first of the two that has come.
inline const At& first_of(const At& one, const At& other) { return one ? one : other; }
inline bool in(const At& moment, const Frame& frame) { return moment && frame.period.holds(moment.ms); }
/// A due that was never set belongs to no period.
inline bool due_in(std::int64_t due_ms, const Frame& frame) {
  return due_ms != 0 && frame.period.holds(due_ms);
}
/// The due itself is in time.
inline bool by(const At& moment, std::int64_t due_ms) { return moment && moment.ms <= due_ms; }

// measures_answering.cc
Count connected(const ContactFact&, const Frame&);
Count connected_at(const ContactFact&, const Frame&);
Count answered_within_15s(const ContactFact&, const Frame&);
Count wait(const ContactFact&, const Frame&);
Count wait_by_language(const ContactFact&, const Frame&);
Count abandoned(const ContactFact&, const Frame&);
Count counselling(const ContactFact&, const Frame&);
Count answered_directly(const ContactFact&, const Frame&);

// measures_timeliness.cc
Count dispatched_on_time(const CaseFact&, const Frame&);
Count signed_on_time(const OrderFact&, const Frame&);
Count responded(const OrderFact&, const Frame&);
Count completed_on_time(const OrderFact&, const Frame&);
Count completed_by_first_due(const OrderFact&, const Frame&);
Count completed_delegated(const OrderFact&, const Frame&);
Count completed(const OrderFact&, const Frame&);
Count overdue(const OrderFact&, const Frame&);
Count overdue_age(const OrderFact&, const Frame&);
Count handling_time(const OrderFact&, const Frame&);

// measures_dispatch.cc
Count return_asked(const OrderFact&, const Frame&);
Count return_upheld(const OrderFact&, const Frame&);
Count return_refused(const OrderFact&, const Frame&);
Count level_raised(const OrderFact&, const Frame&);
Count urged(const OrderFact&, const Frame&);
Count first_dispatch_right(const CaseFact&, const Frame&);
Count hops(const CaseFact&, const Frame&);
Count problem_marked(const CaseFact&, const Frame&);

// measures_outcome.cc
Count called_back(const CaseFact&, const Frame&);
Count callback_answered(const CaseFact&, const Frame&);
Count satisfied(const CaseFact&, const Frame&);
Count solved(const CaseFact&, const Frame&);
Count reworked(const CaseFact&, const Frame&);
Count reopened(const CaseFact&, const Frame&);
Count falsely_closed(const CaseFact&, const Frame&);

// measures_referral.cc
Count referral_sent(const ReferralFact&, const Frame&);
Count referral_received_in_time(const ReferralFact&, const Frame&);
Count referral_accepted(const ReferralFact&, const Frame&);
Count referral_refused(const ReferralFact&, const Frame&);
Count referral_outcome_in_time(const ReferralFact&, const Frame&);
Count referral_loop_closed(const ReferralFact&, const Frame&);
Count followed_up_on_time(const FollowUpFact&, const Frame&);

}  // namespace toono::rules
