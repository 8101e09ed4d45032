#include "adapters/metrics/end_watch.h"

#include <chrono>

#include "adapters/kafka/log_topics.h"

namespace toono {
namespace {

constexpr int kEveryMs = 2000;
constexpr int kLookAtStopMs = 50;
/// A stop must not wait long for a broker that is gone.
constexpr int kAnswerWithinMs = 700;

Result<std::vector<PartitionEnds>> ask(const KafkaAddress& address, rd_kafka_t* client,
                                       const LogTopics& topics) {
  std::vector<PartitionEnds> ends;
  for (PartitionNumber partition = 0; partition < topics.partitions; ++partition) {
    auto number = topics.number(partition);
    TOONO_ASSIGN(auto inbox, end_offset(address, client, topics.topic(Topic::inbox, partition), number));
    TOONO_ASSIGN(auto journal, end_offset(address, client, topics.topic(Topic::journal, partition), number));
    ends.push_back({partition, inbox, journal});
  }
  return ends;
}

LogTopics topics_of(const KafkaAddress& address, PartitionNumber partitions) {
  return {TopicNames(address.deployment), static_cast<PartitionNumber>(partitions + 1)};
}

}  // namespace

Result<std::vector<PartitionEnds>> partition_ends(const KafkaAddress& address, PartitionNumber partitions) {
  TOONO_ASSIGN(auto client, make_consumer(address, nullptr));
  return ask(address, client.get(), topics_of(address, partitions));
}

EndWatch::EndWatch(KafkaAddress address, PartitionNumber partitions, Tell tell)
    : address_(std::move(address)), partitions_(partitions), tell_(std::move(tell)) {
  address_.answer_within_ms = std::min(address_.answer_within_ms, kAnswerWithinMs);
  thread_ = std::thread([this] { run(); });
}

EndWatch::~EndWatch() {
  stop_ = true;
  thread_.join();
}

void EndWatch::run() {
  auto client = make_consumer(address_, nullptr);
  if (!client) return tell_({});
  auto topics = topics_of(address_, partitions_);
  while (!stop_) {
    auto ends = ask(address_, client->get(), topics);
    tell_(ends ? *ends : std::vector<PartitionEnds>());
    for (int waited = 0; waited < kEveryMs && !stop_; waited += kLookAtStopMs)
      std::this_thread::sleep_for(std::chrono::milliseconds(kLookAtStopMs));
  }
}

}  // namespace toono
