// The topics of a deployment: made once, with the genesis of every chain in them, and checked at every start
// and while running.
#pragma once

#include "adapters/kafka/admin.h"
#include "adapters/kafka/log_topics.h"
#include "core/chain.h"

namespace toono {

/// Of every record, where there are brokers enough.
inline constexpr int kMostCopies = 3;

struct TopicOptions {
  /// The genesis of the registry, of which every other follows; its `partitions` do not count the registry's.
  GenesisFacts genesis = {};
  /// Copies of every record. 0: three, or as many as there are brokers.
  int replication = 0;
  /// How many copies must stand before a record counts as written. 0: two with three copies or more, else
  /// one.
  int min_isr = 0;
};

/// Every topic of the deployment with its settings: the journal and inbox, the registry's pair, keys, events,
/// and the referral lines. `options.replication` and min_isr must be set.
std::vector<TopicPlan> topic_plans(const std::string& deployment, const TopicOptions& options);

/// Error refused: this topic holds what a founding would write.
Error already_founded(const KafkaAddress& address, const std::string& topic);

/// Makes all topics and writes genesis, the registry's first; returns the deployment's id. Where a chain of
/// entities has begun it is refused; what is sent to the registry behind its genesis is not looked at. A call
/// that was interrupted is completed by the next one, under the id that the first had written, if any.
/// Brokers that have just come up and refuse, or are too few yet, are asked again for 10 s.
Result<LogId> create_topics(const KafkaAddress& address, TopicOptions options);

/// Of every record of a founded deployment: the fewest that any partition of its topics has.
Result<int> copies_kept(const KafkaAddress& address);

/// Makes these of a founded deployment's topics again, empty. They are such as only tell what was decided, or
/// what partners say: engines decide from no topic that was made anew. `options.genesis.partitions` is the
/// deployment's.
Result<void> make_again(const KafkaAddress& address, TopicOptions options,
                        const std::vector<std::string>& lost);

/// What the registry's genesis says; nothing if the record is another.
std::optional<GenesisFacts> founding_facts(Bytes record);

/// One thing that is not as it must be.
struct TopicFinding {
  std::string topic;
  std::string property;
  std::string found;
  std::string wanted;
  std::string remedy;
  /// False: engines go on. The topic only tells what was decided, or what partners say.
  bool stops = true;
  /// "retention.ms is 604800000 and must be -1".
  std::string said() const;
  bool is_missing_topic() const { return property == kTopicProperty; }
  static constexpr std::string_view kTopicProperty = "topic";
};

struct TopicReport {
  /// Empty: all is well.
  std::vector<TopicFinding> findings = {};
  /// What could not be looked at, and why.
  std::vector<std::string> not_checked = {};
  /// Of the registry's genesis, if there is one.
  std::optional<LogId> log_id = {};
  PartitionNumber partitions = 0;
};

/// What a check compares with, beyond the rules of the topics themselves.
struct TopicExpectation {
  /// What the node's rows were made from; empty: any.
  std::optional<LogId> log_id = {};
  /// Without the registry's; 0: what genesis says.
  PartitionNumber partitions = 0;
};

/// Looks at every topic's partitions, cleanup, retention, elections, timestamps and copies, at the version of
/// the brokers, and at the genesis of every chain. Error world: no broker answers; refused: this client may
/// not look at what an engine decides from, says which right it lacks.
Result<TopicReport> check_topics(const KafkaAddress& address, const TopicExpectation& expected = {});

/// The same of the topics that `toono publish` writes alone.
Result<TopicReport> check_published_topics(const KafkaAddress& address);

/// The findings that stop engines as one refusal, for a start that cannot go on; nothing if there are none.
Result<void> refuse_findings(const KafkaAddress& address, const TopicReport& report);

}  // namespace toono
