// The log port: the inbox of commands and the journal of decisions, by partition. Implementations:
// adapters/memory (tests), adapters/embedded (segment files), and a broker's; tests/contract/log_contract.h
// holds what all of them keep.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "schemas/common_generated.h"

namespace toono {

/// 0..P-1 hold the cases, contacts and people; P is the registry's.
using PartitionNumber = std::uint16_t;
/// As people read it: the registry's is "r".
inline std::string partition_text(PartitionNumber partition, PartitionNumber partitions) {
  return partition == partitions ? "r" : std::to_string(partition);
}

enum class Topic : std::uint8_t { inbox = 0, journal = 1 };

/// One record as a reader gets it. `bytes` stay valid until the next call on the log, or until the visitor
/// returns.
struct LogRecord {
  Topic topic = Topic::journal;
  PartitionNumber partition = 0;
  /// Counts from 0 within its topic and partition.
  std::uint64_t offset = 0;
  /// The log's own hint where to find this record again: opaque, kept with the offset, never compared.
  std::uint64_t place = 0;
  /// When the log took it, ms since 1970 (inbox only).
  std::int64_t appended_at_ms = 0;
  Bytes bytes;
};

/// Offsets of one partition that hold no record.
struct Hole {
  PartitionNumber partition = 0;
  std::uint64_t offset = 0, count = 0;
};

/// Where to begin in one partition: the first record wanted, and the place that came with it or with one
/// before it.
struct From {
  PartitionNumber partition = 0;
  std::uint64_t offset = 0;
  std::uint64_t place = 0;
};

/// Told now and then how many records have been read so far.
using Watch = std::function<void(std::uint64_t records)>;

/// What settle() waits for.
enum class Wait : std::uint8_t {
  for_all,   ///< everything appended
  for_none,  ///< nothing: what is on its way to the brokers comes with a later call
};

/// The log of one deployment. One thread at a time, except send(), which any thread may call. Several
/// processes may have one log open where the implementation says so: receive() then gives only what this one
/// owns.
class Log {
 public:
  virtual ~Log() = default;

  /// Takes a command for the inbox of its partition. In the embedded log it becomes durable together with the
  /// decision that it leads to; on a broker as soon as it is there, so it waits for an owner even if the
  /// sender goes. Error busy: the inbox is full, try again after a receive().
  virtual Result<void> send(PartitionNumber partition, Bytes command) = 0;

  /// The next inbox records that this owner has not been given yet, at most `limit`, oldest first within a
  /// partition; empty when there are none now. They stay valid until the next receive().
  virtual Result<std::vector<LogRecord>> receive(std::size_t limit) = 0;

  /// Takes a decision for the journal; it is not durable before settle() has returned it. A broker may show
  /// it to readers earlier.
  virtual Result<void> append(PartitionNumber partition, Bytes decision) = 0;

  /// Sends everything appended so far on its way and returns the journal's new records as a reader sees them,
  /// whoever wrote them, in order within each partition: all since the log was opened, each once, whatever
  /// scan() has shown meanwhile. What it returns is durable. Asked to wait it returns at least all that was
  /// appended; otherwise a broker's log may return a part of it, one partition's before another's, and the
  /// rest later. Any error means that the outcome is unknown: close the log, open it again, read to the end,
  /// and only then act. Stays valid until the next call.
  virtual Result<std::vector<LogRecord>> settle(Wait wait = Wait::for_all) = 0;

  /// Reads records of `topic` for the partitions named in `from`, in order within each partition, to the end
  /// as it was at the call. The visitor returns false to stop. Error damaged: names partition, file and
  /// place.
  using Visitor = std::function<bool(const LogRecord&)>;
  virtual Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) = 0;
};

}  // namespace toono
