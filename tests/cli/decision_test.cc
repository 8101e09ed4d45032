// One decision, opened by where it stands or by its command's id: accepted or refused, live and in the past.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

constexpr const char* kNoon = "03-02 12:00";

Reply send(Desk& desk, const std::string& line) {
  std::ofstream(desk.dir() / "line.jsonl") << line << "\n";
  return desk.ask(kNoon, {"--as", "15000001@150000", "send", (desk.dir() / "line.jsonl").string()});
}

}  // namespace

TEST_CASE("a decision is shown by its place, by an event of it, and by its command's id") {
  Desk desk;
  MorningStory story(desk);
  auto sent =
      desk.send(kNoon, "150000", "RegisterCase", R"("programme":"other","language":"zh","channel":"phone")");
  auto position = text(sent, "position"), command = text(sent, "id");
  auto shown = desk.query(kNoon, {"show", position});
  CHECK(text(shown, "kind") == "decision");
  CHECK(text(shown, "state") == "accepted");
  CHECK(text(shown, "position") == position);
  CHECK(text(shown, "id") == command);
  CHECK(text(shown, "command") == "RegisterCase");
  CHECK(text(shown, "entity") == text(sent, "entity"));
  CHECK(text(shown, "actor") == "15000001");
  CHECK(column(shown.at("events"), "id") == std::vector{position + ":0"});
  CHECK(column(shown.at("events"), "type") == std::vector<std::string>{"CaseRegistered"});
  CHECK(desk.query(kNoon, {"show", position + ":0"}) == shown);
  CHECK(desk.query(kNoon, {"show", command}) == shown);
  // Its hash is the head of its chain, as `verify` prints it.
  CHECK(has(desk.ask(kNoon, {"--json", "verify"}).out, text(shown, "hash")));
  auto card = desk.ask(kNoon, {"show", position});
  CHECK(card.code == 0);
  CHECK_MESSAGE(has(card.out, "RegisterCase  " + command), card.out);
  CHECK(has(card.out, text(shown, "prev")));
  CHECK(has(card.out, position + ":0  CaseRegistered"));

  // Figures and histories name events: each opens.
  for (const auto& event : column(desk.query(kNoon, {"history", story.first}), "id"))
    CHECK(column(desk.query(kNoon, {"show", event}).at("events"), "id")
              .front()
              .starts_with(event.substr(0, event.rfind(':'))));
}

TEST_CASE("a refused decision is shown with its reason, and one of the registry by r") {
  Desk desk;
  auto refused = send(desk, R"({"command":"OpenStation","body":{"station":"150100","name":"x","tier":"II",)"
                            R"("kind":"league","parent":"150000"}})");
  CHECK(refused.code == 1);
  auto position = text(refused.json(), "position");
  REQUIRE_MESSAGE(position.starts_with("r:"), refused.out);
  auto shown = desk.query(kNoon, {"show", position});
  CHECK(text(shown, "state") == "rejected");
  CHECK(text(shown.at("rejection"), "code") == "station_exists");
  CHECK(shown.at("events").as_array().empty());
  CHECK(has(desk.ask(kNoon, {"show", position}).out, "station_exists: There is a station of that code"));
  CHECK(desk.query(kNoon, {"show", text(refused.json(), "id")}) == shown);
  CHECK(column(desk.query(kNoon, {"show", "r:1"}).at("events"), "id") == std::vector<std::string>{"r:1:0"});
  auto accepted =
      desk.send(kNoon, "150000", "SuspendStation", R"("station":"150102","valid_from":"2026-03-02")");
  CHECK(column(accepted.at("events"), "id").front() == text(accepted, "position") + ":0");
  CHECK(desk.ask(kNoon, {"--json", "stations", "--as-of", text(accepted, "position")}).code == 0);
}

TEST_CASE("what is no decision, or not one yet, is said to be so") {
  Desk desk;
  MorningStory story(desk);
  struct Row {
    std::vector<std::string> typed;
    int code;
    std::string says;
  };
  const Row rows[] = {
      {{"show", "r:99999"},
       1,
       "the journal has no such decision: r:99999: those of this partition are r:1 to r:"},
      {{"show", "0:0"}, 1, "the journal has no such decision"},
      {{"show", "12:1"},
       2,
       "this is not a position: 12:1: say PARTITION:SEQ with a partition from 0 to 11, or r"},
      {{"show", "3:x"}, 2, "this is not a position"},
      {{"show", "3:1:x"}, 2, "this is not a position"},
      {{"show", "01994d2e-5b00-7000-8000-00000000a001"}, 1, "nothing here has this id or number"},
      {{"stations", "--as-of", "12:1"}, 2, "or r for the registry's"},
  };
  for (const auto& row : rows) {
    auto reply = desk.ask(kNoon, row.typed);
    CAPTURE(row.says);
    CHECK(reply.code == row.code);
    CHECK_MESSAGE(has(reply.err, row.says), reply.err);
  }
  // A replay sees nothing that was decided behind its moment.
  auto last = column(desk.query(kNoon, {"history", story.first}), "id").back();
  auto early = desk.ask(kNoon, {"replay", "--as-of", "2026-03-02T08:30:00+08:00", "--", "show", last});
  CHECK(early.code == 1);
  CHECK_MESSAGE(has(early.err, "the journal has no such decision"), early.err);
  CHECK(desk.ask(kNoon, {"replay", "--as-of", last, "--", "show", last}).code == 0);
}

TEST_CASE("words in a decision are opened for a purpose, and the access is an event") {
  Desk desk;
  MorningStory story(desk);
  auto sent = desk.send(kNoon, "150000", "RegisterCase",
                        R"("programme":"other","language":"zh","channel":"phone","youth":")" + story.person +
                            R"(","narrative":"They take his lunch money.")");
  auto position = text(sent, "position");
  CHECK_FALSE(has(desk.ask(kNoon, {"show", position}).out, "lunch money"));
  auto opened = desk.ask(kNoon, {"--as", "15000001@150000", "show", position, "--purpose", "complaint"});
  CHECK_MESSAGE(has(opened.out, "lunch money"), opened.err);
  CHECK(column(desk.query(kNoon, {"history", text(sent, "entity")}), "type").back() == "AccessUsed");
}

}  // namespace toono
