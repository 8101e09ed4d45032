// What follows from a command's id: the ids of all that it creates, and a case's number for the telephone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/log.h"

namespace toono {

/// The first 16 bytes of SHA-256(command id, kind, index), marked UUIDv8 (RFC 9562 §5.8): a command sent
/// again creates the same ids.
Uuid derive_uuid(const CommandId& command, std::string_view kind, std::uint32_t index = 0);
template <ByteId Id>
Id derive(const CommandId& command, std::string_view kind, std::uint32_t index = 0) {
  return id_as<Id>(derive_uuid(command, kind, index));
}

/// The id of the command that the agenda sends for a timer: the same in every version of the code.
CommandId agenda_command_id(PartitionNumber partition, const EventRef& cause, TimerKind timer,
                            std::uint32_t step);

/// Partition (2 digits), count (6 or more), two check digits (ISO 7064 MOD 97-10): 0300001258.
std::string case_number(PartitionNumber partition, std::uint64_t count);
/// True if the check digits fit.
bool is_case_number(std::string_view text);

}  // namespace toono
