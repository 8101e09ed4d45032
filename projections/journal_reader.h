// The rule of the journal, record by record: what a record is, judged against the head of its partition. The
// follower and the rebuild both read through here.
#pragma once

#include "core/chain.h"
#include "core/log.h"
#include "projections/facts.h"

namespace toono {

/// How far one partition has been read, and what folding it has counted.
struct PartitionHead {
  ChainHead chain;
  /// Journal offsets: of the record that the head is, and of the next record to read.
  std::uint64_t head_offset = 0;
  std::uint64_t next_offset = 0;
  std::uint64_t place = 0;
  std::uint64_t case_count = 0;
  std::uint64_t void_count = 0;
  std::uint64_t quarantined_count = 0;
  /// The greatest id of a command that has a row, among the ids that begin with a time (RFC 9562, version 7).
  CommandId newest_command;

  /// The decision counts and leaves rows.
  void note_command(const CommandId& id);
  /// True: no command of this id has a row, which needs no look into the store. So it is with nearly every
  /// command that comes for the first time, for its id was made after those of the others.
  bool is_beyond(const CommandId& id) const;
};
HeadRow row_of(const PartitionHead& head);
PartitionHead head_of(const HeadRow& row);

/// What a record is: genesis, a decision that counts, or neither: void.
struct JournalRecord {
  const Genesis* genesis = nullptr;
  const Decision* decision = nullptr;
  bool is_void() const { return !genesis && !decision; }
};

/// The journal as its genesis describes it.
struct JournalShape {
  PartitionNumber partitions = 0;  // the registry's not counted
  std::uint32_t window = kWindow;
};

/// Judges the next record of a partition and moves its head there. `aligned` are the record's bytes; the
/// answer's views last as long as they. Error damaged: a record is missing, the journal is broken, or not one
/// of Toono, or another's, or a newer version's.
Result<JournalRecord> read_next(PartitionHead& head, const LogRecord& record, Bytes aligned,
                                const JournalShape& shape);

/// An error of the journal, which says where.
Error journal_error(std::string what, PartitionNumber partition, std::uint64_t seq, std::string next);

}  // namespace toono
