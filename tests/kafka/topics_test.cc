// Topics are made once, and every setting that could cost a record is found and named.
#include "adapters/kafka/topics.h"

#include "adapters/kafka/kafka_log.h"
#include "doctest/doctest.h"
#include "tests/kafka/broker.h"
#include "tests/must.h"

namespace toono {
namespace {

using testing::shared_broker;
using testing::unique_deployment;

TopicOptions founding(std::uint8_t id, PartitionNumber partitions = 2) {
  std::uint8_t bytes[16] = {id};
  TopicOptions options;
  options.genesis = {
      .log_id = id_from<LogId>(bytes), .partitions = partitions, .created_at = Instant(1'767'225'600'000)};
  return options;
}

/// A founded deployment, and a client to break it with.
struct Founded {
  KafkaAddress address = shared_broker().address(unique_deployment());
  TopicNames names{address.deployment};
  LogId log_id = must(create_topics(address, founding(1)));
  std::unique_ptr<KafkaAdmin> admin = must(KafkaAdmin::open(address));

  TopicPlan plan(const std::string& name) const {
    TopicOptions options = founding(1);
    options.replication = options.min_isr = 1;
    for (TopicPlan& one : topic_plans(address.deployment, options))
      if (one.name == name) return one;
    FAIL("no such topic: " << name);
    return {};
  }
  void alter(const std::string& topic, const std::string& property, const std::string& value) {
    auto settings = plan(topic).settings;
    settings[property] = value;
    set(topic, settings);
  }
  /// A broker may show the old values for a moment.
  void set(const std::string& topic, const std::map<std::string, std::string>& settings) {
    must(admin->alter_topic(topic, settings));
    REQUIRE(testing::eventually([&] {
      auto now = must(admin->topic_settings(topic));
      return std::all_of(settings.begin(), settings.end(), [&](const auto& one) {
        return now.contains(one.first) && now.at(one.first) == one.second;
      });
    }));
  }
  void remove(const std::string& topic) {
    must(admin->delete_topic(topic));
    REQUIRE(testing::eventually([&] { return must(partition_count(address, admin->client(), topic)) == 0; }));
  }
  TopicReport check(const TopicExpectation& expected = {}) const {
    return must(check_topics(address, expected));
  }
  /// "topic property: found" of every finding, each with a remedy.
  std::vector<std::string> findings(const TopicExpectation& expected = {}) const {
    std::vector<std::string> texts;
    TopicReport report = check(expected);
    for (const TopicFinding& one : report.findings) {
      CHECK(!one.remedy.empty());
      CHECK(!one.wanted.empty());
      texts.push_back(one.topic.substr(address.deployment.size() + 1) + " " + one.property + ": " +
                      one.found);
    }
    auto stops = std::any_of(report.findings.begin(), report.findings.end(),
                             [](const TopicFinding& one) { return one.stops; });
    CHECK(refuse_findings(address, report).has_value() == !stops);
    return texts;
  }
};
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a deployment that was just founded passes the check and holds one genesis a partition") {
  Founded founded;
  CHECK(founded.findings() == Texts{});
  CHECK(founded.check().log_id == founded.log_id);
  CHECK(founded.check().partitions == 2);
  CHECK(founded.check().not_checked.empty());
  auto log = must(KafkaLog::open({.address = founded.address}));
  for (PartitionNumber p = 0; p < 3; ++p) {
    std::vector<Buffer> records;
    must(log->scan(Topic::journal, {{p}}, [&](const LogRecord& record) {
      records.emplace_back(record.bytes.begin(), record.bytes.end());
      return true;
    }));
    CHECK(records == std::vector<Buffer>{genesis_record(founding(1).genesis, p)});
  }
}

TEST_CASE("a deployment is founded once") {
  Founded founded;
  // Until something is sent of an entity, it goes on under the id that was written.
  CHECK(must(create_topics(founded.address, founding(2))) == founded.log_id);
  auto log = must(KafkaLog::open({.address = founded.address}));
  must(log->send(0, bytes_of("command")));
  must(log->close());
  for (std::uint8_t id : {1, 2}) {
    auto again = create_topics(founded.address, founding(id));
    REQUIRE(!again.has_value());
    CHECK(again.error().code == ErrorCode::refused);
  }
  CHECK(create_topics(founded.address, founding(1, 3)).error().code == ErrorCode::refused);
  CHECK(founded.findings() == Texts{});
}

TEST_CASE("a founding that was interrupted is completed under the id that it had written") {
  KafkaAddress address = shared_broker().address(unique_deployment());
  TopicOptions options = founding(1);
  options.replication = options.min_isr = 1;
  {
    auto admin = must(KafkaAdmin::open(address));
    for (const TopicPlan& plan : topic_plans(address.deployment, options)) must(admin->create_topic(plan));
    auto log = must(KafkaLog::open({.address = address}));
    must(log->append(2, genesis_record(options.genesis, 2)));
    must(log->append(1, genesis_record(options.genesis, 1)));
    must(log->settle());
  }
  CHECK(must(check_topics(address)).findings.size() == 1);
  CHECK(must(create_topics(address, founding(9))) == options.genesis.log_id);
  CHECK(must(check_topics(address)).findings.empty());
}

TEST_CASE("a journal that was lost beside a living inbox is not founded anew") {
  Founded founded;
  auto log = must(KafkaLog::open({.address = founded.address}));
  must(log->send(0, bytes_of("command")));
  must(log->close());
  founded.remove(founded.names.journal);
  CHECK(founded.findings() == Texts{"journal.v1 topic: missing", "journal.v1 genesis of partition 0: none",
                                    "journal.v1 genesis of partition 1: none"});
  // A broker that still cleans up may not answer at once; but it never founds anew.
  CHECK(testing::eventually([&] {
    auto again = create_topics(founded.address, founding(1));
    REQUIRE_FALSE(again.has_value());
    return again.error().code == ErrorCode::refused;
  }));
}

TEST_CASE("every setting that could cost a record is named with its remedy") {
  Founded founded;
  struct Row {
    std::string topic, property, value;
    bool stops = true;
  };
  const TopicNames& names = founded.names;
  for (const Row& row :
       {Row{names.journal, "retention.ms", "604800000"}, Row{names.journal, "retention.bytes", "1073741824"},
        Row{names.journal, "cleanup.policy", "compact"},
        Row{names.registry_journal, "cleanup.policy", "compact,delete"},
        Row{names.journal, "unclean.leader.election.enable", "true"},
        Row{names.journal, "max.message.bytes", "1000"}, Row{names.inbox, "retention.ms", "1"},
        Row{names.inbox, "message.timestamp.type", "CreateTime"}, Row{names.keys, "cleanup.policy", "delete"},
        Row{names.keys, "min.compaction.lag.ms", "1000"}, Row{names.keys, "max.message.bytes", "1000"},
        Row{names.journal, "message.timestamp.type", "CreateTime"},
        Row{names.registry_journal, "message.timestamp.type", "CreateTime"},
        Row{names.registry_inbox, "cleanup.policy", "compact"},
        // What only tells, or hears from partners, keeps nobody from deciding.
        Row{names.events, "retention.ms", "1", false}, Row{names.events, "cleanup.policy", "compact", false},
        Row{names.referral_out(ReferralLine::court), "retention.bytes", "1", false},
        Row{names.referral_in(ReferralLine::court), "retention.ms", "1", false},
        Row{names.dead_letters, "retention.ms", "1", false}}) {
    founded.alter(row.topic, row.property, row.value);
    CHECK(founded.findings() == Texts{row.topic.substr(founded.address.deployment.size() + 1) + " " +
                                      row.property + ": " + row.value});
    auto found = founded.check().findings.front();
    CHECK(found.stops == row.stops);
    CHECK((found.remedy.find("`toono publish --from beginning`") != std::string::npos) ==
          (row.topic == names.events || row.topic == names.referral_out(ReferralLine::court)));
    CHECK(must(check_published_topics(founded.address)).findings.size() ==
          (row.topic == names.events || row.topic == names.referral_out(ReferralLine::court) ? 1 : 0));
    founded.set(row.topic, founded.plan(row.topic).settings);
  }
  CHECK(founded.findings() == Texts{});
}

TEST_CASE("without the public events engines open and go on, and it is told") {
  Founded founded;
  founded.remove(founded.names.events);
  CHECK(founded.findings() == Texts{"events.v1 topic: missing"});
  CHECK_FALSE(founded.check().findings.front().stops);
}

TEST_CASE("an added partition is found, and the log does not open on it") {
  Founded founded;
  must(founded.admin->add_partitions(founded.names.inbox, 3));
  REQUIRE(testing::eventually([&] {
    return must(partition_count(founded.address, founded.admin->client(), founded.names.inbox)) == 3;
  }));
  CHECK(founded.findings() == Texts{"inbox.v1 partitions: 3"});
  auto log = KafkaLog::open({.address = founded.address});
  REQUIRE(!log.has_value());
  CHECK(log.error().code == ErrorCode::refused);
  CHECK(log.error().what == "the topic has 3 partitions and must have 2");
}

TEST_CASE("a topic that was removed and made again is found") {
  Founded founded;
  founded.remove(founded.names.journal);
  must(founded.admin->create_topic(founded.plan(founded.names.journal)));
  CHECK(founded.findings() ==
        Texts{"journal.v1 genesis of partition 0: none", "journal.v1 genesis of partition 1: none"});
}

TEST_CASE("a partition whose leader is away is not taken for one that was lost") {
  testing::Cluster cluster(3);
  KafkaAddress address = cluster.address(unique_deployment());
  TopicOptions options = founding(1, 6);
  options.replication = options.min_isr = 1;
  (void)must(create_topics(address, options));
  TopicNames names(address.deployment);
  cluster.kill((cluster.leader_of(names.registry_journal, 0) + 1) % 3);
  cluster.wait_ready(names.registry_journal);
  address.answer_within_ms = 5'000;
  auto report = check_topics(address);
  REQUIRE_MESSAGE(!report.has_value(), report->findings.size(), " findings");
  CHECK(report.error().code == ErrorCode::world);
  CHECK_MESSAGE(report.error().where.find(names.journal) != std::string::npos, report.error().what);
}

TEST_CASE("records of another log are found by their genesis") {
  Founded founded;
  founded.remove(founded.names.journal);
  must(founded.admin->create_topic(founded.plan(founded.names.journal)));
  auto log = must(KafkaLog::open({.address = founded.address}));
  for (PartitionNumber p : {PartitionNumber{0}, PartitionNumber{1}})
    must(log->append(p, genesis_record(founding(p == 0 ? 1 : 7).genesis, p)));
  must(log->settle());
  CHECK(founded.findings() ==
        Texts{"journal.v1 genesis of partition 1: " + to_text(founding(7).genesis.log_id)});
}

TEST_CASE("a deployment that is not the node's own is found") {
  Founded founded;
  CHECK(founded.findings({.log_id = founded.log_id}) == Texts{});
  CHECK(founded.findings({.log_id = founding(5).genesis.log_id}) ==
        Texts{"registry.journal.v1 log_id: " + to_text(founded.log_id)});
}

TEST_CASE("a journal whose beginning was removed is found, and a scan refuses it") {
  Founded founded;
  must(founded.admin->delete_records_before(founded.names.journal, 1, 1));
  CHECK(founded.findings() == Texts{"journal.v1 genesis of partition 1: removed"});
  auto log = must(KafkaLog::open({.address = founded.address}));
  auto scanned = log->scan(Topic::journal, {{1}}, [](const LogRecord&) { return true; });
  REQUIRE(!scanned.has_value());
  CHECK(scanned.error().code == ErrorCode::damaged);
}

TEST_CASE("without a deployment every topic is missing") {
  KafkaAddress nowhere = shared_broker().address(unique_deployment());
  TopicReport report = must(check_topics(nowhere));
  CHECK(report.findings.size() == 7 + 2 * std::size(EnumValuesReferralLine()));
  CHECK(KafkaLog::open({.address = nowhere}).error().code == ErrorCode::refused);
}

TEST_CASE("more copies than brokers cannot be asked for") {
  TopicOptions options = founding(1);
  options.replication = 3;
  auto address = shared_broker().address(unique_deployment());
  address.should_stop = [] { return true; };  // it would wait some seconds for brokers that come up
  auto refused = create_topics(address, options);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == ErrorCode::usage);
}

TEST_CASE("a broker that speaks an old protocol is found" *
          doctest::skip(testing::kafka_version()[0] != '3')) {
  testing::Cluster old(1, "inter.broker.protocol.version=3.6");
  KafkaAddress address = old.address(unique_deployment());
  must(create_topics(address, founding(1)));
  auto findings = must(check_topics(address)).findings;
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].property == "inter.broker.protocol.version");
}

}  // namespace toono
