// The result of one command sent, as a line of JSON.
#pragma once

#include <string>
#include <vector>

#include "adapters/engine/edge.h"

namespace toono::cli {

/// Made from the record of a decision: the first one's, when the command is a repeat.
struct SendResult {
  struct Created {
    std::string kind;  // "case", "case_number", "contact", "person", "order", "referral"
    std::string id;
  };
  struct EventName {
    std::string id;  // partition:seq:index
    std::string type;
  };
  std::uint64_t line = 0;
  std::string id;
  Outcome outcome = Outcome::accepted;
  /// What the first decision said, when this one repeats it.
  Outcome first_outcome = Outcome::accepted;
  std::string position;
  std::string entity;
  std::uint64_t version = 0;
  std::vector<Created> created;
  std::vector<EventName> events;
  Rejection rejection = Rejection::none;
  /// Where the rejection's sentence can be made more use of: who does work at that station, say.
  std::string hint;

  static Result<SendResult> of(std::uint64_t line, const Sent& sent, PartitionNumber partitions,
                               Outcome outcome, const Buffer& record);
  /// Rejected, conflict, malformed, misrouted, or a repeat of a rejection.
  bool is_refusal() const;
  std::string json() const;
};

/// For actor_not_of_station: which staff work at the station named in that decision; else empty.
std::string hint_of(const Decision& decision, RegistryView registry);

/// The result line of a command whose form was refused; nothing reached a log.
std::string malformed_result(std::uint64_t line, const std::optional<CommandId>& id, const Error& error);

/// The result line of a command that may or may not be decided: sent again under this id it is answered.
std::string unknown_result(std::uint64_t line, const CommandId& id);

/// The result line of a command that was turned away under pressure; nothing reached a log.
std::string overload_result(std::uint64_t line, const std::optional<CommandId>& id, const Overload& overload,
                            const Error& error);

}  // namespace toono::cli
