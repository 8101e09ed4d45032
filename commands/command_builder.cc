#include "commands/command_builder.h"

namespace toono {

void finish_command(flatbuffers::FlatBufferBuilder& builder, const CommandHeader& header, CommandBody type,
                    flatbuffers::Offset<void> body) {
  CommandBuilder command(builder);
  command.add_id(&header.id);
  command.add_entity(&header.entity);
  command.add_fingerprint(&header.fingerprint);
  command.add_received_at(&header.received_at);
  command.add_occurred_at(&header.occurred_at);
  command.add_imported(header.imported);
  command.add_actor(&header.actor);
  command.add_station(&header.station);
  command.add_expected_version(header.expected_version);
  command.add_registry_seq(header.registry_seq);
  command.add_body_type(type);
  command.add_body(body);
  FinishCommandBuffer(builder, command.Finish());
}

}  // namespace toono
