// The unified reply, the call-back, rework, follow-up, closing and reopening.
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

Step mark_follow_up(std::uint8_t number) {
  return by_clock(say<MarkFollowUpMissedT>([=](MarkFollowUpMissedT& body) { body.step = number; }));
}
Steps at_risk(RiskLevel level) { return triaged() + assess(level) + handle_to_reply(); }
/// Two tries that reached no one, on two days.
Steps two_tries() {
  return replied() + at("03-03 10:00", no_one_answers()) + at("03-04 10:00", no_one_answers());
}
/// So many rounds of a no and a rework, up to the next reply.
Steps reworked(int rounds) {
  auto steps = replied();
  for (int i = 0; i < rounds; ++i)
    steps = steps + call_back(CallbackResult::completed, Answer::no) + rework() + handle_to_reply();
  return steps;
}
Steps in_reply() { return being_handled() + submit() + accept_result(); }

Rows callback_rows() {
  using enum Rejection;
  const auto completed = CallbackResult::completed;
  return {
      {"one reply, called back by the next working day",
       in_reply(),
       reply(),
       {"ReplyApproved by=1", "ReplyDelivered callback_due=03-03T18:00"}},
      {"no reply before a result is accepted", being_handled() + submit(), reply(), case_not_awaiting_reply},
      {"no such case to reply to", {}, reply(), case_unknown},
      {"the caller says yes",
       replied(),
       call_back(completed, Answer::yes, 4),
       {"CallbackAttempted attempt=1", "CallbackCompleted solved=yes satisfaction=4 unit_says_solved=yes"}},
      {"satisfaction alone is an answer",
       replied(),
       call_back(completed, Answer::not_asked, 1),
       {"CallbackAttempted", "CallbackCompleted solved=not_asked satisfaction=1"}},
      {"no answer is none", replied(), call_back(completed), callback_answer_missing},
      {"satisfaction ends at five", replied(), call_back(completed, Answer::yes, 6),
       satisfaction_out_of_range},
      {"no call-back before the reply", in_reply(), no_one_answers(), case_not_replied},
      {"no one answers", replied(), no_one_answers(), {"CallbackAttempted attempt=1"}},
      {"one try a day", replied() + at("03-03 10:00", no_one_answers()),
       at("03-03 23:59:59.999", no_one_answers()), callback_same_day},
      {"midnight begins another",
       replied() + at("03-03 23:59", no_one_answers()),
       at("03-04 00:00", no_one_answers()),
       {"CallbackAttempted attempt=2"}},
      {"a second try of the day counts if it reaches them",
       replied() + at("03-03 10:00", no_one_answers()),
       at("03-03 16:00", call_back(completed, Answer::yes)),
       {"CallbackAttempted attempt=2", "CallbackCompleted"}},
      {"three tries on three days",
       two_tries(),
       at("03-05 10:00", no_one_answers()),
       {"CallbackAttempted attempt=3", "CallbackExhausted attempts=3"}},
      {"who will not say is not asked for ever",
       two_tries(),
       at("03-05 10:00", call_back(CallbackResult::refused_to_answer)),
       {"CallbackAttempted attempt=3", "CallbackExhausted attempts=3"}},
      {"after three tries it is over", two_tries() + at("03-05 10:00", no_one_answers()),
       at("03-06 10:00", no_one_answers()), callback_over},
      {"after an answer it is over", answered_yes(), call_back(completed, Answer::no), callback_over},
  };
}

Rows rework_rows() {
  using enum Rejection;
  const auto completed = CallbackResult::completed;
  return {
      {"not solved", answered_no(), rework(), {"ReworkOrdered n=1 dispatch_due=03-03T09:00"}},
      {"not satisfied", replied() + call_back(completed, Answer::yes, 2), rework(), {"ReworkOrdered n=1"}},
      {"basically satisfied is no ground", replied() + call_back(completed, Answer::yes, 3), rework(),
       rework_without_ground},
      {"no answer is no ground", two_tries() + at("03-05 10:00", no_one_answers()), rework(),
       rework_without_ground},
      {"not before the reply", being_handled(), rework(), case_not_replied},
      {"it is dispatched anew",
       answered_no() + rework(),
       dispatch(kOtherLeague),
       {"OrderDispatched station=150200"}},
      {"the second", reworked(1) + call_back(completed, Answer::no), rework(), {"ReworkOrdered n=2"}},
      {"the third rework is a problem order",
       reworked(2) + call_back(completed, Answer::no),
       rework(),
       {"ReworkOrdered n=3", "ProblemOrderMarked n=3", "SupervisionLevelRaised cause=third_rework level=1"}},
      {"the fourth is marked no more",
       reworked(3) + call_back(completed, Answer::no),
       rework(),
       {"ReworkOrdered n=4"}},
      {"a new round has its own call-back", reworked(1), no_one_answers(), {"CallbackAttempted attempt=1"}},
  };
}

