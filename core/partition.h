// Where an entity lives: murmur2 over its 36 lower-case characters, as Java's default partitioner does it.
#pragma once

#include "core/ids.h"
#include "core/log.h"

namespace toono {

/// Kafka's murmur2 (org.apache.kafka.common.utils.Utils.murmur2), seed 0x9747b28c.
std::uint32_t murmur2(Bytes bytes);
/// 0..partitions-1; `partitions` does not count the registry's.
PartitionNumber partition_of(const EntityId& entity, PartitionNumber partitions);

}  // namespace toono
