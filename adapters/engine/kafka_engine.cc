// A deployment on Kafka: how it is founded, how a node opens it, and how it takes a partition over.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "adapters/engine/engine_kinds.h"
#include "adapters/engine/founding.h"
#include "adapters/engine/heads.h"
#include "adapters/engine/node_dir.h"
#include "adapters/kafka/inbox_check.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/keys_topic.h"
#include "adapters/kafka/outlast.h"
#include "adapters/kafka/topics.h"

namespace toono {
namespace {

using Steady = std::chrono::steady_clock;

/// A shared log's way to the disk and back is long, so what goes in one group is whatever is allowed to be
/// under way.
constexpr std::size_t kSharedGroup = kWindow;
/// The longest wait after lost races.
constexpr std::uint32_t kMostWaitMs = 512;
/// A group of so many commands gains nothing by growing.
constexpr std::size_t kWorthLeaving = 512;
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

/// What a founding that was interrupted has made of them opens with its own master key.
Result<void> found_keys(const EngineOptions& options) {
  const auto key = master_key_of(options);
  auto made = create_keys(*options.kafka, key, *options.entropy);
  if (made) return {};
  const bool is_there = made.error().code == ErrorCode::refused && std::filesystem::exists(key);
  if (is_there && open_keys(*options.kafka, key, *options.entropy, Access::read_only)) return {};
  return unexpected(made.error());
}

/// How many commands of the registry an interrupted founding has sent. Error refused: others were sent, or
/// all are decided.
Result<std::uint32_t> registry_sent(const KafkaAddress& address, const LogId& log_id,
                                    const Founding& founding) {
  TOONO_ASSIGN(auto log, outlast_refusals(address, [&] {
                 return KafkaLog::open({.address = address, .only_reads = true});
               }));
  const auto registry = static_cast<PartitionNumber>(log->partitions() - 1);
  std::uint32_t sent = 0;
  bool is_its_own = true;
  TOONO_TRY(log->scan(Topic::inbox, {{registry}}, [&](const LogRecord& record) {
    const auto* command = read_command(record.bytes);
    is_its_own = command != nullptr && sent < founding.registry.size() &&
                 std::ranges::equal(record.bytes, founding_record(log_id, sent, founding.registry[sent],
                                                                  *command->received_at()));
    ++sent;
    return is_its_own;
  }));
  TOONO_ASSIGN(auto decided, log->end(Topic::journal, registry));
  const bool is_whole = sent > 0 && decided > founding.registry.size();
  if (!is_its_own || is_whole)
    return unexpected(already_founded(address, TopicNames(address.deployment).registry_journal));
  return sent;
}

std::string commands_were(std::size_t count) {
  return count == 1 ? "1 command was" : fmt::format("{} commands were", count);
}

/// A random wait that grows with the races lost in a row: two that fight for one partition part sooner or
/// later.
void wait_after_race(std::uint32_t lost, Entropy& entropy) {
  std::uint8_t draw = 0;
  entropy.fill({&draw, 1});
  auto most = std::min(kMostWaitMs, 4u << std::min(lost, 8u));
  std::this_thread::sleep_for(std::chrono::milliseconds(most * draw / 255));
}

class KafkaEngine final : public Engine {
 public:
  static Result<std::unique_ptr<KafkaEngine>> create(const EngineOptions& options, const Founding& founding);
  static Result<std::unique_ptr<KafkaEngine>> open(const EngineOptions& options);
  ~KafkaEngine() override;

  Result<void> send(PartitionNumber partition, Bytes command) override;
  Result<std::uint64_t> behind(PartitionNumber partition) override;
  Result<std::size_t> step() override;
  Result<void> drain(const FoldStop& should_stop) override;
  Result<void> read_to_end(PartitionNumber partition) override;
  Result<std::size_t> fire_due() override { return processor_->send_due(clock().now()); }
  Result<bool> is_near_the_heads() override;
  Result<void> check_inbox(PartitionNumber partition) override;
  void set_durable(bool) override {}
  Result<void> sync() override { return {}; }
  const EmbeddedLog* embedded_log() const override { return nullptr; }

 private:
  using Engine::Engine;
  Result<std::uint64_t> journal_end(PartitionNumber partition) override {
    return kafka_log_->end(Topic::journal, partition);
  }
  Result<void> open_rows() override;
  Result<void> close_log() override;
  Result<std::uint64_t> take(PartitionNumber partition);
  void give_up(PartitionNumber partition);
  Error not_decided(std::string what) const;
  bool gathers() const;
  Result<void> send_gathered();

  KafkaLog* kafka_log_ = nullptr;  // log_ holds it
  /// What the topics say, before anything is read of the rows.
  LogId named_log_;
  bool is_open_ = false;

