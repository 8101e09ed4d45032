// Takes out of the inbox what has been decided and is old: the journal holds all that came of it.
#pragma once

#include "adapters/kafka/log_topics.h"

namespace toono {

struct InboxTrim {
  /// By partition: the command that is kept with all behind it, for it is the last that was decided and the
  /// next owner compares it.
  std::vector<From> keep_from = {};
  /// What the broker took later than this (ms since 1970) is kept too.
  std::int64_t before_ms = 0;
};

/// Removes what both allow, and returns how many records that were. Error: what was removed before it stays
/// removed; nothing else is touched.
Result<std::uint64_t> trim_inbox(const KafkaAddress& address, PartitionNumber partitions_with_registry,
                                 const InboxTrim& trim);

}  // namespace toono
