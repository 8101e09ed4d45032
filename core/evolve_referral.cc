// Referrals to outside lines: the ladder from prepared to loop closed.
#include "core/evolve_detail.h"

namespace toono {
namespace {
template <class Event, class Change>
void change_referral(CaseStateT& state, const Event& event, Change change) {
  if (auto* referral = find_referral(state, get(event.referral_id()))) change(*referral);
}
void remember(ReferralT& referral, const flatbuffers::String* external_id) {
  if (external_id && external_id->size() != 0) referral.external_ids.push_back(external_id->str());
}
}  // namespace

void on(CaseStateT& state, const ReferralPrepared& event, const Stamp& stamp) {
  ReferralT referral;
  referral.id = get(event.referral_id());
  referral.line = event.line();
  referral.station = get(event.station());
  referral.status = ReferralStatus::prepared;
  referral.prepared = moment(stamp);
  state.referrals.push_back(std::move(referral));
}
void on(CaseStateT& state, const ReferralSent& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::sent;
    referral.sent = moment(stamp);
    referral.receive_due = get(event.receive_due());
  });
}
void on(CaseStateT& state, const ReferralDelivered& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::delivered;
    referral.delivered = moment(stamp);
  });
}
void on(CaseStateT& state, const ReferralReceived& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::received;
    referral.received = moment(stamp);
    referral.accept_due = get(event.accept_due());
    remember(referral, event.external_id());
  });
}
void on(CaseStateT& state, const ReferralAccepted& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::accepted;
    referral.accepted = moment(stamp);
    referral.outcome_due = get(event.outcome_due());
    remember(referral, event.external_id());
  });
}
void on(CaseStateT& state, const ReferralRefused& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::refused;
    referral.refused = moment(stamp);
    remember(referral, event.external_id());
  });
}
void on(CaseStateT& state, const ReferralInterimReported& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::interim;
    referral.interim = moment(stamp);
    remember(referral, event.external_id());
  });
}
void on(CaseStateT& state, const ReferralOutcomeReported& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::outcome;
    referral.outcome = moment(stamp);
    referral.result = event.result();
    remember(referral, event.external_id());
  });
}
void on(CaseStateT& state, const ReferralLoopClosed& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.status = ReferralStatus::loop_closed;
    referral.loop_closed = moment(stamp);
  });
}
void on(CaseStateT& state, const ReferralRecalled& event, const Stamp&) {
  change_referral(state, event, [](ReferralT& referral) { referral.status = ReferralStatus::recalled; });
}
void on(CaseStateT& state, const ReferralNoReply& event, const Stamp& stamp) {
  change_referral(state, event, [&](ReferralT& referral) {
    referral.no_reply = moment(stamp);
    referral.no_reply_rung = event.rung();
  });
}

ReferralT* find_referral(CaseStateT& state, const ReferralId& id) {
  return const_cast<ReferralT*>(find_referral(std::as_const(state), id));
}
const ReferralT* find_referral(const CaseStateT& state, const ReferralId& id) {
  for (const auto& referral : state.referrals)
    if (referral.id == id) return &referral;
  return nullptr;
}

}  // namespace toono
