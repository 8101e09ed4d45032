// An opened deployment: journal, rows, registry, vault, and the processor that decides what it owns.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "adapters/embedded/embedded_log.h"
#include "adapters/engine/bulk_fold.h"
#include "adapters/kafka/client.h"
#include "adapters/vault/file_vault.h"
#include "commands/pressure.h"
#include "commands/processor.h"

namespace toono {

/// All paths of a data directory in one place.
struct DataPaths {
  explicit DataPaths(std::filesystem::path directory) : dir(std::move(directory)) {}
  std::filesystem::path dir = {};
  std::filesystem::path rows() const { return dir / "rows"; }
  std::filesystem::path vault() const { return dir / "vault"; }
};

/// What a process is to a deployment on Kafka. On the embedded log every process owns all, but a reader.
enum class EngineRole {
  reader,  ///< answers questions alone: writes nothing but its own rows, and needs no key as long as no
           ///< question does
  edge,    ///< sends, follows and answers questions; owns nothing
  owner,   ///< takes part in the group that shares the partitions out
  alone,   ///< owns all partitions by hand: for founding, and for tests that force two owners
};

struct EngineOptions {
  /// The data directory; on Kafka that of this node's rows.
  std::filesystem::path dir = {};
  /// Of a reader of an embedded log: where it keeps its rows, so that nothing is written into `dir`.
  std::filesystem::path own_dir = {};
  std::optional<KafkaAddress> kafka = {};
  EngineRole role = EngineRole::edge;
  /// Empty: DIR.key beside the directory.
  std::string master_key = {};
  Clock* clock = nullptr;      // must outlive the engine
  Entropy* entropy = nullptr;  // must outlive the engine
  std::size_t cached_states = 100'000;
  /// How long drain() waits for another engine's decision before it gives up.
  std::int64_t answer_within_ms = 30'000;
  /// On Kafka: while many of its commands are on their way, those that come meanwhile wait for each other, so
  /// long at most (docs/decisions/0015).
  std::int64_t gather_ms = 20;
  /// L: so many commands may wait in an inbox before edges turn ordinary ones away (1 to kMostInboxLimit).
  std::uint64_t inbox_limit = kInboxLimit;
  /// The group has given a partition to this owner, or has taken it away.
  std::function<void(PartitionNumber, bool owned)> on_ownership = {};
  /// Offsets of the inbox that hold no record were passed over (on Kafka).
  std::function<void(const Hole&)> on_hole = {};
  /// How far open() has come with rows of what the journal has beyond them; within open() alone.
  FoldWatch on_fold = {};
  /// Asked while open() makes rows, which may be long: true ends it with Error busy. On Kafka also whenever a
  /// silent broker is waited for, as long as the engine lives: true ends the wait with Error world.
  FoldStop should_stop = {};

  /// Where the rows are, and what this process notes for itself.
  const std::filesystem::path& rows_dir() const { return own_dir.empty() ? dir : own_dir; }
};

/// What a new deployment begins with.
struct Founding {
  PartitionNumber partitions = 12;
  std::optional<LogId> log_id;
  bool simulated = false;
  /// On Kafka: copies of every record; 0: three, or as many as there are brokers.
  int replication = 0;
  /// The registry's first commands, as bodies in the order in which they are sent.
  std::vector<CommandBodyUnion> registry;
};

/// One thread at a time. What differs from log to log stands in embedded_engine.cc and kafka_engine.cc.
class Engine {
 public:
  /// Makes the directory or the topics, the genesis of every partition, the vault and the registry. Error
  /// refused: there is one.
  static Result<std::unique_ptr<Engine>> create(const EngineOptions& options, const Founding& founding);
  /// Error not_found: nothing there. Everything else as the log, the store and the vault say.
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine();

