// What a person who sends something impossible reads, and that nothing of it reaches a log.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

Reply send(Desk& desk, const std::string& lines, const std::string& now = kNow) {
  auto path = (desk.dir() / "lines.jsonl").string();
  std::ofstream(path, std::ios::binary) << lines;
  return desk.ask(now, {"--as", "15000001@150000", "send", path});
}

std::string heads(Desk& desk) {
  auto reply = desk.ask(kNow, {"--json", "verify"});
  REQUIRE_MESSAGE(reply.code == 0, reply.err);
  return reply.out;
}

std::string register_with(const std::string& more, const std::string& around = "") {
  return R"({"command":"RegisterCase")" + around +
         R"(,"body":{"programme":"other","language":"zh","channel":"phone")" + more + "}}\n";
}

}  // namespace

TEST_CASE("a line that cannot be a command is told with field and limit and reaches no log") {
  Desk desk;
  auto before = heads(desk);
  struct Row {
    std::string line;
    const char *path, *says;
  };
  const Row rows[] = {
      {"{\n", "character 2", "not JSON"},
      {R"({"command":"RegisterCas","body":{}})", "$.command", "RegisterCase"},
      {register_with(R"(,"narative":"x")"), "$.body.narative", "narrative"},
      {register_with("", R"(,"sent_by":"x")"), "$.sent_by", ""},
      {register_with(R"(,"narrative":7)"), "$.body.narrative", "text"},
      {register_with(R"(,"programme":"othr")"), "$.body.programme", ""},
      {R"({"command":"RegisterCase","body":{"programme":"othr","language":"zh","channel":"phone"}})",
       "$.body.programme", "did you mean \\\"other\\\"?"},
      {register_with(R"(,"narrative":")" + std::string(16 * 1024 + 1, 'x') + '"'), "$.body.narrative", "16"},
      {register_with(R"(,"narrative":")" + std::string(1 << 20, 'x') + '"'), "$", "1 MiB"},
      {register_with(",\"narrative\":\"a\xff\""), "character 103", "not UTF-8"},
      {register_with(",\"narrative\":\"a\xc0\xaf\""), "character 103", "not UTF-8"},
      {register_with(",\"narrative\":\"a\xed\xa0\x80\""), "character 103", "not UTF-8"},
      {register_with(",\"narrative\":\"\xe6\x97\xa5\" \""), "character 107", "not JSON"},
      {register_with(R"(,"narrative":"a\u0000b")"), "$.body.narrative", ""},
      {register_with(",\"foreign_id\":\"a\xe2\x80\xae"
                     "b\""),
       "$.body.foreign_id", ""},
      {R"({"command":"MarkSignDeadlineMissed","body":{"case_id":"00000000-0000-7000-8000-000000000001",)"
       R"("order_id":"00000000-0000-7000-8000-000000000001"}})",
       "$.command", "engine"},
  };
  for (const auto& row : rows) {
    auto reply = send(desk, row.line);
    INFO(row.line.substr(0, 100), "\n", reply.out, reply.err);
    CHECK(reply.code == 1);
    auto result = reply.json();
    CHECK(text(result, "outcome") == "malformed");
    CHECK(text(result, "path") == std::string(row.path));
    CHECK(has(reply.out, row.says));
  }
  CHECK(heads(desk) == before);
}

TEST_CASE("a bad line stops none behind it and every line has one answer in order") {
  Desk desk;
  auto reply = send(desk, "nonsense\n\n" + register_with("") + register_with("", R"(,"expected_version":9)"));
  CHECK(reply.code == 1);
  CHECK(std::count(reply.out.begin(), reply.out.end(), '\n') == 3);
  auto malformed = reply.out.find(R"("line":1)"), accepted = reply.out.find(R"("line":3)");
  CHECK(malformed < accepted);
  CHECK(has(reply.out, R"("outcome":"malformed")"));
  CHECK(has(reply.out, R"("outcome":"accepted")"));
}

TEST_CASE("a file from an editor that marks UTF-8 and ends lines with CR LF is taken as it is") {
  Desk desk;
  auto line = register_with("");
  line.insert(line.size() - 1, "\r");
  auto reply = send(desk, "\xef\xbb\xbf" + line + line);
  CHECK_MESSAGE(reply.code == 0, reply.out);
  // The mark stands at the beginning of the whole, and nowhere else.
  CHECK(send(desk, line + "\xef\xbb\xbf" + line).code == 1);
}

TEST_CASE("a time in the future or long past is rejected and stands in the journal") {
  Desk desk;
  auto rejected = [&](const char* occurred) {
    auto reply = send(desk, register_with("", std::string(R"(,"occurred_at":")") + occurred + '"'));
    CHECK(reply.code == 1);
    CHECK(text(reply.json(), "outcome") == "rejected");
    CHECK(text(reply.json(), "position") != "");
    return text(reply.json().at("rejection"), "code");
  };
  CHECK(rejected("2026-03-02T09:05:01+08:00") == "occurred_in_future");
  CHECK(rejected("2026-03-02T08:44:59+08:00") == "occurred_too_early");
  CHECK(send(desk, register_with("", R"(,"occurred_at":"2026-03-02T09:05:00+08:00")")).code == 0);
  auto year = send(desk, register_with("", R"(,"occurred_at":"9999-12-31T00:00:00+08:00")"));
  CHECK(year.code == 1);
  CHECK(text(year.json(), "outcome") == "malformed");
}

TEST_CASE("an id sent twice is answered the first time and conflicts when it says something else") {
  Desk desk;
  const std::string id = R"(,"id":"01890000-0000-7000-8000-000000000001")";
  auto first = send(desk, register_with("", id)).json();
  auto again = send(desk, register_with("", id), "03-02 10:00");
  CHECK(again.code == 0);
  CHECK(text(again.json(), "outcome") == "repeated");
  CHECK(again.json().at("position") == first.at("position"));
  CHECK(again.json().at("created") == first.at("created"));
  auto other = send(desk, register_with(R"(,"narrative":"other")", id), "03-02 10:01");
  CHECK(other.code == 1);
  CHECK(text(other.json(), "outcome") == "conflict");
  CHECK(text(other.json().at("rejection"), "code") == "conflicting_content");
}

TEST_CASE("words of every script are kept byte for byte and printed without harm") {
  Desk desk;
  // Mongolian with a variation selector, a vowel separator and a narrow space; a joiner; a bidi control; an
  // escape.
  const std::string words =
      "\xe1\xa0\xae\xe1\xa0\xa3\xe1\xa0\x8b\xe1\xa0\x8e\xe2\x80\xaf\xe2\x80\x8d\xe2\x80\xae";
  auto person = text(
      desk.send(kNow, "150000", "RegisterPerson", R"("name":"x","birth_year":2011)").at("created"), "person");
  auto opened =
      send(desk, register_with(R"(,"youth":")" + person + R"(","narrative":")" + words + R"(\u001b[31m")"));
  REQUIRE_MESSAGE(opened.code == 0, opened.out, opened.err);
  auto id = text(opened.json().at("created"), "case");
  auto shown =
      desk.ask("03-02 09:01", {"--as", "15000001@150000", "--json", "show", id, "--purpose", "test"});
  REQUIRE_MESSAGE(shown.code == 0, shown.err);
  bool kept = false;
  auto look = [&](const auto& self, const boost::json::value& value) -> void {
    if (value.is_string()) kept = kept || value.as_string() == words + "\x1b[31m";
    if (value.is_array())
      for (const auto& one : value.as_array()) self(self, one);
    if (value.is_object())
      for (const auto& one : value.as_object()) self(self, one.value());
  };
  look(look, shown.json());
  CHECK_MESSAGE(kept, shown.out);
  auto table = desk.ask("03-02 09:02", {"--as", "15000001@150000", "show", id, "--purpose", "test"});
  for (const auto& out : {shown.out, table.out}) {
    CHECK(out.find('\x1b') == std::string::npos);
    CHECK(out.find("\xe2\x80\xae") == std::string::npos);
  }
}

TEST_CASE("a flood is told line by line how far behind the engine is and that nothing was stored") {
  Desk desk;
  auto danger = text(
      desk.send(kNow, "150000", "RegisterCase", R"("programme":"other","language":"zh","channel":"phone")")
          .at("created"),
      "case");
  auto assess = R"({"command":"AssessRisk","body":{"case_id":")" + danger +
                R"(","tool":"t","tool_version":"1","level":"imminent"}})" + "\n";
  auto path = (desk.dir() / "lines.jsonl").string();
  std::ofstream(path) << register_with("") << register_with("")
                      << register_with("", R"(,"id":"01890000-0000-7000-8000-000000000001")") << assess
                      << assess << assess;
  auto reply = desk.ask(kNow, {"--as", "15000001@150000", "--inbox-limit", "2", "send", path});
  CHECK(reply.code == 1);
  CHECK(reply.err == "");
  std::istringstream lines(reply.out);
  std::vector<boost::json::value> results;
  for (std::string line; std::getline(lines, line);) results.push_back(boost::json::parse(line));
  CHECK(column(boost::json::array(results.begin(), results.end()), "outcome") ==
        std::vector<std::string>{"accepted", "accepted", "overload", "accepted", "accepted", "overload"});
  const auto& ordinary = results.at(2);
  CHECK(text(ordinary, "id") == "01890000-0000-7000-8000-000000000001");
  CHECK(text(ordinary.at("rejection"), "code") == "overload");
  auto message = text(ordinary.at("rejection"), "message");
  CHECK(has(message,
            "2 commands wait to be decided, and from 2 on ordinary and imported ones are turned away"));
  CHECK(has(message, "nothing of it was stored: send it again in 1 s"));
  CHECK(has(message, "what is about a danger case is still taken"));
  CHECK(ordinary.at("behind") == 2);
  CHECK(ordinary.at("limit") == 2);
  CHECK(ordinary.at("retry_after_ms") == 1000);
  CHECK(has(text(results.at(5).at("rejection"), "message"), "even those of danger cases"));
  CHECK(results.at(5).at("retry_after_ms") == 2000);

  // Its id is free: it is decided when it comes again.
  auto again = send(desk, register_with("", R"(,"id":"01890000-0000-7000-8000-000000000001")"));
  CHECK(text(again.json(), "outcome") == "accepted");
  CHECK(desk.ask(kNow, {"--inbox-limit", "0", "status"}).code == 2);
}

TEST_CASE("a template is sent as it is where the staff it would name has left") {
  Desk desk;
  auto line = [&](std::vector<std::string> words) {
    auto reply = desk.ask(kNow, words);
    REQUIRE_MESSAGE(reply.code == 0, reply.err);
    return reply.out;
  };
  CHECK(has(line({"template", "RegisterCase"}), R"("actor":"15010001","station":"150100")"));
  desk.send("03-02 08:20", "150000", "RecordStaffDeparture",
            R"("staff":"15010001","valid_from":"2026-03-02")");
  auto example = line({"template", "RegisterCase"});
  CHECK_MESSAGE(has(example, R"("actor":"15010002","station":"150100")"), example);
  auto path = (desk.dir() / "template.jsonl").string();
  std::ofstream(path) << example;
  auto sent = desk.ask(kNow, {"send", path});
  CHECK_MESSAGE(sent.code == 0, sent.out);

  // Who names somebody who is not there reads who is.
  auto refused = send(desk, register_with("", R"(,"actor":"15010001","station":"150100")"));
  CHECK(refused.code == 1);
  CHECK_MESSAGE(has(refused.out, "At 150100 on 2026-03-02: 15010002."), refused.out);
  auto nowhere =
      desk.ask(kNow, {"--log", "embedded:" + (desk.dir() / "none").string(), "template", "RegisterCase"});
  CHECK(has(nowhere.out, R"("actor":"15010001","station":"150100")"));
}

TEST_CASE("every template is taken as it is or says what is to be put right before") {
  Desk desk;
  auto registry = desk.ask(kNow, {"--json", "stations"}).out, policies = desk.ask(kNow, {"policies"}).out;
  auto path = (desk.dir() / "template.jsonl").string();
  std::set<std::string> taken, noted;
  auto names = desk.ask(kNow, {"--json", "schema"}).json();
  for (const auto& each : names.as_array()) {
    std::string name(each.as_string());
    auto example = desk.ask(kNow, {"template", name});
    REQUIRE_MESSAGE(example.code == 0, example.err);
    CAPTURE(name);
    std::ofstream(path) << example.out;
    auto sent = desk.ask(kNow, {"send", path});
    CHECK(desk.ask(kNow, {"send", "--check", path}).code == 0);
    if (sent.code == 0) taken.insert(name);
    if (has(example.err, "before it is sent: ")) noted.insert(name);
    CHECK_MESSAGE((sent.code == 0 || noted.contains(name)), sent.out);
  }
  // What is made up is refused, or is about a station that was not there: no station of the region has
  // changed.
  CHECK(taken == std::set<std::string>{"OfferContact", "RegisterPerson", "RegisterCase", "OpenStation",
                                       "ChangeStationParent", "SuspendStation", "PublishPolicy",
                                       "PublishCalendar"});
  for (auto* name : {"OfferContact", "RegisterPerson"}) CHECK_FALSE(noted.contains(name));
  auto after = desk.ask(kNow, {"--json", "stations"}).data().as_array();
  CHECK(after.size() == boost::json::parse(registry).at("data").as_array().size() + 1);
  for (const auto& station : after)
    CHECK(has(registry, serialize(station)) == (text(station, "station") != "159999"));
  // The policy is the one that was in force, row by row.
  auto rows = [](const std::string& text) { return text.substr(text.find('\n')); };
  auto now = desk.ask(kNow, {"policies"}).out;
  CHECK_MESSAGE(has(now, rows(policies)), now);
}

TEST_CASE(
    "an id that comes twice in one go for two cases is a conflict, and the lines behind it are answered") {
  Desk desk;
  auto entity = [&](const char* seed) {
    auto made = desk.send(
        kNow, "150000", "RegisterCase",
        std::string(R"("programme":"other","language":"zh","channel":"phone","foreign_id":")") + seed + '"');
    return text(made, "entity");
  };
  // Two cases of one partition, as their numbers say.
  std::map<std::string, std::string> cases;
  std::string one, two;
  for (int i = 0; two.empty(); ++i) {
    auto made = entity(("K-" + std::to_string(i)).c_str());
    auto shown = desk.query(kNow, {"show", made});
    auto& other = cases[text(shown, "number").substr(0, 2)];
    if (!other.empty()) one = other, two = made;
    other = made;
  }
  auto triage = [](const std::string& id, const std::string& which) {
    return R"({"id":")" + id +
           R"(","command":"TriageCase","actor":15000001,"station":150000,"body":{"case_id":")" + which +
           R"(","priority":"ordinary","handling_class":"ordinary","tier":"II"}})" + "\n";
  };
  auto file = desk.dir() / "lines.jsonl";
  const std::string id = "0b900000-0000-7000-8000-00000000000c",
                    another = "0b900000-0000-7000-8000-00000000000d";
  std::ofstream(file) << triage(id, one) << triage(id, two) << triage(another, two);
  auto reply = desk.ask(kNow, {"--json", "send", file.string()});
  CHECK(reply.code == 1);
  std::istringstream lines(reply.out);
  std::vector<std::string> outcomes;
  for (std::string line; std::getline(lines, line);)
    outcomes.push_back(text(boost::json::parse(line), "outcome"));
  CHECK(outcomes == std::vector<std::string>{"accepted", "conflict", "accepted"});
}

}  // namespace toono
