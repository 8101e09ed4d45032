// A flood: who sends more than is decided is turned away at the edge, and what is about a case in danger has
// its room.
#include <doctest/doctest.h>

#include "adapters/engine/urgency.h"
#include "tests/engine/deployment.h"

namespace toono {
namespace {

constexpr const char* kContact = "01890000-0000-7000-8000-00000000000c";
constexpr const char* kCase = "01890000-0000-7000-8000-00000000000a";

std::string command(const std::string& name, const std::string& body, const std::string& around = "") {
  return R"({"command":")" + name + '"' + around + R"(,"body":{)" + body + "}}";
}
std::string register_case(const std::string& more = "", const std::string& channel = "phone",
                          const std::string& around = "") {
  return command("RegisterCase", R"("programme":"other","language":"zh","channel":")" + channel + '"' + more,
                 around);
}
std::string of_contact() { return std::string(R"(,"contact_id":")") + kContact + '"'; }
std::string assess(const std::string& id, const std::string& level, const std::string& around = "") {
  return command("AssessRisk",
                 R"("case_id":")" + id + R"(","tool":"t","tool_version":"1","level":")" + level + '"',
                 around);
}
std::string territory(const std::string& id) {
  return command("SetTerritory", R"("case_id":")" + id + R"(","territory":"150100","basis":"residence")");
}
std::string triage(const std::string& priority) {
  return command("TriageCase", std::string(R"("case_id":")") + kCase + R"(","priority":")" + priority +
                                   R"(","handling_class":"danger","tier":"II")");
}
std::string of_order(const std::string& name, const std::string& more) {
  return command(name, std::string(R"("case_id":")") + kCase + R"(","order_id":")" + kCase + '"' + more);
}
std::string referral(const std::string& line) {
  return command("PrepareReferral", std::string(R"("case_id":")") + kCase + R"(","line":")" + line + '"');
}
const char* const kImported = R"(,"imported":true)";

/// A deployment whose owner decides only when asked to, and takes ten ordinary commands before.
struct Flooded {
  static constexpr std::uint64_t kLimit = 10;
  Deployment deployment;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Edge> edge;
  std::size_t answers = 0;

  Flooded() {
    must(deployment.found()->close());
    auto options = deployment.options();
    options.inbox_limit = kLimit;
    engine = must(Engine::open(options));
    edge = std::make_unique<Edge>(*engine);
    engine->processor().on_answer([this](const Answered&) { ++answers; });
  }
  Result<Sent> send(const std::string& line) { return edge->send(must(parse_line(line)), {}); }
  std::string decided_case() {
    auto sent = must(send(register_case()));
    must(engine->drain());
    return to_text(sent.entity);
  }
  /// Turned away: nothing was stored, and it is said how far behind the owner is.
  void is_refused(const std::string& line, std::uint64_t behind, std::uint64_t limit) {
    CAPTURE(line);
    auto sent = send(line);
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error().code == ErrorCode::busy);
    REQUIRE(edge->overloaded().has_value());
    CHECK(edge->overloaded()->behind == behind);
    CHECK(edge->overloaded()->limit == limit);
    CHECK(must(engine->behind(0)) == behind);
  }
  void is_taken(const std::string& line) {
    CAPTURE(line);
    must(send(line));
    CHECK_FALSE(edge->overloaded().has_value());
  }
};

}  // namespace

TEST_CASE("what a command says of danger by itself") {
  struct Row {
    std::string line;
    bool is_danger;
  };
  const Row rows[] = {
      {assess(kCase, "imminent"), true},
      {assess(kCase, "high"), true},
      {assess(kCase, "medium"), false},
      {assess(kCase, "imminent", kImported), false},
      {command("OverrideRiskLevel", std::string(R"("case_id":")") + kCase +
                                        R"(","level":"high","second":"15000002","ground":"g")"),
       true},
      {triage("danger"), true},
      {triage("pressing"), false},
      {of_order("EscalateOrder", R"(,"ground":"danger")"), true},
      {of_order("EscalateOrder", R"(,"ground":"overdue")"), false},
      {of_order("SignOrder", ""), false},
      {referral("line_110"), true},
      {referral("line_12320"), false},
      {register_case(of_contact()), true},
      {register_case(of_contact(), "chat"), true},
      {register_case(of_contact(), "visit"), true},
      {register_case(of_contact(), "mailbox"), false},
      {register_case(of_contact(), "phone", kImported), false},
      {register_case(), false},
      {command("OfferContact", R"("channel":"phone","language":"zh")"), false},
      {command("RegisterPerson", ""), false},
  };
  for (const auto& row : rows)
    CHECK_MESSAGE(speaks_of_danger(must(parse_line(row.line))) == row.is_danger, row.line);
}

