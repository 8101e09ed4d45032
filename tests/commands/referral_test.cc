// Referrals to outside lines, rung by rung.
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

Step prepare(ReferralLine line = ReferralLine::line_12348) {
  return say<PrepareReferralT>([=](PrepareReferralT& body) { body.line = line; });
}
/// With the line's own message id.
template <class BodyT>
Step with_id(const char* external_id) {
  return say<BodyT>([=](BodyT& body) { body.external_id = external_id; });
}
Step send() { return say<SendReferralT>(); }
Step deliver() { return say<DeliverReferralT>(); }
Step receive() { return say<ReceiveReferralT>(); }
Step accept_it() { return say<AcceptReferralT>(); }
Step refuse() { return say<RefuseReferralT>(); }
Step interim() { return say<ReportReferralInterimT>(); }
Step outcome() { return say<ReportReferralOutcomeT>(); }
Step close_loop() { return say<CloseReferralLoopT>(); }
Step recall_referral() { return say<RecallReferralT>(); }
Step no_reply(TimerKind rung) {
  return by_clock(say<MarkReferralNoReplyT>([=](MarkReferralNoReplyT& body) { body.rung = rung; }));
}

Rows ladder_rows() {
  using enum Rejection;
  const auto prepared = triaged() + prepare();
  const auto sent = prepared + send();
  const auto received = sent + deliver() + receive();
  const auto taken = received + accept_it();
  return {
      {"prepared by the station that has the case",
       triaged(),
       prepare(),
       {"ReferralPrepared station=150000"}},
      {"prepared by the league that has the order",
       dispatched(),
       by(kLeagueStaff, kLeague, prepare()),
       {"ReferralPrepared station=150100"}},
      {"not of a case that is over", triaged() + withdraw(), prepare(), case_not_open},
      {"not by another league", dispatched(), by(kOtherLeagueStaff, kOtherLeague, prepare()),
       not_this_station},
      {"no such case", {}, prepare(), case_unknown},
      {"sent; received within a working day", prepared, send(), {"ReferralSent receive_due=03-03T18:00"}},
      {"110 receives within 15 minutes",
       triaged() + prepare(ReferralLine::line_110),
       at("03-07 23:00", send()),
       {"ReferralSent receive_due=03-07T23:15"}},
      {"sent once", sent, send(), referral_not_prepared},
      {"no such referral", triaged(), send(), referral_unknown},
      {"who has no part in it does not send", prepared, by(kLeagueStaff, kLeague, send()), not_this_station},
      {"delivered", sent, deliver(), {"ReferralDelivered"}},
      {"delivered after it was sent", prepared, deliver(), referral_not_sent},
      {"received; taken within a working day",
       sent + deliver(),
       receive(),
       {"ReferralReceived accept_due=03-03T18:00"}},
      {"received says delivered", sent, receive(), {"ReferralReceived"}},
      {"received after it was sent", prepared, receive(), referral_not_sent},
      {"taken; the outcome within ten working days",
       received,
       accept_it(),
       {"ReferralAccepted outcome_due=03-16T18:00"}},
      {"taken after it was received", sent, accept_it(), referral_not_received},
      {"refused", received, refuse(), {"ReferralRefused"}},
      {"refused without a receipt", sent, refuse(), {"ReferralRefused"}},
      {"refused before it was sent", prepared, refuse(), referral_not_sent},
      {"refused after it was taken", taken, refuse(), referral_not_received},
      {"an interim report", taken, interim(), {"ReferralInterimReported"}},
      {"another", taken + interim(), interim(), {"ReferralInterimReported"}},
      {"a report after it was taken", received, interim(), referral_not_accepted},
      {"the outcome", taken + interim(), outcome(), {"ReferralOutcomeReported"}},
      {"the outcome after it was taken", received, outcome(), referral_not_accepted},
      {"one outcome", taken + outcome(), outcome(), referral_not_accepted},
      {"the loop is closed", taken + outcome(), close_loop(), {"ReferralLoopClosed"}},
      {"a refusal closes it too", received + refuse(), close_loop(), {"ReferralLoopClosed"}},
      {"nothing to close it with", taken, close_loop(), referral_no_outcome},
      {"closed once", taken + outcome() + close_loop(), close_loop(), referral_over},
      {"recalled", taken, recall_referral(), {"ReferralRecalled"}},
      {"recalled once", taken + recall_referral(), recall_referral(), referral_over},
      {"the outcome comes after the case was withdrawn",
       taken + withdraw(),
       outcome(),
       {"ReferralOutcomeReported"}},
  };
}

Rows message_rows() {
  using enum Rejection;
  const auto sent = triaged() + prepare() + send();
  const auto received = sent + with_id<ReceiveReferralT>("m-1");
  return {
      {"rule 13: a message takes effect once", received, with_id<ReceiveReferralT>("m-1"), external_id_seen},
      {"rule 13: on whatever rung", received, with_id<AcceptReferralT>("m-1"), external_id_seen},
      {"another message goes on",
       received,
       with_id<AcceptReferralT>("m-2"),
       {"ReferralAccepted external_id=m-2"}},
      {"no message id is none that was seen",
       sent + receive() + accept_it() + interim(),
       interim(),
       {"ReferralInterimReported"}},
      {"an interim report comes twice", received + accept_it() + with_id<ReportReferralInterimT>("m-3"),
       with_id<ReportReferralInterimT>("m-3"), external_id_seen},
      {"after the loop is closed it is still the same message",
       received + with_id<RefuseReferralT>("m-4") + close_loop(), with_id<RefuseReferralT>("m-4"),
       external_id_seen},
  };
}

Rows silence_rows() {
  using enum Rejection;
  const auto sent = triaged() + prepare() + send();
  const auto rung1 = TimerKind::referral_received, rung2 = TimerKind::referral_accepted,
             rung3 = TimerKind::referral_outcome;
  return {
      {"1 ms before it is due", sent, at("03-03 17:59:59.999", no_reply(rung1)), not_due},
      {"no receipt",
       sent,
       at("03-03 18:00", no_reply(rung1)),
       {"ReferralNoReply rung=referral_received due_at=03-03T18:00"}},
      {"said once", sent + at("03-03 18:00", no_reply(rung1)), no_reply(rung1), not_due},
      {"not taken",
       sent + receive(),
       at("03-03 18:00", no_reply(rung2)),
       {"ReferralNoReply rung=referral_accepted"}},
      {"another rung is not due", sent + receive(), at("03-03 18:00", no_reply(rung1)), not_due},
      {"no outcome",
       sent + receive() + accept_it() + interim(),
       at("03-16 18:00", no_reply(rung3)),
       {"ReferralNoReply rung=referral_outcome"}},
      {"an answer that comes late still counts",
       sent + at("03-03 18:00", no_reply(rung1)),
       at("03-04 09:00", receive()),
       {"ReferralReceived"}},
      {"no such referral", triaged(), no_reply(rung1), referral_unknown},
      {"no such case", {}, no_reply(rung1), case_unknown},
  };
}

}  // namespace

Rows referral_rows() {
  Rows rows;
  for (auto family : {ladder_rows, message_rows, silence_rows})
    for (auto& row : family()) rows.push_back(std::move(row));
  return rows;
}

TEST_CASE("referrals: the ladder") { run(ladder_rows()); }
TEST_CASE("referrals: the same message takes effect once") { run(message_rows()); }
TEST_CASE("referrals: silence") { run(silence_rows()); }

}  // namespace toono
