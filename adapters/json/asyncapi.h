// The contract with integrators, said by the schemas themselves: JSON Schema of every public event and an
// AsyncAPI document of the topics. Made by the same shapes and rules as the events are printed by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono {

/// In the order of the union, that is by subject.
std::vector<std::string_view> event_names();

/// JSON Schema 2020-12 of an event's data, on one line. It leaves room for fields that later versions add.
/// Error usage: no such event, the nearest is named.
Result<std::string> event_schema(std::string_view event);

/// JSON Schema 2020-12 of what a line's partner sends to its inbound topic, on one line.
std::string partner_message_schema();

/// AsyncAPI 3.0.0 of a deployment's public topics, as JSON on one line: the events, and the referral topics
/// of every line.
std::string asyncapi_document(std::string_view deployment);

/// A file of the contract: its path in the contract's directory, and its text.
struct ContractFile {
  std::string path;
  std::string text;
};
/// asyncapi.json, events/NAME.schema.json, partner/message.schema.json.
std::vector<ContractFile> contract_files(std::string_view deployment);

}  // namespace toono
