// What the log on Kafka does when the broker, the topics or another owner do what they should not.
#include <fmt/format.h>

#include <thread>

#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/topics.h"
#include "tests/contract/log_contract.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/mock_cluster.h"
#include "tests/must.h"

namespace toono {
namespace {

using contract::Story;
using testing::Cluster;
using testing::eventually;
using testing::MockCluster;
using testing::shared_broker;
using testing::unique_deployment;

constexpr PartitionNumber kRegistry = 2;

/// A deployment of two partitions and the registry's, without genesis.
KafkaAddress deployment(const Cluster& cluster, const std::map<std::string, std::string>& properties = {}) {
  KafkaAddress address = cluster.address(unique_deployment());
  TopicOptions options;
  options.genesis.partitions = kRegistry;
  options.replication = options.min_isr = 1;
  auto admin = must(KafkaAdmin::open(address));
  for (const TopicPlan& plan : topic_plans(address.deployment, options))
    if (plan.name.find("journal") != std::string::npos || plan.name.find("inbox") != std::string::npos)
      must(admin->create_topic(plan));
  address.properties = properties;
  return address;
}

Story all_of(Log& log, Topic topic) {
  Story story;
  for (PartitionNumber p = 0; p <= kRegistry; ++p)
    for (contract::Seen& seen : contract::read(log, topic, {{p}})) story.push_back(std::move(seen));
  return story;
}

/// Settles until `count` records have been seen.
Story settled(Log& log, std::size_t count) {
  Story story;
  eventually([&] {
    for (contract::Seen& seen : contract::settled(log)) story.push_back(std::move(seen));
    return story.size() >= count;
  });
  return story;
}

void check_unknown_outcome(const Error& error) {
  CHECK(error.code == ErrorCode::world);
  CHECK(error.next ==
        "an engine opens again and looks by itself; who sends repeats it under the same id: it takes effect "
        "once");
}

}  // namespace

TEST_CASE("a record that the broker refuses stops the log until it is opened again") {
  MockCluster mock;
  auto log = must(KafkaLog::open({.address = mock.address(), .own_all = true}));
  contract::append(*log, 0, "first");
  CHECK(contract::settled(*log) == Story{{0, 0, "first"}});
  mock.answer_produce({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  contract::append(*log, 0, "refused");
  auto failed = log->settle();
  REQUIRE(!failed.has_value());
  check_unknown_outcome(failed.error());
  CHECK(failed.error().where.find("mock.journal.v1") != std::string::npos);
  contract::append(*log, 0, "too late");
  CHECK(!log->settle().has_value());
  log = must(KafkaLog::open({.address = mock.address(), .own_all = true}));
  CHECK(contract::read(*log, Topic::journal, {{0}}).front() == contract::Seen{0, 0, "first"});
}

TEST_CASE("a command that the broker refuses is told by the next receive and by the next settle") {
  for (bool by_settle : {false, true}) {
    MockCluster mock;
    auto log = must(KafkaLog::open({.address = mock.address(), .own_all = true}));
    mock.answer_produce({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
    contract::send(*log, kRegistry, "refused");
    std::optional<Error> told;
    REQUIRE(eventually([&] {
      auto result = by_settle ? log->settle() : log->receive(10);
      if (!result) told = result.error();
      return !result.has_value();
    }));
    // Want of a right is certain, and not mended by opening again.
    CHECK(told->code == ErrorCode::refused);
    CHECK(told->next == "give this client the rights that docs/operations.md lists for its role");
    CHECK(told->where.find("mock.registry.inbox.v1") != std::string::npos);
  }
}

TEST_CASE("refusals that pass are retried and the order is kept") {
  MockCluster mock;
  auto log = must(KafkaLog::open({.address = mock.address(), .own_all = true}));
  mock.answer_produce({RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                       RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT});
  Story expected;
  for (std::uint64_t i = 0; i < 50; ++i) {
    contract::append(*log, 1, fmt::format("r{}", i));
    expected.push_back({1, i, fmt::format("r{}", i)});
  }
  CHECK(contract::settled(*log) == expected);
}

TEST_CASE("a broker that does not answer in time leaves the outcome unknown and the log whole") {
  Cluster cluster(1);
  KafkaAddress address = deployment(cluster, {{"message.timeout.ms", "1500"}});
  auto log = must(KafkaLog::open({.address = address, .own_all = true}));
  contract::append(*log, 0, "before");
  CHECK(contract::settled(*log) == Story{{0, 0, "before"}});
  cluster.pause(0);
  contract::append(*log, 0, "meanwhile");
  auto failed = log->settle();
  cluster.resume(0);
  REQUIRE(!failed.has_value());
  check_unknown_outcome(failed.error());
  log.reset();
  cluster.wait_ready();
  // It may be there or not: whoever opens again sees which, and goes on from there.
  log = must(KafkaLog::open({.address = address, .own_all = true}));
  std::uint64_t end = must(log->end(Topic::journal, 0));
  CHECK((end == 1 || end == 2));
  contract::append(*log, 0, "after");
  Story seen = contract::settled(*log);
  REQUIRE(!seen.empty());
  CHECK(seen.back().text == "after");
}

TEST_CASE("what was settled is there after the broker was killed") {
  Cluster cluster(1);
  auto log = must(KafkaLog::open({.address = deployment(cluster), .own_all = true}));
  for (int i = 0; i < 100; ++i) contract::append(*log, i % 3, fmt::format("r{}", i));
  CHECK(contract::settled(*log).size() == 100);
  cluster.kill(0);
  cluster.start(0);
  CHECK(all_of(*log, Topic::journal).size() == 100);
  contract::append(*log, 0, "after");
  CHECK(settled(*log, 1).back().text == "after");
}

TEST_CASE("a connection that breaks between the writing and the reading back holds nothing up") {
  MockCluster mock;
  KafkaAddress address = mock.address();
  address.answer_within_ms = 5'000;
  auto log = must(KafkaLog::open({.address = address, .own_all = true}));
  contract::append(*log, 0, "first");
  CHECK(contract::settled(*log) == Story{{0, 0, "first"}});
  // The acknowledgement takes one way, the reading back another behind it.
  mock.be_slow(200);
  std::thread fault([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    mock.hang_up();
  });
  contract::append(*log, 0, "second");
  auto records = log->settle();
  fault.join();
  REQUIRE_MESSAGE(records.has_value(), (records ? "" : records.error().what));
  CHECK(contract::story(*records) == Story{{0, 1, "second"}});
}

TEST_CASE("a full queue says busy") {
  Cluster cluster(1);
  auto log = must(KafkaLog::open(
      {.address = deployment(cluster, {{"queue.buffering.max.messages", "10"}}), .own_all = true}));
  cluster.pause(0);
  std::optional<Error> busy;
  for (int i = 0; i < 11 && !busy; ++i)
    if (auto sent = log->send(0, bytes_of("x")); !sent) busy = sent.error();
  cluster.resume(0);
  REQUIRE(busy.has_value());
  CHECK(busy->code == ErrorCode::busy);
  must(log->flush_inbox());
  CHECK(contract::receive(*log, 10).size() == 10);
  contract::send(*log, 0, "again");
  CHECK(contract::receive(*log, 1) == Story{{0, 10, "again"}});
}

TEST_CASE("two owners of everything see the same journal") {
  KafkaAddress address = deployment(shared_broker());
  auto one = must(KafkaLog::open({.address = address, .own_all = true}));
  auto two = must(KafkaLog::open({.address = address, .own_all = true}));
  Story seen_one, seen_two;
  auto take = [](Story& into, const Story& more) { into.insert(into.end(), more.begin(), more.end()); };
  for (int round = 0; round < 20; ++round) {
    for (PartitionNumber p = 0; p <= kRegistry; ++p) {
      contract::append(*one, p, fmt::format("one {}", round));
      contract::append(*two, p, fmt::format("two {}", round));
    }
    take(seen_one, contract::settled(*one));
    take(seen_two, contract::settled(*two));
  }
  take(seen_one, settled(*one, 120 - seen_one.size()));
  take(seen_two, settled(*two, 120 - seen_two.size()));
  for (PartitionNumber p = 0; p <= kRegistry; ++p) {
    CHECK(contract::of_partition(seen_one, p).size() == 40);
    CHECK(contract::of_partition(seen_one, p) == contract::of_partition(seen_two, p));
    CHECK(contract::of_partition(seen_one, p) == contract::read(*one, Topic::journal, {{p}}));
  }
}

TEST_CASE("settle goes on where the scans before it ended, and a later scan takes nothing from it") {
  KafkaAddress address = deployment(shared_broker());
  auto writer = must(KafkaLog::open({.address = address, .own_all = true}));
  auto reader = must(KafkaLog::open({.address = address}));
  contract::append(*writer, 0, "a");
  contract::settled(*writer);
  CHECK(contract::read(*reader, Topic::journal, {{0}}) == Story{{0, 0, "a"}});
  CHECK(contract::settled(*reader).empty());
  contract::append(*writer, 0, "b");
  contract::settled(*writer);
  CHECK(contract::read(*reader, Topic::journal, {{0}}).size() == 2);
  CHECK(settled(*reader, 1) == Story{{0, 1, "b"}});
}

TEST_CASE("a partition goes over to another member from where the journal says, and back") {
  KafkaAddress address = deployment(shared_broker());
  struct Member {
    std::vector<PartitionNumber> came, went;
    Story received;
    std::unique_ptr<KafkaLog> log;  // the last: when it goes it tells the lists above
    /// Receives, decides each command at once, as an owner does.
    void step() {
      auto records = must(log->receive(100));
      for (const LogRecord& record : records) must(log->append(record.partition, record.bytes));
      for (contract::Seen& seen : contract::story(records)) received.push_back(std::move(seen));
      must(log->settle());
    }
  };
  auto join = [&](Member& member) {
    member.log = must(KafkaLog::open({
        .address = address,
        .group = "g-" + address.deployment,
        .on_assigned =
            [&member](PartitionNumber p) {
              member.came.push_back(p);
              return member.log->end(Topic::journal, p);
            },
        .on_revoked = [&member](PartitionNumber p) { member.went.push_back(p); },
    }));
  };
  Member one, two;
  join(one);
  REQUIRE(eventually([&] { return one.step(), one.log->owned().size() == 3; }));
  for (PartitionNumber p = 0; p <= kRegistry; ++p) contract::send(*one.log, p, "first");
  REQUIRE(eventually([&] { return one.step(), one.received.size() == 3; }));

  join(two);
  REQUIRE(eventually([&] {
    one.step(), two.step();
    return one.log->owned().size() + two.log->owned().size() == 3 && !two.log->owned().empty();
  }));
  CHECK(one.went.size() == 3);
  for (PartitionNumber p = 0; p <= kRegistry; ++p) contract::send(*two.log, p, "second");
  REQUIRE(eventually([&] {
    one.step(), two.step();
    return one.received.size() + two.received.size() == 6;
  }));

  must(one.log->close());
  REQUIRE(eventually([&] { return two.step(), two.log->owned().size() == 3; }));
  for (PartitionNumber p = 0; p <= kRegistry; ++p) contract::send(*two.log, p, "third");
  REQUIRE(eventually([&] { return two.step(), one.received.size() + two.received.size() == 9; }));
  // Every command once, whoever got it: the journal is the inbox.
  CHECK(all_of(*two.log, Topic::journal) == all_of(*two.log, Topic::inbox));
}

TEST_CASE("a partition that somebody has added to the inbox is not taken for the registry's") {
  MockCluster mock;
  const KafkaAddress address = mock.address();
  // The inbox has two, and one was founded: the registry's, the last, has the number that is too many.
  auto group = must(InboxGroup::join(address, {.names = TopicNames(address.deployment), .partitions = 2},
                                     "g-" + address.deployment, {}));
  std::optional<Error> told;
  REQUIRE(eventually([&] {
    auto records = group->receive(10);
    if (!records) told = records.error();
    return told.has_value();
  }));
  CHECK(told->code == ErrorCode::refused);
  CHECK(told->what.find("the group hands out partition 1, which this deployment does not have") == 0);
}

TEST_CASE("commands that were removed before they were decided are damage") {
  KafkaAddress address = deployment(shared_broker());
  auto admin = must(KafkaAdmin::open(address));
  for (bool in_group : {false, true}) {
    KafkaLogOptions options{.address = address};
    options.own_all = !in_group;
    if (in_group) options.group = "g-" + address.deployment;
    auto log = must(KafkaLog::open(options));
    for (int i = 0; i < 4; ++i) contract::send(*log, 1, "x");
    must(log->flush_inbox());
    must(admin->delete_records_before(TopicNames(address.deployment).inbox, 1, 2));
    std::optional<Error> told;
    REQUIRE(eventually([&] {
      auto records = log->receive(10);
      if (!records) told = records.error();
      return told.has_value();
    }));
    CHECK(told->code == ErrorCode::damaged);
    CHECK(told->where.find(TopicNames(address.deployment).inbox + ", partition 1") != std::string::npos);
    // A scan shows what is left.
    CHECK(contract::read(*log, Topic::inbox, {{1}}).front().offset == 2);
  }
}

TEST_CASE("a journal shorter than what was read is damage, named") {
  auto log = must(KafkaLog::open({.address = deployment(shared_broker()), .own_all = true}));
  contract::append(*log, 1, "only");
  contract::settled(*log);
  auto none = [](const LogRecord&) { return true; };
  CHECK(log->scan(Topic::journal, {{1, 1}}, none).has_value());
  auto shorter = log->scan(Topic::journal, {{1, 2}}, none);
  REQUIRE(!shorter.has_value());
  CHECK(shorter.error().code == ErrorCode::damaged);
  CHECK(shorter.error().what.find("it ends before offset 1, and was read to offset 2") == 0);
  CHECK(shorter.error().where.find("partition 1") != std::string::npos);
}

TEST_CASE("a journal that is removed and made again while it is followed is damage") {
  KafkaAddress address = deployment(shared_broker());
  const std::string journal = TopicNames(address.deployment).journal;
  auto log = must(KafkaLog::open({.address = address}));
  auto writer = must(KafkaLog::open({.address = address, .own_all = true}));
  contract::append(*writer, 0, "a");
  contract::append(*writer, 0, "b");
  contract::settled(*writer);
  CHECK(settled(*log, 2).size() == 2);
  writer.reset();
  auto admin = must(KafkaAdmin::open(address));
  must(admin->delete_topic(journal));
  REQUIRE(eventually([&] { return must(partition_count(address, admin->client(), journal)) == 0; }));
  must(admin->create_topic({.name = journal, .partitions = 2}));
  std::optional<Error> told;
  REQUIRE(eventually(
      [&] {
        auto records = log->settle();
        if (!records) told = records.error();
        return told.has_value();
      },
      60));
  CHECK(told->where.find(journal) != std::string::npos);
  CHECK((told->code == ErrorCode::damaged || told->code == ErrorCode::refused));
}

TEST_CASE("a hole in the journal is damage, not something to read past") {
  KafkaAddress address = deployment(shared_broker());
  auto log = must(KafkaLog::open({.address = address, .own_all = true}));
  // A transaction leaves a mark of its own between the records, as compaction leaves a hole.
  testing::Stranger stranger(address, address.deployment);
  stranger.begin();
  stranger.write(TopicNames(address.deployment).journal, "x");
  stranger.commit();
  REQUIRE(eventually([&] { return must(log->end(Topic::journal, 0)) == 2; }));
  auto scanned = log->scan(Topic::journal, {{0}}, [](const LogRecord&) { return true; });
  REQUIRE(!scanned.has_value());
  CHECK(scanned.error().code == ErrorCode::damaged);
  contract::append(*log, 0, "mine");
  auto settled_with_hole = log->settle();
  REQUIRE(!settled_with_hole.has_value());
  CHECK(settled_with_hole.error().code == ErrorCode::damaged);
  CHECK(settled_with_hole.error().what.find("offset 1 is missing, the next record stands at 2") == 0);
}

}  // namespace toono
