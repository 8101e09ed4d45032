// How the topics of a deployment are set, and how they are made with their genesis.
#include "adapters/kafka/topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/outlast.h"
#include "core/time.h"

namespace toono {
namespace {

/// Twice the largest record, with room for the broker's own bytes.
constexpr std::size_t kMaxMessageBytes = 2 * kMaxRecordBytes;

constexpr char kAnyTime[] = "9223372036854775807";

std::map<std::string, std::string> kept_for_ever(const TopicOptions& options) {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"unclean.leader.election.enable", "false"},
          {"min.insync.replicas", std::to_string(options.min_isr)},
          {"max.message.bytes", std::to_string(kMaxMessageBytes)}};
}

/// Compacted soon: a key that was destroyed must leave the disks.
std::map<std::string, std::string> compacted(const TopicOptions& options) {
  return {{"cleanup.policy", "compact"},
          {"segment.ms", std::to_string(10 * kMinuteMs)},
          {"segment.bytes", std::to_string(16 << 20)},
          {"min.compaction.lag.ms", "0"},
          {"max.compaction.lag.ms", std::to_string(60 * kMinuteMs)},
          {"min.cleanable.dirty.ratio", "0.1"},
          {"delete.retention.ms", std::to_string(24 * 60 * kMinuteMs)},
          {"message.timestamp.type", "LogAppendTime"},
          {"unclean.leader.election.enable", "false"},
          {"min.insync.replicas", std::to_string(options.min_isr)},
          {"max.message.bytes", std::to_string(kMaxMessageBytes)}};
}

Error forestalled(const KafkaAddress& address) {
  return {
      ErrorCode::refused, "another `toono topics create` of this deployment came first",
      fmt::format("kafka:{}, topic {}", address.brokers, TopicNames(address.deployment).registry_journal),
      "let that one end: this one has left nothing that counts. If it does not end well: docs/operations.md, "
      "A founding that did not end well"};
}

Result<void> choose_copies(KafkaAdmin& admin, TopicOptions& options) {
  TOONO_ASSIGN(auto metadata, topic_metadata(admin.address(), admin.client(), "", admin.listener()));
  if (options.replication == 0) options.replication = std::min(kMostCopies, metadata->broker_cnt);
  if (options.min_isr == 0) options.min_isr = options.replication >= kMostCopies ? 2 : 1;
  const std::string brokers = "kafka:" + admin.address().brokers;
  if (options.replication > metadata->broker_cnt)
    return unexpected({ErrorCode::usage,
                       fmt::format("{} copies are asked for, and {} brokers answer", options.replication,
                                   metadata->broker_cnt),
                       brokers, "start more brokers, or ask for fewer copies"});
  if (options.min_isr < 1 || options.min_isr > options.replication)
    return unexpected(
        {ErrorCode::usage,
         fmt::format("{} copies in sync cannot be asked of {}", options.min_isr, options.replication),
         brokers, "ask for one to as many as there are copies; two of three is usual"});
  return {};
}

/// Where the log stands before genesis is written.
struct Begun {
  std::optional<GenesisFacts> facts;
  std::vector<PartitionNumber> missing;
};

/// What the registry's chain begins with; none: with nothing yet, or with another record.
Result<std::optional<GenesisFacts>> first_facts(KafkaLog& log) {
  std::optional<GenesisFacts> facts;
  TOONO_TRY(log.scan(Topic::journal, {{static_cast<PartitionNumber>(log.partitions() - 1)}},
                     [&](const LogRecord& record) {
                       facts = founding_facts(record.bytes);
                       return false;
                     }));
  return facts;
}

/// Error refused: there is more than an interrupted founding could have left. Nothing is missing where it was
/// interrupted later: what it has sent of the registry is for who founds to look at.
Result<Begun> begun(KafkaLog& log, const KafkaAddress& address) {
  const TopicNames names(address.deployment);
  const auto registry = static_cast<PartitionNumber>(log.partitions() - 1);
  Begun found;
  for (PartitionNumber p = 0; p <= registry; ++p) {
    TOONO_ASSIGN(auto decisions, log.end(Topic::journal, p));
    TOONO_ASSIGN(auto commands, log.end(Topic::inbox, p));
    if (p != registry && (decisions > 1 || commands > 0))
      return unexpected(already_founded(address, names.journal));
    if (decisions == 0) found.missing.push_back(p);
  }
  TOONO_ASSIGN(found.facts, first_facts(log));
  // The registry's is written first: others without it come from elsewhere.
  if (!found.facts && found.missing.size() <= registry)
    return unexpected(already_founded(address, names.journal));
  return found;
}

/// False: it is there, with another number of partitions.
Result<bool> make_topic(KafkaAdmin& admin, const TopicPlan& plan) {
  auto made = admin.create_topic(plan);
  if (made) return true;
  if (made.error().code != ErrorCode::refused) return unexpected(made.error());
  // An earlier call was interrupted here; what is in the topics says whether it may go on.
  TOONO_ASSIGN(int count, partition_count(admin.address(), admin.client(), plan.name, admin.listener()));
  if (count == 0) return unexpected(made.error());
  return count == plan.partitions;
}

