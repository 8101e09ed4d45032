// The file DIR/heads: how far the journal went when the deployment, or this node of it, was last closed in
// good order. Rows of a short life are never written, so they alone could not tell a journal that was put
// back to an earlier state, or one on a broker that has lost what it had acknowledged (docs/decisions/0014).
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "adapters/embedded/embedded_log.h"
#include "adapters/kafka/kafka_log.h"
#include "projections/follower.h"

namespace toono {

/// Where one partition ended.
struct KeptHead {
  std::uint64_t seq = 0;
  Digest hash;
  std::uint64_t head_offset = 0;  // of the journal: the record that the head is
  std::uint64_t next_offset = 0;
  std::uint64_t place = 0;
  bool operator==(const KeptHead&) const = default;
};

struct KeptHeads {
  LogId log_id;
  std::vector<KeptHead> heads;  // by partition, the registry's last
  bool operator==(const KeptHeads&) const = default;
};

/// None: there is no such file. Error damaged: it is not as it was written; world: it cannot be read.
Result<std::optional<KeptHeads>> read_heads(const std::filesystem::path& dir);
/// Takes the place of the file that is there in one step. After a crash it may be the older one: a lower
/// bound, as it always is.
Result<void> write_heads(const std::filesystem::path& dir, const KeptHeads& kept);
Result<void> remove_heads(const std::filesystem::path& dir);

/// Writes where this follower has come to, when the file does not say so already. A full disk is no reason to
/// call what was answered a failure: the file that is there stays a lower bound.
void keep_heads(const Follower& follower, const std::filesystem::path& dir);

/// Error damaged: the journal is of another log, ends before one of these heads, or has another record there.
Result<void> check_heads(EmbeddedLog& log, const std::filesystem::path& dir, const KeptHeads& kept);
/// Reads the file and checks it.
Result<void> check_heads(EmbeddedLog& log, const std::filesystem::path& dir);
/// The same of a node on Kafka, whose directory is known to be of this log. No file: nothing is refused.
Result<void> check_heads(KafkaLog& log, const std::filesystem::path& dir);

}  // namespace toono
