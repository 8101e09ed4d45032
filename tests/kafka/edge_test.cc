// What an edge holds back so that the keys of many commands travel together: nothing leaves before its keys,
// and what another edge does meanwhile counts.
#include "adapters/engine/edge.h"

#include "adapters/kafka/kafka_log.h"
#include "core/derive.h"
#include "tests/engine/load.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::FoundedOnKafka;

CommandId id_of(std::uint8_t number) {
  return id_from<CommandId>(
      std::array<std::uint8_t, 16>{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 0, 0, 0, 0, 0, 0, number});
}

LineCommand line(std::uint8_t id, const std::string& command, const std::string& body) {
  return must(parse_line(R"({"id":")" + to_text(id_of(id)) + R"(","command":")" + command + R"(","body":{)" +
                         body + "}}"));
}
LineCommand new_person(std::uint8_t id) { return line(id, "RegisterPerson", R"("name":"x")"); }
LineCommand call_from(std::uint8_t id, const std::string& phone) {
  return line(id, "OfferContact", R"("channel":"phone","language":"mn","phone":")" + phone + "\"");
}
PersonId person_of(std::uint8_t id) { return id_as<PersonId>(derive<EntityId>(id_of(id), "entity")); }

/// Two edges of one deployment in which nobody decides anything.
struct Edges : FoundedOnKafka {
  std::unique_ptr<Engine> engine = must(Engine::open(options("edge", EngineRole::edge)));
  std::unique_ptr<Engine> other_engine = must(Engine::open(options("other", EngineRole::edge)));
  Edge edge{*engine}, other{*other_engine};

  /// The commands of the inbox, without the registry's.
  std::vector<Buffer> inbox() {
    std::vector<Buffer> commands;
    auto log = must(KafkaLog::open({.address = address}));
    std::vector<From> from;
    for (PartitionNumber p = 0; p < kPartitions; ++p) from.push_back({p});
    must(log->scan(Topic::inbox, from, [&](const LogRecord& record) {
      commands.emplace_back(record.bytes.begin(), record.bytes.end());
      return true;
    }));
    return commands;
  }
  std::vector<Buffer> flushed_inbox() {
    must(engine->close());
    must(other_engine->close());
    return inbox();
  }
};

const Command* find(const std::vector<Buffer>& inbox, std::uint8_t id) {
  for (const auto& record : inbox)
    if (const auto* command = GetCommand(record.data()); *command->id() == id_of(id)) return command;
  return nullptr;
}

}  // namespace

TEST_CASE("commands that are held leave when their keys are there for every other edge") {
  Edges on;
  for (std::uint8_t id = 1; id <= 20; ++id) CHECK(must(on.edge.hold(new_person(id), {})).place == id - 1u);
  CHECK(on.inbox().empty());
  CHECK_FALSE(must(on.other_engine->vault().knows(person_of(20))));
  CHECK(must(on.edge.release()).empty());
  for (std::uint8_t id = 1; id <= 20; ++id) CHECK(must(on.other_engine->vault().knows(person_of(id))));
  CHECK(on.flushed_inbox().size() == 20);
}

TEST_CASE("of what is held, what another edge has forestalled is made anew or stays, and the rest leaves") {
  Edges on;
  for (const auto& held : {new_person(1), call_from(2, "13800138000"), new_person(3)})
    (void)must(on.edge.hold(held, {}));
  must(on.other_engine->vault().destroy(person_of(1), std::nullopt));
  (void)must(on.other.send(call_from(9, "13800138000"), {}));

  auto not_sent = must(on.edge.release());
  REQUIRE(not_sent.size() == 1);
  CHECK(not_sent[0].place == 0);
  CHECK(not_sent[0].error.code == ErrorCode::refused);
  CHECK(must(on.edge.release()).empty());
  auto inbox = on.flushed_inbox();
  CHECK(inbox.size() == 3);
  CHECK(find(inbox, 1) == nullptr);
  REQUIRE(find(inbox, 2));
  REQUIRE(find(inbox, 3));
  REQUIRE(find(inbox, 9));
  auto caller = derive<PersonId>(id_of(9), "caller");
  CHECK(*find(inbox, 9)->body_as_OfferContact()->caller() == caller);
  CHECK(*find(inbox, 2)->body_as_OfferContact()->caller() == caller);
}

