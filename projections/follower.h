// The follower: every reader of the journal. It verifies the chain, folds what counts, lists what is void,
// and brings rows and heads to the store in one atomic step.
#pragma once

#include <deque>

#include "projections/folder.h"
#include "projections/journal_reader.h"

namespace toono {

/// A row of the agenda that appeared or went away.
struct AgendaChange {
  PartitionNumber partition = 0;
  std::string key;
  std::string row;
  bool removed = false;
};

/// Not thread safe; queries go to the store.
class Follower {
 public:
  struct Options {
    std::size_t cached_states = 100'000;
  };
  Follower(Store& store, Registry& registry, Options options);

  /// Loads heads, registry and quarantine from the store, then folds what the log has beyond them.
  /// `partitions` does not count the registry's. Error damaged: the journal is broken, shorter than the
  /// store, or another log's.
  Result<void> open(Log& log, PartitionNumber partitions);

  /// Folds one record as read: what does not extend the chain is listed as void. Offsets must come without
  /// gaps; a record that was read before is passed over.
  Result<void> follow(const LogRecord& record);
  /// Folds what the log has of one partition beyond its head, to the end as it is now.
  Result<void> follow_to_end(Log& log, PartitionNumber partition);

  /// Called with every decision that counts and was read, not foreseen; its rows are not in the store before
  /// the next commit().
  using Counted = std::function<void(PartitionNumber, const Decision&, Bytes)>;
  void on_counted(Counted handler) { counted_ = std::move(handler); }

  /// Folds a decision that this process has just appended, before it has been read back.
  Result<void> foresee(PartitionNumber partition, Bytes decision);
  /// Compares what was read back with what was foreseen. The same, partition by partition: true. When not,
  /// another writer was first somewhere: everything foreseen is dropped and the journal is followed to its
  /// end as any reader would: false. Partitions in which nothing was foreseen are followed. The rows reach
  /// the store either way.
  Result<bool> confirm(Log& log, const std::vector<LogRecord>& records);

  /// The first decision on this command id, if there was one, foreseen ones too.
  Result<std::optional<OutcomeRow>> first_outcome(PartitionNumber partition, const CommandId& command) const;

  /// Brings rows and heads to the store in one step.
  Result<void> commit();

  /// False until genesis has been read.
  bool has_begun() const { return genesis_.has_value(); }
  const GenesisFacts& genesis() const { return *genesis_; }
  const PartitionHead& head(PartitionNumber partition) const { return heads_[partition]; }
  PartitionNumber partitions() const { return partitions_; }
  Folder& folder() { return folder_; }
  /// What happened to the agenda since the last call.
  std::vector<AgendaChange> take_agenda_changes();

 private:
  struct Foreseen {
    PartitionNumber partition;
    Digest hash;
  };
  Result<void> load_heads();
  void remember(const Genesis& genesis);
  Result<void> load_registry();
  Result<void> load_quarantine();
  Result<void> catch_up(Log& log);
  Result<void> fold(PartitionNumber partition, const Decision& decision, Bytes bytes);
  std::optional<std::vector<bool>> match(const std::vector<LogRecord>& records) const;
  Result<void> roll_back();
  void note_agenda(std::size_t from_row);

  Store& store_;
  Registry& registry_;
  Folder folder_;
  PartitionNumber partitions_ = 0;
  std::vector<PartitionHead> heads_;
  RowBatch batch_;
  std::deque<Foreseen> foreseen_;
  std::vector<AgendaChange> agenda_changes_;
  Counted counted_;
  std::optional<GenesisFacts> genesis_;
  std::uint32_t window_ = kWindow;
};

}  // namespace toono
