#include "adapters/kafka/inbox_trim.h"

#include <algorithm>

#include "adapters/kafka/admin.h"

namespace toono {
namespace {

/// The first record that the broker took at this time or later; none: all are older.
Result<std::optional<std::int64_t>> first_since(KafkaAdmin& admin, const std::string& topic,
                                                std::int32_t partition, std::int64_t time_ms) {
  PartitionListPtr list = partition_list();
  add_to(list, topic, partition, time_ms);
  auto code = rd_kafka_offsets_for_times(admin.client(), list.get(), admin.address().answer_within_ms);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = list->elems[0].err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return unexpected(kafka_error(admin.address(), code, "the time of its records is not to be had", topic,
                                  admin.listener()));
  // "The end", as a place with a name, says that there is none.
  if (list->elems[0].offset < 0) return std::optional<std::int64_t>();
  return std::optional(list->elems[0].offset);
}

}  // namespace

Result<std::uint64_t> trim_inbox(const KafkaAddress& address, PartitionNumber partitions_with_registry,
                                 const InboxTrim& trim) {
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  LogTopics topics{TopicNames(address.deployment), partitions_with_registry};
  std::uint64_t removed = 0;
  for (const From& keep : trim.keep_from) {
    const auto& topic = topics.topic(Topic::inbox, keep.partition);
    const auto number = topics.number(keep.partition);
    TOONO_ASSIGN(auto marks, watermarks(address, admin->client(), topic, number, admin->listener()));
    TOONO_ASSIGN(auto young, first_since(*admin, topic, number, trim.before_ms));
    auto to = std::min(static_cast<std::int64_t>(keep.offset), marks.high);
    if (young) to = std::min(to, *young);
    if (to <= marks.low) continue;
    TOONO_TRY(admin->delete_records_before(topic, number, to));
    removed += static_cast<std::uint64_t>(to - marks.low);
  }
  return removed;
}

}  // namespace toono