TEST_CASE("what is held counts where commands are turned away") {
  Edges on;
  auto options = on.options("narrow", EngineRole::edge);
  options.inbox_limit = 4;
  auto narrow = must(Engine::open(options));
  Edge edge(*narrow);
  std::size_t turned_away = 0;
  for (std::uint8_t id = 1; id <= 40; ++id) {
    auto held = edge.hold(line(id, "RegisterPerson", R"("name":"x")"), {});
    turned_away += edge.overloaded().has_value();
    if (!held) CHECK(held.error().code == ErrorCode::busy);
  }
  CHECK(turned_away == 40 - 4 * FoundedOnKafka::kPartitions);
  CHECK(must(edge.release()).empty());
}

/// A node that sends, and counts what has reached the inbox.
struct Gathering : FoundedOnKafka {
  std::unique_ptr<Engine> node, owner;
  Load load{11, kPartitions};

  void open(std::int64_t gather_ms) {
    auto edge = options("edge", EngineRole::edge);
    edge.gather_ms = gather_ms;
    node.reset();
    node = must(Engine::open(edge));
  }
  void send(int commands) {
    for (int i = 0; i < commands; ++i) {
      auto next = load.next(clock.now(), node->registry().position());
      must(node->send(next.partition, next.record));
    }
  }
  std::uint64_t in_the_inbox() {
    auto& log = dynamic_cast<KafkaLog&>(node->log());
    must(log.flush_inbox());
    return testing::in_the_inbox(log);
  }
  std::uint64_t in_the_inbox_after_a_step() {
    (void)must(node->step());
    return in_the_inbox();
  }
};

constexpr std::int64_t kForEver = 3'600'000;

TEST_CASE("what is sent while many commands are on their way leaves when they have been answered") {
  Gathering on;
  on.open(kForEver);
  on.send(64);
  CHECK(on.in_the_inbox_after_a_step() == 64);
  on.send(1);
  CHECK(on.in_the_inbox_after_a_step() == 65);
  on.send(100);
  CHECK(on.in_the_inbox_after_a_step() == 65);
  CHECK(on.in_the_inbox_after_a_step() == 65);
  CHECK(on.node->processor().awaiting() == 165);

  on.owner = must(Engine::open(on.options("owner", EngineRole::alone)));
  CHECK(testing::eventually([&] {
    (void)must(on.owner->step());
    return on.in_the_inbox_after_a_step() == 165 && on.node->processor().awaiting() == 0;
  }));
}

TEST_CASE("what gathers leaves without an answer when its time is over, when it is many, and at the end") {
  Gathering on;
  SUBCASE("time") {
    on.open(1);
    on.send(100);
    CHECK(on.in_the_inbox_after_a_step() == 100);
    on.send(10);
    CHECK(testing::eventually([&] { return on.in_the_inbox_after_a_step() == 110; }));
  }
  SUBCASE("many") {
    on.open(kForEver);
    on.send(100);
    CHECK(on.in_the_inbox_after_a_step() == 100);
    on.send(511);
    CHECK(on.in_the_inbox_after_a_step() == 100);
    on.send(2);
    CHECK(on.in_the_inbox() == 612);
  }
  SUBCASE("the end") {
    on.open(kForEver);
    on.send(100);
    CHECK(on.in_the_inbox_after_a_step() == 100);
    on.send(10);
    must(on.node->close());
    on.open(kForEver);
    CHECK(on.in_the_inbox() == 110);
  }
}

}  // namespace toono
