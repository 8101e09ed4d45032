#include "adapters/engine/engine.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "adapters/engine/backup.h"
#include "adapters/engine/founding.h"
#include "adapters/engine/heads.h"
#include "adapters/engine/node_dir.h"
#include "adapters/engine/rebuild.h"
#include "adapters/engine/vault_check.h"
#include "adapters/kafka/kafka_log.h"
#include "core/time.h"

namespace toono {
namespace {

constexpr std::size_t kGroup = 256;
/// A shared log's way to the disk and back is longer, so more goes in one group: whatever is allowed to be
/// under way.
constexpr std::size_t kSharedGroup = kWindow;
/// The longest wait after lost races.
constexpr std::uint32_t kMostWaitMs = 512;
/// So many rows waiting in memory are folded again faster than they are written: a short run need not flush.
constexpr std::uint64_t kRowsWorthFlushing = 20'000;
/// From so many records on an empty store is filled in bulk; fewer are followed as fast.
constexpr std::uint64_t kRecordsWorthBulk = 20'000;

/// What the inbox in memory takes for one L: both at least 2L of what edges send, and room for what the
/// engine itself owes.
constexpr std::size_t kBytesCountedAsOne = 4096;
/// A group of so many commands gains nothing by growing.
constexpr std::size_t kWorthLeaving = 512;

EmbeddedOptions log_options_of(const EngineOptions& options) {
  EmbeddedOptions log{.clock = options.clock};
  log.inbox_records = std::max<std::size_t>(log.inbox_records, 4 * options.inbox_limit);
  log.inbox_bytes = std::max(log.inbox_bytes, log.inbox_records * kBytesCountedAsOne);
  return log;
}

/// A random wait that grows with the races lost in a row: two that fight for one partition part sooner or
/// later.
void wait_after_race(std::uint32_t lost, Entropy& entropy) {
  std::uint8_t draw = 0;
  entropy.fill({&draw, 1});
  auto most = std::min(kMostWaitMs, 4u << std::min(lost, 8u));
  std::this_thread::sleep_for(std::chrono::milliseconds(most * draw / 255));
}

Result<std::uint64_t> journal_end(const EmbeddedLog* embedded, KafkaLog* kafka, PartitionNumber partition) {
  if (!embedded) return kafka->end(Topic::journal, partition);
  return embedded->journal_end(partition);
}

/// Only when something was decided, or followed: a question costs no write. The file that is there stays a
/// lower bound, so a full disk is no reason to call what was answered a failure.
void keep_heads(const Follower& follower, const std::filesystem::path& dir) {
  auto kept = read_heads(dir);
  auto heads = heads_of(follower);
  if (kept && *kept && **kept == heads) return;
  (void)write_heads(dir, heads);
}

}  // namespace

std::string master_key_of(const EngineOptions& options) {
  return options.master_key.empty() ? FileVault::default_master_key_path(options.dir.string())
                                    : options.master_key;
}

LogId random_log_id(Entropy& entropy) {
  std::array<std::uint8_t, 16> bytes{};
  entropy.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return id_from<LogId>(bytes);
}

Result<std::unique_ptr<Engine>> Engine::create(const EngineOptions& options, const Founding& founding) {
  TOONO_TRY(check_registry(founding.registry, options.clock->now()));
  return options.kafka ? create_on_kafka(options, founding) : create_embedded(options, founding);
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  return options.kafka ? open_on_kafka(options) : open_embedded(options);
}

namespace {

/// Takes away what a founding that failed has made, and nothing that was there before.
class MadeHere {
 public:
  explicit MadeHere(const EngineOptions& options) : dir_(options.dir) {
    for (auto path : {dir_ / "journal", dir_ / "journal.new", dir_ / "rows", dir_ / "vault", dir_ / "heads",
                      dir_ / "lock", std::filesystem::path(master_key_of(options))})
      if (is_new(path)) new_.push_back(std::move(path));
    dir_is_new_ = is_new(dir_);
  }
  /// False: something could not be taken away.
  bool remove() const {
    std::error_code failed;
    bool all = true;
    for (const auto& path : new_) {
      if (is_new(path)) continue;  // it never came to be; below a file it could not even be looked for
      std::filesystem::remove_all(path, failed);
      all = all && !failed;
    }
    if (dir_is_new_ && !is_new(dir_)) std::filesystem::remove(dir_, failed);
    return all && !failed;
  }

