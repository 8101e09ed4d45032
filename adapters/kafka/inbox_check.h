// Commands that nobody decided and that the inbox has no more: the same is said of them wherever they are
// missed.
#pragma once

#include "adapters/kafka/topics.h"

namespace toono {

inline constexpr char kBringInboxBack[] =
    "the inbox topic was made anew or cut: bring back the one that belongs to this journal, or go on without "
    "it "
    "as docs/operations.md says";

/// What is wrong with an inbox that begins at command `begin` where `next` is the first that is not decided;
/// empty: nothing.
std::string lost_commands(std::uint64_t begin, std::uint64_t next);

/// The same of every partition of a founded deployment, for who has no rows and folds no journal. Errors as
/// KafkaLog::open() and scan().
Result<std::vector<TopicFinding>> find_lost_commands(const KafkaAddress& address);

}  // namespace toono
