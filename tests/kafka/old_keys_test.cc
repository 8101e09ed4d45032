// A keys topic put back from a mirror that is older than the journal: whoever was erased since stays erased.
#include "adapters/engine/vault_check.h"
#include "adapters/kafka/admin.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/keys_topic.h"
#include "adapters/kafka/topics.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::eventually;

struct Person {
  PersonId id;
  SealedT identity, narrative;
};

/// A founded deployment whose keys can be mirrored and put back.
struct Mirrored : testing::FoundedOnKafka {
  std::string key_file = (temporary.path() / "master.key").string();

  std::unique_ptr<Engine> open(const std::string& node, EngineRole role) {
    return must(Engine::open(options(node, role)));
  }
  std::vector<KeyRecord> mirror() const {
    auto topic = must(KeysTopic::open(address));
    std::vector<KeyRecord> all;
    must(topic->read(must(topic->end()), [&](const KeyRecord& record) { all.push_back(record); }));
    return all;
  }
  void put_back(const std::vector<KeyRecord>& records) const {
    auto admin = must(KafkaAdmin::open(address));
    must(admin->delete_topic(names.keys));
    for (const auto& plan : topic_plans(address.deployment, {.replication = 1, .min_isr = 1}))
      if (plan.name == names.keys) REQUIRE(eventually([&] { return admin->create_topic(plan).has_value(); }));
    must(must(KeysTopic::open(address))->append(records));
  }
  std::vector<std::string> findings() {
    auto vault = must(open_keys(address, key_file, entropy, Access::read_only));
    auto log = must(KafkaLog::open({.address = address}));
    return must(check_vault(*log, kPartitions, *vault));
  }
};

/// The commands are decided, and what they lead to is done.
void send(Engine& engine, const std::string& line, PersonId* created = nullptr) {
  Edge edge(engine);
  auto sent = must(edge.send(must(parse_line(line)), Sender{StaffId(15000001), StationId(150000)}));
  if (created) *created = id_as<PersonId>(sent.entity);
  must(engine.drain());
  REQUIRE(eventually([&] {
    must(engine.fire_due());
    must(engine.step());
    return engine.processor().agenda().size() == 0;
  }));
}

Person registered(Engine& engine) {
  Person person;
  send(engine, R"({"command":"RegisterPerson","body":{"name":"Naran"}})", &person.id);
  auto seal = [&](SealClass seal_class) {
    return must(engine.vault().seal({person.id, seal_class, CommandId{}, "$.words"}, "her words"));
  };
  person.identity = seal(SealClass::identity);
  person.narrative = seal(SealClass::narrative);
  must(engine.vault().settle());
  return person;
}

void erase(Engine& engine, const Person& person, const std::string& which) {
  send(engine,
       R"({"command":"ErasePerson","body":{"person_id":")" + to_text(person.id) + R"(",)" + which + "}}");
}

bool has_words(Engine& engine, const SealedT& sealed) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Sealed::Pack(builder, &sealed));
  return must(engine.vault().open(*flatbuffers::GetRoot<Sealed>(builder.GetBufferPointer()))).has_value();
}

}  // namespace

TEST_CASE("an older keys topic under the journal brings no erased words back") {
  Mirrored on;
  auto engine = on.open("node", EngineRole::alone);
  auto whole = registered(*engine), by_class = registered(*engine), kept = registered(*engine);
  auto older = on.mirror();
  erase(*engine, whole, R"("all_classes":true,"ground":"asked for")");
  // The state remembers the second alone.
  erase(*engine, by_class, R"("all_classes":false,"class":"identity","ground":"asked for")");
  erase(*engine, by_class, R"("all_classes":false,"class":"narrative","ground":"asked for")");
  must(engine->close());
  engine.reset();
  CHECK(on.findings().empty());

  on.put_back(older);
  auto found = on.findings();
  REQUIRE(found.size() == 3);
  CHECK_MESSAGE(found[0].find("the erasure of 2 people is not carried out in this keys topic") == 0,
                found[0]);
  CHECK(found[0].find("say `status`") != std::string::npos);
  auto all = found[1] + found[2];
  CHECK(all.find("the keys topic has not erased person " + to_text(whole.id)) != std::string::npos);
  CHECK(all.find("the keys topic has not erased person " + to_text(by_class.id)) != std::string::npos);

  std::string node;
  auto role = EngineRole::edge;
  SUBCASE("nor to an edge that has followed all along") { node = "node"; }
  SUBCASE("nor to one that is new") { node = "new"; }
  SUBCASE("nor to an engine that owns nothing yet") {
    node = "node";
    role = EngineRole::owner;
  }
  auto again = on.open(node, role);
  for (const auto* sealed : {&whole.identity, &whole.narrative, &by_class.identity, &by_class.narrative})
    CHECK_FALSE(has_words(*again, *sealed));
  CHECK(has_words(*again, kept.identity));
  CHECK(has_words(*again, kept.narrative));
  CHECK(on.findings().empty());
  auto written = on.mirror().size();
  must(again->close());
  again.reset();
  must(on.open("node", EngineRole::edge)->close());
  CHECK(on.mirror().size() == written);
}

}  // namespace toono