Rows follow_up_rows() {
  using enum Rejection;
  const auto high = at_risk(RiskLevel::high), medium = at_risk(RiskLevel::medium);
  const auto to_reply =
      triaged() + assess(RiskLevel::high) + dispatch() + sign() + reach_caller() + submit() + accept_result();
  return {
      {"high risk is followed up after a day",
       to_reply,
       reply(),
       {"ReplyApproved", "ReplyDelivered", "FollowUpScheduled step=1 due_at=03-03T09:00"}},
      {"held: the next is on day 7 after the reply",
       high,
       at("03-03 08:00", hold_follow_up()),
       {"FollowUpHeld step=1", "FollowUpScheduled step=2 due_at=03-09T09:00"}},
      {"then day 30",
       high + hold_follow_up(),
       hold_follow_up(),
       {"FollowUpHeld step=2", "FollowUpScheduled step=3 due_at=04-01T09:00"}},
      {"then day 90",
       high + hold_follow_up() + hold_follow_up(),
       hold_follow_up(),
       {"FollowUpHeld step=3", "FollowUpScheduled step=4 due_at=05-31T09:00"}},
      {"then no more",
       high + hold_follow_up() + hold_follow_up() + hold_follow_up(),
       hold_follow_up(),
       {"FollowUpHeld step=4"}},
      {"medium risk is followed up once", medium, hold_follow_up(), {"FollowUpHeld step=1"}},
      {"lowered to medium, the medium list goes on",
       high + lower(RiskLevel::medium),
       hold_follow_up(),
       {"FollowUpHeld step=1", "FollowUpScheduled step=2 due_at=04-01T09:00"}},
      {"lowered to low, there is no next",
       high + lower(RiskLevel::low),
       hold_follow_up(),
       {"FollowUpHeld step=1"}},
      {"none is due", replied(), hold_follow_up(), no_follow_up_pending},
      {"no such case to follow up", {}, hold_follow_up(), case_unknown},
      {"1 ms before it is due", high, at("03-03 08:59:59.999", mark_follow_up(1)), not_due},
      {"missed, and the next is scheduled",
       high,
       at("03-03 09:00", mark_follow_up(1)),
       {"FollowUpMissed step=1 due_at=03-03T09:00", "FollowUpScheduled step=2 due_at=03-09T09:00"}},
      {"another step is not due", high, at("03-03 09:00", mark_follow_up(2)), not_due},
      {"held in time it is not missed", high + hold_follow_up(), at("03-03 09:00", mark_follow_up(1)),
       not_due},
      {"no such case", {}, mark_follow_up(1), case_unknown},
      {"a second reply does not double it",
       medium + call_back(CallbackResult::completed, Answer::no) + rework() + dispatch() + sign() +
           reach_caller() + submit() + accept_result(),
       reply(),
       {"ReplyApproved", "ReplyDelivered"}},
  };
}

Rows closing_rows() {
  using enum Rejection;
  const auto moved = CloseGround::moved_away;
  const auto once_high = triaged() + assess(RiskLevel::high) + lower(RiskLevel::low) + handle_to_reply() +
                         call_back(CallbackResult::completed, Answer::yes) + close_case();
  return {
      {"closed; reopened within ten days",
       answered_yes(),
       close_case(),
       {"CaseClosed reopen_until=03-12T09:00"}},
      {"exhausted is a result too",
       two_tries() + at("03-05 10:00", no_one_answers()),
       close_case(),
       {"CaseClosed"}},
      {"rule 7: no closure without a reply", in_reply(), close_case(), no_reply_or_ground},
      {"rule 7: no closure without a call-back result", replied(), close_case(), no_callback_result},
      {"rule 7: or with a ground", replied(), close_case(moved), {"CaseClosed"}},
      {"a ground stands for the reply too", triaged(), close_case(moved), {"CaseClosed"}},
      {"not while a station works on it", dispatched(), close_case(moved), orders_still_open},
      {"rule 7: not at high risk", at_risk(RiskLevel::high), close_case(moved), risk_too_high_to_close},
      {"a follow-up is held first",
       at_risk(RiskLevel::medium) + call_back(CallbackResult::completed, Answer::yes), close_case(),
       follow_up_pending},
      {"unless there is a ground", at_risk(RiskLevel::medium), close_case(moved), {"CaseClosed"}},
      {"an import closes what is open",
       {register_case()},
       imported(close_case(CloseGround::imported)),
       {"CaseClosed"}},
      {"no one else calls it imported", triaged(), close_case(CloseGround::imported), no_reply_or_ground},
      {"an import, too, waits for its orders", dispatched(), imported(close_case(CloseGround::imported)),
       orders_still_open},
      {"closed once", closed(), close_case(), case_closed},
      {"what was withdrawn is not closed", triaged() + withdraw(), close_case(), case_not_open},
      {"no such case to close", {}, close_case(), case_unknown},
      {"reopened on the last moment of the window",
       closed(),
       at("03-12 09:00", reopen()),
       {"CaseReopened dispatch_due=03-13T09:00"}},
      {"1 ms later a new case", closed(), at("03-12 09:00:00.001", reopen()), reopen_window_over},
      {"once at high risk there is no window", once_high, at("11-30 09:00", reopen()), {"CaseReopened"}},
      {"and the closing says so",
       Steps(once_high.begin(), once_high.end() - 1),
       close_case(),
       {"CaseClosed reopen_until=none"}},
      {"what is open is not reopened", triaged(), reopen(), case_not_closed},
      {"reopened, it is dispatched", closed() + reopen(), dispatch(), {"OrderDispatched"}},
  };
}

}  // namespace

Rows feedback_rows() {
  Rows rows;
  for (auto family : {callback_rows, rework_rows, follow_up_rows, closing_rows})
    for (auto& row : family()) rows.push_back(std::move(row));
  return rows;
}

TEST_CASE("feedback: reply and call-back") { run(callback_rows()); }
TEST_CASE("feedback: rework") { run(rework_rows()); }
TEST_CASE("feedback: follow-up") { run(follow_up_rows()); }
TEST_CASE("feedback: closing and reopening") { run(closing_rows()); }

}  // namespace toono
