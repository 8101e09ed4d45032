// While fewer copies are in sync than min.insync.replicas asks for, brokers that are up take nothing: whoever
// waits for them is told so.
#include "adapters/engine/edge.h"
#include "adapters/kafka/admin.h"
#include "adapters/kafka/topic_writer.h"
#include "adapters/kafka/topics.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::eventually;
using testing::FoundedOnKafka;

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("that too few copies are in sync is told to whoever writes and to whoever sends") {
  testing::Cluster cluster(3);
  FoundedOnKafka founded(cluster);
  auto admin = must(KafkaAdmin::open(founded.address));
  CHECK(lacking_copies(founded.address, admin->client(), founded.names.inbox).empty());
  TopicOptions all_three{.replication = 3, .min_isr = 3};
  all_three.genesis.partitions = FoundedOnKafka::kPartitions;
  for (const auto& plan : topic_plans(founded.address.deployment, all_three))
    if (plan.name == founded.names.inbox) must(admin->alter_topic(plan.name, plan.settings));
  const int leader = cluster.leader_of(founded.names.inbox, 0);
  cluster.kill((leader + 1) % 3);
  const std::string only = "only 2 of the 3 copies of partition 0 of " + founded.names.inbox + " are in sync";
  REQUIRE(eventually(
      [&] { return lacking_copies(founded.address, admin->client(), founded.names.inbox, 0) == only; }));

  auto impatient = founded.address;
  impatient.properties["message.timeout.ms"] = "1500";
  auto writer = must(TopicWriter::open(impatient, {founded.names.inbox}));
  must(writer->write(0, 0, bytes_of("x")));
  auto written = writer->settle();
  REQUIRE_FALSE(written.has_value());
  CHECK_MESSAGE(has(written.error().what, only), written.error().what);

  auto options = founded.options("edge", EngineRole::edge);
  options.answer_within_ms = 3000;
  auto engine = must(Engine::open(options));
  Edge edge(*engine);
  for (int i = 0; i < 16; ++i)
    (void)must(edge.send(
        must(parse_line(R"({"command":"RegisterCase",)"
                        R"("body":{"programme":"legal_rights","language":"zh","channel":"phone"}})")),
        {}));
  auto answered = engine->drain();
  REQUIRE_FALSE(answered.has_value());
  CHECK_MESSAGE(has(answered.error().what,
                    "16 commands were not decided within 3 s, and 16 of them not taken by "
                    "the brokers: only 2 of the 3 copies of partition "),
                answered.error().what);
}

}  // namespace toono
