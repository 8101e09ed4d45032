#include "adapters/query/history.h"

#include <fmt/format.h>

#include "core/chain.h"

namespace toono {

Result<void> each_decision(const Store& store, PartitionNumber partition, const EntityId& entity,
                           const std::function<bool(const Decision&)>& use) {
  bool damaged = false;
  TOONO_TRY(
      scan_prefix(store, history_prefix(partition, entity), [&](std::string_view, std::string_view value) {
        Aligned aligned(bytes_of(value));
        const auto* decision = decision_of(aligned.bytes());
        damaged = !decision;
        if (damaged) return false;
        return decision->outcome() != Outcome::accepted || use(*decision);
      }));
  if (damaged) return unexpected(damaged_row("entity"));
  return {};
}

std::string position_name(PartitionNumber partition, PartitionNumber partitions, std::uint64_t seq) {
  return fmt::format("{}:{}", partition_text(partition, partitions), seq);
}

std::string event_name(PartitionNumber partition, std::uint64_t seq, std::size_t index) {
  return fmt::format("{}:{}:{}", partition, seq, index);
}

}  // namespace toono
