// Proves a journal from its files alone: checksums, the chain of every partition, and that each command led
// to one decision; and that it still holds the heads of when it was last closed. It needs neither the store
// nor the vault, and goes on behind whatever is wrong.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/embedded/reader.h"
#include "core/chain.h"
#include "core/log.h"

namespace toono {

class KafkaLog;

/// One thing that is wrong. What cannot be told is absent.
struct VerifyFinding {
  std::optional<PartitionNumber> partition;
  std::optional<std::uint64_t> seq;
  std::string file;
  std::string problem;
};

/// Where a partition's chain ends, or ended when somebody wrote it down.
struct JournalHead {
  PartitionNumber partition = 0;
  std::uint64_t seq = 0;
  Digest hash;
};

/// A record of a journal by its offset.
struct JournalPlace {
  PartitionNumber partition = 0;
  std::uint64_t offset = 0;
};

struct VerifyOptions {
  /// Heads of before: each must still be on its chain.
  std::vector<JournalHead> expected;
  /// Those of DIR/heads, written when the store was last closed; verify_journal() reads them itself.
  std::vector<JournalHead> kept;
  /// Called now and then with the number of decisions seen so far.
  std::function<void(std::uint64_t)> progress;
};

inline constexpr std::size_t kMostListed = 1000;

struct Verified {
  LogId log_id;
  /// Without the registry's.
  PartitionNumber partitions = 0;
  /// That count, genesis not among them.
  std::uint64_t decisions = 0;
  std::uint64_t void_count = 0;
  /// The first of those that are void, at most kMostListed; listed and never applied, they are no findings.
  std::vector<JournalPlace> void_at;
  /// Offsets of a shared inbox that hold no record, at most kMostListed: transactions leave such marks.
  std::vector<Hole> inbox_holes;
  /// Of every partition, the registry's last.
  std::vector<JournalHead> heads;
  std::vector<VerifyFinding> findings;
  /// All files of the journal.
  std::uint64_t bytes = 0;
};

/// A reader for verify_journal() and for asking how many partitions there are, whatever is damaged. Error
/// damaged: nothing that can be read, DIR/heads neither, says which log it is.
Result<embedded::SegmentReader> open_to_verify(const std::filesystem::path& dir);

/// Reads the journal of a data directory, also while another process writes to it: it judges the prefix that
/// it sees, and holds it against DIR/heads where that is there. It goes on behind every segment that is
/// missing or cannot be followed. At most 1,000 findings are kept. Error not_found: there is no journal;
/// damaged: as open_to_verify().
Result<Verified> verify_journal(const std::filesystem::path& dir, VerifyOptions options = {});

/// The same of a log on Kafka, and that its inbox lacks nothing that is not decided yet; the end is that of
/// the call. `partitions` does not count the registry's.
Result<Verified> verify_log(KafkaLog& log, const LogId& log_id, PartitionNumber partitions,
                            const VerifyOptions& options = {});

/// 64 hexadecimal digits.
std::optional<Digest> parse_digest(std::string_view hex);
/// `"0":"17:6b86..."`: a head as it is printed and kept.
std::string head_text(const JournalHead& head);
/// `{"0":"12:<64 hex>",...,"r":...}`, the members that `verify` prints under "heads".
std::string heads_json(const std::vector<JournalHead>& heads, PartitionNumber partitions);
/// What an earlier `verify --json` or a backup's manifest says, or the object under its "heads" alone. Error
/// refused: which member is no head of a journal with so many partitions.
Result<std::vector<JournalHead>> parse_heads(std::string_view json, PartitionNumber partitions);

}  // namespace toono
