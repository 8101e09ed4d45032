// A consumer whose partitions are given by hand and whose places are kept by the group. Each partition has a
// queue of its own and a short turn after the others: what one line says, however much, holds up no other.
#include "adapters/kafka/partner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapters/json/writer.h"
#include "adapters/kafka/bell.h"
#include "core/digest.h"
#include "core/error_code.h"

namespace toono {
namespace {

constexpr int kPollMs = 200;
constexpr int kSliceMs = 1'000;
constexpr int kFlushMs = 30'000;
/// So many messages one partition has answered before the next has its turn.
constexpr std::size_t kTurn = 32;

struct Source {
  ReferralLine line = ReferralLine::line_110;
  std::string topic;
  std::int32_t partition = 0;
  /// As it was at the call.
  std::int64_t end = 0;
  /// The first offset not answered yet, behind a transaction's mark if one stands there.
  std::int64_t next = 0;
  /// Where the group stands.
  std::int64_t kept = 0;
  KafkaQueuePtr queue = {};
};

class Partners final : public KafkaListener {
 public:
  Partners(const PartnerOptions& options, const TakePartnerMessage& take)
      : options_(options), take_(take), names_(options.address.deployment) {}

  Result<void> open() {
    const auto& address = options_.address;
    // At a topic's end there may be a transaction's mark, and no record.
    TOONO_ASSIGN(consumer_, make_consumer(address, this, address.deployment + ".partners.v1",
                                          {{"enable.partition.eof", "true"}}));
    TOONO_ASSIGN(producer_, make_producer(address, this));
    for (auto line : EnumValuesReferralLine()) {
      auto topic = names_.referral_in(line);
      TOONO_ASSIGN(auto count, partition_count(address, consumer_.get(), topic, this));
      for (int partition = 0; partition < count; ++partition) TOONO_TRY(add(line, topic, partition));
    }
    if (sources_.empty())
      return unexpected({ErrorCode::refused, "no line has a topic for what its partner says",
                         "kafka:" + address.brokers, "make them with `toono topics create`"});
    auto list = partition_list();
    for (const auto& source : sources_) add_to(list, source.topic, source.partition, source.next);
    auto code = rd_kafka_assign(consumer_.get(), list.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return unexpected(kafka_error(address, code, "the topics of the lines cannot be read", {}, this));
    for (auto& source : sources_) part(source);
    common_.reset(rd_kafka_queue_get_consumer(consumer_.get()));
    bell_.hang_on(common_.get());
    return {};
  }

  Result<PartnerCounts> run() {
    while (!is_stopped() && !(options_.once && at_end())) {
      // First what came before the partitions had queues of their own; later errors alone.
      TOONO_ASSIGN(auto heard, listen(common_.get()));
      for (auto& source : sources_) {
        TOONO_ASSIGN(auto more, listen(source.queue.get()));
        heard += more;
      }
      if (heard == 0) bell_.wait(kPollMs);
    }
    return counts_;
  }

  void on_delivery(const rd_kafka_message_t& message) override {
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) undelivered_ = message.err;
  }

 private:
  /// Behind rd_kafka_assign(), which leads all partitions into the consumer's queue.
  void part(Source& source) {
    source.queue.reset(rd_kafka_queue_get_partition(consumer_.get(), source.topic.c_str(), source.partition));
    check(source.queue != nullptr, "a partition that is assigned has a queue");
    rd_kafka_queue_forward(source.queue.get(), nullptr);
    bell_.hang_on(source.queue.get());
  }

  bool is_stopped() const { return options_.stop && options_.stop(); }

  /// A turn: how many messages were there. What was answered is kept before an error is told.
  Result<std::size_t> listen(rd_kafka_queue_t* queue) {
    std::array<rd_kafka_message_t*, kTurn> there{};
    auto count = rd_kafka_consume_batch_queue(queue, 0, there.data(), there.size());
    std::vector<KafkaMessagePtr> messages(there.begin(), there.begin() + std::max<ssize_t>(count, 0));
    Result<void> outcome;
    for (const auto& message : messages) {
      if (!outcome || is_stopped()) break;
      outcome = hear(*message);
    }
    TOONO_TRY(keep());
    if (!outcome) return unexpected(outcome.error());
    return messages.size();
  }

  Result<void> hear(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return answer(message);
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (auto* source = source_of(message)) source->next = std::max(source->next, message.offset);
    } else if (message.rkt) {
      return unexpected(kafka_error(options_.address, message.err, "what a line says cannot be read",
                                    rd_kafka_topic_name(message.rkt), this));
    }
    return {};
  }