TEST_CASE("a flood is turned away at the limit and danger cases keep the reserved room") {
  Flooded flooded;
  auto ordinary = flooded.decided_case();
  auto danger = flooded.decided_case();
  flooded.is_taken(assess(danger, "imminent"));
  must(flooded.engine->drain());
  const std::string first = R"(,"id":"01890000-0000-7000-8000-000000000001")";
  flooded.is_taken(register_case("", "phone", first));
  must(flooded.engine->drain());
  auto answered = flooded.answers;

  for (std::uint64_t i = 0; i < Flooded::kLimit; ++i) flooded.is_taken(register_case());
  flooded.is_refused(register_case(), 10, 10);
  flooded.is_refused(register_case("", "phone", kImported), 10, 10);
  flooded.is_refused(assess(danger, "imminent", kImported), 10, 10);
  flooded.is_refused(territory(ordinary), 10, 10);
  flooded.is_refused(assess(ordinary, "low"), 10, 10);

  flooded.is_taken(territory(danger));
  flooded.is_taken(assess(ordinary, "imminent"));
  flooded.is_taken(register_case(of_contact()));
  // Not known as danger before it has been decided.
  flooded.is_refused(territory(ordinary), 13, 10);
  for (std::uint64_t i = 13; i < 2 * Flooded::kLimit; ++i) flooded.is_taken(territory(danger));
  flooded.is_refused(territory(danger), 20, 20);
  flooded.is_refused(register_case(of_contact()), 20, 20);
  flooded.is_refused(register_case(), 20, 10);
  // A repeat needs no room: its answer is there.
  auto repeat = must(flooded.send(register_case("", "phone", first)));
  CHECK(repeat.known == Outcome::repeated);

  must(flooded.engine->drain());
  CHECK(flooded.answers == answered + 20);
  CHECK(must(flooded.engine->behind(0)) == 0);
  flooded.is_taken(register_case());
  flooded.is_taken(territory(ordinary));
  flooded.is_taken(territory(danger));
  must(flooded.engine->drain());
  CHECK(flooded.answers == answered + 23);
  must(flooded.engine->close());
}

TEST_CASE("a command turned away leaves its id free and is decided when it comes again") {
  Flooded flooded;
  for (std::uint64_t i = 0; i < Flooded::kLimit; ++i) flooded.is_taken(register_case());
  const auto line = register_case("", "phone", R"(,"id":"01890000-0000-7000-8000-000000000002")");
  flooded.is_refused(line, 10, 10);
  must(flooded.engine->drain());
  Outcome outcome = Outcome::malformed;
  flooded.engine->processor().on_answer(
      [&](const Answered& answered) { outcome = answered.decision->outcome(); });
  flooded.is_taken(line);
  must(flooded.engine->drain());
  CHECK(outcome == Outcome::accepted);
}

TEST_CASE("long commands use up the room of several") {
  Flooded flooded;
  auto person = must(flooded.send(command("RegisterPerson", "")));
  must(flooded.engine->drain());
  auto long_one = register_case(R"(,"youth":")" + to_text(person.entity) + R"(","narrative":")" +
                                std::string(15'000, 'x') + '"');
  flooded.is_taken(long_one);
  CHECK(must(flooded.engine->behind(0)) == 4);
  flooded.is_taken(long_one);
  flooded.is_taken(long_one);
  CHECK(must(flooded.engine->behind(0)) == 12);
  flooded.is_refused(register_case(), 12, 10);
}

TEST_CASE("work that can wait steps until there is room") {
  Flooded flooded;
  for (std::uint64_t i = 0; i < Flooded::kLimit; ++i) flooded.is_taken(register_case());
  auto sent = flooded.edge->send_patiently(must(parse_line(register_case("", "phone", kImported))), {});
  CHECK(sent.has_value());
  CHECK(flooded.answers == 10);
}

}  // namespace toono