 private:
  static bool is_new(const std::filesystem::path& path) {
    std::error_code unknown;
    return !std::filesystem::exists(std::filesystem::symlink_status(path, unknown));
  }
  std::filesystem::path dir_;
  std::vector<std::filesystem::path> new_;
  bool dir_is_new_ = false;
};

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create_embedded(const EngineOptions& options,
                                                        const Founding& founding) {
  MadeHere made(options);
  auto engine = found_embedded(options, founding);
  if (engine || engine.error().code != ErrorCode::world) return engine;
  auto error = engine.error();
  error.next = made.remove() ? "see to it and run it again: nothing was left behind"
                             : "see to it, remove the directory and its key, and run it again";
  return unexpected(error);
}

Result<std::unique_ptr<Engine>> Engine::found_embedded(const EngineOptions& options,
                                                       const Founding& founding) {
  auto engine = std::unique_ptr<Engine>(new Engine(options));
  auto log_id = founding.log_id ? *founding.log_id : random_log_id(*options.entropy);
  auto partitions = static_cast<PartitionNumber>(founding.partitions + 1);
  TOONO_ASSIGN(auto log, EmbeddedLog::create(options.dir, log_id, partitions, log_options_of(options)));
  TOONO_ASSIGN(engine->vault_,
               FileVault::create(options.dir.string(), master_key_of(options), *options.entropy));
  GenesisFacts facts{.log_id = log_id,
                     .partitions = founding.partitions,
                     .created_at = options.clock->now(),
                     .simulated = founding.simulated};
  // The registry's first, so that a founding cut short is seen as one without a registry.
  for (int partition = founding.partitions; partition >= 0; --partition)
    TOONO_TRY(log->append(static_cast<PartitionNumber>(partition),
                          genesis_record(facts, static_cast<std::uint16_t>(partition))));
  TOONO_ASSIGN(auto settled, log->settle());
  engine->embedded_ = log.get();
  engine->log_ = std::move(log);
  TOONO_TRY(engine->assemble(founding.partitions));
  TOONO_TRY(engine->found(founding));
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::open_embedded(const EngineOptions& options) {
  TOONO_TRY(must_be_restored(options.dir));
  auto engine = std::unique_ptr<Engine>(new Engine(options));
  TOONO_ASSIGN(auto log, EmbeddedLog::open(options.dir, log_options_of(options)));
  engine->embedded_ = log.get();
  engine->log_ = std::move(log);
  TOONO_ASSIGN(engine->vault_,
               FileVault::open(options.dir.string(), master_key_of(options), *options.entropy));
  TOONO_TRY(engine->assemble(static_cast<PartitionNumber>(engine->embedded_->partitions() - 1)));
  return engine;
}

Result<void> Engine::assemble(PartitionNumber partitions) {
  TOONO_TRY(finish_switch(options_.dir));
  TOONO_ASSIGN(store_, RocksStore::open(DataPaths(options_.dir).rows(), {}));
  TOONO_TRY(embedded_ ? check_rows_are_of(*store_, *embedded_, options_.dir)
                      : claim_node(options_.dir, *store_, named_log_));
  if (kafka_) TOONO_TRY(check_heads(*kafka_, options_.dir));
  TOONO_TRY(fill_empty_store(partitions));
  follower_ = std::make_unique<Follower>(*store_, registry_, Follower::Options{options_.cached_states});
  TOONO_TRY(fold(partitions));
  if (!follower_->has_begun())
    return unexpected({ErrorCode::damaged, "the journal has no genesis", options_.dir.string(),
                       "the founding was cut short: remove the directory and run `toono init` again"});
  // The vault may be older than the journal: before anybody asks it for words.
  TOONO_TRY(keep_erased(*store_, partitions, *vault_));
  processor_ = std::make_unique<Processor>(*log_, *store_, registry_, *follower_, *options_.clock);
  processor_->on_key_destruction(
      [this](PersonId person, std::optional<SealClass> only) { return vault_->destroy(person, only); });
  TOONO_TRY(processor_->open());
  if (is_shared() && options_.role != EngineRole::alone) processor_->own_nothing();
  is_open_ = true;
  return {};
}

Result<void> Engine::fill_empty_store(PartitionNumber partitions) {
  TOONO_ASSIGN(auto head, store_->get(head_key(partitions)));
  if (head) return {};
  std::uint64_t records = 0;
  for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
    TOONO_ASSIGN(auto end, journal_end(embedded_, kafka_, partition));
    records += end;
  }
  if (records < kRecordsWorthBulk) return {};
  TOONO_TRY(
      fold_in_bulk(*log_, partitions, *store_,
                   {.watch = options_.on_fold, .should_stop = options_.should_stop, .records = records}));
  return {};
}

Result<void> Engine::fold(PartitionNumber partitions) {
  auto watch = std::exchange(options_.on_fold, {});
  auto should_stop = std::exchange(options_.should_stop, {});
  if (!watch && !should_stop) return follower_->open(*log_, partitions);
  auto to_come = [&] {
    std::uint64_t sum = 0;
    for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
      auto end = journal_end(embedded_, kafka_, partition);
      if (end) sum += *end - std::min(*end, follower_->head(partition).next_offset);
    }
    return sum;
  };
  std::optional<std::uint64_t> all;
  return follower_->open(*log_, partitions, [&](std::uint64_t done) {
    if (watch) {
      if (!all) all = done + to_come();
      watch({.what = "followed", .done = done, .of = *all});
    }
    return should_stop && should_stop() ? Result<void>(unexpected(fold_was_stopped())) : Result<void>();
  });
}

Result<void> Engine::found(const Founding& founding) {
  Rejection refused = Rejection::none;
  processor_->on_answer([&](const Answered& answered) {
    if (answered.decision->outcome() != Outcome::accepted) refused = answered.decision->rejection();
  });
  std::uint32_t count = 0;
  for (const auto& body : founding.registry) {
    auto record = founding_record(log_id(), count++, body, clock().now());
    TOONO_TRY(send(partitions(), record));
  }
  TOONO_TRY(drain());
  processor_->on_answer({});
  // check_registry() has asked every guard: what is left is a clock ahead of the brokers'.
  if (refused != Rejection::none)
    return unexpected({ErrorCode::refused, "the registry was refused: " + std::string(message_of(refused)),
                       "the founding of log " + to_text(log_id()),
                       "set this machine's clock, remove what was made, and found it again"});
  return {};
}

/// The log first: leaving the group gives partitions up, and the handlers of that need the processor. A node
/// that ends on an error has still seen how far the journal went.
Engine::~Engine() {
  log_.reset();
  if (kafka_ && is_open_) keep_heads(*follower_, options_.dir);
}

Result<void> Engine::send(PartitionNumber partition, Bytes command) {
  if (!is_shared()) return log_->send(partition, command);
  if (gathered_.size() >= kWorthLeaving) TOONO_TRY(send_gathered());
  gathered_.push_back({partition, Buffer(command.begin(), command.end())});
  processor_->await(CommandKey::of(*GetCommand(command.data())));
  if (partition < inbox_ends_.size()) ++inbox_ends_[partition].sent_since;
  return {};
}

Result<std::uint64_t> Engine::behind(PartitionNumber partition) {
  if (!embedded_) return behind_on_kafka(partition);
  auto waiting = embedded_->waiting();
  return std::max<std::uint64_t>(waiting.records,
                                 (waiting.bytes + kBytesCountedAsOne - 1) / kBytesCountedAsOne);
}

Result<std::size_t> Engine::step() {
  if (!is_shared()) {
    TOONO_TRY(vault_->settle());
    return processor_->step(kGroup);
  }
  if (processor_->races_lost() > 0) wait_after_race(processor_->races_lost(), entropy());
  followed_at_ = Steady::now();
  if (!gathers())
    if (auto sent = send_gathered(); !sent && sent.error().code != ErrorCode::busy)
      return unexpected(sent.error());
  return processor_->step(kSharedGroup);
}

Result<void> Engine::drain(const FoldStop& should_stop) {
  if (is_shared()) return await_answers(should_stop);
  std::size_t decided = 0;
  do {
    TOONO_ASSIGN(decided, step());
  } while (decided != 0);
  return {};
}

Result<void> Engine::await_answers(const FoldStop& should_stop) {
  auto heard_at = Steady::now();
  while (processor_->awaiting() > 0) {
    auto waiting = processor_->awaiting();
    TOONO_ASSIGN(auto heard, step());
    (void)heard;
    if (processor_->awaiting() < waiting) heard_at = Steady::now();
    bool stops = should_stop && should_stop();
    if (stops || Steady::now() - heard_at > std::chrono::milliseconds(options_.answer_within_ms))
      return unexpected(
          {ErrorCode::world,
           stops ? fmt::format("told to stop while {} commands were not decided", waiting)
                 : fmt::format("{} commands were not decided within {} s", waiting,
                               options_.answer_within_ms / 1000),
           "the inbox of " + options_.kafka->brokers,
           "is `toono serve` running? They stay in the inbox and will be decided; send them again under "
           "the same ids to see their outcomes"});
  }
  return {};
}

Result<void> Engine::read_to_end(PartitionNumber partition) {
  if (!is_shared()) return {};
  TOONO_TRY(processor_->finish());
  TOONO_TRY(follower_->follow_to_end(*log_, partitions()));
  TOONO_TRY(follower_->follow_to_end(*log_, partition));
  return follower_->commit();
}

Result<std::size_t> Engine::fire_due() {
  return is_shared() ? processor_->send_due(clock().now()) : processor_->fire_due(clock().now());
}

void Engine::set_durable(bool durable) {
  if (embedded_) embedded_->set_durable(durable);
}

Result<void> Engine::sync() { return embedded_ ? embedded_->sync() : Result<void>(); }

Result<void> Engine::close() {
  TOONO_TRY(vault_->settle());
  TOONO_TRY(processor_->finish());
  if (embedded_) {
    TOONO_TRY(embedded_->close());
    keep_heads(*follower_, options_.dir);
  }
  if (kafka_) TOONO_TRY(close_on_kafka());
  if (store_->size().waiting_changes > kRowsWorthFlushing) return store_->flush();
  return {};
}

}  // namespace toono
