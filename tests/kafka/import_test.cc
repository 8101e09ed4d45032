// A foreign case log on brokers: many commands wait for their decisions together, and what becomes of each
// is told as if they had gone one by one.
#include <fmt/format.h>

#include <thread>

#include "adapters/kafka/kafka_log.h"
#include "tests/import/fixture.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::FoundedOnKafka;

constexpr int kCases = 300;

/// Three commands a case, then one more row of the first.
std::string log_text() {
  std::string text = "case,id,what,when,unit\n";
  for (int i = 0; i < kCases; ++i) text += fmt::format("c{0},{0},begun,2011-02-01 10:00,150100\n", i);
  return text + "c0,again,seen,2011-02-02 10:00,150100\n";
}

struct ImportOnKafka : FoundedOnKafka {
  ImportMapping mapping = mapping_of(
      "[columns]\ncase = \"case\"\nrow_id = \"id\"\nactivity = \"what\"\ntime = \"when\"\n"
      "station = \"unit\"\n[log]\ntime_format = [\"%Y-%m-%d %H:%M\"]\n[activities]\n\"*\" = "
      "\"LogProgress\"\n");
  CaseLog log = log_of(log_text(), mapping);
  std::unique_ptr<Engine> node, owner;

  Engine& open_edge() {
    auto edge = options("edge", EngineRole::edge);
    edge.answer_within_ms = owner ? 30'000 : 200;
    node.reset();
    node = must(Engine::open(edge));
    return *node;
  }
  Result<ImportReport> import() {
    auto& engine = open_edge();
    Edge edge(engine);
    return run_import(engine, edge, log, mapping, {}, [](std::uint64_t) {});
  }
  /// The first case's registration with other content, and its end.
  void forestall() {
    auto ids = case_ids(mapping, "c0");
    Edge edge(open_edge());
    for (const auto& line :
         {R"({"id":")" + to_text(ids.register_id) +
              R"(","command":"RegisterCase","body":{"programme":"other","language":"mn","channel":"chat"}})",
          R"({"command":"DeclineCase","body":{"case_id":")" + to_text(ids.case_id) +
              R"(","reason":"not_for_youth","proper_channel":"line_110"}})"})
      (void)must(edge.send(must(parse_line(line)), {}));
    must(node->close());
  }
  std::uint64_t in_the_inbox() { return testing::in_the_inbox(*must(KafkaLog::open({.address = address}))); }
};

}  // namespace

TEST_CASE("an import sends many commands before it waits, and what it tells is what was decided of each") {
  ImportOnKafka on;
  on.forestall();
  auto before = on.in_the_inbox();
  // Nobody decides: it is cut short with a group on its way.
  auto cut_short = on.import();
  REQUIRE_FALSE(cut_short);
  CHECK(cut_short.error().code == ErrorCode::world);
  must(on.node->close());
  CHECK(on.in_the_inbox() - before == 256);

  // Sent once more while the first commands still wait: their repeats are decided behind them.
  on.owner = must(Engine::open(on.options("owner", EngineRole::alone)));
  std::atomic<bool> over = false;
  std::thread decides([&] {
    while (!over) (void)must(on.owner->step());
  });
  auto again = on.import();
  auto known = on.import();
  over = true;
  decides.join();
  REQUIRE(again);
  REQUIRE(known);
  CHECK(again->cases == kCases - 1);
  CHECK(again->accepted + again->repeated == kCases - 1);
  CHECK(again->accepted > 0);
  CHECK(known->repeated == kCases - 1);
  for (const auto* report : {&*again, &*known}) {
    REQUIRE(report->rejects.size() == 2);
    CHECK(report->rejects[0].number == 1);
    CHECK(report->rejects[0].reason.starts_with("RegisterCase: conflicting_content"));
    CHECK(report->rejects[1].number == kCases + 1);
    CHECK(report->rejects[1].reason.starts_with("LogProgress: "));
  }
}

}  // namespace toono
