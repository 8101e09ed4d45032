// The log on Kafka keeps the contract of the log port, against a real broker.
#include "adapters/kafka/kafka_log.h"

#include "adapters/kafka/topics.h"
#include "tests/contract/log_contract.h"
#include "tests/kafka/broker.h"
#include "tests/must.h"

namespace toono {
namespace {

using testing::eventually;
using testing::shared_broker;
using testing::unique_deployment;

/// The journal and inbox topics, without genesis.
void make_log_topics(const KafkaAddress& address, PartitionNumber partitions) {
  auto admin = must(KafkaAdmin::open(address));
  TopicNames names(address.deployment);
  TopicOptions options;
  options.genesis.partitions = partitions;
  options.replication = options.min_isr = 1;
  for (TopicPlan& plan : topic_plans(address.deployment, options))
    for (const auto& name : {names.journal, names.inbox, names.registry_journal, names.registry_inbox})
      if (plan.name == name) must(admin->create_topic(plan));
}

struct OnKafka final : contract::LogUnderTest {
  explicit OnKafka(bool in_group) {
    options.address = shared_broker().address(unique_deployment());
    options.partitions_with_registry = 3;
    if (in_group)
      options.group = TopicNames(options.address.deployment).engines_group;
    else
      options.own_all = true;
    // Each of its decisions answers one command, as a chain's would.
    options.on_assigned = [this](PartitionNumber partition) { return held->end(Topic::journal, partition); };
    make_log_topics(options.address, 2);
    open();
  }
  void open() {
    held = must(KafkaLog::open(options));
    // Until the group has handed out its partitions nothing could be received.
    REQUIRE(eventually([&] { return must(held->receive(1)).empty() && held->owned().size() == 3; }));
  }
  Log& log() override { return *held; }
  void reopen() override {
    must(held->close());
    held.reset();
    open();
  }
  bool hides_what_is_not_settled() const override { return false; }
  KafkaLogOptions options;
  std::unique_ptr<KafkaLog> held;
};

}  // namespace

TEST_CASE("the Kafka log keeps the contract of the log port with all partitions its own") {
  contract::check_log([] { return std::make_unique<OnKafka>(false); });
}
TEST_CASE("the Kafka log keeps the contract of the log port as a member of a group") {
  contract::check_log([] { return std::make_unique<OnKafka>(true); });
}

TEST_CASE("a scan is given up when its broker falls silent and somebody calls it off") {
  using Steady = std::chrono::steady_clock;
  testing::Cluster cluster;
  bool called_off = false;
  KafkaLogOptions options{.address = cluster.address(unique_deployment()), .own_all = true};
  options.address.should_stop = [&] { return called_off; };
  make_log_topics(options.address, 2);
  auto log = must(KafkaLog::open(options));
  // More than has been fetched when the first of them is shown.
  const Buffer large(200'000, 7);
  for (int i = 0; i < 300; ++i) must(log->append(0, large));
  must(log->settle());
  Steady::time_point began;
  auto scanned = log->scan(Topic::journal, {{0}}, [&](const LogRecord&) {
    if (called_off) return true;
    cluster.pause(0);
    called_off = true;
    began = Steady::now();
    return true;
  });
  REQUIRE(!scanned.has_value());
  CHECK(scanned.error().code == ErrorCode::world);
  log.reset();
  CHECK(Steady::now() - began < std::chrono::seconds(3));
  cluster.resume(0);
}

}  // namespace toono
