// The Admin API, one call a function: topics made, removed and changed, their settings read. The caller of
// topics.h, the trimming of the inbox, and tests that break a deployment on purpose use it.
#pragma once

#include <functional>

#include "adapters/kafka/client.h"

namespace toono {

using KafkaSettings = std::map<std::string, std::string>;

struct TopicPlan {
  std::string name;
  int partitions = 1;
  int replication = 1;
  /// Kafka's own names: "cleanup.policy"...
  KafkaSettings settings = {};
};

/// One consumer of a group, as its coordinator knows it.
struct GroupMember {
  std::string client_id, host;
  /// What it has been given: topic and partition.
  std::vector<std::pair<std::string, std::int32_t>> partitions = {};
};

/// One client for administration. One thread at a time.
class KafkaAdmin {
 public:
  static Result<std::unique_ptr<KafkaAdmin>> open(const KafkaAddress& address);

  /// Makes one topic and waits until every broker that answers knows it. Error refused: it is there already.
  Result<void> create_topic(const TopicPlan& plan);
  Result<void> delete_topic(const std::string& name);
  Result<void> add_partitions(const std::string& name, int total);
  /// Sets these settings. Those that were set before and are not named go back to the broker's default: the
  /// call is Kafka's AlterConfigs.
  Result<void> alter_topic(const std::string& name, const KafkaSettings& settings);
  /// Removes what stands before `offset`.
  Result<void> delete_records_before(const std::string& topic, std::int32_t partition, std::int64_t offset);

  /// All settings of a topic, by name.
  Result<KafkaSettings> topic_settings(const std::string& name);
  /// The same of several topics, in their order, by one question.
  Result<std::vector<Result<KafkaSettings>>> topic_settings(const std::vector<std::string>& names);
  /// The same of brokers, in their order. All are asked at once: who is silent costs `within_ms` together.
  std::vector<Result<KafkaSettings>> broker_settings(const std::vector<int>& brokers, int within_ms);

  /// Who is in it now. Error busy: its partitions are being shared out.
  Result<std::vector<GroupMember>> group_members(const std::string& group);

  /// From now on every question may wait so long, and no longer.
  void answer_within(int ms) { address_.answer_within_ms = ms; }

  rd_kafka_t* client() { return client_.get(); }
  const KafkaAddress& address() const { return address_; }
  const KafkaListener* listener() const { return listener_.get(); }

 private:
  KafkaAdmin(const KafkaAddress& address, std::unique_ptr<KafkaListener> listener, ProducerPtr client);
  /// Calls `ask` with options and a queue, and waits for the answer; `topic` is what errors name.
  Result<KafkaEventPtr> call(rd_kafka_admin_op_t operation, const std::string& topic,
                             const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask);
  Result<void> wait_until_known(const TopicPlan& plan);
  Result<KafkaSettings> settings_in(rd_kafka_event_t& answer, std::size_t place,
                                    const std::string& topic) const;

  KafkaAddress address_;
  std::unique_ptr<KafkaListener> listener_;
  ProducerPtr client_;
};

}  // namespace toono