  /// What is known of an inbox at the brokers: its end, since when, and what was sent from here since.
  struct InboxEnd {
    std::uint64_t end = 0;
    std::uint64_t sent_since = 0;
    Steady::time_point known_at = {};
  };
  std::vector<InboxEnd> inbox_ends_;
  /// Commands that have not left for the inbox yet, and when the last ones did.
  struct Gathered {
    PartitionNumber partition;
    Buffer command;
  };
  std::vector<Gathered> gathered_;
  Steady::time_point sent_at_ = {};
  Steady::time_point followed_at_ = {};
};

Result<std::unique_ptr<KafkaEngine>> KafkaEngine::create(const EngineOptions& options,
                                                         const Founding& founding) {
  auto log_id = founding.log_id ? *founding.log_id : random_log_id(*options.entropy);
  TopicOptions topics{.genesis = {.log_id = log_id,
                                  .partitions = founding.partitions,
                                  .created_at = options.clock->now(),
                                  .simulated = founding.simulated},
                      .replication = founding.replication};
  TOONO_ASSIGN(auto begun, create_topics(*options.kafka, topics));
  TOONO_ASSIGN(auto sent, registry_sent(*options.kafka, begun, founding));
  TOONO_TRY(found_keys(options));
  auto founder = options;
  founder.role = EngineRole::alone;
  TOONO_ASSIGN(auto engine, outlast_refusals(*options.kafka, [&] { return open(founder); }));
  TOONO_TRY(engine->found(founding, sent));
  return engine;
}

Result<std::unique_ptr<KafkaEngine>> KafkaEngine::open(const EngineOptions& options) {
  auto address = *options.kafka;
  address.should_stop = options.should_stop;
  TOONO_ASSIGN(auto report, check_topics(address));
  TOONO_TRY(refuse_findings(address, report));
  check(report.log_id.has_value(), "topics without a finding have a genesis");
  auto engine = std::unique_ptr<KafkaEngine>(new KafkaEngine(options));
  engine->named_log_ = *report.log_id;
  auto* self = engine.get();
  KafkaLogOptions log{.address = address};
  if (options.role == EngineRole::owner) log.group = TopicNames(options.kafka->deployment).engines_group;
  log.only_reads = options.role == EngineRole::reader;
  log.own_all = options.role == EngineRole::alone;
  log.may_join = [self] { return self->is_near_the_heads(); };
  log.on_assigned = [self](PartitionNumber partition) { return self->take(partition); };
  log.on_revoked = [self](PartitionNumber partition) { self->give_up(partition); };
  log.on_hole = options.on_hole;
  TOONO_ASSIGN(auto opened, KafkaLog::open(log));
  auto partitions = static_cast<PartitionNumber>(opened->partitions() - 1);
  engine->kafka_log_ = opened.get();
  engine->log_ = std::move(opened);
  auto key = master_key_of(options);
  if (log.only_reads) {
    engine->vault_ = vault_if_any(open_keys(address, key, *options.entropy, Access::read_only));
  } else {
    TOONO_ASSIGN(engine->vault_, open_keys(address, key, *options.entropy));
  }
  TOONO_TRY(engine->assemble(partitions));
  if (options.role != EngineRole::alone) engine->processor_->own_nothing();
  engine->is_open_ = true;
  return engine;
}

/// A node that ends on an error has still seen how far the journal went.
KafkaEngine::~KafkaEngine() {
  log_.reset();  // its handlers are ours
  if (is_open_) keep_heads(*follower_, options_.dir);
}

Result<void> KafkaEngine::open_rows() {
  TOONO_TRY(check_node_is_of(options_.dir, named_log_));
  TOONO_TRY(open_store());
  TOONO_TRY(claim_node(options_.dir, *store_, named_log_));
  return check_heads(*kafka_log_, options_.dir);
}

Result<void> KafkaEngine::send(PartitionNumber partition, Bytes command) {
  if (gathered_.size() >= kWorthLeaving) TOONO_TRY(send_gathered());
  gathered_.push_back({partition, Buffer(command.begin(), command.end())});
  processor_->await(CommandKey::of(*GetCommand(command.data())));
  if (partition < inbox_ends_.size()) ++inbox_ends_[partition].sent_since;
  return {};
}

/// What was acknowledged to this edge tells the end for nothing: one that sends a lot asks no broker.
Result<std::uint64_t> KafkaEngine::behind(PartitionNumber partition) {
  inbox_ends_.resize(partitions() + 1u);
  auto& known = inbox_ends_[partition];
  auto now = Steady::now();
  auto end = kafka_log_->acknowledged_end(partition);
  if (end <= known.end && now - known.known_at > kKnownFor) {
    TOONO_ASSIGN(end, kafka_log_->end(Topic::inbox, partition));
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
bool KafkaEngine::gathers() const {
  return processor_->awaiting() > gathered_.size() + kFewOnTheirWay &&
         Steady::now() - sent_at_ < std::chrono::milliseconds(options_.gather_ms);
}

/// After an error busy the rest is still gathered.
Result<void> KafkaEngine::send_gathered() {
  if (gathered_.empty()) return {};
  sent_at_ = Steady::now();
  Result<void> outcome;
  auto next = gathered_.begin();
  for (; next != gathered_.end(); ++next)
    if (outcome = log_->send(next->partition, next->command); !outcome) break;
  gathered_.erase(gathered_.begin(), next);
  return outcome;
}

/// Either no engine has come to them, or they never came to the brokers.
Error KafkaEngine::not_decided(std::string what) const {
  Error error{ErrorCode::world, std::move(what), "the inbox of " + options_.kafka->brokers,
              "is `toono serve` running? They stay in the inbox and will be decided; send them again under "
              "the same ids to see their outcomes"};
  auto not_taken = gathered_.size() + kafka_log_->unacknowledged();
  if (not_taken == 0) return error;
  error.what += fmt::format(", and {} of them not taken by the brokers", not_taken);
  auto lacking = kafka_log_->lacking_copies_of_inbox();
  if (!lacking.empty()) error.what += ": " + lacking;
  error.next = lacking.empty() ? "look at the brokers" : kBringCopiesBack;
  error.next += "; then send them again under the same ids: each takes effect once";
  return error;
}

/// Who owns a partition while it folds a long journal lets all wait for it.
Result<bool> KafkaEngine::is_near_the_heads() {
  for (PartitionNumber partition = 0; partition <= partitions(); ++partition) {
    TOONO_ASSIGN(auto end, kafka_log_->end(Topic::journal, partition));
    if (end > follower_->head(partition).next_offset + follower_->genesis().window) return false;
  }
  return true;
}

Result<std::size_t> KafkaEngine::step() {
  if (processor_->races_lost() > 0) wait_after_race(processor_->races_lost(), entropy());
  followed_at_ = Steady::now();
  if (!gathers())
    if (auto sent = send_gathered(); !sent && sent.error().code != ErrorCode::busy)
      return unexpected(sent.error());
  return processor_->step(kSharedGroup);
}

Result<void> KafkaEngine::drain(const FoldStop& should_stop) {
  auto heard_at = Steady::now();
  while (processor_->awaiting() > 0) {
    auto waiting = processor_->awaiting();
    TOONO_ASSIGN(auto heard, step());
    (void)heard;
    if (processor_->awaiting() < waiting) heard_at = Steady::now();
    bool stops = should_stop && should_stop();
    if (stops || Steady::now() - heard_at > std::chrono::milliseconds(options_.answer_within_ms))
      return unexpected(
          not_decided(stops ? fmt::format("told to stop while {} not decided", commands_were(waiting))
                            : fmt::format("{} not decided within {} s", commands_were(waiting),
                                          options_.answer_within_ms / 1000)));
  }
  return {};
}

Result<void> KafkaEngine::read_to_end(PartitionNumber partition) {
  TOONO_TRY(processor_->finish());
  TOONO_TRY(follower_->follow_to_end(*log_, partitions()));
  TOONO_TRY(follower_->follow_to_end(*log_, partition));
  return follower_->commit();
}

Result<void> KafkaEngine::close_log() {
  TOONO_TRY(send_gathered());
  return kafka_log_->close();
}

/// The group has given this partition to us: fold to its end, see that the inbox is the one that the head
/// speaks of, and begin behind it.
Result<std::uint64_t> KafkaEngine::take(PartitionNumber partition) {
  // What is still under way may be this partition's, from when it was ours before.
  TOONO_TRY(processor_->finish());
  TOONO_TRY(follower_->follow_to_end(*log_, partition));
  TOONO_TRY(follower_->commit());
  TOONO_TRY(check_inbox(partition));
  processor_->take(partition);
  if (options_.on_ownership) options_.on_ownership(partition, true);
  return follower_->head(partition).chain.next_command;
}

void KafkaEngine::give_up(PartitionNumber partition) {
  processor_->give_up(partition);
  if (options_.on_ownership) options_.on_ownership(partition, false);
}

/// The inbox is the one whose command the head decided, and nothing behind it is gone. One that was trimmed
/// up to the head's end has nothing left to compare with, and nothing to lose.
Result<void> KafkaEngine::check_inbox(PartitionNumber partition) {
  const auto& head = follower_->head(partition);
  TOONO_ASSIGN(auto begin, kafka_log_->begin(Topic::inbox, partition));
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

}  // namespace

Result<std::unique_ptr<Engine>> create_kafka_engine(const EngineOptions& options, const Founding& founding) {
  TOONO_ASSIGN(auto engine, KafkaEngine::create(options, founding));
  return std::unique_ptr<Engine>(std::move(engine));
}

Result<std::unique_ptr<Engine>> open_kafka_engine(const EngineOptions& options) {
  TOONO_ASSIGN(auto engine, KafkaEngine::open(options));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace toono
