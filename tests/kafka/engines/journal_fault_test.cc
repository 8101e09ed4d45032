// Engines whose topics were changed: while they were stopped they do not start, while they run they end, and
// say why and what to do.
#include <doctest/doctest.h>

#include <fstream>

#include "adapters/engine/rebuild.h"
#include "adapters/kafka/admin.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/topics.h"
#include "tests/kafka/engines/engines.h"

namespace toono {
namespace {

using testing::Engines;
using testing::eventually;
using testing::linked_broker;

/// A deployment with one engine, and the hands of who breaks it.
class Broken {
 public:
  Broken() : engines(linked_broker().cluster, 5), engine(engines.add()) { engines.work(100); }

  Engines engines;
  testing::EngineProcess& engine;
  TopicNames names{engines.address().deployment};
  std::unique_ptr<KafkaAdmin> admin = must(KafkaAdmin::open(engines.address()));

  void stop() {
    engines.drain();
    engines.edge().close();
    CHECK(engine.stop() == 0);
  }
  /// What the engine said since then when it ended, of itself and with code 1.
  std::string last_words(std::size_t since) {
    std::optional<int> code;
    bool ended = eventually([&] { return (code = engine.ended()).has_value(); }, 60);
    auto words = engine.said().substr(since);
    REQUIRE_MESSAGE(ended, "the engine runs on: " << words);
    CHECK(code == 1);
    const auto last = words.find("ended: ");
    REQUIRE_MESSAGE(last != std::string::npos, "the engine gave no reason: " << words);
    return words.substr(last);
  }
  std::string words_of_a_start() {
    auto since = engine.said().size();
    engine.start();
    return last_words(since);
  }

  TopicPlan plan(const std::string& name) const {
    TopicOptions options;
    options.genesis.partitions = Engines::kPartitions;
    options.replication = options.min_isr = 1;
    for (auto& one : topic_plans(engines.address().deployment, options))
      if (one.name == name) return one;
    FAIL("no such topic: " << name);
    return {};
  }
  using Records = std::vector<std::vector<Buffer>>;
  Records journal() const {
    auto log = must(KafkaLog::open({.address = engines.address()}));
    Records all(Engines::kPartitions);
    for (PartitionNumber p = 0; p < Engines::kPartitions; ++p)
      must(log->scan(Topic::journal, {{p}}, [&](const LogRecord& record) {
        all[p].emplace_back(record.bytes.begin(), record.bytes.end());
        return true;
      }));
    return all;
  }
  /// The journal's topic made anew, with these records.
  void rewrite(const Records& records) const {
    must(admin->delete_topic(names.journal));
    REQUIRE(eventually(
        [&] { return must(partition_count(engines.address(), admin->client(), names.journal)) == 0; }));
    must(admin->create_topic(plan(names.journal)));
    auto log = must(KafkaLog::open({.address = engines.address()}));
    for (PartitionNumber p = 0; p < records.size(); ++p)
      for (const auto& record : records[p]) must(log->append(p, record));
    (void)must(log->settle());
  }
  void alter(const std::string& topic, const std::string& property, const std::string& value) const {
    auto settings = plan(topic).settings;
    if (!property.empty()) settings[property] = value;
    must(admin->alter_topic(topic, settings));
  }
};

/// One bit of the last record of a partition, on the broker's disk.
void flip_a_bit(const std::filesystem::path& segment) {
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file.good());
  const auto at = static_cast<std::streamoff>(std::filesystem::file_size(segment)) - 20;
  file.seekg(at);
  const auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(at);
  file.put(byte);
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("a node whose rows are not on the disk yet takes no journal that ends before what it has seen") {
  Broken broken;
  auto node = broken.engines.node(std::string("young"));
  auto follow = [&]() -> Result<void> {
    TOONO_ASSIGN(auto engine, Engine::open(node));
    // As after an error: nobody has closed it.
    return {};
  };
  broken.stop();
  must(follow());
  const auto whole = broken.journal();
  auto changed = whole;
  changed[0].pop_back();
  broken.rewrite(changed);
  auto refused = follow();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::damaged);
  CHECK(refused.error().what == "the journal is shorter than what was applied");
  // Another record in its place.
  changed = whole;
  changed[0].back()[changed[0].back().size() / 2] ^= 1;
  broken.rewrite(changed);
  refused = follow();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "the journal is not the one that was applied");
  // What was refused says nothing of how far the right one goes.
  broken.rewrite(whole);
  must(follow());
  // Whoever says so goes on from what is there.
  changed[0] = whole[0];
  changed[0].pop_back();
  broken.rewrite(changed);
  auto log = must(KafkaLog::open({.address = broken.engines.address()}));
  auto rebuilt = must(rebuild_rows(*log, node.dir, {}));
  CHECK(says(rebuilt.why_not_the_last, "the journal is shorter"));
  must(follow());
}

