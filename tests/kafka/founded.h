// A founded deployment on a broker, and what its nodes are opened with.
#pragma once

#include "adapters/engine/engine.h"
#include "tests/engine/deployment.h"
#include "tests/kafka/broker.h"

namespace toono::testing {

struct FoundedOnKafka {
  static constexpr PartitionNumber kPartitions = 2;

  explicit FoundedOnKafka(Cluster& cluster = shared_broker())
      : address(cluster.address(unique_deployment())) {
    Founding founding;
    founding.partitions = kPartitions;
    founding.registry = first_registry();
    must(must(Engine::create(options("founder", EngineRole::edge), founding))->close());
  }
  EngineOptions options(const std::string& node, EngineRole role) {
    std::filesystem::create_directories(temporary.path() / node);
    return {.dir = temporary.path() / node,
            .kafka = address,
            .role = role,
            .master_key = (temporary.path() / "master.key").string(),
            .clock = &clock,
            .entropy = &entropy};
  }

  TemporaryDirectory temporary;
  SystemClock clock;
  SystemEntropy entropy;
  KafkaAddress address;
  TopicNames names{address.deployment};
};

}  // namespace toono::testing
