// What the partners of the lines say: reads their inbound topics, has each message taken, keeps the place
// after the answer, and lists what could not be taken. How a message is taken is the caller's: this file
// knows no engine.
#pragma once

#include <functional>
#include <vector>

#include "adapters/kafka/client.h"

namespace toono {

/// What became of a message.
struct PartnerAnswer {
  /// None: it has been taken, now or when it came before. Else why it never will be: it goes to the dead
  /// letters.
  std::optional<Error> refused = {};
};
/// Takes one message of a line; when it returns, the answer is durable. An Error is the world's, and says
/// nothing of the message: it will be read again.
using TakePartnerMessage = std::function<Result<PartnerAnswer>(ReferralLine line, std::string_view message)>;

struct PartnerOptions {
  KafkaAddress address = {};
  /// Ends at the topics' ends as they are at the call.
  bool once = false;
  /// Asked every now and then; true ends it.
  std::function<bool()> stop = {};
};

struct PartnerCounts {
  std::uint64_t taken = 0, dead = 0;
};

/// Reads the inbound topics of all lines that have one, each message from where the group
/// `<deployment>.partners.v1` stands, oldest first within a partition, partitions in turns. A place is
/// committed after the answer, so a few messages may be given to `take` again after a crash, never skipped.
/// Two such processes give every message to both. Error refused: no line has a topic; otherwise as `take` and
/// the broker say.
Result<PartnerCounts> take_partner_messages(const PartnerOptions& options, const TakePartnerMessage& take);

/// The value of a dead letter: where the message stands, its SHA-256, and why it could not be taken. Not its
/// words: they stay in the topic that they came by.
std::string dead_letter(ReferralLine line, const std::string& topic, std::int32_t partition,
                        std::int64_t offset, Bytes message, const Error& reason);

}  // namespace toono
