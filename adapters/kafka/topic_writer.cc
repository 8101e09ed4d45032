#include "adapters/kafka/topic_writer.h"

namespace toono {
namespace {

constexpr int kFlushSliceMs = 200;
constexpr const char* kUnknownOutcome =
    "an engine opens again and looks by itself; who sends repeats it under the same id: it takes effect once";

void raise(std::vector<std::int64_t>& ends, std::int32_t partition, std::int64_t end) {
  auto index = static_cast<std::size_t>(partition);
  if (ends.size() <= index) ends.resize(index + 1);
  ends[index] = std::max(ends[index], end);
}

}  // namespace

TopicWriter::TopicWriter(const KafkaAddress& address, std::vector<std::string> topics)
    : address_(address), topics_(std::move(topics)), ends_(topics_.size()) {}

Result<std::unique_ptr<TopicWriter>> TopicWriter::open(const KafkaAddress& address,
                                                       std::vector<std::string> topics,
                                                       const KafkaProperties& more) {
  std::unique_ptr<TopicWriter> self(new TopicWriter(address, std::move(topics)));
  TOONO_ASSIGN(self->producer_, make_producer(address, self.get(), more));
  for (const std::string& topic : self->topics_)
    self->handles_.emplace_back(rd_kafka_topic_new(self->producer_.get(), topic.c_str(), nullptr));
  return self;
}

std::unique_ptr<TopicWriter> TopicWriter::none(const KafkaAddress& address, std::vector<std::string> topics) {
  return std::unique_ptr<TopicWriter>(new TopicWriter(address, std::move(topics)));
}

Result<void> TopicWriter::write(std::size_t topic, std::int32_t partition, Bytes record) {
  if (!producer_)
    return unexpected({ErrorCode::refused, "this log is only read",
                       "kafka:" + address_.brokers + ", topic " + topics_[topic], "open it to write"});
  // librdkafka copies and takes a void*; nothing is written through it.
  auto* payload = const_cast<std::uint8_t*>(record.data());
  ++waiting_;
  int failed = rd_kafka_produce(handles_[topic].get(), partition, RD_KAFKA_MSG_F_COPY, payload, record.size(),
                                nullptr, 0, &topics_[topic]);
  if (failed == 0) return {};
  --waiting_;
  auto code = rd_kafka_last_error();
  Error error = kafka_error(address_, code, "the record cannot be sent", topics_[topic], this);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    error.code = ErrorCode::busy;
    error.next = "wait until some of it has been written, then send again";
  }
  return unexpected(error);
}

void TopicWriter::on_delivery(const rd_kafka_message_t& message) {
  --waiting_;
  // write() gave the topic's name: its place in the list is the index.
  auto topic = static_cast<std::size_t>(static_cast<const std::string*>(message._private) - topics_.data());
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* what = message.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
                           ? "this topic may not be written"
                           : "a record may or may not have been written";
    if (!failed_ && message.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) late_ = {topic, message.partition};
    if (!failed_) failed_ = kafka_error(address_, message.err, what, topics_[topic], this);
    return;
  }
  if (message.offset >= 0)
    raise(ends_[topic], message.partition, message.offset + 1);
  else
    unknown_ends_.emplace_back(topic, message.partition);
}

Result<void> TopicWriter::trouble() {
  if (!failed_ && !fatal()) return {};
  if (late_) {
    auto lacking = lacking_copies(address_, producer_.get(), topics_[late_->first], late_->second);
    if (!lacking.empty()) failed_->what += ": " + lacking;
    late_.reset();
  }
  Error error =
      failed_ ? *failed_ : kafka_error(address_, RD_KAFKA_RESP_ERR__FATAL, "the producer failed", {}, this);
  // For want of a right it is certain that nothing was written, and opening again does not mend it.
  if (error.code == ErrorCode::refused) return unexpected(error);
  error.code = ErrorCode::world;
  error.next = kUnknownOutcome;
  return unexpected(error);
}

Result<void> TopicWriter::poll(int wait_ms) {
  if (!producer_) return {};
  rd_kafka_poll(producer_.get(), wait_ms);
  return trouble();
}

void TopicWriter::ring(Bell& bell) {
  if (!producer_) return;
  KafkaQueuePtr queue(rd_kafka_queue_get_main(producer_.get()));
  bell.hang_on(queue.get());
}

Result<void> TopicWriter::settle() {
  if (!producer_) return {};
  // Ends without a limit of its own: what is not acknowledged within message.timeout.ms fails.
  while (rd_kafka_flush(producer_.get(), kFlushSliceMs) == RD_KAFKA_RESP_ERR__TIMED_OUT) TOONO_TRY(trouble());
  TOONO_TRY(trouble());
  return find_unknown_ends();
}

Result<void> TopicWriter::find_unknown_ends() {
  for (const auto& [topic, partition] : unknown_ends_) {
    TOONO_ASSIGN(auto marks, watermarks(address_, producer_.get(), topics_[topic], partition, this));
    raise(ends_[topic], partition, marks.high);
  }
  unknown_ends_.clear();
  return {};
}

std::int64_t TopicWriter::end_of(std::size_t topic, std::int32_t partition) const {
  auto index = static_cast<std::size_t>(partition);
  return index < ends_[topic].size() ? ends_[topic][index] : 0;
}

}  // namespace toono
