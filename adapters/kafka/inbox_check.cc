#include "adapters/kafka/inbox_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/kafka/kafka_log.h"

namespace toono {
namespace {

/// Among so many records at the end of a journal is its head: behind it stand at most the windows of writers
/// that lost a race.
constexpr std::uint64_t kLastRecords = 2 * kWindow;

/// By the last records of the journal, whether they count or not: none decides what was never sent.
Result<std::uint64_t> next_command(KafkaLog& log, PartitionNumber partition, std::uint64_t records) {
  TOONO_ASSIGN(auto end, log.end(Topic::journal, partition));
  std::uint64_t next = 0;
  TOONO_TRY(
      log.scan(Topic::journal, {{partition, end - std::min(end, records)}}, [&](const LogRecord& record) {
        if (const auto* decision = decision_of(record.bytes))
          next = std::max<std::uint64_t>(next, decision->command_offset() + 1);
        return true;
      }));
  return next;
}

}  // namespace

std::string lost_commands(std::uint64_t begin, std::uint64_t next) {
  if (begin <= next) return {};
  return fmt::format(
      "the inbox begins at command {}, and command {} is not decided yet: those between were removed", begin,
      next);
}

Result<std::vector<TopicFinding>> find_lost_commands(const KafkaAddress& address) {
  TOONO_ASSIGN(auto log, KafkaLog::open({.address = address}));
  const LogTopics topics{.names = TopicNames(address.deployment), .partitions = log->partitions()};
  std::vector<TopicFinding> findings;
  for (PartitionNumber partition = 0; partition < log->partitions(); ++partition) {
    // First: what is trimmed from now on will have been decided.
    TOONO_ASSIGN(auto begin, log->begin(Topic::inbox, partition));
    if (begin == 0) continue;
    TOONO_ASSIGN(auto next, next_command(*log, partition, 1));
    if (begin > next) {
      TOONO_ASSIGN(next, next_command(*log, partition, kLastRecords));
    }
    auto lost = lost_commands(begin, next);
    if (lost.empty()) continue;
    findings.push_back({.topic = topics.topic(Topic::inbox, partition),
                        .property = fmt::format("commands of partition {}", topics.number(partition)),
                        .found = std::move(lost),
                        .wanted = "all that are not decided",
                        .remedy = kBringInboxBack});
  }
  return findings;
}

}  // namespace toono
