// What is typed and cannot be meant so: empty values, numbers that are none, another store behind the --,
// bytes that are no text.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/cli/fixture.h"

namespace toono {

TEST_CASE("an empty value never stands for one that was not given") {
  Desk desk;
  const std::vector<std::string> typed[] = {
      {"find", "--number", ""},
      {"find", "--station=", "--subtree"},
      {"find", "--phone", ""},
      {"find", "--station", ""},
      {"find", "--state", ""},
      {"find", "--since", ""},
      {"verify", "--expect", ""},
      {"assess", "--year", "2026", "--as-of", ""},
      {"--master-key", "", "status"},
      {"--log", "", "status"},
      {"--as", "", "status"},
      {"simulate", "--seed", ""},
      {"export", "cases", "-o", ""},
      {"show", "0600160826", "--purpose", ""},
      {"erase", "0600160826", "--yes", "--ground", ""},
      {"init", "--stations", ""},
      {"replay", "--as-of", "2026-03-02", "--", "find", "--number", ""},
  };
  for (const auto& words : typed) {
    CAPTURE(words[words.size() - 2]);
    auto reply = desk.ask(kNow, words);
    CHECK(reply.code == 2);
    CHECK(reply.out.empty());
    CHECK_MESSAGE(has(reply.err, "the value is empty"), reply.err);
  }
}

TEST_CASE("a number is written in plain digits and within its bounds") {
  Desk desk;
  const std::vector<std::string> typed[] = {
      {"find", "--limit", "03752"},
      {"find", "--limit", "0x10"},
      {"find", "--limit=-1"},
      {"find", "--limit", "0"},
      {"find", "--limit", "1000001"},
      {"find", "--limit", "18446744073709551617"},
      {"find", "--limit", "1.5"},
      {"export", "cases", "--year", "03752"},
      {"export", "cases", "--year", "1999"},
      {"assess", "--year", "2200"},
      {"simulate", "--seed", "1", "--contacts=-5"},
      {"simulate", "--seed=-1"},
      {"simulate", "--seed", "010"},
  };
  for (const auto& words : typed) {
    CAPTURE(words.back());
    auto reply = desk.ask(kNow, words);
    CHECK(reply.code == 2);
    CHECK_MESSAGE(has(reply.err, "this is not a number that can stand here"), reply.err);
  }
  CHECK(desk.ask(kNow, {"find", "--limit", "1000000"}).code == 0);
  CHECK(desk.ask(kNow, {"export", "cases", "--year", "2000"}).code == 0);
}

TEST_CASE("a replay asks the store that was said before the --, and no other") {
  Desk desk;
  for (const char* option : {"--log", "--master-key", "--data", "--inbox-limit"}) {
    CAPTURE(option);
    auto reply = desk.ask(kNow, {"replay", "--as-of", "2026-03-02", "--",
                                 std::string(option) + "=embedded:/nowhere", "stations"});
    CHECK(reply.code == 2);
    CHECK_MESSAGE(has(reply.err, "this cannot stand behind the --"), reply.err);
  }
}

TEST_CASE("words are opened only for somebody who is named") {
  Desk desk;
  MorningStory story(desk);
  for (const char* command : {"show", "history"}) {
    auto reply = desk.ask("03-02 12:00", {command, story.first, "--purpose", "complaint"});
    CHECK(reply.code == 2);
    CHECK(reply.out.empty());
    CHECK_MESSAGE(has(reply.err, "say who asks with --as STAFF@STATION"), reply.err);
  }
}

TEST_CASE("what was typed is no trouble for the terminal that shows the error") {
  Desk desk;
  auto bytes = desk.ask(kNow, {"find", "--station", "\xff\xfe"});
  CHECK(bytes.code == 2);
  CHECK_MESSAGE(has(bytes.err, "this is not UTF-8: \\xff\\xfe"), bytes.err);
  auto controls = desk.ask(kNow, {"find", "--station", "a\x1b[31m\u202eb\nc"});
  CHECK(controls.code == 1);
  CHECK_MESSAGE(has(controls.err, "a\\u001b[31m\\u202eb\\u000ac"), controls.err);
  auto much = desk.ask(kNow, {"find", "--station", std::string(100'000, 'x')});
  CHECK(much.code == 1);
  CHECK(much.err.size() < 400);
}

TEST_CASE("a clock that is set far ahead writes nothing, and one that is ahead is warned of") {
  Desk desk;
  auto at = [&](const std::string& year, std::vector<std::string> words) {
    words.insert(words.begin(), {"--now", year + "-03-02T09:00:00+08:00"});
    return desk.ask(kNow, words);
  };
  auto line = (desk.dir() / "line.jsonl").string();
  std::ofstream(line)
      << R"({"command":"RegisterCase","body":{"programme":"other","language":"zh","channel":"phone"}})";
  for (auto words : {std::vector<std::string>{"send", line}, {"run", "--once"}}) {
    auto refused = at("2199", words);
    CHECK(refused.code == 2);
    CHECK_MESSAGE(has(refused.err, "the clock is set years ahead"), refused.err);
    CHECK(has(refused.err, "--now 2199-03-02T09:00:00+08:00"));
  }
  CHECK(at("2199", {"find"}).code == 0);
}

TEST_CASE("a clock that is set before the founding writes nothing") {
  Desk desk;
  auto line = (desk.dir() / "line.jsonl").string();
  std::ofstream(line)
      << R"({"command":"RegisterCase","body":{"programme":"other","language":"zh","channel":"phone"}})";
  auto refused = desk.ask(kNow, {"--now", "2024-03-02T09:00:00+08:00", "send", line});
  CHECK(refused.code == 2);
  CHECK_MESSAGE(has(refused.err, "the clock is set before the founding of this deployment: --now 2024-03-02"),
                refused.err);
  CHECK(desk.ask(kNow, {"--now", "2024-03-02T09:00:00+08:00", "find"}).code == 0);
}

TEST_CASE("events begin once in each partition, and at a record that is there") {
  Desk desk;
  auto twice = desk.ask(kNow, {"subscribe", "--from", "r:1:0,0:1,r:2:0"});
  CHECK(twice.code == 2);
  CHECK_MESSAGE(has(twice.err, "partition r is named twice: r:1:0,0:1,r:2:0: name each partition once"),
                twice.err);
  auto beyond = desk.ask(kNow, {"subscribe", "--from", "0:999999"});
  CHECK(beyond.code == 1);
  CHECK_MESSAGE(has(beyond.err, "no such record: --from 0:999999: the last one of this partition is 0:0"),
                beyond.err);
  CHECK(desk.ask(kNow, {"subscribe", "--from", "0:1:0"}).code == 1);
  CHECK(desk.ask(kNow, {"subscribe", "--from", "r:2:0,0:1"}).code == 0);  // the next to come
}

TEST_CASE("a property of a broker's client that cannot be used is named with its file") {
  Desk desk;
  auto file = (desk.dir() / "log.toml").string();
  struct Row {
    std::string property, says;
  };
  for (const auto& row :
       {Row{"acks = 1", file + ": kafka.acks: take it out"},
        Row{"\"security.protocl\" = \"ssl\"", file + ": kafka.security.protocl: take it out"},
        Row{"security.protocol = \"ssl\"\nssl.ca.location = \"/nowhere\"",
            file + ": mend the address or its properties"}}) {
    std::ofstream(file) << "brokers = \"127.0.0.1:1\"\n[kafka]\n" << row.property << "\n";
    auto reply = desk.ask(kNow, {"--log", "kafka:" + file, "status"});
    CHECK(reply.code == 2);
    CHECK_MESSAGE(has(reply.err, row.says), reply.err);
  }
}

TEST_CASE("events of a station that was never opened are not waited for") {
  Desk desk;
  auto unknown = desk.ask(kNow, {"subscribe", "--station", "159999"});
  CHECK(unknown.code == 1);
  CHECK_MESSAGE(has(unknown.err, "there is no such station: --station 159999: `toono stations`"),
                unknown.err);
  auto name = desk.ask(kNow, {"subscribe", "--station", "呼和浩特市"});
  CHECK(name.code == 2);
  CHECK_MESSAGE(has(name.err, "this is not the code of a station"), name.err);
  auto known = desk.ask(kNow, {"subscribe", "--station", "150100", "--limit", "2"});
  CHECK(known.code == 0);
  CHECK(has(known.out, R"("type":")"));
  // One that opened and was suspended has events.
  desk.send(kNow, "150000", "SuspendStation", R"("station":"150102","valid_from":"2026-03-02")");
  CHECK(desk.ask(kNow, {"subscribe", "--station", "150102"}).code == 0);
}

}  // namespace toono
