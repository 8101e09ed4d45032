#include "adapters/cli/answers.h"

#include <fmt/format.h>

#include "adapters/json/writer.h"
#include "adapters/query/history.h"

namespace toono::cli {
namespace {

void add_created(SendResult& result, const Decision& decision) {
  auto entity = to_text(*decision.entity());
  for (const auto* event : events_of(decision)) {
    if (const auto* body = event->body_as_CaseRegistered()) {
      result.created.push_back({"case", entity});
      if (body->number()) result.created.push_back({"case_number", body->number()->str()});
    }
    if (event->body_type() == EventBody::ContactOffered) result.created.push_back({"contact", entity});
    if (event->body_type() == EventBody::PersonRegistered) result.created.push_back({"person", entity});
    if (const auto* body = event->body_as_OrderDispatched(); body && body->order_id())
      result.created.push_back({"order", to_text(*body->order_id())});
    if (const auto* body = event->body_as_ReferralPrepared(); body && body->referral_id())
      result.created.push_back({"referral", to_text(*body->referral_id())});
  }
}

}  // namespace

Result<SendResult> SendResult::of(std::uint64_t line, const Sent& sent, PartitionNumber partitions,
                                  Outcome outcome, const Buffer& record) {
  SendResult result;
  result.line = line;
  result.id = to_text(sent.id);
  result.outcome = outcome;
  result.entity = to_text(sent.entity);
  const auto* decision = decision_of(record);
  if (!decision)
    return unexpected({ErrorCode::damaged, "the first decision on this id cannot be read",
                       "command " + result.id,
                       "run `toono rebuild` to make the store anew from the journal"});
  result.first_outcome = decision->outcome();
  result.position = position_name(sent.partition, partitions, decision->seq());
  result.version = decision->entity_version();
  result.rejection = outcome == Outcome::conflict ? Rejection::conflicting_content : decision->rejection();
  if (outcome == Outcome::conflict) return result;
  add_created(result, *decision);
  std::size_t index = 0;
  for (const auto* event : events_of(*decision))
    result.events.push_back(
        {fmt::format("{}:{}", result.position, index++), EnumNameEventBody(event->body_type())});
  return result;
}

bool SendResult::is_refusal() const {
  if (outcome == Outcome::repeated) return first_outcome != Outcome::accepted;
  return outcome != Outcome::accepted;
}

std::string SendResult::json() const {
  JsonWriter out;
  out.begin_object().field("line", line).field("id", id).field("outcome", EnumNameOutcome(outcome));
  out.field("position", position).field("entity", entity).field("version", version);
  out.key("created").begin_object();
  for (const auto& item : created) out.field(item.kind, item.id);
  out.end_object().key("events").begin_list();
  for (const auto& event : events)
    out.begin_object().field("id", event.id).field("type", event.type).end_object();
  out.end_list();
  if (rejection != Rejection::none) {
    out.key("rejection").begin_object().field("code", EnumNameRejection(rejection));
    out.field("message", std::string(message_of(rejection)) + hint).end_object();
  }
  return out.end_object().str();
}

std::string hint_of(const Decision& decision, RegistryView registry) {
  constexpr std::size_t kMostNamed = 5;
  if (decision.rejection() != Rejection::actor_not_of_station || !decision.station()) return {};
  auto station = *decision.station();
  auto day = day_of(*decision.decided_at());
  std::vector<std::string> there;
  for (const auto& [staff, at] : registry.staff(day))
    if (at == station && there.size() <= kMostNamed) there.push_back(std::to_string(staff.number()));
  if (there.empty()) return fmt::format(" Nobody works at {} on {}.", station.code(), to_text(day));
  if (there.size() > kMostNamed) there.back() = "... (`toono staff` lists them all)";
  return fmt::format(" At {} on {}: {}.", station.code(), to_text(day), fmt::join(there, ", "));
}

std::string malformed_result(std::uint64_t line, const std::optional<CommandId>& id, const Error& error) {
  JsonWriter out;
  out.begin_object().field("line", line);
  if (id) out.field("id", to_text(*id));
  out.field("outcome", "malformed").key("rejection").begin_object().field("code", "malformed_command");
  out.field("message", error.what + ": " + error.next).end_object();
  return out.field("path", error.where).end_object().str();
}

std::string unknown_result(std::uint64_t line, const CommandId& id) {
  JsonWriter out;
  out.begin_object().field("line", line).field("id", to_text(id)).field("outcome", "unknown");
  return out.end_object().str();
}

std::string overload_result(std::uint64_t line, const std::optional<CommandId>& id, const Overload& overload,
                            const Error& error) {
  JsonWriter out;
  out.begin_object().field("line", line);
  if (id) out.field("id", to_text(*id));
  out.field("outcome", "overload").key("rejection").begin_object().field("code", "overload");
  out.field("message", error.what + ": " + error.where + ": " + error.next).end_object();
  out.field("behind", overload.behind).field("limit", overload.limit);
  return out.field("retry_after_ms", overload.retry_after_ms).end_object().str();
}

}  // namespace toono::cli
