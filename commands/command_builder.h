// Builds the inbox record of a command: what an edge and the agenda send.
#pragma once

#include "core/bytes.h"
#include "core/ids.h"
#include "schemas/commands_generated.h"

namespace toono {

/// Everything of a Command but its body.
struct CommandHeader {
  CommandId id = {};
  EntityId entity = {};
  Digest fingerprint = {};
  Instant received_at = {};
  Instant occurred_at = {};
  bool imported = false;
  StaffId actor = {};
  StationId station = {};
  std::uint64_t expected_version = 0;
  std::uint64_t registry_seq = 0;
};

/// Finishes `builder`, in which `body` has been built, as a Command.
void finish_command(flatbuffers::FlatBufferBuilder& builder, const CommandHeader& header, CommandBody type,
                    flatbuffers::Offset<void> body);

/// For code that has the body as a value.
template <class BodyT>
Buffer command_record(const CommandHeader& header, const BodyT& body) {
  flatbuffers::FlatBufferBuilder builder(512);
  auto offset = BodyT::TableType::Pack(builder, &body);
  finish_command(builder, header, CommandBodyUnionTraits<BodyT>::enum_value, offset.Union());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace toono
