#include "adapters/kafka/topic_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace toono {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

std::string place_of(const KafkaAddress& address, std::string_view topic, std::int32_t partition) {
  return fmt::format("kafka:{}, topic {}, partition {}", address.brokers, topic, partition);
}
const char* topic_of(const rd_kafka_message_t& message) {
  return message.rkt ? rd_kafka_topic_name(message.rkt) : "";
}

}  // namespace

Error read_error(const KafkaAddress& address, const rd_kafka_message_t& message,
                 const KafkaListener* listener) {
  std::string topic = topic_of(message);
  const char* said = rd_kafka_message_errstr(&message);
  std::string words = said ? said : rd_kafka_err2str(message.err);
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    return {ErrorCode::damaged,
            fmt::format("offset {} is not there any more: the topic was recreated or cut ({})",
                        message.offset, words),
            place_of(address, topic, message.partition),
            "restore the topic from a backup, or found a new deployment; nothing is read past a hole"};
  if (message.err == RD_KAFKA_RESP_ERR__BAD_MSG || message.err == RD_KAFKA_RESP_ERR_INVALID_MSG)
    return {ErrorCode::damaged, fmt::format("a record's checksum does not fit ({})", words),
            place_of(address, topic, message.partition), "restore the partition from another replica"};
  Error error = kafka_error(address, message.err, "the partition cannot be read", topic, listener);
  error.where = place_of(address, topic, message.partition);
  return error;
}

TopicReader::TopicReader(const KafkaAddress& address, std::unique_ptr<KafkaListener> listener,
                         ConsumerPtr consumer)
    : address_(address),
      listener_(std::move(listener)),
      consumer_(std::move(consumer)),
      queue_(rd_kafka_queue_get_consumer(consumer_.get())) {}

TopicReader::~TopicReader() { release(); }

Result<std::unique_ptr<TopicReader>> TopicReader::open(const KafkaAddress& address,
                                                       const KafkaProperties& more,
                                                       Transactions transactions) {
  auto listener = std::make_unique<KafkaListener>();
  TOONO_ASSIGN(auto consumer, make_consumer(address, listener.get(), {}, more, transactions));
  return std::unique_ptr<TopicReader>(new TopicReader(address, std::move(listener), std::move(consumer)));
}

Result<void> TopicReader::assign(std::vector<ReadFrom> from) {
  release();
  from_ = std::move(from);
  last_found_ = 0;
  PartitionListPtr list = partition_list();
  for (const ReadFrom& one : from_) add_to(list, one.topic, one.partition, one.offset);
  auto code = rd_kafka_assign(consumer_.get(), from_.empty() ? nullptr : list.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return unexpected(kafka_error(address_, code, "the partitions cannot be assigned", {}, listener_.get()));
}

void TopicReader::release() {
  for (rd_kafka_message_t* message : held_) rd_kafka_message_destroy(message);
  held_.clear();
  given_.clear();
}

std::size_t TopicReader::find(const rd_kafka_message_t& message) {
  const char* topic = topic_of(message);
  // Messages of one partition come in runs.
  for (std::size_t tries = 0; tries < from_.size(); ++tries) {
    std::size_t i = (last_found_ + tries) % from_.size();
    if (from_[i].partition != message.partition || from_[i].topic != topic) continue;
    last_found_ = i;
    return i;
  }
  return kNone;
}

Result<void> TopicReader::move_to(ReadFrom& from, std::int64_t offset) const {
  if (offset > from.offset && !from.passes_holes)
    return unexpected(
        {ErrorCode::damaged,
         fmt::format("offset {} is missing, the next record stands at {}: the topic was compacted or cut, or "
                     "somebody wrote a transaction into it",
                     from.offset, offset),
         place_of(address_, from.topic, from.partition),
         "restore the topic from a backup; `toono topics check` names settings that remove records"});
  from.offset = std::max(from.offset, offset);
  return {};
}

Result<std::span<const ReadMessage>> TopicReader::read(std::size_t limit, int wait_ms) {
  release();
  if (limit == 0) return std::span<const ReadMessage>();
  held_.resize(limit);
  // A batch call waits until its array is full: wait for one, then take what is there.
  auto count = rd_kafka_consume_batch_queue(queue_.get(), wait_ms, held_.data(), 1);
  if (count == 1 && limit > 1) {
    auto more = rd_kafka_consume_batch_queue(queue_.get(), 0, held_.data() + 1, limit - 1);
    if (more > 0) count += more;
  }
  held_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  for (const rd_kafka_message_t* message : held_) {
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (auto at = find(*message); at != kNone) TOONO_TRY(move_to(from_[at], message->offset));
      continue;
    }
    // Lost connections are mended inside; only what concerns a partition ends the reading.
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !message->rkt) {
      listener_->note_problem(rd_kafka_err2str(message->err), false);
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return unexpected(read_error(address_, *message, listener_.get()));
    std::size_t from = find(*message);
    if (from == kNone || message->offset < from_[from].offset) continue;
    TOONO_TRY(move_to(from_[from], message->offset));
    ++from_[from].offset;
    given_.push_back({from, message});
  }
  if (listener_->fatal())
    return unexpected(
        kafka_error(address_, RD_KAFKA_RESP_ERR__FATAL, "the client failed", {}, listener_.get()));
  return std::span<const ReadMessage>(given_);
}

}  // namespace toono
