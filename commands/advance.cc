#include "commands/advance.h"

#include <fmt/format.h>

#include <set>

#include "core/derive.h"
#include "projections/facts.h"
#include "projections/keys.h"

namespace toono {

CommandId RegistryChange::id_of(std::string_view step, const CaseId& case_id) const {
  return derive<CommandId>(id_as<CommandId>(case_id),
                           fmt::format("registry change {}/{}/{}", position_, partition_, step));
}

CommandHeader RegistryChange::header(const CommandId& id, const EntityId& entity, Instant now) const {
  return {.id = id,
          .entity = entity,
          .fingerprint = sha256(bytes_of(id)),
          .received_at = now,
          .occurred_at = now,
          .registry_seq = position_};
}

Buffer RegistryChange::advance(const CommandId& id, Instant now) const {
  AdvanceRegistryT body;
  body.partition = partition_;
  body.registry_seq = position_;
  return command_record(header(id, EntityId{}, now), body);
}

Result<std::vector<Buffer>> RegistryChange::recalculations(const Store& store, Instant now) const {
  std::set<CaseId> cases;
  bool damaged = false;
  Key prefix(partition_, Table::worklist);
  TOONO_TRY(store.scan(prefix, behind(prefix), [&](std::string_view, std::string_view value) {
    WorklistRow row;
    damaged = !read_plain(value, row);
    if (!damaged && row.kind == WaitKind::handle) cases.insert(row.case_id);
    return !damaged;
  }));
  if (damaged)
    return unexpected(
        damaged_row("a row of the worklist cannot be read", fmt::format("partition {}", partition_)));
  std::vector<Buffer> commands;
  for (const auto& case_id : cases) {
    RecalculateDeadlinesT body;
    body.case_id = case_id;
    body.registry_seq = position_;
    commands.push_back(command_record(header(id_of("case", case_id), id_as<EntityId>(case_id), now), body));
  }
  return commands;
}

}  // namespace toono
