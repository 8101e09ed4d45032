// Records in and out of the one partition. A compacted partition has gaps, so how far it has been read is
// told by the end-of-partition event as well.
#include "adapters/kafka/keys_topic.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/kafka/topic_reader.h"
#include "core/time.h"

namespace toono {
namespace {

constexpr int kTickMs = 100;
constexpr int kGraceMs = 5000;  // beyond message.timeout.ms, after which every delivery has its answer
constexpr int kLookMs = 2000;
constexpr std::int32_t kPartition = 0;

class Patience {
 public:
  explicit Patience(int ms) : span_(ms) { renew(); }
  void renew() { until_ = std::chrono::steady_clock::now() + span_; }
  bool is_over() const { return std::chrono::steady_clock::now() > until_; }

 private:
  std::chrono::milliseconds span_;
  std::chrono::steady_clock::time_point until_;
};

std::string_view view_of(const void* bytes, std::size_t size) {
  return bytes ? std::string_view(static_cast<const char*>(bytes), size) : std::string_view();
}

/// The topic does not hold any more what it held, or holds it wrongly.
bool is_damage(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
         code == RD_KAFKA_RESP_ERR__BAD_MSG || code == RD_KAFKA_RESP_ERR_INVALID_MSG;
}

}  // namespace

void KeysTopic::Deliveries::expect_none() {
  delivered = 0;
  last_offset = -1;
  knows_offsets = true;
  failure = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KeysTopic::Deliveries::on_delivery(const rd_kafka_message_t& message) {
  ++delivered;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) failure = message.err;
  // A retry that the broker knew already is acknowledged without its offset.
  if (message.offset < 0) knows_offsets = false;
  last_offset = std::max(last_offset, message.offset);
}

KeysTopic::KeysTopic(const KafkaAddress& address, ConsumerPtr consumer,
                     std::unique_ptr<KafkaListener> reading)
    : address_(address),
      topic_(TopicNames(address.deployment).keys),
      where_("kafka:" + address.brokers + ", topic " + topic_),
      reading_(std::move(reading)),
      consumer_(std::move(consumer)) {}

Result<std::unique_ptr<KeysTopic>> KeysTopic::open(const KafkaAddress& address) {
  auto reading = std::make_unique<KafkaListener>();
  TOONO_ASSIGN(auto consumer, make_consumer(address, reading.get(), {}, {{"enable.partition.eof", "true"}}));
  std::unique_ptr<KeysTopic> topic(new KeysTopic(address, std::move(consumer), std::move(reading)));
  TOONO_ASSIGN(auto count,
               partition_count(address, topic->consumer_.get(), topic->topic_, topic->reading_.get()));
  if (count == 0)
    return unexpected({ErrorCode::refused, "the keys topic is not there", topic->where_,
                       "create the topics once with `toono topics create`, or name the right deployment"});
  if (count != 1)
    return unexpected({ErrorCode::refused,
                       "the keys topic has " + std::to_string(count) + " partitions and must have one",
                       topic->where_, "make it again with one partition, from a backup of its records"});
  return topic;
}

/// Not before it is read: a question about its end would wait behind one that waits at the broker for more.
Result<void> KeysTopic::start_reading() {
  if (std::exchange(reads_, true)) return {};
  auto list = partition_list();
  add_to(list, topic_, kPartition, RD_KAFKA_OFFSET_BEGINNING);
  auto code = rd_kafka_assign(consumer_.get(), list.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return unexpected(kafka_error(address_, code, "the keys topic cannot be read", topic_));
}

Result<std::uint64_t> KeysTopic::end() {
  TOONO_ASSIGN(auto found, end_offset(address_, consumer_.get(), topic_, kPartition, reading_.get()));
  auto end = static_cast<std::uint64_t>(found);
  if (end >= next_) return end;
  return unexpected({ErrorCode::damaged,
                     "the keys topic ends at offset " + std::to_string(end) + " and was read to " +
                         std::to_string(next_) + ": it was cut or made anew",
                     where_, "restore the topic, or start again if it was restored already"});
}

/// Whether it leads further. Lost connections mend themselves.
Result<bool> KeysTopic::take(const rd_kafka_message_t& message, const Visit& visit) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    next_ = std::max(next_, static_cast<std::uint64_t>(message.offset));
    return true;
  }
  if (is_damage(message.err))
    return unexpected({ErrorCode::damaged,
                       std::string("the keys topic cannot be read on: ") + rd_kafka_message_errstr(&message),
                       where_ + ", offset " + std::to_string(next_),
                       "restore the topic from a backup or another replica, then start again"});
  if (message.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    return unexpected(kafka_error(address_, message.err, "the keys may not be read", topic_));
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    reading_->note_problem(rd_kafka_message_errstr(&message), false);
    return false;
  }
  KeyRecord record{.key = std::string(view_of(message.key, message.key_len)),
                   .value = std::nullopt,
                   .position = static_cast<std::uint64_t>(message.offset)};
  auto value = bytes_of(view_of(message.payload, message.len));
  if (message.payload) record.value = Buffer(value.begin(), value.end());
  if (record.position < next_) return false;
  next_ = record.position + 1;
  visit(record);
  return true;
}

