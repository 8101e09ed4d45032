#include "projections/journal_reader.h"

#include <fmt/format.h>

namespace toono {

Error journal_error(std::string what, PartitionNumber partition, std::uint64_t seq, std::string next) {
  return {ErrorCode::damaged, std::move(what), fmt::format("partition {}, record {}", partition, seq),
          std::move(next)};
}

namespace {
bool begins_with_time(const CommandId& id) { return id.bytes()->Get(6) >> 4 == 7; }
}  // namespace

void PartitionHead::note_command(const CommandId& id) {
  if (begins_with_time(id) && id > newest_command) newest_command = id;
}

bool PartitionHead::is_beyond(const CommandId& id) const {
  return begins_with_time(id) && id > newest_command;
}

HeadRow row_of(const PartitionHead& head) {
  return {.seq = head.chain.seq,
          .hash = head.chain.hash,
          .newest_command = head.newest_command,
          .next_command = head.chain.next_command,
          .decided_at_ms = head.chain.decided_at.ms(),
          .registry_seq = head.chain.registry_seq,
          .head_offset = head.head_offset,
          .next_offset = head.next_offset,
          .place = head.place,
          .case_count = head.case_count,
          .void_count = head.void_count,
          .quarantined_count = head.quarantined_count};
}

PartitionHead head_of(const HeadRow& row) {
  return {.chain = {.seq = row.seq,
                    .hash = row.hash,
                    .next_command = row.next_command,
                    .decided_at = Instant(row.decided_at_ms),
                    .registry_seq = row.registry_seq},
          .head_offset = row.head_offset,
          .next_offset = row.next_offset,
          .place = row.place,
          .case_count = row.case_count,
          .void_count = row.void_count,
          .quarantined_count = row.quarantined_count,
          .newest_command = row.newest_command};
}

namespace {

void move_to(PartitionHead& head, const LogRecord& record, const ChainHead& chain) {
  head.chain = chain;
  head.head_offset = record.offset;
  head.place = record.place;
}

Result<JournalRecord> read_first(PartitionHead& head, const LogRecord& record, const Genesis* genesis,
                                 const JournalShape& shape) {
  if (!genesis)
    return unexpected(journal_error("the journal does not begin with a genesis", record.partition, 0,
                                    "this is not a journal of Toono, or its beginning is gone"));
  if (genesis->partitions() != shape.partitions || genesis->partition() != record.partition)
    return unexpected(journal_error("the genesis is another partition's, or the number of partitions differs",
                                    record.partition, 0, "open the log with the number it was made with"));
  move_to(head, record, begin_chain(sha256(record.bytes), *genesis));
  head.next_offset = record.offset + 1;
  return JournalRecord{.genesis = genesis};
}

}  // namespace

Result<JournalRecord> read_next(PartitionHead& head, const LogRecord& record, Bytes aligned,
                                const JournalShape& shape) {
  if (record.offset != head.next_offset)
    return unexpected(journal_error("records of the journal are missing", record.partition,
                                    head.chain.seq + 1, "restore the journal from a backup"));
  const auto* read = read_record(aligned);
  if (read && head.next_offset == 0) return read_first(head, record, read->body_as_Genesis(), shape);
  head.next_offset = record.offset + 1;
  const auto* decision = read ? read->body_as_Decision() : nullptr;
  auto verdict = decision ? judge(head.chain, *decision, shape.window) : Verdict::is_void;
  if (verdict == Verdict::broken)
    return unexpected(journal_error("the journal is broken: a record is missing or was altered",
                                    record.partition, head.chain.seq + 1,
                                    "run `toono verify` and restore the journal from a backup"));
  if (verdict == Verdict::is_void) {
    ++head.void_count;
    return JournalRecord{};
  }
  if (decision->schema_version() > kSchemaVersion)
    return unexpected(journal_error("the journal was written by a newer version", record.partition,
                                    decision->seq(), "upgrade this program"));
  move_to(head, record, extend(head.chain, *decision, sha256(record.bytes)));
  return JournalRecord{.decision = decision};
}

}  // namespace toono
