#include "adapters/kafka/inbox_group.h"

#include "adapters/kafka/topic_reader.h"

namespace toono {

InboxGroup::InboxGroup(KafkaAddress address, LogTopics topics, InboxGroupHandlers handlers)
    : address_(std::move(address)),
      topics_(std::move(topics)),
      handlers_(std::move(handlers)),
      next_(topics_.partitions) {}

InboxGroup::~InboxGroup() { leave(); }

Result<std::unique_ptr<InboxGroup>> InboxGroup::join(const KafkaAddress& address, const LogTopics& topics,
                                                     const std::string& group, InboxGroupHandlers handlers) {
  std::unique_ptr<InboxGroup> self(new InboxGroup(address, topics, std::move(handlers)));
  self->group_ = group;
  TOONO_ASSIGN(self->consumer_, make_consumer(address, self.get(), group, {}, Transactions::ignore));
  PartitionListPtr list = partition_list();
  add_to(list, topics.names.inbox, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID);
  add_to(list, topics.names.registry_inbox, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID);
  auto code = rd_kafka_subscribe(self->consumer_.get(), list.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return self;
  return unexpected(kafka_error(address, code, "the group cannot be joined", topics.names.inbox, self.get()));
}

void InboxGroup::ring(Bell& bell) {
  KafkaQueuePtr queue(rd_kafka_queue_get_consumer(consumer_.get()));
  bell.hang_on(queue.get());
}

void InboxGroup::leave() {
  // Closing calls on_rebalance once more, so it must happen while this object is whole.
  is_leaving_ = true;
  consumer_.reset();
  revoke_all();
}

void InboxGroup::on_rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                              rd_kafka_topic_partition_list_t* partitions) {
  // What comes while we leave goes to the others: who would take it is going too.
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !is_leaving_) {
    trouble_ = assign(consumer, partitions);
    if (trouble_) return;
  } else if (what != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS && what != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    note_problem(rd_kafka_err2str(what), false);
  }
  // Eager: everything goes before anything comes.
  revoke_all();
  rd_kafka_assign(consumer, nullptr);
}

Result<void> InboxGroup::assign(rd_kafka_t* consumer, rd_kafka_topic_partition_list_t* partitions) {
  for (int i = 0; i < partitions->cnt; ++i) {
    auto& one = partitions->elems[i];
    const auto partition = topics_.inbox_partition(one.topic, one.partition);
    if (!partition)
      return unexpected({ErrorCode::refused,
                         "the group hands out partition " + std::to_string(one.partition) +
                             ", which this deployment does not have: somebody has added partitions",
                         "kafka:" + address_.brokers + ", topic " + one.topic,
                         "restore the topic with its partitions: the number can never change"});
    std::uint64_t next = 0;
    if (handlers_.on_assigned) {
      TOONO_ASSIGN(next, handlers_.on_assigned(*partition));
    }
    one.offset = next_[*partition] = static_cast<std::int64_t>(next);
    owned_.insert(*partition);
  }
  auto code = rd_kafka_assign(consumer, partitions);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return unexpected(
      kafka_error(address_, code, "the partitions of the group cannot be read", topics_.names.inbox, this));
}

void InboxGroup::revoke_all() {
  auto gone = std::move(owned_);
  owned_.clear();
  // What was read in this receive() and not given out belongs to the next owner.
  records_.clear();
  if (handlers_.on_revoked)
    for (PartitionNumber partition : gone) handlers_.on_revoked(partition);
}

Result<std::vector<LogRecord>> InboxGroup::receive(std::size_t limit) {
  records_.clear();
  arena_.clear();
  // One at a time: a batch call that meets a rebalance loses messages in librdkafka before 2.1.
  while (records_.size() < limit) {
    KafkaMessagePtr message(rd_kafka_consumer_poll(consumer_.get(), 0));
    if (!trouble_) return unexpected(trouble_.error());
    if (fatal())
      return unexpected(kafka_error(address_, RD_KAFKA_RESP_ERR__FATAL, "the consumer of the inbox failed",
                                    topics_.names.inbox, this));
    if (!message) break;
    TOONO_TRY(take(*message));
  }
  fetch_pace().heed(records_.size());
  return std::move(records_);
}

Error InboxGroup::not_allowed() const {
  Error error =
      kafka_error(address_, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "the group cannot be joined");
  error.where += ", group " + group_;
  return error;
}

Result<void> InboxGroup::take(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // It is told beside every topic, and the client goes on asking: without it nothing would ever be owned.
    if (message.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) return unexpected(not_allowed());
    // Lost sessions and connections are mended inside: a new assignment follows.
    if (message.rkt && message.err != RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
      return unexpected(read_error(address_, message, this));
    note_problem(rd_kafka_err2str(message.err), false);
    return {};
  }
  const auto from = topics_.inbox_partition(rd_kafka_topic_name(message.rkt), message.partition);
  if (!from || !owned_.contains(*from) || message.offset < next_[*from]) return {};
  const PartitionNumber partition = *from;
  const auto passed = static_cast<std::uint64_t>(message.offset - next_[partition]);
  if (passed > 0 && handlers_.on_hole)
    handlers_.on_hole({partition, static_cast<std::uint64_t>(next_[partition]), passed});
  next_[partition] = message.offset + 1;
  records_.push_back({.topic = Topic::inbox,
                      .partition = partition,
                      .offset = static_cast<std::uint64_t>(message.offset),
                      .place = 0,
                      .appended_at_ms = rd_kafka_message_timestamp(&message, nullptr),
                      .bytes = arena_.keep(message.payload, message.len)});
  return {};
}

}  // namespace toono