  /// Puts a command, a buffer of the schema's, into the inbox, on Kafka in one of the next steps or in
  /// close(); its decision reaches the answer handler, whoever makes it. What is sealed in it must be settled
  /// in the vault before on a shared log. Error busy: too many are on their way; step, then send it again.
  virtual Result<void> send(PartitionNumber partition, Bytes command) = 0;
  /// How many commands wait in front of one sent now to this partition, as far as known here: on the embedded
  /// log those of all partitions, since one owner decides them all, and a long one counts once for each 4 KiB
  /// begun; on Kafka those of the partition, whose end is asked for now and then.
  virtual Result<std::uint64_t> behind(PartitionNumber partition) = 0;
  /// Settles the vault's keys, then decides what waits in the inbox and follows what others decided; answers
  /// reach the handler. After a race that was lost it waits a random and growing time first.
  virtual Result<std::size_t> step() = 0;
  /// Steps until every command sent has its decision. Error world: no engine has decided within
  /// answer_within_ms, or `should_stop` said so; the commands stay in the inbox.
  virtual Result<void> drain(const FoldStop& should_stop = {}) = 0;
  /// Follows what others have decided in this partition, and in the registry, to the ends as they are now:
  /// the next look at an entity sees it. On the embedded log there are no others.
  virtual Result<void> read_to_end(PartitionNumber partition) = 0;
  /// Sends what is due by the clock's now, of the partitions owned; on the embedded log decides it too.
  virtual Result<std::size_t> fire_due() = 0;
  /// What this node has folded is less than genesis' window behind every end of the journal. Before that an
  /// owner does not join the group. Always true on the embedded log.
  virtual Result<bool> is_near_the_heads() = 0;
  /// On Kafka, as an owner asks before it takes the partition: the inbox is the one that this journal was
  /// decided from, and nothing undecided of it is gone. Error damaged: no engine takes it.
  virtual Result<void> check_inbox(PartitionNumber partition) = 0;
  /// What of the inbox of the partitions owned now has been decided for good, and counts on the journal: the
  /// last command decided of each, which is kept with all behind it.
  std::vector<From> decided_inbox() const;
  /// Brings everything to the disk and closes in good order. After a long run the rows are flushed too.
  Result<void> close();

  /// False: answers come before they are durable, for imports and simulations on the embedded log; sync()
  /// makes up for it. On a shared log it changes nothing.
  virtual void set_durable(bool durable) = 0;
  virtual Result<void> sync() = 0;

  /// Several processes write this log.
  bool is_shared() const { return options_.kafka.has_value(); }
  Log& log() { return *log_; }
  /// Null on Kafka.
  virtual const EmbeddedLog* embedded_log() const = 0;
  RocksStore& store() { return *store_; }
  Registry& registry() { return registry_; }
  Vault& vault() { return *vault_; }
  Follower& follower() { return *follower_; }
  Processor& processor() { return *processor_; }
  Clock& clock() { return *options_.clock; }
  Entropy& entropy() { return *options_.entropy; }
  const LogId& log_id() const { return follower_->genesis().log_id; }
  PartitionNumber partitions() const { return follower_->partitions(); }
  const EngineOptions& options() const { return options_; }

 protected:
  explicit Engine(EngineOptions options) : options_(std::move(options)) {}
  /// Makes all that stands on the log and the vault, once they are there: rows, registry, processor.
  Result<void> assemble(PartitionNumber partitions);
  /// The registry of a new deployment, of which so many commands were sent before.
  Result<void> found(const Founding& founding, std::uint32_t sent = 0);
  /// The journal's end of a partition as it is now.
  virtual Result<std::uint64_t> journal_end(PartitionNumber partition) = 0;
  /// Opens the rows and sees that they are of this log, and that the journal has not lost what they or the
  /// heads saw of it.
  virtual Result<void> open_rows() = 0;
  Result<void> open_store();
  virtual Result<void> close_log() = 0;

  EngineOptions options_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<Vault> vault_;
  Registry registry_;
  std::unique_ptr<Follower> follower_;
  std::unique_ptr<Processor> processor_;

 private:
  Result<void> fill_empty_store(PartitionNumber partitions);
  Result<void> fold(PartitionNumber partitions);
};

/// The default of a master key's place: DIR.key.
std::string master_key_of(const EngineOptions& options);
/// A random UUID (RFC 9562 version 4).
LogId random_log_id(Entropy& entropy);

}  // namespace toono
