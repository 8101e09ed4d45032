// The whole journal folded into an empty store at once: the way of a rebuild and of a node's first start.
// Decisions are sorted by entity, each entity is folded to its last state, and only that state's rows are
// written: one sorted file a partition, with nothing left for compaction. The rows are those that a Follower
// comes to (fold_journal in rebuild.h), byte for byte, meta rows included.
#pragma once

#include <functional>

#include "adapters/rocksdb/store.h"
#include "core/log.h"

namespace toono {

/// How far a long piece of work has come.
struct FoldProgress {
  std::string_view what;   // "read", "folded", "followed"
  std::uint64_t done = 0;  // decisions
  std::uint64_t of = 0;    // 0: not known
};
/// From one thread at a time.
using FoldWatch = std::function<void(const FoldProgress&)>;
/// Asked many times a second while a fold goes on, by one thread at a time: true ends it.
using FoldStop = std::function<bool()>;
/// What a fold that was ended says: code busy.
Error fold_was_stopped();

struct BulkFoldOptions {
  /// 0: one a core. One more reads the journal.
  unsigned threads = 0;
  /// For rows on their way into order; what is more waits on the disk, beside the store. The history of one
  /// entity is always held whole.
  std::size_t memory_bytes = 192u << 20;
  FoldWatch watch = {};
  FoldStop should_stop = {};
  /// How many records the journal has, as far as known, for the watch. 0: not known.
  std::uint64_t records = 0;
};

/// `into` holds nothing; it gets all rows, heads included, in one atomic and durable step, and a Follower
/// goes on from there. How many rows there are, meta rows apart. Error damaged as of Follower::open(), busy
/// when it was stopped; nothing has then changed.
Result<std::uint64_t> fold_in_bulk(Log& log, PartitionNumber partitions, RocksStore& into,
                                   const BulkFoldOptions& options);

}  // namespace toono