  /// From where the group stands; a group that has never been here begins at the beginning.
  Result<void> add(ReferralLine line, const std::string& topic, std::int32_t partition) {
    TOONO_ASSIGN(auto marks, watermarks(options_.address, consumer_.get(), topic, partition, this));
    auto list = partition_list();
    add_to(list, topic, partition, RD_KAFKA_OFFSET_INVALID);
    auto code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    // Without the right to the group the question is never answered: that is said on the side.
    for (int left_ms = options_.address.answer_within_ms;
         code == RD_KAFKA_RESP_ERR__TIMED_OUT && left_ms > 0 && !group_is_denied(); left_ms -= kSliceMs)
      code = rd_kafka_committed(consumer_.get(), list.get(), std::min(left_ms, kSliceMs));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = list->elems[0].err;
    if (group_is_denied_) code = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return unexpected(of_group(code, "the place of the group is not to be had", topic));
    auto committed = list->elems[0].offset;
    if (committed > marks.high)
      return unexpected(
          {ErrorCode::damaged,
           fmt::format("the topic ends at {}, in front of what was answered ({})", marks.high, committed),
           fmt::format("kafka:{}, topic {}", options_.address.brokers, topic),
           "it was made anew or cut: restore it, or take the group's offsets back by hand"});
    auto next = committed >= 0 ? committed : marks.low;
    sources_.push_back({line, topic, partition, marks.high, next, next});
    return {};
  }

  /// Before anything is assigned: there are no messages that it could take.
  bool group_is_denied() {
    while (KafkaMessagePtr message{rd_kafka_consumer_poll(consumer_.get(), 0)})
      group_is_denied_ |= message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    return group_is_denied_;
  }

  Error of_group(rd_kafka_resp_err_t code, std::string what, const std::string& topic) const {
    Error error = kafka_error(options_.address, code, std::move(what), topic, this);
    error.where += ", group " + options_.address.deployment + ".partners.v1";
    return error;
  }

  bool at_end() const {
    for (const auto& source : sources_)
      if (source.next < source.end) return false;
    return true;
  }

  Source* source_of(const rd_kafka_message_t& message) {
    std::string_view topic = rd_kafka_topic_name(message.rkt);
    auto found = std::ranges::find_if(sources_, [&](const Source& source) {
      return source.topic == topic && source.partition == message.partition;
    });
    return found == sources_.end() ? nullptr : &*found;
  }

  Result<void> answer(const rd_kafka_message_t& message) {
    auto* source = source_of(message);
    if (!source) return {};
    std::string_view text(static_cast<const char*>(message.payload), message.len);
    TOONO_ASSIGN(auto answer, take_(source->line, text));
    if (answer.refused) {
      TOONO_TRY(bury(*source, message.offset, text, *answer.refused));
      ++counts_.dead;
    } else {
      ++counts_.taken;
    }
    source->next = message.offset + 1;
    return {};
  }

  /// On its way; keep() waits for it.
  Result<void> bury(const Source& source, std::int64_t offset, std::string_view message,
                    const Error& reason) {
    auto letter = dead_letter(source.line, source.topic, source.partition, offset, bytes_of(message), reason);
    auto code = rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(names_.dead_letters.c_str()),
                                  RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                  RD_KAFKA_V_VALUE(letter.data(), letter.size()), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return unexpected(not_buried(code));
  }

  Error not_buried(rd_kafka_resp_err_t code) const {
    return kafka_error(options_.address, code, "a dead letter could not be kept", names_.dead_letters, this);
  }

  /// The dead letters first, then the places of the group behind all that was answered.
  Result<void> keep() {
    auto code = rd_kafka_flush(producer_.get(), kFlushMs);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = undelivered_;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return unexpected(not_buried(code));
    auto list = partition_list();
    for (const auto& source : sources_)
      if (source.next > source.kept) add_to(list, source.topic, source.partition, source.next);
    if (list->cnt == 0) return {};
    code = rd_kafka_commit(consumer_.get(), list.get(), 0);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return unexpected(of_group(code, "the place of the group could not be kept", list->elems[0].topic));
    for (auto& source : sources_) source.kept = source.next;
    return {};
  }

  const PartnerOptions& options_;
  const TakePartnerMessage& take_;
  TopicNames names_;
  Bell bell_;  // outlives the queues that ring it
  ConsumerPtr consumer_;
  ProducerPtr producer_;
  /// Of the consumer, for what is of no partition.
  KafkaQueuePtr common_;
  std::vector<Source> sources_;
  bool group_is_denied_ = false;
  /// Why a dead letter was not taken.
  rd_kafka_resp_err_t undelivered_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  PartnerCounts counts_;
};

}  // namespace

std::string dead_letter(ReferralLine line, const std::string& topic, std::int32_t partition,
                        std::int64_t offset, Bytes message, const Error& reason) {
  JsonWriter out;
  out.begin_object().field("line", EnumNameReferralLine(line)).field("topic", topic);
  out.field("partition", partition)
      .field("offset", offset)
      .field("sha256", to_hex(bytes_of(sha256(message))));
  out.key("reason").begin_object().field("code", to_text(reason.code)).field("what", reason.what);
  out.field("where", reason.where).field("next", reason.next).end_object();
  return out.end_object().str();
}

Result<PartnerCounts> take_partner_messages(const PartnerOptions& options, const TakePartnerMessage& take) {
  Partners partners(options, take);
  TOONO_TRY(partners.open());
  return partners.run();
}

}  // namespace toono
