#include "adapters/query/context.h"

#include "core/partition.h"

namespace toono {

Result<void> scan_prefix(const Store& store, std::string_view prefix, const Store::Visitor& use) {
  return store.scan(prefix, behind(prefix), use);
}

Error damaged_row(std::string_view table) {
  return damaged_row("a stored row cannot be read", "table " + std::string(table));
}

Result<CaseNames> case_names_of(const QueryContext& context, const CaseId& id) {
  auto entity = id_as<EntityId>(id);
  TOONO_ASSIGN(auto row, context.store.get(state_key(partition_of(entity, context.partitions), entity)));
  if (!row) return CaseNames();
  auto state = unpack_state(*row);
  const auto* found = std::get_if<CaseStateT>(&state);
  return found ? CaseNames{found->number, found->foreign_id} : CaseNames();
}

Result<std::string> case_number_of(const QueryContext& context, const CaseId& id) {
  TOONO_ASSIGN(auto names, case_names_of(context, id));
  return names.number;
}

}  // namespace toono
