// The embedded log: inbox and journal of one deployment in the segment files of one directory.
// docs/log_format.md says what stands in them.
#pragma once

#include <filesystem>
#include <memory>

#include "adapters/embedded/inbox_queue.h"
#include "adapters/embedded/reader.h"
#include "adapters/embedded/writer.h"
#include "core/clock.h"

namespace toono {

using embedded::Finding;
using embedded::SegmentReader;

struct EmbeddedOptions {
  /// Stamps the inbox; the system's if null. Must outlive the log, and be safe to call from every thread that
  /// sends.
  Clock* clock = nullptr;
  /// Where tests put their faults; the system if null. Must outlive the log.
  embedded::FileOps* files = nullptr;
  std::uint32_t segment_bytes = 64u << 20;
  bool prepare_ahead = true;
  /// What send() takes before the next receive().
  std::size_t inbox_records = 65536;
  std::size_t inbox_bytes = 256u << 20;
};

/// One process at a time owns a directory; it is locked as long as the log lives. Threads as the port says.
class EmbeddedLog final : public Log {
 public:
  /// Makes an empty log; the directory may exist and hold other things. `partitions` counts the registry's.
  /// Takes milliseconds and less than 100 KiB. Errors: refused, there is a log; busy, another process has the
  /// directory.
  static Result<std::unique_ptr<EmbeddedLog>> create(const std::filesystem::path& dir, LogId log_id,
                                                     PartitionNumber partitions_with_registry,
                                                     const EmbeddedOptions& options = {});

  /// Checks the last segment, drops a torn last frame (dropped_bytes() tells) and goes on behind it. Errors:
  /// not_found, there is no log; busy; damaged, with the file and the byte: nothing was changed.
  static Result<std::unique_ptr<EmbeddedLog>> open(const std::filesystem::path& dir,
                                                   const EmbeddedOptions& options = {});

  /// Reads the files as they are and leaves them so, whoever has the directory: holds no lock, passes a torn
  /// last frame over, and ends where they ended when it was opened. Error refused: of send() and append().
  static Result<std::unique_ptr<EmbeddedLog>> open_to_read(const std::filesystem::path& dir);

  /// Closes; an error of that is lost.
  ~EmbeddedLog() override;

  /// As the port says. Also error world, for append, settle and sync, for ever after one of them has failed.
  Result<void> send(PartitionNumber partition, Bytes command) override;
  Result<std::vector<LogRecord>> receive(std::size_t limit) override;
  /// Error busy: half a gigabyte waits to be settled.
  Result<void> append(PartitionNumber partition, Bytes decision) override;
  /// One frame with all inbox records received and all decisions appended since the last, and one sync.
  Result<std::vector<LogRecord>> settle(Wait wait = Wait::for_all) override;
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override;

  /// False: settle() writes without syncing, for imports and simulations; sync() and close() make up for it.
  /// Setting it back syncs nothing by itself, but the next settle() makes all durable.
  void set_durable(bool durable) { durable_ = durable; }
  Result<void> sync();

  /// Says on disk that the log ended in good order, so that damage to its last frame is told from a torn one.
  /// What was received or appended and not settled is lost. Nothing but scan() may be called afterwards.
  Result<void> close();

  /// Reads everything and visits what is wrong, as SegmentReader::verify.
  Result<void> verify(const SegmentReader::FindingVisitor& visit) const { return reader_.verify(visit); }

  /// Commands sent and not settled yet.
  embedded::InboxQueue::Waiting waiting() { return inbox_.waiting(); }

  const LogId& log_id() const { return reader_.log_id(); }
  /// The registry's included.
  PartitionNumber partitions() const { return reader_.partitions(); }
  /// How many records the files hold: what was settled.
  std::uint64_t journal_end(PartitionNumber partition) const { return ends_.of(Topic::journal, partition); }
  std::uint64_t inbox_end(PartitionNumber partition) const { return ends_.of(Topic::inbox, partition); }
  /// How much of a torn frame open() dropped.
  std::uint64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  EmbeddedLog(SegmentReader reader, embedded::FileHandle lock, const EmbeddedOptions& options);
  /// How the files end, and from where on they may be in the system's memory alone.
  struct Ended {
    embedded::LogTail tail;
    embedded::Position unsure;
  };
  Result<Ended> find_end(const std::filesystem::path& dir);
  Result<void> recover(const std::filesystem::path& dir);
  Result<void> write(embedded::FrameKind kind, std::span<const LogRecord> records);
  Unexpected fail(const Error& error);
  Unexpected outcome_unknown() const;
  std::int64_t now_ms() const;

  EmbeddedOptions options_;
  embedded::FileHandle lock_;
  SegmentReader reader_;
  /// Null: the log is only read, up to end_.
  std::unique_ptr<embedded::SegmentWriter> writer_;
  std::optional<embedded::Position> end_;
  embedded::InboxQueue inbox_;
  embedded::LogEnds ends_;
  /// Decisions appended and not settled: their bytes one behind the other, and where each is.
  struct Appended {
    PartitionNumber partition;
    std::size_t begin, size;
  };
  std::vector<Appended> appended_;
  Buffer appended_bytes_;
  /// The last frame written: what settle() returned looks into it.
  Buffer frame_;
  embedded::Position frame_at_;
  std::uint64_t dropped_bytes_ = 0;
  bool durable_ = true;
  /// Nothing was written since the log was closed in good order.
  bool clean_ = false;
  std::atomic<bool> failed_ = false;
  std::string failure_;
};

}  // namespace toono
