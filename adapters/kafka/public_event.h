// From the journal to what the world outside gets: judges every record by the chain rule and makes public
// events of those that count. No broker here: the publisher and the tests feed it from any log.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "adapters/json/cloud_event.h"
#include "core/chain.h"

namespace toono {

/// An event, and the line whose partner is told of it too, if it is of a referral that was sent there.
struct PublicEvent {
  CloudEvent event;
  std::optional<ReferralLine> line = {};
};

/// Follows all partitions of one journal from their beginning. One thread at a time.
class PublicFeed {
 public:
  /// The registry's partition counted.
  explicit PublicFeed(PartitionNumber partitions_with_registry);

  using Use = std::function<Result<void>(const PublicEvent&)>;
  /// Takes the next record of its partition and gives its events to `use`, in order; `use`'s error is handed
  /// on. Records taken before are passed over. Error damaged: records are missing, or the journal is broken;
  /// refused: it was written by a newer version of this program.
  Result<void> take(const LogRecord& record, const Use& use);

  /// Without the registry's.
  PartitionNumber partitions() const { return partitions_; }
  /// Nil before the first genesis.
  const LogId& log_id() const { return log_id_; }
  std::uint64_t seq(PartitionNumber partition) const { return chains_[partition].head.seq; }
  std::uint64_t void_count() const { return void_count_; }
  /// Events that nobody was told of because this code does not know their type.
  std::uint64_t unknown_count() const { return unknown_count_; }

 private:
  struct Chain {
    ChainHead head;
    std::uint64_t next_offset = 0;
    bool begun = false;
  };
  Result<void> begin(const LogRecord& record, const Record* read, const Digest& hash);
  Result<void> tell(PartitionNumber partition, const Decision& decision, const Use& use);
  std::optional<ReferralLine> line_of(const Event& event);
  Error journal_error(PartitionNumber partition, std::uint64_t seq, std::string what) const;

  PartitionNumber partitions_;
  std::vector<Chain> chains_;
  LogId log_id_;
  std::uint32_t window_ = kWindow;
  std::uint64_t void_count_ = 0, unknown_count_ = 0;
  /// Every referral's line, from the event that prepared it.
  std::unordered_map<ReferralId, ReferralLine, IdHash> lines_;
};

}  // namespace toono