Result<void> KeysTopic::read(std::uint64_t until, const Visit& visit) {
  TOONO_TRY(start_reading());
  Patience patience(address_.answer_within_ms);
  for (;;) {
    bool must_wait = next_ < until;
    KafkaMessagePtr message(rd_kafka_consumer_poll(consumer_.get(), must_wait ? kTickMs : 0));
    if (!message && !must_wait) return {};
    if (message) {
      TOONO_ASSIGN(bool further, take(*message, visit));
      if (further) patience.renew();
    }
    if (reading_->fatal())
      return unexpected(kafka_error(address_, RD_KAFKA_RESP_ERR__FATAL, "the reader of the keys has failed",
                                    topic_, reading_.get()));
    if (must_wait && (patience.is_over() || (!message && address_.is_called_off())))
      return unexpected(cannot_read_on());
  }
}

Error KeysTopic::cannot_read_on() const {
  auto error = kafka_error(address_, RD_KAFKA_RESP_ERR__TIMED_OUT, "the keys cannot be read back", topic_,
                           reading_.get());
  auto hidden = address_.is_called_off() ? std::nullopt : first_hidden();
  if (!hidden) return error;
  auto offset = std::to_string(hidden->offset);
  error.what = "a transaction has been open in the keys topic since " + to_text(hidden->appended_at) +
               ": what was written behind it cannot be read back before it ends";
  error.where = where_ + ", offset " + offset;
  error.next =
      "a broker ends it when its writer's transaction.timeout.ms is over (15 minutes at most, unless brokers "
      "allow more); end it now with `kafka-transactions.sh --bootstrap-server " +
      address_.brokers + " abort --topic " + topic_ + " --partition 0 --start-offset " + offset +
      "`, and take the right to write this topic away from whoever began it";
  return error;
}

/// Asked without regard to transactions, a broker gives what it keeps back: the first record of the open one.
std::optional<KeysTopic::Hidden> KeysTopic::first_hidden() const {
  auto reader = TopicReader::open(address_, kBrief, Transactions::ignore);
  if (!reader) return std::nullopt;
  auto assigned = (*reader)->assign({{topic_, kPartition, static_cast<std::int64_t>(next_), true}});
  for (Patience patience(kLookMs); assigned && !patience.is_over();) {
    auto messages = (*reader)->read(1, kTickMs);
    if (!messages) return std::nullopt;
    for (const auto& [from, message] : *messages)
      return Hidden{message->offset, Instant(rd_kafka_message_timestamp(message, nullptr))};
  }
  return std::nullopt;
}

Result<void> KeysTopic::start_producer() {
  if (producer_) return {};
  writing_ = std::make_unique<Deliveries>();
  TOONO_ASSIGN(producer_, make_producer(address_, writing_.get()));
  handle_.reset(rd_kafka_topic_new(producer_.get(), topic_.c_str(), nullptr));
  // The first record would wait for the topic's description, up to a second: ask now.
  TOONO_TRY(partition_count(address_, producer_.get(), topic_, writing_.get()));
  return {};
}

Result<void> KeysTopic::produce(const KeyRecord& record) {
  // RD_KAFKA_MSG_F_COPY: librdkafka does not change what it is given.
  auto* value = record.value ? const_cast<std::uint8_t*>(record.value->data()) : nullptr;
  auto size = record.value ? record.value->size() : 0;
  for (Patience patience(address_.answer_within_ms);;) {
    if (rd_kafka_produce(handle_.get(), kPartition, RD_KAFKA_MSG_F_COPY, value, size, record.key.data(),
                         record.key.size(), nullptr) == 0)
      return {};
    auto code = rd_kafka_last_error();
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || patience.is_over())
      return unexpected(kafka_error(address_, code, "a key cannot be written", topic_, writing_.get()));
    rd_kafka_poll(producer_.get(), kTickMs);
  }
}

Result<void> KeysTopic::wait_for(std::size_t count) {
  constexpr int kMessageTimeoutMs = 30'000;  // unless the address says otherwise: then this only waits longer
  for (Patience patience(kMessageTimeoutMs + kGraceMs); writing_->delivered < count && !patience.is_over();)
    rd_kafka_poll(producer_.get(), kTickMs);
  auto code = writing_->delivered < count ? RD_KAFKA_RESP_ERR__TIMED_OUT : writing_->failure;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const char* what = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
                         ? "this topic may not be written"
                         : "keys were not acknowledged, and may stand in the topic all the same";
  return unexpected(kafka_error(address_, code, what, topic_, writing_.get()));
}

Result<std::uint64_t> KeysTopic::append(const std::vector<KeyRecord>& records) {
  auto deliver = [&]() -> Result<void> {
    TOONO_TRY(start_producer());
    writing_->expect_none();
    for (const auto& record : records) TOONO_TRY(produce(record));
    return wait_for(records.size());
  };
  if (auto delivered = deliver(); !delivered) {
    handle_.reset();
    producer_.reset();
    return unexpected(delivered.error());
  }
  if (!writing_->knows_offsets || records.empty()) return end();
  return static_cast<std::uint64_t>(writing_->last_offset) + 1;
}

}  // namespace toono