Result<LogId> write_genesis(const KafkaAddress& address, const TopicOptions& options) {
  TOONO_ASSIGN(auto log, outlast_refusals(address, [&] { return KafkaLog::open({.address = address}); }));
  TOONO_ASSIGN(auto found, begun(*log, address));
  const GenesisFacts facts = found.facts.value_or(options.genesis);
  const auto registry = static_cast<PartitionNumber>(log->partitions() - 1);
  if (facts.partitions + 1 != log->partitions())
    return unexpected(already_founded(address, TopicNames(address.deployment).registry_journal));
  // The registry's partition is the last and goes first.
  std::ranges::reverse(found.missing);
  for (PartitionNumber partition : found.missing) {
    TOONO_TRY(log->append(partition, genesis_record(facts, partition)));
    TOONO_ASSIGN(auto settled, log->settle());
    if (settled.empty())
      return unexpected({ErrorCode::world, "genesis was written and is not to be read back",
                         "kafka:" + address.brokers, "call it again: it goes on where it stopped"});
    if (partition != registry) continue;
    // Of two that found at once only the first may write more: their chains would be mixed.
    TOONO_ASSIGN(auto first, first_facts(*log));
    if (!first || genesis_record(*first, registry) != genesis_record(facts, registry))
      return unexpected(forestalled(address));
  }
  TOONO_TRY(log->close());
  return facts.log_id;
}

}  // namespace

Error already_founded(const KafkaAddress& address, const std::string& topic) {
  return {ErrorCode::refused, "the deployment is founded already: its journal holds records",
          fmt::format("kafka:{}, topic {}", address.brokers, topic),
          "use it as it is, or name another deployment; topics are made once"};
}

std::vector<TopicPlan> topic_plans(const std::string& deployment, const TopicOptions& options) {
  const TopicNames names(deployment);
  const int partitions = options.genesis.partitions;
  std::vector<TopicPlan> plans;
  auto add = [&](const std::string& name, int count, std::map<std::string, std::string> settings) {
    plans.push_back({name, count, options.replication, std::move(settings)});
  };
  // By the broker: it would refuse what a machine writes whose clock is more than an hour ahead of its own.
  auto stamped = kept_for_ever(options);
  stamped["message.timestamp.type"] = "LogAppendTime";
  add(names.registry_journal, 1, stamped);
  add(names.registry_inbox, 1, stamped);
  add(names.journal, partitions, stamped);
  add(names.inbox, partitions, stamped);
  add(names.keys, 1, compacted(options));
  // Partition by partition as the journal has them; the registry's events stand in the last. A record's time
  // is when its event was recorded: years ago, or in a simulated year that has not come yet.
  auto told = kept_for_ever(options);
  told["message.timestamp.before.max.ms"] = told["message.timestamp.after.max.ms"] = kAnyTime;
  add(names.events, partitions + 1, told);
  for (ReferralLine line : EnumValuesReferralLine()) {
    add(names.referral_out(line), 1, told);
    add(names.referral_in(line), 1, kept_for_ever(options));
  }
  add(names.dead_letters, 1, stamped);
  return plans;
}

std::optional<GenesisFacts> founding_facts(Bytes bytes) {
  const Genesis* genesis = genesis_of(bytes);
  if (!genesis) return std::nullopt;
  auto facts = facts_of(*genesis);
  // Nothing else may be in it: the others are made from these facts.
  if (!std::ranges::equal(bytes, genesis_record(facts, facts.partitions))) return std::nullopt;
  return facts;
}

Result<LogId> create_topics(const KafkaAddress& address, TopicOptions options) {
  if (options.genesis.partitions == 0 || is_nil(options.genesis.log_id))
    return unexpected({ErrorCode::usage, "a deployment needs at least one partition and an id",
                       "kafka:" + address.brokers, "name the number of partitions; 12 is usual"});
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  TOONO_TRY(outlast_refusals(address, [&] { return choose_copies(*admin, options); }));
  for (const TopicPlan& plan : topic_plans(address.deployment, options)) {
    TOONO_ASSIGN(bool fits, outlast_refusals(address, [&] { return make_topic(*admin, plan); }));
    if (!fits) return unexpected(already_founded(address, plan.name));
  }
  return write_genesis(address, options);
}

Result<int> copies_kept(const KafkaAddress& address) {
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  TOONO_ASSIGN(auto cluster, topic_metadata(address, admin->client(), "", admin->listener()));
  auto partitions = partitions_of(*cluster, address.deployment);
  if (partitions.empty()) return 0;
  return (*std::ranges::min_element(partitions, {}, &rd_kafka_metadata_partition::replica_cnt))->replica_cnt;
}

Result<void> make_again(const KafkaAddress& address, TopicOptions options,
                        const std::vector<std::string>& lost) {
  TOONO_ASSIGN(auto admin, KafkaAdmin::open(address));
  TOONO_TRY(outlast_refusals(address, [&] { return choose_copies(*admin, options); }));
  for (const TopicPlan& plan : topic_plans(address.deployment, options)) {
    if (std::ranges::find(lost, plan.name) == lost.end()) continue;
    TOONO_TRY(outlast_refusals(address, [&] { return make_topic(*admin, plan); }));
  }
  return {};
}

}  // namespace toono
