// The commands between send() and the frame that makes them durable.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

#include "core/log.h"

namespace toono::embedded {

/// send() from any thread; the rest from the log's own.
class InboxQueue {
 public:
  InboxQueue(PartitionNumber partitions, std::size_t limit_records, std::size_t limit_bytes)
      : next_(partitions), limit_records_(limit_records), limit_bytes_(limit_bytes) {}

  /// The offset that a partition's next command gets: only before the first send().
  void begin_at(PartitionNumber partition, std::uint64_t offset) { next_[partition] = offset; }

  /// Error busy: full.
  Result<void> send(PartitionNumber partition, Bytes command, std::int64_t now_ms);

  /// Sent and not settled yet: what somebody has still to decide.
  struct Waiting {
    std::size_t records = 0;
    std::size_t bytes = 0;
  };
  Waiting waiting();

  /// Moves at most `limit` commands to the unsettled ones and returns them; valid until the next call. None
  /// as long as the unsettled ones fill the byte limit: a frame has its bounds too.
  std::vector<LogRecord> receive(std::size_t limit);

  /// All that was received since the last clear_unsettled(), in the order in which it was sent.
  std::vector<LogRecord> unsettled() const;
  bool has_unsettled() const { return !unsettled_.empty(); }
  /// They are durable; their bytes last until the next receive().
  void clear_unsettled();

 private:
  struct Sent {
    PartitionNumber partition;
    std::uint64_t offset;
    std::int64_t appended_at_ms;
    Buffer bytes;
    LogRecord record() const { return {Topic::inbox, partition, offset, 0, appended_at_ms, bytes}; }
  };

  std::mutex mutex_;
  std::deque<Sent> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::vector<std::uint64_t> next_;
  std::deque<Sent> unsettled_;
  std::size_t unsettled_bytes_ = 0;
  std::deque<Sent> settled_;
  std::size_t limit_records_;
  std::size_t limit_bytes_;
};

}  // namespace toono::embedded
