// Reads a log's segment files without owning them: what scan, verify, rebuild and backup go through.
#pragma once

#include <functional>
#include <optional>

#include "adapters/embedded/format.h"
#include "adapters/embedded/walk.h"

namespace toono::embedded {

/// One thing that is wrong with the files.
struct Finding {
  /// Which records are touched, as far as that can be told.
  std::optional<PartitionNumber> partition;
  Topic topic = Topic::journal;
  /// The first of them.
  std::optional<std::uint64_t> offset;
  std::string file;
  std::uint64_t byte = 0;
  std::string problem;
};

/// Opens no lock and writes nothing, so it may run beside the owner, in this process or another: it sees the
/// frames that were complete when it came to them, a prefix of the log. The last of them may not be durable
/// yet. Any thread.
class SegmentReader {
 public:
  /// Error not_found: there is no log; damaged: its first segment cannot be read.
  static Result<SegmentReader> open(const std::filesystem::path& dir);
  /// For verify() alone: the log is the one that the first header that can be read says, or else `otherwise`,
  /// whatever is missing in front of it. Error damaged: nothing says which log it is.
  static Result<SegmentReader> open_damaged(const std::filesystem::path& dir,
                                            const std::optional<LogIdentity>& otherwise = {});

  const LogId& log_id() const { return log_.log_id; }
  /// The registry's included.
  PartitionNumber partitions() const { return log_.partitions; }
  const LogIdentity& identity() const { return log_; }

  /// As Log::scan. `bound`: where the log ends, if the caller knows; what is missing before it is damage.
  Result<void> scan(Topic topic, const std::vector<From>& from, const Log::Visitor& visit,
                    std::optional<Position> bound = std::nullopt) const;

  /// Reads every byte of every segment and visits what is wrong, in the order of the files, going on after
  /// each: behind a segment that is missing or has lost its header it goes on with the next one, whose header
  /// says how many records there were before. The visitor returns false to stop. A torn last frame is no
  /// finding. Error only when a file cannot be read at all.
  using FindingVisitor = std::function<bool(const Finding&)>;
  Result<void> verify(const FindingVisitor& visit) const;

  /// Copies the prefix that it sees to `to`/journal, which must not exist, and makes it durable. `progress`
  /// is told after each MiB how many bytes are copied, of how many.
  using CopyProgress = std::function<void(std::uint64_t bytes, std::uint64_t of)>;
  Result<void> copy_to(const std::filesystem::path& to, const CopyProgress& progress = {}) const;

 private:
  std::filesystem::path dir_;
  LogIdentity log_;
};

}  // namespace toono::embedded
