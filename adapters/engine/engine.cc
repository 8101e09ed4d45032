#include "adapters/engine/engine.h"

#include "adapters/engine/backup.h"
#include "adapters/engine/engine_kinds.h"
#include "adapters/engine/founding.h"
#include "adapters/engine/rebuild.h"
#include "adapters/engine/vault_check.h"

namespace toono {
namespace {

/// So many rows waiting in memory are folded again faster than they are written: a short run need not flush.
constexpr std::uint64_t kRowsWorthFlushing = 20'000;
/// From so many records on an empty store is filled in bulk; fewer are followed as fast.
constexpr std::uint64_t kRecordsWorthBulk = 20'000;

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
  return options.kafka ? create_kafka_engine(options, founding) : create_embedded_engine(options, founding);
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  return options.kafka ? open_kafka_engine(options) : open_embedded_engine(options);
}

/// The log first: on Kafka leaving the group gives partitions up, and the handlers of that need the
/// processor.
Engine::~Engine() { log_.reset(); }

Result<void> Engine::open_store() {
  TOONO_TRY(finish_switch(options_.rows_dir()));
  TOONO_ASSIGN(store_, RocksStore::open(DataPaths(options_.rows_dir()).rows(), {}));
  return {};
}

Result<void> Engine::assemble(PartitionNumber partitions) {
  TOONO_TRY(open_rows());
  TOONO_TRY(fill_empty_store(partitions));
  follower_ = std::make_unique<Follower>(*store_, registry_, Follower::Options{options_.cached_states});
  TOONO_TRY(fold(partitions));
  if (!follower_->has_begun())
    return unexpected({ErrorCode::damaged, "the journal has no genesis", options_.dir.string(),
                       "the founding was cut short: remove the directory and run `toono init` again"});
  // The vault may be older than the journal: before anybody asks it for words.
  if (options_.role != EngineRole::reader) TOONO_TRY(keep_erased(*store_, partitions, *vault_));
  processor_ = std::make_unique<Processor>(*log_, *store_, registry_, *follower_, *options_.clock);
  processor_->on_key_destruction(
      [this](PersonId person, std::optional<SealClass> only) { return vault_->destroy(person, only); });
  return processor_->open();
}

Result<void> Engine::fill_empty_store(PartitionNumber partitions) {
  TOONO_ASSIGN(auto head, store_->get(head_key(partitions)));
  if (head) return {};
  std::uint64_t records = 0;
  for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
    TOONO_ASSIGN(auto end, journal_end(partition));
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
      auto end = journal_end(partition);
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

Result<void> Engine::found(const Founding& founding, std::uint32_t sent) {
  Rejection refused = Rejection::none;
  bool is_forestalled = false;
  processor_->on_answer([&](const Answered& answered) {
    if (answered.decision->outcome() != Outcome::accepted) refused = answered.decision->rejection();
    is_forestalled = is_forestalled || answered.decision->outcome() == Outcome::repeated;
  });
  const auto decided = follower_->head(partitions()).chain.seq;
  std::uint32_t count = 0;
  for (const auto& body : founding.registry) {
    auto number = count++;
    if (number < decided) continue;
    auto record = founding_record(log_id(), number, body, clock().now());
    if (number < sent) {
      processor_->await(CommandKey::of(*GetCommand(record.data())));
    } else {
      TOONO_TRY(send(partitions(), record));
    }
  }
  TOONO_TRY(drain());
  processor_->on_answer({});
  // Their ids are the log's: of two that complete one founding the registry has what came first.
  if (is_forestalled)
    return unexpected({ErrorCode::refused, "another one founded this deployment at the same moment",
                       "the founding of log " + to_text(log_id()),
                       "see with `toono stations`, `toono policies` and `toono calendars` what it has"});
  // check_registry() has asked every guard: what is left is a clock ahead of the brokers'.
  if (refused != Rejection::none)
    return unexpected({ErrorCode::refused, "the registry was refused: " + std::string(message_of(refused)),
                       "the founding of log " + to_text(log_id()),
                       "set this machine's clock, remove what was made, and found it again"});
  return {};
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

Result<void> Engine::close() {
  TOONO_TRY(vault_->settle());
  TOONO_TRY(processor_->finish());
  TOONO_TRY(close_log());
  if (store_->size().waiting_changes > kRowsWorthFlushing) return store_->flush();
  return {};
}

}  // namespace toono
