// The Admin API, one call a function: topics made, removed and changed, their settings read. The caller of
// topics.h, the trimming of the inbox, and tests that break a deployment on purpose use it.
#pragma once

#include <functional>
#include "adapters/kafka/client.h"

namespace toono {

struct TopicPlan {
  std::string name;
  int partitions = 1;
  int replication = 1;
  /// Kafka's own names: "cleanup.policy"...
  std::map<std::string, std::string> settings = {};
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
  Result<void> alter_topic(const std::string& name, const std::map<std::string, std::string>& settings);
  /// Removes what stands before `offset`.
  Result<void> delete_records_before(const std::string& topic, std::int32_t partition, std::int64_t offset);

  /// All settings of a topic, or of a broker, by name.
  Result<std::map<std::string, std::string>> topic_settings(const std::string& name);
  Result<std::map<std::string, std::string>> broker_settings(int broker);

  rd_kafka_t* client() { return client_.get(); }
  const KafkaAddress& address() const { return address_; }
  const KafkaListener* listener() const { return listener_.get(); }

 private:
  KafkaAdmin(const KafkaAddress& address, std::unique_ptr<KafkaListener> listener, ProducerPtr client);
  /// Calls `ask` with options and a queue, and waits for the answer.
  Result<KafkaEventPtr> call(rd_kafka_admin_op_t operation, const std::string& topic,
                             const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask);
  Result<void> wait_until_known(const TopicPlan& plan);
  Result<std::map<std::string, std::string>> settings(rd_kafka_ResourceType_t type, const std::string& name);

  KafkaAddress address_;
  std::unique_ptr<KafkaListener> listener_;
  ProducerPtr client_;
  KafkaQueuePtr queue_;
};

}  // namespace toono
