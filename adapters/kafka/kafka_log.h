// The log port on Apache Kafka: the inbox and the journal are topics, several processes share them, and who
// owns which partition is a consumer group's hint. The chain rule, not this class, keeps two owners apart.
#pragma once

#include <chrono>

#include "adapters/kafka/inbox_group.h"
#include "adapters/kafka/topic_reader.h"
#include "adapters/kafka/topic_writer.h"

namespace toono {

struct KafkaLogOptions {
  KafkaAddress address = {};
  /// Counts the registry's; 0: as many as the broker has. Another number at the broker is refused.
  PartitionNumber partitions_with_registry = 0;
  /// The group that shares the inbox, joined at the first receive(). Empty: this process owns nothing (an
  /// edge or a reader) and receive() gives nothing.
  std::string group = {};
  /// Asked before the group is joined: false puts it off, and until then this process follows as one who
  /// owns nothing.
  std::function<Result<bool>()> may_join = {};
  /// Owns every partition by hand, without a group: for tests, and for a second owner forced beside the
  /// first.
  bool own_all = false;
  /// Called inside receive() when a partition comes: the inbox offset of its next command to decide. Without
  /// it everything is received from the beginning.
  std::function<Result<std::uint64_t>(PartitionNumber)> on_assigned = {};
  /// Called inside receive() or close() when a partition goes.
  std::function<void(PartitionNumber)> on_revoked = {};
  /// Called inside receive() as a member of the group: offsets of the inbox that hold no record were passed
  /// over (docs/decisions/0013).
  std::function<void(const Hole&)> on_hole = {};
  /// Neither send() nor append() will be called, which are refused: no right to write is asked for.
  bool only_reads = false;
  /// How long an owner's receive() waits when there is nothing new, in the inbox or in the journal, or a
  /// settle() of one who owns nothing.
  int idle_wait_ms = 5;
  /// A settle() gives at least what was appended, and stops taking more of a backlog beyond this.
  std::size_t settle_bytes = std::size_t{32} << 20;
};

/// Threads as the port says. After any error of append(), settle() or receive() the outcome is unknown:
/// close, open again, read to the end.
///
/// What settle() returns as new begins, for each partition, at its end at open(), or where the scans of the
/// journal ended that came before the first append() or settle(). Later scans do not change it.
class KafkaLog final : public Log {
 public:
  /// Error refused: the topics are not there, or have another number of partitions. Error world: no broker.
  static Result<std::unique_ptr<KafkaLog>> open(KafkaLogOptions options);

  Result<void> send(PartitionNumber partition, Bytes command) override;
  Result<std::vector<LogRecord>> receive(std::size_t limit) override;
  Result<void> append(PartitionNumber partition, Bytes decision) override;
  Result<std::vector<LogRecord>> settle(Wait wait = Wait::for_all) override;
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override;

  /// Sends what waits in the inbox' queue and hands the partitions over. Without it both are dropped.
  Result<void> close();

  PartitionNumber partitions() const { return topics_.partitions; }
  /// Waits until all commands sent from here stand in the inbox.
  Result<void> flush_inbox() { return inbox_writer_->settle(); }
  /// The offset that the next record of the inbox or the journal will have.
  Result<std::uint64_t> end(Topic topic, PartitionNumber partition);
  /// The offset behind the last command sent from here that a broker has acknowledged; 0: none yet.
  std::uint64_t acknowledged_end(PartitionNumber partition) const;
  /// How many commands were sent from here that no broker has acknowledged.
  std::size_t unacknowledged() const { return inbox_writer_->waiting(); }
  /// As lacking_copies(), of the inbox.
  std::string lacking_copies_of_inbox() const;
  /// The first offset that is still there.
  Result<std::uint64_t> begin(Topic topic, PartitionNumber partition);
  /// The partitions whose commands receive() gives now.
  std::vector<PartitionNumber> owned() const;

 private:
  explicit KafkaLog(KafkaLogOptions options);
  Result<void> count_partitions();
  Result<void> find_ends();
  Result<void> known(PartitionNumber partition) const;
  Result<std::vector<LogRecord>> receive_now(std::size_t limit);
  Result<void> read_own_all();
  Result<bool> join();
  Result<void> follow();
  Result<void> send_appended();
  Result<void> send_appended(PartitionNumber partition, Bytes decision);
  Result<bool> read_journal(int wait_ms);
  bool read_back() const;
  Error not_read_back() const;
  Result<Watermarks> marks(Topic topic, PartitionNumber partition);
  /// Where a scan reads and ends; nothing if there is nothing to read.
  struct Range {
    PartitionNumber partition = 0;
    std::int64_t begin = 0, end = 0;
  };
  Result<std::optional<Range>> range_of(Topic topic, const From& from);
  Result<std::vector<Range>> read_ranges(Topic topic, std::vector<Range> ranges, const Visitor& visit);
  Result<std::vector<Range>> read_ranges(TopicReader& reader, Topic topic, std::vector<Range> ranges,
                                         const Visitor& visit);

  KafkaLogOptions options_;
  LogTopics topics_;
  Bell bell_;
  std::unique_ptr<TopicWriter> inbox_writer_, journal_writer_;
  std::unique_ptr<TopicReader> scanner_;
  /// The journal of all partitions, once append() or settle() was called; index = partition.
  std::unique_ptr<TopicReader> journal_;
  /// Where it begins, until then.
  std::vector<std::int64_t> begin_;
  std::vector<LogRecord> settled_;
  RecordArena settled_arena_;
  /// What was appended and has not been sent, by partition.
  std::vector<std::vector<Bytes>> appended_;
  RecordArena appended_arena_;
  std::size_t appended_count_ = 0;
  /// When it last stood well: all that was sent had been read back, or was not acknowledged yet, or some of
  /// it was read.
  std::chrono::steady_clock::time_point went_on_at_ = {};
  /// The last settle() left something that could have been read.
  bool has_more_ = false;
  std::unique_ptr<InboxGroup> group_;
  std::unique_ptr<TopicReader> inbox_;
  RecordArena inbox_arena_;
};

}  // namespace toono
