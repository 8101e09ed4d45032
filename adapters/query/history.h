// The decisions of an entity as they are stored, in order.
#pragma once

#include <functional>

#include "adapters/query/context.h"
#include "schemas/journal_generated.h"

namespace toono {

/// Calls `use` with each accepted decision of the entity, oldest first, until it returns false; the decision
/// lasts until then. Errors of the store, and damaged rows.
Result<void> each_decision(const Store& store, PartitionNumber partition, const EntityId& entity,
                           const std::function<bool(const Decision&)>& use);

/// `partition:seq`, of the registry `r:seq`: the one form in which a decision's place is said.
std::string position_name(PartitionNumber partition, PartitionNumber partitions, std::uint64_t seq);

/// `partition:seq:index`, of a case's, contact's or person's event.
std::string event_name(PartitionNumber partition, std::uint64_t seq, std::size_t index);

}  // namespace toono
