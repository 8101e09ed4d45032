// Other consumers in the engines' group: what one of them holds of the inbox nobody decides.
#pragma once

#include "adapters/kafka/log_topics.h"

namespace toono {

struct InboxStranger {
  std::string client_id, host;
  std::vector<PartitionNumber> partitions;
  bool operator==(const InboxStranger&) const = default;
};

/// The members of the group that do not bear the client id of this address, as all engines of a deployment
/// do, and hold something of the inbox. Error busy: the partitions are being shared out; others as
/// KafkaAdmin's.
Result<std::vector<InboxStranger>> inbox_strangers(const KafkaAddress& address,
                                                   PartitionNumber partitions_with_registry);

}  // namespace toono
