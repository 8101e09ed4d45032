// A deployment is founded although brokers refuse for a moment, as those do that have just come up.
#include <future>

#include "adapters/engine/founding.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/keys_topic.h"
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

TEST_CASE("a founding that was interrupted is completed, with its own master key") {
  auto address = shared_broker().address(unique_deployment());
  auto begun = must(create_topics(address, one_partition(1)));
  TemporaryDirectory temporary;
  SystemClock clock;
  SystemEntropy entropy;
  auto options = [&](const std::string& founder, const std::string& key) {
    std::filesystem::create_directories(temporary.path() / founder);
    return EngineOptions{.dir = temporary.path() / founder,
                         .kafka = address,
                         .master_key = (temporary.path() / key).string(),
                         .clock = &clock,
                         .entropy = &entropy};
  };
  Founding founding;
  founding.partitions = 1;
  founding.registry = first_registry();
  SUBCASE("the keys are not made yet") {}
  SUBCASE("the keys are made") {
    (void)must(create_keys(address, options("one", "one.key").master_key, entropy));
    CHECK(Engine::create(options("other", "other.key"), founding).error().code == ErrorCode::refused);
  }
  const auto registry_size = static_cast<std::uint32_t>(founding.registry.size());
  auto send = [&](std::uint32_t from, std::uint32_t to) {
    auto log = must(KafkaLog::open({.address = address}));
    for (auto n = from; n < to; ++n)
      must(log->send(1, founding_record(begun, n, founding.registry[n], clock.now())));
    must(log->close());
  };
  auto decide = [&] {
    auto alone = options("first", "one.key");
    alone.role = EngineRole::alone;
    auto engine = must(Engine::open(alone));
    while (engine->follower().confirmed_head(1).chain.seq < 1) must(engine->step());
    must(engine->close());
  };
  SUBCASE("some of the registry is sent") { send(0, 2); }
  SUBCASE("all of it is sent") { send(0, registry_size); }
  SUBCASE("some of it is decided") {
    (void)must(create_keys(address, options("one", "one.key").master_key, entropy));
    send(0, 1);
    decide();
    send(1, 2);
  }
  SUBCASE("something else is sent") {
    send(1, 2);
    auto refused = Engine::create(options("one", "one.key"), founding);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().what == "the deployment is founded already: its journal holds records");
    return;
  }
  auto engine = must(Engine::create(options("one", "one.key"), founding));
  CHECK(engine->log_id() == begun);
  CHECK(engine->follower().head(1).chain.seq == founding.registry.size());
  must(engine->close());
  CHECK(Engine::create(options("one", "one.key"), founding).error().code == ErrorCode::refused);
}

TEST_CASE("of two who found a deployment at once one stops, and what the other founds is whole") {
  for (int round = 0; round < 5; ++round) {
    CAPTURE(round);
    auto address = shared_broker().address(unique_deployment());
    auto admin = must(KafkaAdmin::open(address));
    // Both come to the first record at the same moment.
    for (const auto& plan : topic_plans(address.deployment, one_partition(1)))
      must(admin->create_topic(plan));
    TemporaryDirectory temporary;
    SystemClock clock;
    auto options = [&](const std::string& founder, Entropy& entropy) {
      std::filesystem::create_directories(temporary.path() / founder);
      return EngineOptions{.dir = temporary.path() / founder,
                           .kafka = address,
                           .master_key = (temporary.path() / (founder + ".key")).string(),
                           .clock = &clock,
                           .entropy = &entropy};
    };
    auto found = [&](const std::string& founder) {
      return std::async(std::launch::async, [&, founder]() -> Result<LogId> {
        SystemEntropy entropy;
        Founding founding;
        founding.partitions = 1;
        founding.registry = first_registry();
        TOONO_ASSIGN(auto engine, Engine::create(options(founder, entropy), founding));
        auto log_id = engine->log_id();
        TOONO_TRY(engine->close());
        return log_id;
      });
    };
    auto one = found("one"), other = found("other");
    const std::map<std::string, Result<LogId>> founders = {{"one", one.get()}, {"other", other.get()}};
    const auto& stopped = founders.at("one") ? founders.at("other") : founders.at("one");
    REQUIRE_FALSE(stopped.has_value());
    CHECK(stopped.error().code == ErrorCode::refused);
    CAPTURE(stopped.error().what);
    CAPTURE(stopped.error().next);
    for (const auto& [founder, log_id] : founders) {
      if (!log_id) continue;
      CHECK(must(check_topics(address)).findings.empty());
      SystemEntropy entropy;
      auto opened = options(founder, entropy);
      opened.role = EngineRole::edge;
      CHECK(must(Engine::open(opened))->log_id() == *log_id);
    }
    CHECK((founders.at("one") || founders.at("other")));
  }
}

}  // namespace toono
