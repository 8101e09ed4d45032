// The broker of the tests can be had, and clients refuse what would lose data.
#include "adapters/kafka/client.h"

#include "adapters/engine/clocks.h"
#include "adapters/kafka/admin.h"
#include "core/time.h"
#include "doctest/doctest.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/mock_cluster.h"
#include "tests/must.h"

namespace toono {

using testing::shared_broker;
using testing::unique_deployment;

TEST_CASE("a property that contradicts what safety needs is refused with the reason") {
  for (const auto& [name, value] : std::map<std::string, std::string>{{"acks", "1"},
                                                                      {"request.required.acks", "1"},
                                                                      {"enable.idempotence", "false"},
                                                                      {"max.in.flight", "5"},
                                                                      {"check.crcs", "false"},
                                                                      {"auto.offset.reset", "earliest"},
                                                                      {"enable.auto.commit", "true"}}) {
    KafkaAddress address{.brokers = "127.0.0.1:1", .properties = {{name, value}}};
    for (const auto& refused :
         {make_producer(address, nullptr).has_value(), make_consumer(address, nullptr).has_value()})
      CHECK_MESSAGE(!refused, name);
    CHECK(make_producer(address, nullptr).error().code == ErrorCode::usage);
    CHECK(make_producer(address, nullptr).error().what.find(name) != std::string::npos);
  }
  KafkaAddress same{.brokers = "127.0.0.1:1", .properties = {{"acks", "-1"}, {"check.crcs", "true"}}};
  CHECK(make_producer(same, nullptr).has_value());
}

TEST_CASE("a property that librdkafka does not know is refused by name") {
  KafkaAddress address{.brokers = "127.0.0.1:1", .properties = {{"security.protocl", "ssl"}}};
  CHECK(make_consumer(address, nullptr).error().what.find("security.protocl") != std::string::npos);
}

TEST_CASE("nobody at the address is told in words") {
  KafkaListener listener;
  KafkaAddress address{.brokers = "127.0.0.1:1", .answer_within_ms = 500};
  auto client = make_producer(address, &listener);
  REQUIRE(client.has_value());
  auto found = topic_metadata(address, client->get(), "");
  REQUIRE(!found.has_value());
  CHECK(found.error().code == ErrorCode::world);
  CHECK(found.error().where == "kafka:127.0.0.1:1");
}

TEST_CASE("what a broker answers is told alone, and silence with the last trouble") {
  KafkaListener listener;
  listener.note_problem("Disconnected after 42 s", false);
  KafkaAddress address{.brokers = "127.0.0.1:1"};
  auto what = [&](rd_kafka_resp_err_t code) {
    return kafka_error(address, code, "it failed", {}, &listener).what;
  };
  CHECK(what(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) == "it failed: Broker: Message size too large");
  CHECK(what(RD_KAFKA_RESP_ERR__TIMED_OUT) == "it failed: Local: Timed out (Disconnected after 42 s)");
  listener.note_problem("Failed to create socket: Too many open files", false);
  CHECK(kafka_error(address, RD_KAFKA_RESP_ERR__TIMED_OUT, "it failed", {}, &listener).next ==
        "let this process open more files: ulimit -n, LimitNOFILE= of its unit");
}

TEST_CASE("an answer that a quota holds back is told as one") {
  testing::Cluster cluster(1);
  auto address = cluster.address("x");
  auto admin = must(KafkaAdmin::open(address));
  must(admin->create_topic({.name = "read"}));
  testing::produce(address, "read", std::string(100'000, 'x'));
  cluster.limit_reading(1000);
  KafkaListener listener;
  auto consumer = must(make_consumer(address, &listener));
  auto list = partition_list();
  add_to(list, "read", 0, 0);
  REQUIRE(rd_kafka_assign(consumer.get(), list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(testing::eventually([&] {
    KafkaMessagePtr message(rd_kafka_consumer_poll(consumer.get(), 0));
    return listener.last_problem().find("ms late: a quota of the brokers") != std::string::npos;
  }));
}

TEST_CASE("the first record of a time is found, or is said not to be there") {
  auto address = shared_broker().address(unique_deployment());
  auto admin = must(KafkaAdmin::open(address));
  const std::string topic = address.deployment + ".topic";
  must(admin->create_topic({.name = topic, .settings = {{"message.timestamp.type", "LogAppendTime"}}}));
  testing::produce(address, topic, "now");
  auto since = [&](std::int64_t ms) { return must(offset_since(address, admin->client(), topic, 0, ms)); };
  const std::int64_t now = SystemClock().now().ms();
  CHECK(since(now - kDayMs) == 0);
  CHECK(since(now + kDayMs) == std::nullopt);
}

TEST_CASE("a time is asked for again where the leader has just moved, and not for ever") {
  testing::MockCluster mock;
  auto address = mock.address();
  auto client = must(make_consumer(address, nullptr));
  const std::string inbox = TopicNames(address.deployment).inbox;
  auto since_now = [&] { return offset_since(address, client.get(), inbox, 0, SystemClock().now().ms()); };
  // This cluster knows no times: all records are older.
  mock.answer_offsets({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION});
  CHECK(must(since_now()) == std::nullopt);
  address.answer_within_ms = 500;
  mock.answer_offsets(std::vector(100, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE));
  auto leaderless = since_now();
  REQUIRE_FALSE(leaderless.has_value());
  CHECK(leaderless.error().code == ErrorCode::world);
}

TEST_CASE("a topic is made, found, changed, grown and removed") {
  auto admin = must(KafkaAdmin::open(shared_broker().address("x")));
  auto partitions = [&](const std::string& topic) {
    return must(partition_count(admin->address(), admin->client(), topic));
  };
  std::string name = unique_deployment() + ".topic";
  TopicPlan plan{.name = name, .partitions = 3, .settings = {{"retention.ms", "-1"}}};
  must(admin->create_topic(plan));
  CHECK(admin->create_topic(plan).error().code == ErrorCode::refused);
  CHECK(partitions(name) == 3);
  CHECK(partitions(name + ".other") == 0);
  CHECK(must(admin->topic_settings(name)).at("retention.ms") == "-1");
  must(admin->alter_topic(name, {{"retention.ms", "1000"}}));
  CHECK(testing::eventually([&] { return must(admin->topic_settings(name)).at("retention.ms") == "1000"; }));
  must(admin->add_partitions(name, 4));
  CHECK(testing::eventually([&] { return partitions(name) == 4; }));
  must(admin->delete_topic(name));
  CHECK(testing::eventually([&] { return partitions(name) == 0; }));
}

TEST_CASE("a broker that was killed comes back on the same data") {
  testing::Cluster cluster(1);
  auto admin = must(KafkaAdmin::open(cluster.address("x")));
  must(admin->create_topic({.name = "kept"}));
  cluster.kill(0);
  cluster.start(0);
  CHECK(testing::eventually(
      [&] { return must(partition_count(admin->address(), admin->client(), "kept")) == 1; }));
  cluster.pause(0);
  cluster.resume(0);
  cluster.stop(0);
  cluster.start(0);
  CHECK(cluster.leader_of("kept", 0) == 0);
}

TEST_CASE("the ends of a partition are told within the time given or not at all") {
  testing::Cluster cluster(1);
  auto address = cluster.address("x");
  address.answer_within_ms = 2000;
  auto admin = must(KafkaAdmin::open(address));
  must(admin->create_topic({.name = "kept"}));
  auto ends = must(watermarks(address, admin->client(), "kept", 0));
  CHECK(ends.low == 0);
  CHECK(ends.high == 0);
  auto missing = watermarks(address, admin->client(), "kept", 1);
  REQUIRE(!missing.has_value());
  CHECK(missing.error().code == ErrorCode::refused);
  CHECK(missing.error().what.find("there is no partition 1") == 0);

  cluster.pause(0);
  const auto began = std::chrono::steady_clock::now();
  auto silent = watermarks(address, admin->client(), "kept", 0);
  const auto took = std::chrono::steady_clock::now() - began;
  cluster.resume(0);
  REQUIRE(!silent.has_value());
  CHECK(silent.error().code == ErrorCode::world);
  CHECK(took < std::chrono::seconds(10));
  // The broker was out of the cluster meanwhile, its partitions without a leader: that is no refusal.
  REQUIRE(testing::eventually([&] {
    auto again = watermarks(address, admin->client(), "kept", 0);
    if (!again) CHECK(again.error().code == ErrorCode::world);
    return again.has_value();
  }));
}

}  // namespace toono
