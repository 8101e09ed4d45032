// A deployment on the embedded log: one process, which owns all partitions.
#include "adapters/engine/backup.h"
#include "adapters/engine/engine_kinds.h"
#include "adapters/engine/heads.h"
#include "adapters/engine/node_dir.h"
#include "adapters/engine/rebuild.h"
#include "core/time.h"

namespace toono {
namespace {

constexpr std::size_t kEmbeddedGroup = 256;

/// What the inbox in memory takes for one L: both at least 2L of what edges send, and room for what the
/// engine itself owes.
constexpr std::size_t kBytesCountedAsOne = 4096;

EmbeddedOptions log_options_of(const EngineOptions& options) {
  EmbeddedOptions log{.clock = options.clock};
  log.inbox_records = std::max<std::size_t>(log.inbox_records, 4 * options.inbox_limit);
  log.inbox_bytes = std::max(log.inbox_bytes, log.inbox_records * kBytesCountedAsOne);
  return log;
}

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

class EmbeddedEngine : public Engine {
 public:
  static Result<std::unique_ptr<EmbeddedEngine>> create(const EngineOptions& options,
                                                        const Founding& founding);
  static Result<std::unique_ptr<EmbeddedEngine>> open(const EngineOptions& options);

  Result<void> send(PartitionNumber partition, Bytes command) override {
    return log_->send(partition, command);
  }
  Result<std::uint64_t> behind(PartitionNumber partition) override;
  Result<std::size_t> step() override;
  Result<void> drain(const FoldStop& should_stop) override;
  Result<void> read_to_end(PartitionNumber) override { return {}; }
  Result<std::size_t> fire_due() override { return processor_->fire_due(clock().now()); }
  Result<bool> is_near_the_heads() override { return true; }
  Result<void> check_inbox(PartitionNumber) override { return {}; }
  void set_durable(bool durable) override { embedded_log_->set_durable(durable); }
  Result<void> sync() override { return embedded_log_->sync(); }
  const EmbeddedLog* embedded_log() const override { return embedded_log_; }

 protected:
  using Engine::Engine;
  void hold(std::unique_ptr<EmbeddedLog> log);
  Result<std::uint64_t> journal_end(PartitionNumber partition) override {
    return embedded_log_->journal_end(partition);
  }
  Result<void> open_rows() override;
  Result<void> close_log() override;

  EmbeddedLog* embedded_log_ = nullptr;  // log_ holds it
};

void EmbeddedEngine::hold(std::unique_ptr<EmbeddedLog> log) {
  embedded_log_ = log.get();
  log_ = std::move(log);
}

Result<std::unique_ptr<EmbeddedEngine>> EmbeddedEngine::create(const EngineOptions& options,
                                                               const Founding& founding) {
  auto engine = std::unique_ptr<EmbeddedEngine>(new EmbeddedEngine(options));
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
  engine->hold(std::move(log));
  TOONO_TRY(engine->assemble(founding.partitions));
  TOONO_TRY(engine->found(founding));
  return engine;
}

Result<std::unique_ptr<EmbeddedEngine>> EmbeddedEngine::open(const EngineOptions& options) {
  TOONO_TRY(must_be_restored(options.dir));
  auto engine = std::unique_ptr<EmbeddedEngine>(new EmbeddedEngine(options));
  TOONO_ASSIGN(auto log, EmbeddedLog::open(options.dir, log_options_of(options)));
  engine->hold(std::move(log));
  TOONO_ASSIGN(engine->vault_,
               FileVault::open(options.dir.string(), master_key_of(options), *options.entropy));
  TOONO_TRY(engine->assemble(static_cast<PartitionNumber>(engine->embedded_log_->partitions() - 1)));
  return engine;
}

Result<void> EmbeddedEngine::open_rows() {
  TOONO_TRY(open_store());
  return check_rows_are_of(*store_, *embedded_log_, options_.dir);
}

Result<std::uint64_t> EmbeddedEngine::behind(PartitionNumber) {
  auto waiting = embedded_log_->waiting();
  return std::max<std::uint64_t>(waiting.records,
                                 (waiting.bytes + kBytesCountedAsOne - 1) / kBytesCountedAsOne);
}

Result<std::size_t> EmbeddedEngine::step() {
  TOONO_TRY(vault_->settle());
  return processor_->step(kEmbeddedGroup);
}

Result<void> EmbeddedEngine::drain(const FoldStop&) {
  std::size_t decided = 0;
  do {
    TOONO_ASSIGN(decided, step());
  } while (decided != 0);
  return {};
}

Result<void> EmbeddedEngine::close_log() {
  TOONO_TRY(embedded_log_->close());
  keep_heads(*follower_, options_.rows_dir());
  return {};
}

/// Of the directory it reads the journal, the heads and the vault; its rows are its own.
class EmbeddedReader final : public EmbeddedEngine {
 public:
  static Result<std::unique_ptr<EmbeddedReader>> open(const EngineOptions& options);

 private:
  using EmbeddedEngine::EmbeddedEngine;
  Result<void> open_rows() override;
};

Result<std::unique_ptr<EmbeddedReader>> EmbeddedReader::open(const EngineOptions& options) {
  TOONO_TRY(must_be_restored(options.dir));
  auto engine = std::unique_ptr<EmbeddedReader>(new EmbeddedReader(options));
  // Before the journal: an owner may write it anew meanwhile.
  TOONO_ASSIGN(auto kept, read_heads(options.dir));
  TOONO_ASSIGN(auto log, EmbeddedLog::open_to_read(options.dir));
  if (kept) TOONO_TRY(check_heads(*log, options.dir, *kept));
  engine->hold(std::move(log));
  engine->vault_ = vault_if_any(
      FileVault::open(options.dir.string(), master_key_of(options), *options.entropy, Access::read_only));
  TOONO_TRY(engine->assemble(static_cast<PartitionNumber>(engine->embedded_log_->partitions() - 1)));
  engine->processor_->own_nothing();
  return engine;
}

Result<void> EmbeddedReader::open_rows() {
  const auto& dir = options_.rows_dir();
  TOONO_TRY(check_node_is_of(dir, embedded_log_->log_id()));
  TOONO_TRY(open_store());
  TOONO_TRY(claim_node(dir, *store_, embedded_log_->log_id()));
  auto fits = check_rows_are_of(*store_, *embedded_log_, dir);
  if (fits) return fits;
  auto error = fits.error();
  error.next =
      "this journal is not the one that was read before, or not all of it: ask who gave it; another "
      "--data reads it anew";
  return unexpected(error);
}

}  // namespace

Result<std::unique_ptr<Engine>> create_embedded_engine(const EngineOptions& options,
                                                       const Founding& founding) {
  MadeHere made(options);
  auto engine = EmbeddedEngine::create(options, founding);
  if (engine) return std::unique_ptr<Engine>(std::move(*engine));
  if (engine.error().code != ErrorCode::world) return unexpected(engine.error());
  auto error = engine.error();
  error.next = made.remove() ? "see to it and run it again: nothing was left behind"
                             : "see to it, remove the directory and its key, and run it again";
  return unexpected(error);
}

Result<std::unique_ptr<Engine>> open_embedded_engine(const EngineOptions& options) {
  if (options.role == EngineRole::reader) {
    TOONO_ASSIGN(auto reader, EmbeddedReader::open(options));
    return std::unique_ptr<Engine>(std::move(reader));
  }
  TOONO_ASSIGN(auto engine, EmbeddedEngine::open(options));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace toono
