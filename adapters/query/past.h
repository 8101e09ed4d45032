// The journal as it was at a moment: resolved once to a position of every partition, then folded into rows in
// memory, of which any query can be asked.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "adapters/memory/store.h"
#include "core/log.h"
#include "core/registry.h"
#include "projections/follower.h"

namespace toono {

/// What a person means by "as of": an instant, or one record and all that stood beside it.
struct AsOf {
  std::optional<Instant> at;
  /// Used when `at` is none. The registry's partition is the number of partitions.
  PartitionNumber partition = 0;
  std::uint64_t seq = 0;
};

/// A position of every partition, the registry's last.
struct Prefix {
  /// Journal offsets behind the last record that belongs to it.
  std::vector<std::uint64_t> ends;
  /// The instant asked for, or the one at which the record asked for was decided.
  Instant at;
};

/// An instant: of every partition what was decided by then. A record: its partition up to it, the others up
/// to what was decided by the time of it. The registry never stops before what a record of the prefix was
/// decided under. Reads the journal once or twice. Error not_found: there is no such record, or nothing had
/// been founded by then; damaged: the journal is broken.
Result<Prefix> resolve(Log& log, PartitionNumber partitions, const AsOf& as_of, const Watch& watch = {});

/// The decision at a place in the journal, as it is stored. Reads its partition up to it. Error not_found:
/// names the last one.
Result<Buffer> decision_at(Log& log, PartitionNumber partitions, const AsOf& place, const Watch& watch = {});

/// Rows and registry of a prefix, all in memory: about 2 KB a decision.
class Past {
 public:
  /// Folds the prefix. Errors of the follower and the log.
  static Result<std::unique_ptr<Past>> fold(Log& log, PartitionNumber partitions, const Prefix& prefix,
                                            const Watch& watch = {});
  const Store& store() const { return store_; }
  const Registry& registry() const { return registry_; }

 private:
  Past() : follower_(store_, registry_, Follower::Options{}) {}
  MemoryStore store_;
  Registry registry_;
  Follower follower_;
};

}  // namespace toono
