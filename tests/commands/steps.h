// The commands that most stories begin with.
#pragma once

#include "tests/commands/story.h"

namespace toono {

inline Step register_case() { return say<RegisterCaseT>(); }
inline Step triage(Priority priority = Priority::ordinary, HandlingClass handling = HandlingClass::ordinary) {
  return say<TriageCaseT>([=](TriageCaseT& body) {
    body.priority = priority;
    body.handling_class = handling;
    body.tier = Tier::II;
  });
}
inline Step assess(RiskLevel level) {
  return say<AssessRiskT>([=](AssessRiskT& body) { body.level = level; });
}
inline Step lower(RiskLevel level, std::uint32_t second = kRegionSecond) {
  return say<OverrideRiskLevelT>([=](OverrideRiskLevelT& body) {
    body.level = level;
    body.second = StaffId(second);
  });
}
inline Step dispatch(std::uint32_t station = kLeague) {
  return say<DispatchOrderT>([=](DispatchOrderT& body) { body.station = StationId(station); });
}
inline Step sign() { return say<SignOrderT>(); }
inline Step reach_caller() { return say<ContactCallerT>(); }
inline Step ask_return() { return say<AskReturnT>(); }
inline Step rule(bool upheld) {
  return say<RuleOnReturnT>([=](RuleOnReturnT& body) { body.upheld = upheld; });
}
inline Step delegate(std::uint32_t station = kBanner) {
  return say<DelegateOrderT>([=](DelegateOrderT& body) { body.station = StationId(station); });
}
inline Step submit() {
  return say<SubmitResultT>([](SubmitResultT& body) { body.solved = Answer::yes; });
}
inline Step accept_result() { return say<AcceptResultT>(); }
inline Step reply() { return say<DeliverReplyT>(); }
inline Step call_back(CallbackResult result, Answer solved = Answer::not_asked,
                      std::uint8_t satisfaction = 0) {
  return say<AttemptCallbackT>([=](AttemptCallbackT& body) {
    body.result = result;
    body.solved = solved;
    body.satisfaction = satisfaction;
  });
}
inline Step no_one_answers() { return call_back(CallbackResult::unreachable); }
inline Step rework() { return say<OrderReworkT>(); }
inline Step hold_follow_up() { return say<HoldFollowUpT>(); }
inline Step close_case(CloseGround ground = CloseGround::none) {
  return say<CloseCaseT>([=](CloseCaseT& body) { body.ground = ground; });
}
inline Step reopen() { return say<ReopenCaseT>(); }
inline Step withdraw() { return say<WithdrawCaseT>(); }

inline Steps triaged() { return {register_case(), triage()}; }
inline Steps dispatched() { return triaged() + dispatch(); }
inline Steps being_handled() { return dispatched() + sign() + reach_caller(); }
/// From dispatch to the unified reply.
inline Steps handle_to_reply() {
  return {dispatch(), sign(), reach_caller(), submit(), accept_result(), reply()};
}
inline Steps replied() { return triaged() + handle_to_reply(); }
inline Steps answered_yes() { return replied() + call_back(CallbackResult::completed, Answer::yes, 5); }
inline Steps answered_no() { return replied() + call_back(CallbackResult::completed, Answer::no); }
inline Steps closed() { return answered_yes() + close_case(); }

}  // namespace toono
