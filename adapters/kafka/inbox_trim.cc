#include "adapters/kafka/inbox_trim.h"

#include <algorithm>

#include "adapters/kafka/admin.h"

namespace toono {

Result<std::uint64_t> trim_inbox(const KafkaAddress& address, PartitionNumber partitions_with_registry,
                                 const InboxTrim& trim) {
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  LogTopics topics{TopicNames(address.deployment), partitions_with_registry};
  std::uint64_t removed = 0;
  for (const From& keep : trim.keep_from) {
    const auto& topic = topics.topic(Topic::inbox, keep.partition);
    const auto number = topics.number(keep.partition);
    TOONO_ASSIGN(auto marks, watermarks(address, admin->client(), topic, number, admin->listener()));
    TOONO_ASSIGN(auto young,
                 offset_since(address, admin->client(), topic, number, trim.before_ms, admin->listener()));
    auto to = std::min(static_cast<std::int64_t>(keep.offset), marks.high);
    if (young) to = std::min(to, *young);
    if (to <= marks.low) continue;
    TOONO_TRY(admin->delete_records_before(topic, number, to));
    removed += static_cast<std::uint64_t>(to - marks.low);
  }
  return removed;
}

}  // namespace toono
