#include "adapters/engine/urgency.h"

namespace toono {
namespace {

template <class Value>
bool says(const ParsedCommand& body, std::string_view field, Value value) {
  return body.number(field) == static_cast<std::uint64_t>(value);
}

bool is_of_high_risk(const ParsedCommand& body) {
  return body.number("level").value_or(0) >= static_cast<std::uint64_t>(RiskLevel::high);
}

bool is_of_somebody_here(const ParsedCommand& body) {
  if (!body.has("contact_id")) return false;
  return says(body, "channel", Channel::phone) || says(body, "channel", Channel::chat) ||
         says(body, "channel", Channel::visit);
}

}  // namespace

bool speaks_of_danger(const LineCommand& line) {
  const auto& body = line.body;
  if (line.imported) return false;
  if (body.type() == CommandBody::AssessRisk || body.type() == CommandBody::OverrideRiskLevel)
    return is_of_high_risk(body);
  if (body.type() == CommandBody::TriageCase) return says(body, "priority", Priority::danger);
  if (body.type() == CommandBody::EscalateOrder) return says(body, "ground", EscalationGround::danger);
  if (body.type() == CommandBody::PrepareReferral) return says(body, "line", ReferralLine::line_110);
  if (body.type() == CommandBody::RegisterCase) return is_of_somebody_here(body);
  return false;
}

}  // namespace toono
