// A deployment is founded although brokers refuse for a moment, as those do that have just come up.
#include <future>

#include "adapters/kafka/topics.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::Cluster;
using testing::eventually;
using testing::shared_broker;
using testing::unique_deployment;

TopicOptions one_partition(int replication) {
  return {.genesis = {.log_id = test_log_id(), .partitions = 1, .created_at = Instant(1'767'225'600'000)},
          .replication = replication,
          .min_isr = replication};
}

}  // namespace

TEST_CASE("topics are made although a broker that has to keep a copy comes up only now") {
  Cluster cluster(3);
  auto address = cluster.address(unique_deployment());
  cluster.stop(2);
  auto brokers = [&] {
    auto admin = must(KafkaAdmin::open(address));
    return must(topic_metadata(address, admin->client(), ""))->broker_cnt;
  };
  REQUIRE(eventually([&] { return brokers() == 2; }));
  auto made = std::async(std::launch::async, [&] { return create_topics(address, one_partition(3)); });
  cluster.start(2);
  (void)must(made.get());
}

TEST_CASE("a deployment is founded although what was made is not seen as it is for a while") {
  auto address = shared_broker().address(unique_deployment());
  auto admin = must(KafkaAdmin::open(address));
  TopicPlan journal;
  for (const auto& plan : topic_plans(address.deployment, one_partition(1)))
    if (plan.name == TopicNames(address.deployment).journal) journal = plan;
  auto as_it_must_be = journal.settings;
  journal.settings["retention.ms"] = "86400000";
  must(admin->create_topic(journal));

  TemporaryDirectory temporary;
  SystemClock clock;
  SystemEntropy entropy;
  Founding founding;
  founding.partitions = 1;
  founding.registry = first_registry();
  std::filesystem::create_directories(temporary.path() / "founder");
  EngineOptions options{.dir = temporary.path() / "founder",
                        .kafka = address,
                        .master_key = (temporary.path() / "master.key").string(),
                        .clock = &clock,
                        .entropy = &entropy};
  // Asked once it has been refused: the topics and the key are made, and what it has made does not open.
  bool is_mended = false;
  options.kafka->should_stop = [&] {
    if (!is_mended && std::filesystem::exists(options.master_key)) {
      must(admin->alter_topic(journal.name, as_it_must_be));
      is_mended = true;
    }
    return false;
  };
  must(must(Engine::create(options, founding))->close());
  CHECK(is_mended);
}

}  // namespace toono
