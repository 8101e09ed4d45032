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
  /// The port's number of an inbox partition of the broker; none: somebody has added it.
  std::optional<PartitionNumber> inbox_partition(std::string_view topic, std::int32_t number) const {
    const bool is_registrys = topic == names.registry_inbox;
    const int count = is_registrys ? 1 : partitions - 1;
    if (number < 0 || number >= count) return std::nullopt;
    return static_cast<PartitionNumber>(is_registrys ? partitions - 1 : number);
  }
};

}  // namespace toono
