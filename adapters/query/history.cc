#include "adapters/query/history.h"

#include <fmt/format.h>

#include "core/chain.h"
#include "projections/journal_reader.h"

namespace toono {

Result<void> each_decision(const Store& store, PartitionNumber partition, const EntityId& entity,
                           const std::function<bool(const Decision&)>& use) {
  bool damaged = false;
  TOONO_TRY(
      scan_prefix(store, history_prefix(partition, entity), [&](std::string_view, std::string_view value) {
        Aligned aligned(bytes_of(value));
        const auto* record = read_record(aligned.bytes());
        const auto* decision = record ? record->body_as_Decision() : nullptr;
        damaged = !decision;
        if (damaged) return false;
        return decision->outcome() != Outcome::accepted || use(*decision);
      }));
  if (damaged) return unexpected(damaged_row("entity"));
  return {};
}

std::string event_name(PartitionNumber partition, std::uint64_t seq, std::size_t index) {
  return fmt::format("{}:{}:{}", partition, seq, index);
}

}  // namespace toono
