// replay and --as-of: what was said then is said again; the registry as it was known; queries that write
// nothing.
#include <doctest/doctest.h>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

std::vector<std::vector<std::string>> every_query(const MorningStory& story) {
  return {{"show", story.first},
          {"show", story.shared_order},
          {"show", story.person},
          {"show", story.contact},
          {"history", story.first},
          {"find"},
          {"find", "--phone", "13812345678"},
          {"worklist", "150100"},
          {"worklist", "150000"},
          {"workload"},
          {"workload", "--day", "2026-03-02"},
          {"deadline", story.first_order},
          {"assess", "--year", "2026"},
          {"explain", "sign_on_time", "--year", "2026"},
          {"export", "orders"},
          {"stations"},
          {"staff"},
          {"policies"},
          {"calendars"}};
}

}  // namespace

TEST_CASE("a replay says what the query said then") {
  Desk desk;
  MorningStory story(desk);
  std::vector<Reply> said;
  for (auto words : every_query(story)) {
    said.push_back(desk.ask("03-02 09:55", words));
    words.insert(words.begin(), "--json");
    said.push_back(desk.ask("03-02 09:55", words));
  }
  story.finish_first();
  desk.send("03-04 09:00", "150000", "OpenStation",
            R"("station":"159901","name":"New","tier":"III","kind":"banner","parent":"150100")");
  std::size_t i = 0;
  for (const auto& words : every_query(story))
    for (bool json : {false, true}) {
      std::vector<std::string> replay{"replay", "--as-of", "2026-03-02T09:55:00+08:00", "--"};
      if (json) replay.push_back("--json");
      replay.insert(replay.end(), words.begin(), words.end());
      // --now would be the asker's; the replay stands at its own moment by itself.
      replay.push_back("--now");
      replay.push_back("2026-03-02T09:55:00+08:00");
      auto reply = desk.ask("03-20 09:00", replay);
      CAPTURE(words.front());
      CAPTURE(json);
      CHECK(reply.code == said[i].code);
      CHECK(reply.out == said[i].out);
      ++i;
    }
}

TEST_CASE("a position is a moment too") {
  Desk desk;
  MorningStory story(desk);
  auto dispatched = text(desk.query("03-02 12:00", {"history", story.first_order}).as_array().at(0), "id");
  auto position = dispatched.substr(0, dispatched.rfind(':'));
  auto said = desk.query("03-02 12:00", {"history", story.first});
  story.finish_first();
  auto replayed = desk.query("03-20 09:00", {"replay", "--as-of", position, "--", "history", story.first});
  CHECK(replayed == said);
  // One record before it there was no order.
  auto before = position.substr(0, position.find(':') + 1) +
                std::to_string(std::stoull(position.substr(position.find(':') + 1)) - 1);
  auto gone = desk.ask("03-20 09:00", {"replay", "--as-of", before, "--", "show", story.first_order});
  CHECK(gone.code == 1);
  CHECK(desk.query("03-20 09:00", {"replay", "--as-of", "r:2", "--", "staff"}).as_array().empty());
}

TEST_CASE("moments and questions that make no sense are refused") {
  Desk desk;
  MorningStory story(desk);
  auto refuses = [&](std::vector<std::string> words, int code, std::string_view says) {
    words.insert(words.begin(), "replay");
    auto reply = desk.ask("03-20 09:00", words);
    CAPTURE(says);
    CHECK(reply.code == code);
    CHECK_MESSAGE(has(reply.err, says), reply.err);
  };
  refuses({"--as-of", "0:99999", "--", "find"}, 1, "the journal has no such record");
  refuses({"--as-of", "99:1", "--", "find"}, 2, "this is not a position");
  refuses({"--as-of", "2025-01-01", "--", "find"}, 1, "nothing had been founded by then");
  refuses({"--as-of", "2026-03-03", "--", "send"}, 2, "this is no query");
  refuses({"--as-of", "2026-03-03", "--", "finb"}, 2, "did you mean `find`?");
  refuses({"--as-of", "2026-03-03", "--", "assess", "--year", "2026", "--as-of", "2026-03-03"}, 2,
          "one moment");
}

TEST_CASE("the registry is shown as it was known") {
  Desk desk;
  desk.send(
      "03-02 09:00", "150000", "OpenStation",
      R"("station":"159901","name":"New, with a comma","tier":"III","kind":"banner","parent":"150100")");
  auto codes = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "stations");
    return column(desk.query("03-03 09:00", words), "station").size();
  };
  CHECK(codes({}) == 117);
  CHECK(codes({"--as-of", "2026-03-02T08:59:00+08:00"}) == 116);
  auto rows = desk.query("03-03 09:00", {"stations"}).as_array();
  CHECK(text(rows.back(), "parent") == "150100");
  CHECK(text(rows.front(), "tier") == "I");
  auto tree = desk.ask("03-03 09:00", {"stations"});
  CHECK(has(tree.out, "    新城区"));
  CHECK(desk.query("03-03 09:00", {"staff"}).as_array().size() == 232);
  auto policies = desk.query("03-03 09:00", {"policies"}).as_array();
  REQUIRE(policies.size() == 1);
  CHECK(policies[0].at("in_force").as_bool());
  CHECK(policies[0].at("rows").as_array().size() == 24);
  auto calendars = desk.query("03-03 09:00", {"calendars"}).as_array();
  CHECK(text(calendars.at(0), "version") == "national-2026");
}

TEST_CASE("a query writes nothing even when something is due") {
  Desk desk;
  MorningStory story(desk);
  auto read_to = [&] { return desk.ask("03-02 12:00", {"--json", "find"}).json().at("read_to"); };
  auto before = read_to();
  for (const auto& words : every_query(story)) desk.ask("03-20 09:00", words);
  CHECK(read_to() == before);
}

TEST_CASE("a moment that has not come yet is no moment to ask about") {
  Desk desk;
  auto ask = [&](const char* moment) {
    return desk.ask("03-02 12:00", {"replay", "--as-of", moment, "--", "find"});
  };
  auto future = ask("2026-03-02T12:00:01+08:00");
  CHECK(future.code == 2);
  CHECK_MESSAGE(has(future.err, "has not come yet"), future.err);
  CHECK(ask("2026-03-02T12:00:00+08:00").code == 0);
}

}  // namespace toono
