// Produces to explicit partitions and knows what became of it: the journal's appends and the inbox' sends.
#pragma once

#include <atomic>

#include "adapters/kafka/bell.h"
#include "adapters/kafka/client.h"

namespace toono {

/// An idempotent producer that keeps count. write() from any thread; the rest from one.
class TopicWriter final : public KafkaListener {
 public:
  /// `topics` are those that it will write to, named by their index from then on.
  static Result<std::unique_ptr<TopicWriter>> open(const KafkaAddress& address,
                                                   std::vector<std::string> topics,
                                                   const KafkaProperties& more = {});
  /// One that asks no broker for anything and refuses every write: for who only reads.
  static std::unique_ptr<TopicWriter> none(const KafkaAddress& address, std::vector<std::string> topics);

  /// Queues a copy. Error busy: the queue is full. What becomes of it is told by poll() and settle().
  Result<void> write(std::size_t topic, std::int32_t partition, Bytes record);

  /// Takes in what the broker has said since. Error world: a delivery failed and its outcome is unknown; from
  /// then on every call of poll() and settle() gives that error.
  Result<void> poll(int wait_ms = 0);
  /// From now on the bell rings when a broker has said something that poll() takes in.
  void ring(Bell& bell);
  /// Sends what waits and returns once all of it has been acknowledged by the in-sync replicas.
  Result<void> settle();

  /// The offset behind the last acknowledged write; 0 for none.
  std::int64_t end_of(std::size_t topic, std::int32_t partition) const;
  /// What was written and neither acknowledged nor failed.
  std::size_t waiting() const { return waiting_; }

  void on_delivery(const rd_kafka_message_t& message) override;

 private:
  TopicWriter(const KafkaAddress& address, std::vector<std::string> topics);
  Result<void> trouble();
  Result<void> find_unknown_ends();

  KafkaAddress address_;
  std::vector<std::string> topics_;
  ProducerPtr producer_;
  std::vector<KafkaTopicPtr> handles_;
  /// Counted here: rd_kafka_outq_len() counts what is to be told too, such as a broker that went away.
  std::atomic<std::size_t> waiting_ = 0;
  /// By topic and partition.
  std::vector<std::vector<std::int64_t>> ends_;
  /// Acknowledged by a retry that did not learn the offset.
  std::vector<std::pair<std::size_t, std::int32_t>> unknown_ends_;
  std::optional<Error> failed_;
  /// Where the time of a record was over and nobody has looked why yet.
  std::optional<std::pair<std::size_t, std::int32_t>> late_;
};

}  // namespace toono
