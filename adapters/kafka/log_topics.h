// Which topic and partition of the broker a partition of the port is: the registry's stands in topics of its
// own.
#pragma once

#include "adapters/kafka/client.h"

namespace toono {

struct LogTopics {
  TopicNames names;
  /// Counts the registry's, which is the last.
  PartitionNumber partitions = 0;

  bool knows(PartitionNumber partition) const { return partition < partitions; }
  bool is_registry(PartitionNumber partition) const { return partition + 1 == partitions; }
  const std::string& topic(Topic topic, PartitionNumber partition) const {
    if (is_registry(partition)) return topic == Topic::inbox ? names.registry_inbox : names.registry_journal;
    return topic == Topic::inbox ? names.inbox : names.journal;
  }
  /// The broker's number of a partition of the port.
  std::int32_t number(PartitionNumber partition) const { return is_registry(partition) ? 0 : partition; }
  /// The port's number of an inbox partition of the broker.
  PartitionNumber inbox_partition(std::string_view topic, std::int32_t number) const {
    return topic == names.registry_inbox ? static_cast<PartitionNumber>(partitions - 1)
                                         : static_cast<PartitionNumber>(number);
  }
};

}  // namespace toono
