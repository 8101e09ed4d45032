// The follower: every reader of the journal. It verifies the chain, folds what counts, lists what is void,
// and brings rows and heads to the store in one atomic step.
#pragma once

#include <deque>
#include <map>

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

/// A decision that counts and whose rows the store has.
struct CountedDecision {
  PartitionNumber partition = 0;
  bool made_here = false;
  Buffer bytes;
};

/// What was read and what was foreseen waits in runs: each has its rows and the heads after it, and reaches
/// the store in one step, in the order in which the runs began, once all that it foresaw has been read back.
/// So the next group can be foreseen while the last is on its way, and the store has nothing that may yet be
/// lost. Not thread safe; queries go to the store.
class Follower {
 public:
  struct Options {
    std::size_t cached_states = 100'000;
  };
  Follower(Store& store, Registry& registry, Options options);

  /// Told now and then how many records have been folded; its error ends the fold.
  using Guard = std::function<Result<void>(std::uint64_t records)>;
  /// Loads heads, registry and quarantine from the store, then folds what the log has beyond them.
  /// `partitions` does not count the registry's. Error damaged: the journal is broken, shorter than the
  /// store, or another log's.
  Result<void> open(Log& log, PartitionNumber partitions, const Guard& guard = {});

  /// Folds what the log has of one partition beyond its head, to the end as it is now.
  Result<void> follow_to_end(Log& log, PartitionNumber partition);

  /// Asked of every decision that counts and was read, not foreseen: true, and take_counted() gives it too.
  using Wanted = std::function<bool(PartitionNumber, const Decision&)>;
  void on_counted(Wanted wanted) { wanted_ = std::move(wanted); }
  /// What was made here and what was wanted of others, since the last call; the store has its rows.
  std::vector<CountedDecision> take_counted() { return std::exchange(counted_, {}); }

  /// Folds a decision that this process has just appended, before it has been read back.
  Result<void> foresee(PartitionNumber partition, Buffer decision);
  /// Ends the group that was foreseen, and compares what was read back with all that was foreseen and not
  /// read back before; partition by partition, for between them the order is nobody's. What does not extend
  /// the chain is listed as void, partitions in which nothing is foreseen are followed, and runs that are
  /// complete reach the store: true. When another writer was first somewhere, everything foreseen is dropped,
  /// what is on its way is waited for, and the journal is followed to its end as any reader would: false.
  Result<bool> confirm(Log& log, const std::vector<LogRecord>& records);
  /// How many decisions were foreseen and not read back yet; of one partition; in how many groups.
  std::size_t foreseen() const { return foreseen_count_; }
  std::size_t foreseen(PartitionNumber partition) const { return foreseen_[partition].size(); }
  std::size_t groups_foreseen() const;
  /// Rows that wait, of keys and values.
  std::size_t bytes_waiting() const;
  /// Another writer was first: the next confirm() drops what was foreseen, and nothing more is to be.
  bool has_lost() const { return lost_; }

  /// The first decision on this command id, if there was one, foreseen ones too.
  Result<std::optional<OutcomeRow>> first_outcome(PartitionNumber partition, const CommandId& command) const;
  /// The same as the store has it: of a decision that counts.
  Result<std::optional<OutcomeRow>> stored_outcome(PartitionNumber partition, const CommandId& command) const;

  /// Brings to the store what is complete, with nothing incomplete before it.
  Result<void> commit();

  /// False until genesis has been read.
  bool has_begun() const { return genesis_.has_value(); }
  const GenesisFacts& genesis() const { return *genesis_; }
  /// The chain with what is foreseen; the offsets are those of what was read.
  const PartitionHead& head(PartitionNumber partition) const { return heads_[partition]; }
  /// What was read alone.
  const PartitionHead& confirmed_head(PartitionNumber partition) const { return confirmed_[partition]; }
  PartitionNumber partitions() const { return partitions_; }
  Folder& folder() { return folder_; }
  /// What happened to the agenda since the last call.
  std::vector<AgendaChange> take_agenda_changes();

 private:
  struct Run {
    RowBatch rows;
    /// Of the partitions in which it has read something.
    std::map<PartitionNumber, PartitionHead> heads;
    std::vector<CountedDecision> counted;
    std::vector<AgendaChange> agenda_changes;
    /// Foreseen in it, and not read back yet.
    std::size_t awaited = 0;
    bool has_ended = false;
  };
  /// A decision made here: its bytes stand in its run.
  struct Foreseen {
    std::uint64_t run;
    std::size_t counted;
    PartitionHead after;
  };
  Result<void> load_heads();
  void remember(const Genesis& genesis);
  Result<void> load_registry();
  Result<void> load_quarantine();
  Result<void> catch_up(Log& log, const Guard& guard = {});
  Result<void> fold(PartitionNumber partition, const Decision& decision, Bytes bytes);
  Run& open_run();
  Run& run_of(const Foreseen& foreseen) { return runs_[foreseen.run - first_run_]; }
  Result<void> take_in(const LogRecord& record);
  Result<void> follow(const LogRecord& record);
  void confirm_next(const LogRecord& record);
  void read_up_to(const PartitionHead& head, PartitionNumber partition);
  Result<void> end_run();
  Result<void> store_first_run();
  Result<void> start_over(Log& log);
  Result<void> roll_back();

  Store& store_;
  Registry& registry_;
  Folder folder_;
  PartitionNumber partitions_ = 0;
  std::vector<PartitionHead> heads_, confirmed_;
  /// The oldest first; only the last may be open. They are counted, and the first is number first_run_.
  std::deque<Run> runs_;
  std::uint64_t first_run_ = 0;
  /// One that has reached the store: its memory serves the next.
  Run spare_;
  /// By partition, in the order in which they are to be read back.
  std::vector<std::deque<Foreseen>> foreseen_;
  std::size_t foreseen_count_ = 0;
  bool lost_ = false;
  std::vector<AgendaChange> agenda_changes_;
  std::vector<CountedDecision> counted_;
  Wanted wanted_;
  std::optional<GenesisFacts> genesis_;
  std::uint32_t window_ = kWindow;
};

}  // namespace toono