TEST_CASE("an engine does not start on a journal that was changed while it was stopped") {
  Broken broken;
  broken.stop();
  const auto whole = broken.journal();
  REQUIRE(whole[0].size() > 5);

  auto& cluster = linked_broker().cluster;
  cluster.stop(0);
  flip_a_bit(cluster.data(0) / (broken.names.journal + "-0") / "00000000000000000000.log");
  cluster.start(0);
  auto words = broken.words_of_a_start();
  CHECK_MESSAGE(says(words, "a record's checksum does not fit"), words);
  CHECK_MESSAGE(says(words, broken.names.journal + ", partition 0: restore the partition"), words);

  auto changed = whole;
  changed[0].back()[changed[0].back().size() / 2] ^= 1;
  broken.rewrite(changed);
  words = broken.words_of_a_start();
  CHECK_MESSAGE(says(words, "the journal is not the one that was applied"), words);
  CHECK_MESSAGE(says(words, "partition 0: record"), words);
  CHECK_MESSAGE(says(words, "restore the topic from a backup"), words);
  // The rows say the same without the file of the last heads.
  std::filesystem::remove(broken.engines.node(std::string("node-0")).dir / "heads");
  words = broken.words_of_a_start();
  CHECK_MESSAGE(says(words, "the journal is not the one that the store was made from: partition 0"), words);
  CHECK_MESSAGE(says(words, "restore the journal"), words);

  for (std::size_t lost : {1, 3}) {
    CAPTURE(lost);
    changed = whole;
    changed[0].resize(whole[0].size() - lost);
    broken.rewrite(changed);
    words = broken.words_of_a_start();
    CHECK_MESSAGE((says(words, "the journal is shorter than what was applied") ||
                   says(words, "and was read to offset")),
                  words);
    CHECK_MESSAGE(says(words, "from a backup"), words);
  }

  broken.rewrite(whole);
  broken.engine.start();
  broken.engines.work(50);
  broken.stop();
  must(broken.admin->delete_records_before(broken.names.journal, 1, 2));
  words = broken.words_of_a_start();
  CHECK_MESSAGE(says(words, "genesis of partition 1 is removed and must be"), words);
  CHECK_MESSAGE(says(words, "restore the topic from a backup"), words);
}

TEST_CASE("a running engine ends when its topics are changed under it and says what to do") {
  Broken broken;
  struct Row {
    std::string topic, property, value, wanted;
  };
  for (const auto& row : {Row{broken.names.journal, "retention.ms", "604800000", "-1"},
                          Row{broken.names.registry_journal, "cleanup.policy", "compact", "delete"}}) {
    CAPTURE(row.property);
    auto since = broken.engine.said().size();
    broken.alter(row.topic, row.property, row.value);
    auto words = broken.last_words(since);
    CHECK_MESSAGE(says(words, row.property + " is " + row.value + " and must be " + row.wanted), words);
    CHECK_MESSAGE(says(words, row.topic + ": set it back at once, then run `toono verify`"), words);
    broken.alter(row.topic, {}, {});
    REQUIRE(eventually(
        [&] { return must(broken.admin->topic_settings(row.topic)).at(row.property) == row.wanted; }));
    broken.engine.start();
    broken.engines.work(50);
  }
  auto since = broken.engine.said().size();
  must(broken.admin->add_partitions(broken.names.inbox, Engines::kPartitions + 1));
  auto words = broken.last_words(since);
  // The check of the topics comes upon it, or the engine opens its log again because the group gave it the
  // new one.
  CHECK_MESSAGE(
      (says(words, "partitions is 4 and must be 3") || says(words, "has 4 partitions and must have 3")),
      words);
  CHECK_MESSAGE(says(words, broken.names.inbox + ": their number can never change"), words);
}

}  // namespace toono
