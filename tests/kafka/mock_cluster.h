// A cluster that answers as it is told: for errors that a real broker does not give on demand.
#pragma once

#include <vector>

#include "adapters/kafka/client.h"
#include "librdkafka/rdkafka_mock.h"

namespace toono::testing {

/// librdkafka's own imitation of a cluster: for answers that a real broker does not give on demand.
class MockCluster {
 public:
  MockCluster() {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "client.id", "mock", nullptr, 0);
    rd_kafka_conf_set_log_cb(conf, nullptr);
    client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0));
    cluster_ = rd_kafka_mock_cluster_new(client_.get(), 1);
    TopicNames names(address().deployment);
    for (const auto& [topic, count] :
         {std::pair(names.journal, 2), std::pair(names.inbox, 2), std::pair(names.registry_journal, 1),
          std::pair(names.registry_inbox, 1)})
      rd_kafka_mock_topic_create(cluster_, topic.c_str(), count, 1);
  }
  ~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  KafkaAddress address() const {
    return {.brokers = rd_kafka_mock_cluster_bootstraps(cluster_), .deployment = "mock"};
  }
  /// The next produce requests are answered so.
  void answer_produce(const std::vector<rd_kafka_resp_err_t>& codes) { answer(0, codes); }
  /// The next questions for offsets.
  void answer_offsets(const std::vector<rd_kafka_resp_err_t>& codes) { answer(2, codes); }
  /// How long each answer is on its way.
  void be_slow(int ms) { rd_kafka_mock_broker_set_rtt(cluster_, kBroker, ms); }
  /// All connections break, and it can be reached again at once.
  void hang_up() {
    rd_kafka_mock_broker_set_down(cluster_, kBroker);
    rd_kafka_mock_broker_set_up(cluster_, kBroker);
  }

 private:
  /// `request`: its number in Kafka's protocol.
  void answer(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& codes) {
    for (auto code : codes) rd_kafka_mock_push_request_errors(cluster_, request, 1, code);
  }

  static constexpr std::int32_t kBroker = 1;
  ProducerPtr client_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace toono::testing
