// The log in memory, for tests: the same port, nothing on disk, and a way to let somebody else write into the
// journal.
#pragma once

#include <deque>
#include <mutex>

#include "core/clock.h"
#include "core/log.h"

namespace toono {

/// Threads as the port says. Everything it has given stays readable as long as it lives.
class MemoryLog final : public Log {
 public:
  /// `partitions` counts the registry's. `clock` stamps the inbox and must outlive the log; null: every stamp
  /// is 0.
  explicit MemoryLog(PartitionNumber partitions, Clock* clock = nullptr, std::size_t inbox_records = 65536)
      : clock_(clock), inbox_records_(inbox_records), partitions_(partitions) {}

  Result<void> send(PartitionNumber partition, Bytes command) override;
  Result<std::vector<LogRecord>> receive(std::size_t limit) override;
  Result<void> append(PartitionNumber partition, Bytes decision) override;
  Result<std::vector<LogRecord>> settle(Wait wait = Wait::for_all) override;
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override;

  /// Writes into the journal as another process would: in front of what was appended and not settled. The
  /// next settle() returns it too.
  void inject(PartitionNumber partition, Bytes decision);

  /// As if the log were closed and opened again: what was not settled is gone.
  void reopen();

  std::uint64_t journal_end(PartitionNumber partition) const {
    return partitions_.at(partition).journal.size();
  }
  std::uint64_t inbox_end(PartitionNumber partition) const { return partitions_.at(partition).settled; }

 private:
  struct Stored {
    std::int64_t appended_at_ms = 0;
    Buffer bytes;
  };
  struct Partition {
    /// All that was sent; the first `settled` of them are in the log, the first `received` were given to the
    /// owner.
    std::deque<Stored> inbox;
    std::size_t received = 0, settled = 0;
    std::deque<Stored> journal;
    /// How much of the journal settle() has returned.
    std::size_t returned = 0;
    std::vector<Buffer> appended;
  };
  bool knows(PartitionNumber partition) const { return partition < partitions_.size(); }
  static LogRecord record(Topic topic, std::size_t partition, std::size_t offset, const Stored& stored);

  Clock* clock_;
  std::size_t inbox_records_;
  /// Guards the inboxes and arrivals_; the rest is the owner's.
  std::mutex mutex_;
  std::vector<Partition> partitions_;
  /// The partitions of what was sent and not received, in the order of sending.
  std::deque<PartitionNumber> arrivals_;
};

}  // namespace toono
