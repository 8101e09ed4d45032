// A flood on Kafka: edges far from the owner know how far behind it is, turn ordinary commands away at the
// limit, and take everything again once an engine has decided.
#include <doctest/doctest.h>

#include "tests/kafka/engines/engines.h"

namespace toono::testing {
namespace {

constexpr std::uint64_t kLimit = 40;

LineCommand register_case(const std::string& more = "") {
  return must(parse_line(R"({"command":"RegisterCase","body":{"programme":"other","language":"zh",)"
                         R"("channel":"phone")" +
                         more + "}}"));
}
/// Of somebody who is on the telephone now.
LineCommand of_danger() { return register_case(R"(,"contact_id":"01890000-0000-7000-8000-00000000000c")"); }

/// One partition, so that every command stands in the same inbox.
struct Deployed {
  TemporaryDirectory temporary;
  KafkaAddress address = shared_broker().address(unique_deployment());
  SystemClock clock;
  SystemEntropy entropy;

  Deployed() {
    Founding founding;
    founding.partitions = 1;
    founding.registry = first_registry();
    must(must(Engine::create(options("founder"), founding))->close());
  }
  EngineOptions options(const std::string& name, EngineRole role = EngineRole::edge) {
    auto dir = temporary.path() / name;
    std::filesystem::create_directories(dir);
    return {.dir = dir,
            .kafka = address,
            .role = role,
            .master_key = (temporary.path() / "master.key").string(),
            .clock = &clock,
            .entropy = &entropy,
            .inbox_limit = kLimit};
  }
};

struct Door {
  std::unique_ptr<Engine> engine;
  Edge edge;
  explicit Door(const EngineOptions& options) : engine(must(Engine::open(options))), edge(*engine) {}
  /// How many of these in a row it takes, at most `most`.
  std::uint64_t takes(const LineCommand& line, std::uint64_t most = 3 * kLimit) {
    auto taken = takes_in_a_row(line, most);
    // For other edges to see.
    (void)must(engine->step());
    must(dynamic_cast<KafkaLog&>(engine->log()).flush_inbox());
    return taken;
  }
  bool hears_room(const LineCommand& line) {
    return eventually([&] {
      must(engine->step());
      return edge.send(line, {}).has_value();
    });
  }

 private:
  std::uint64_t takes_in_a_row(const LineCommand& line, std::uint64_t most) {
    for (std::uint64_t taken = 0; taken < most; ++taken) {
      auto sent = edge.send(line, {});
      if (sent) continue;
      CHECK_MESSAGE(sent.error().code == ErrorCode::busy, sent.error().what);
      CHECK(edge.overloaded().has_value());
      return taken;
    }
    return most;
  }
};

}  // namespace

TEST_CASE("an edge that finds the inbox full turns ordinary commands away until an engine has decided") {
  Deployed deployed;
  Door first(deployed.options("first"));
  Door second(deployed.options("second"));
  CHECK(first.takes(register_case()) == kLimit);
  // The other edge asks the brokers: it has sent nothing itself.
  REQUIRE(eventually([&] { return second.takes(register_case(), 1) == 0; }));
  CHECK(second.edge.overloaded()->behind >= kLimit);
  CHECK(second.takes(of_danger()) > 0);
  REQUIRE(eventually([&] { return first.takes(of_danger(), 1) == 0; }));
  CHECK(first.edge.overloaded()->limit == 2 * kLimit);

  auto owner = must(Engine::open(deployed.options("owner", EngineRole::alone)));
  auto decided = [&] { return owner->follower().head(0).chain.next_command; };
  REQUIRE(eventually([&] {
    must(owner->step());
    return decided() >= 2 * kLimit;
  }));
  CHECK(first.hears_room(register_case()));
  CHECK(second.hears_room(register_case()));
  must(owner->drain());
  REQUIRE(eventually([&] {
    must(owner->step());
    must(first.engine->step());
    must(second.engine->step());
    return first.engine->processor().awaiting() == 0 && second.engine->processor().awaiting() == 0;
  }));
  // Nothing that was turned away stands in the inbox.
  CHECK(decided() < 3 * kLimit);
}

}  // namespace toono::testing
