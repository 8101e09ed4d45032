// A deployment on Kafka: how it is founded, how a node opens it, and how it takes a partition over.
#include <fmt/format.h>

#include "adapters/engine/engine.h"
#include "adapters/kafka/inbox_check.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/keys_topic.h"
#include "adapters/kafka/outlast.h"
#include "adapters/kafka/topics.h"

namespace toono {
namespace {

/// So long an inbox' end, and what was followed of a journal, is known well enough to turn somebody away.
constexpr std::chrono::milliseconds kKnownFor{200};

/// With no more than this of its own on their way a node's commands leave at once.
constexpr std::size_t kFewOnTheirWay = 64;

Error not_ours(const KafkaAddress& address, PartitionNumber partition, std::string what) {
  return {ErrorCode::damaged, std::move(what),
          fmt::format("{}, inbox partition {} of {}", address.brokers, partition, address.deployment),
          kBringInboxBack};
}

/// The first record of a topic at or behind `from`.
Result<std::optional<Buffer>> first_record(Log& log, Topic topic, const From& from) {
  std::optional<Buffer> found;
  TOONO_TRY(log.scan(topic, {from}, [&](const LogRecord& record) {
    if (record.offset == from.offset) found = Buffer(record.bytes.begin(), record.bytes.end());
    return false;
  }));
  return found;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create_on_kafka(const EngineOptions& options,
                                                        const Founding& founding) {
  auto log_id = founding.log_id ? *founding.log_id : random_log_id(*options.entropy);
  TopicOptions topics{.genesis = {.log_id = log_id,
                                  .partitions = founding.partitions,
                                  .created_at = options.clock->now(),
                                  .simulated = founding.simulated},
                      .replication = founding.replication};
  TOONO_TRY(create_topics(*options.kafka, topics));
  TOONO_ASSIGN(auto vault, create_keys(*options.kafka, master_key_of(options), *options.entropy));
  vault.reset();
  auto founder = options;
  founder.role = EngineRole::alone;
  TOONO_ASSIGN(auto engine, outlast_refusals(*options.kafka, [&] { return open_on_kafka(founder); }));
  TOONO_TRY(engine->found(founding));
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::open_on_kafka(const EngineOptions& options) {
  auto address = *options.kafka;
  address.should_stop = options.should_stop;
  TOONO_ASSIGN(auto report, check_topics(address));
  TOONO_TRY(refuse_findings(address, report));
  check(report.log_id.has_value(), "topics without a finding have a genesis");
  auto engine = std::unique_ptr<Engine>(new Engine(options));
  engine->named_log_ = *report.log_id;
  auto* self = engine.get();
  KafkaLogOptions log{.address = address};
  if (options.role == EngineRole::owner) log.group = TopicNames(options.kafka->deployment).engines_group;
  log.own_all = options.role == EngineRole::alone;
  log.may_join = [self] { return self->is_near_the_heads(); };
  log.on_assigned = [self](PartitionNumber partition) { return self->take(partition); };
  log.on_revoked = [self](PartitionNumber partition) {
    self->processor_->give_up(partition);
    if (self->options_.on_ownership) self->options_.on_ownership(partition, false);
  };
  log.on_hole = options.on_hole;
  TOONO_ASSIGN(auto opened, KafkaLog::open(log));
  auto partitions = static_cast<PartitionNumber>(opened->partitions() - 1);
  engine->kafka_ = opened.get();
  engine->log_ = std::move(opened);
  TOONO_ASSIGN(engine->vault_, open_keys(address, master_key_of(options), *options.entropy));
  TOONO_TRY(engine->assemble(partitions));
  return engine;
}

/// What was acknowledged to this edge tells the end for nothing: one that sends a lot asks no broker.
Result<std::uint64_t> Engine::behind_on_kafka(PartitionNumber partition) {
  inbox_ends_.resize(partitions() + 1u);
  auto& known = inbox_ends_[partition];
  auto now = Steady::now();
  auto end = kafka_->acknowledged_end(partition);
  if (end <= known.end && now - known.known_at > kKnownFor) {
    TOONO_ASSIGN(end, kafka_->end(Topic::inbox, partition));
    known.known_at = now;
  }
  if (end > known.end) {
    known = {end, known.sent_since - std::min(known.sent_since, end - known.end), now};
  }
  auto behind = [&] {
    auto next = follower_->head(partition).chain.next_command;
    return known.end + known.sent_since - std::min(next, known.end + known.sent_since);
  };
  // Who only sends now and then has not followed what was decided meanwhile.
  if (behind() < options_.inbox_limit || options_.role != EngineRole::edge || now - followed_at_ < kKnownFor)
    return behind();
  TOONO_TRY(step());
  return behind();
}

/// Brokers and clients work by the request: while many commands of this node are on their way, those that
/// come meanwhile leave together, once most of the many have been answered (docs/decisions/0015).
bool Engine::gathers() const {
  return processor_->awaiting() > gathered_.size() + kFewOnTheirWay &&
         Steady::now() - sent_at_ < std::chrono::milliseconds(options_.gather_ms);
}

/// After an error busy the rest is still gathered.
Result<void> Engine::send_gathered() {
  if (gathered_.empty()) return {};
  sent_at_ = Steady::now();
  Result<void> outcome;
  auto next = gathered_.begin();
  for (; next != gathered_.end(); ++next)
    if (outcome = log_->send(next->partition, next->command); !outcome) break;
  gathered_.erase(gathered_.begin(), next);
  return outcome;
}

/// Who owns a partition while it folds a long journal lets all wait for it.
Result<bool> Engine::is_near_the_heads() {
  if (!kafka_) return true;
  for (PartitionNumber partition = 0; partition <= partitions(); ++partition) {
    TOONO_ASSIGN(auto end, kafka_->end(Topic::journal, partition));
    if (end > follower_->head(partition).next_offset + follower_->genesis().window) return false;
  }
  return true;
}

std::vector<From> Engine::decided_inbox() const {
  std::vector<From> decided;
  for (PartitionNumber partition = 0; partition <= partitions(); ++partition) {
    const auto& chain = follower_->confirmed_head(partition).chain;
    if (processor_->owns(partition) && chain.next_command > 0)
      decided.push_back({partition, chain.next_command - 1, 0});
  }
  return decided;
}

Result<void> Engine::close_on_kafka() {
  TOONO_TRY(send_gathered());
  return kafka_->close();
}

/// The group has given this partition to us: fold to its end, see that the inbox is the one that the head
/// speaks of, and begin behind it.
Result<std::uint64_t> Engine::take(PartitionNumber partition) {
  // What is still under way may be this partition's, from when it was ours before.
  TOONO_TRY(processor_->finish());
  TOONO_TRY(follower_->follow_to_end(*log_, partition));
  TOONO_TRY(follower_->commit());
  TOONO_TRY(check_inbox(partition));
  processor_->take(partition);
  if (options_.on_ownership) options_.on_ownership(partition, true);
  return follower_->head(partition).chain.next_command;
}

/// The inbox is the one whose command the head decided, and nothing behind it is gone. One that was trimmed
/// up to the head's end has nothing left to compare with, and nothing to lose.
Result<void> Engine::check_inbox(PartitionNumber partition) {
  const auto& head = follower_->head(partition);
  TOONO_ASSIGN(auto begin, kafka_->begin(Topic::inbox, partition));
  if (auto lost = lost_commands(begin, head.chain.next_command); !lost.empty())
    return unexpected(not_ours(*options_.kafka, partition, std::move(lost)));
  if (head.chain.seq == 0 || begin == head.chain.next_command) return {};
  TOONO_ASSIGN(auto decided, first_record(*log_, Topic::journal, {partition, head.head_offset, head.place}));
  const auto* decision = decided ? decision_of(*decided) : nullptr;
  if (!decision) return unexpected(not_ours(*options_.kafka, partition, "the head of the journal is gone"));
  TOONO_ASSIGN(auto command, first_record(*log_, Topic::inbox, {partition, decision->command_offset(), 0}));
  if (!command)
    return unexpected(not_ours(
        *options_.kafka, partition,
        fmt::format("command {} of the inbox, the last decided, is gone", decision->command_offset())));
  if (!(sha256(*command) == *decision->command_hash()))
    return unexpected(not_ours(
        *options_.kafka, partition,
        fmt::format("command {} of the inbox is not the one that was decided", decision->command_offset())));
  return {};
}

}  // namespace toono
