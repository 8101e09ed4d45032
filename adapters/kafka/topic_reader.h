// Reads partitions that were assigned by hand, in order and without gaps where there may be none: the
// journal's followers, scans, a publisher's tail.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "adapters/kafka/bell.h"
#include "adapters/kafka/client.h"

namespace toono {

/// One partition, and the first offset wanted of it.
struct ReadFrom {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  /// Offsets without a record are passed over: a transaction leaves a mark of its own at one. Otherwise they
  /// are damage.
  bool passes_holes = false;
};

/// What was read: `from` is the index in the list given to assign().
struct ReadMessage {
  std::size_t from = 0;
  const rd_kafka_message_t* message = nullptr;
};

/// For a reader that ends where it knows the end to be. A question that waits at the broker for more holds up
/// the next assign() by as long; and it is told of the end, where there may be no record.
inline const KafkaProperties kBrief = {{"fetch.wait.max.ms", "10"}, {"enable.partition.eof", "true"}};

/// One thread at a time.
class TopicReader {
 public:
  ~TopicReader();
  static Result<std::unique_ptr<TopicReader>> open(const KafkaAddress& address,
                                                   const KafkaProperties& more = {},
                                                   Transactions transactions = Transactions::keep);

  /// From now on these partitions are read, and no others. Does not look whether the offsets are there.
  Result<void> assign(std::vector<ReadFrom> from);

  /// The next messages, at most `limit` of them (0 is none), oldest first within a partition, each offset one
  /// after the last but for holes that may be passed. Waits at most `wait_ms` for the first. They last until
  /// the next call. Error damaged: an offset is not there (the topic was cut, recreated or compacted) or a
  /// record's checksum fails. Error world: the partition cannot be read now.
  Result<std::span<const ReadMessage>> read(std::size_t limit, int wait_ms);

  /// From now on the bell rings when there is something to read.
  void ring(Bell& bell) { bell.hang_on(queue_.get()); }

  /// For who reads a head as it grows: where much comes, fetches wait for each other.
  void heed_pace(std::size_t records) { listener_->fetch_pace().heed(records); }

  /// The next offset that read() may give, by index in the list.
  std::int64_t next_offset(std::size_t from) const { return from_[from].offset; }

  rd_kafka_t* client() { return consumer_.get(); }
  const KafkaListener* listener() const { return listener_.get(); }
  const KafkaAddress& address() const { return address_; }

 private:
  TopicReader(const KafkaAddress& address, std::unique_ptr<KafkaListener> listener, ConsumerPtr consumer);
  void release();
  /// Its place in from_, or npos.
  std::size_t find(const rd_kafka_message_t& message);
  /// Moves on to this offset; over a hole where that is allowed.
  Result<void> move_to(ReadFrom& from, std::int64_t offset) const;

  KafkaAddress address_;
  std::unique_ptr<KafkaListener> listener_;
  ConsumerPtr consumer_;
  KafkaQueuePtr queue_;
  std::vector<ReadFrom> from_;
  std::size_t last_found_ = 0;
  std::vector<rd_kafka_message_t*> held_;
  std::vector<ReadMessage> given_;
};

/// What an error message of a consumer means for its partition.
Error read_error(const KafkaAddress& address, const rd_kafka_message_t& message,
                 const KafkaListener* listener);

}  // namespace toono
