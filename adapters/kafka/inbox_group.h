// The inbox as the members of a consumer group share it: who owns a partition gets its commands, from the
// offset that the journal gives.
#pragma once

#include <functional>
#include <set>

#include "adapters/kafka/arena.h"
#include "adapters/kafka/bell.h"
#include "adapters/kafka/log_topics.h"

namespace toono {

struct InboxGroupHandlers {
  /// A partition comes: the offset of its next command to decide. An error leaves the group.
  std::function<Result<std::uint64_t>(PartitionNumber)> on_assigned;
  std::function<void(PartitionNumber)> on_revoked;
  /// Offsets without a record were passed over.
  std::function<void(const Hole&)> on_hole;
};

/// One thread. Ownership is a hint for speed; that nothing is decided twice is the chain's business.
class InboxGroup final : public KafkaListener {
 public:
  static Result<std::unique_ptr<InboxGroup>> join(const KafkaAddress& address, const LogTopics& topics,
                                                  const std::string& group, InboxGroupHandlers handlers);
  ~InboxGroup() override;

  /// The next commands of the partitions owned now, as Log::receive() gives them, without waiting. The
  /// handlers are called in here. Offsets without a record are passed over. Error damaged: what stood at the
  /// next offset was cut off.
  Result<std::vector<LogRecord>> receive(std::size_t limit);
  /// From now on the bell rings when there is something to receive.
  void ring(Bell& bell);
  /// Hands everything over to the others. on_assigned is not called any more.
  void leave();
  const std::set<PartitionNumber>& owned() const { return owned_; }

  void on_rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                    rd_kafka_topic_partition_list_t* partitions) override;

 private:
  InboxGroup(KafkaAddress address, LogTopics topics, InboxGroupHandlers handlers);
  Result<void> assign(rd_kafka_t* consumer, rd_kafka_topic_partition_list_t* partitions);
  void revoke_all();
  Result<void> take(const rd_kafka_message_t& message);
  Error not_allowed() const;

  KafkaAddress address_;
  LogTopics topics_;
  std::string group_;
  InboxGroupHandlers handlers_;
  std::set<PartitionNumber> owned_;
  /// The offset that comes next, by partition.
  std::vector<std::int64_t> next_;
  std::vector<LogRecord> records_;
  RecordArena arena_;
  Result<void> trouble_;
  bool is_leaving_ = false;
  ConsumerPtr consumer_;
};

}  // namespace toono
