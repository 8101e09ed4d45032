// Risk: anyone at work on the case may raise it; lowering high or imminent risk takes two (domain.md: rule
// 6).
#include "commands/decide_detail.h"

namespace toono {
namespace {

Rejection risk_guard(RiskLevel level, const CaseStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::case_unknown;
  if (!is_open(state)) return Rejection::case_not_open;
  if (auto no = may_work_on(context, state); no != Rejection::none) return no;
  return level == RiskLevel::unassessed ? Rejection::level_not_given : Rejection::none;
}

}  // namespace

Effects decide(const AssessRisk& command, const CaseStateT& state, const Context& context) {
  if (auto no = risk_guard(command.level(), state, context); no != Rejection::none) return no;
  if (state.risk >= RiskLevel::high && command.level() < state.risk) return Rejection::lowering_needs_two;
  RiskAssessedT event;
  event.tool = get(command.tool());
  event.tool_version = get(command.tool_version());
  event.level = command.level();
  return accept(std::move(event));
}

Effects decide(const OverrideRiskLevel& command, const CaseStateT& state, const Context& context) {
  if (auto no = risk_guard(command.level(), state, context); no != Rejection::none) return no;
  if (command.level() >= state.risk) return Rejection::risk_not_lowered;
  auto second = get(command.second());
  if (second.number() == 0 || second == context.actor) return Rejection::second_person_needed;
  // Who has left cannot answer for it.
  if (is_none(context.registry.station_of(second, context.day()))) return Rejection::second_person_unknown;
  RiskLevelOverriddenT event;
  event.level = command.level();
  event.second = second;
  event.ground = get(command.ground());
  return accept(std::move(event));
}

}  // namespace toono
