// Erasing somebody whom nobody registered: their words go as anybody's do, and a wrong id never looks like an
// erasure.
#include <doctest/doctest.h>

#include <fstream>

#include "core/derive.h"
#include "core/ids.h"
#include "tests/cli/fixture.h"

namespace toono {
namespace {

constexpr const char* kLater = "03-02 12:00";
/// The command that registers them, later or never; whoever knows it knows the id that it will give.
constexpr const char* kRegistration = "01994d2e-5b00-7000-8000-00000000a001";

std::string person() { return to_text(derive<PersonId>(*parse_id<CommandId>(kRegistration), "entity")); }

Reply erase(Desk& desk, const std::string& who, const std::string& as = "15000001@150000") {
  return desk.ask(kLater, {"--as", as, "--json", "erase", who, "--ground", "asked for", "--yes"});
}

std::string words_of(Desk& desk, const std::string& id) {
  auto shown = desk.ask(kLater, {"--as", "15000001@150000", "--json", "show", id, "--purpose", "complaint"});
  REQUIRE_MESSAGE(shown.code == 0, shown.err);
  return shown.out;
}

/// A case with words about somebody whom nobody registered.
struct StrangersDesk {
  Desk desk;
  std::string in_case;
  StrangersDesk() {
    auto opened = desk.send("03-02 09:00", "150000", "RegisterCase",
                            R"("programme":"other","language":"zh","channel":"phone","youth":")" + person() +
                                R"(","narrative":"They take his lunch money.")");
    in_case = text(opened.at("created"), "case");
  }
};

}  // namespace

TEST_CASE("words kept for someone whom nobody registered are erased") {
  StrangersDesk strangers;
  auto& desk = strangers.desk;
  REQUIRE(has(words_of(desk, strangers.in_case), "lunch money"));
  auto of_banner = erase(desk, person(), "15010201@150102");
  CHECK(of_banner.code == 1);
  CHECK_MESSAGE(has(of_banner.err, "not_this_station"), of_banner.err);
  REQUIRE(has(words_of(desk, strangers.in_case), "lunch money"));

  auto erased = erase(desk, person());
  REQUIRE_MESSAGE(erased.code == 0, erased.err);
  CHECK(text(erased.json(), "person") == person());
  CHECK_FALSE(text(erased.json(), "keys_destroyed_at").empty());
  CHECK_FALSE(has(words_of(desk, strangers.in_case), "lunch money"));
  CHECK(has(words_of(desk, strangers.in_case), R"("erased":"narrative")"));
  auto verified = desk.ask(kLater, {"verify", "--full"});
  CHECK_MESSAGE(verified.code == 0, verified.out);
  auto state = desk.query(kLater, {"show", person()});
  CHECK(text(state, "id") == person());
  CHECK(text(state, "state") == "none");

  // Live rows are a rebuild's, the agenda's among them.
  CHECK(desk.ask(kLater, {"rebuild"}).code == 0);
  auto again = erase(desk, person());
  CHECK(again.code == 1);
  CHECK_MESSAGE(has(again.err, "person_already_erased"), again.err);
}

TEST_CASE("an id erased before its registration gets no words and no registration") {
  StrangersDesk strangers;
  auto& desk = strangers.desk;
  REQUIRE(erase(desk, person()).code == 0);
  auto send = [&](const std::string& line) {
    std::ofstream(desk.dir() / "line.jsonl") << line << "\n";
    return desk.ask(kLater, {"--as", "15000001@150000", "send", (desk.dir() / "line.jsonl").string()});
  };
  auto registration = [](const std::string& body) {
    return std::string(R"({"id":")") + kRegistration + R"(","command":"RegisterPerson","body":{)" + body +
           "}}";
  };
  auto named = send(registration(R"("name":"Li Ming")"));
  CHECK(named.code == 1);
  CHECK_MESSAGE(has(named.out, "have been erased"), named.out);
  auto nameless = send(registration(R"("birth_year":2011)"));
  CHECK(nameless.code == 1);
  CHECK_MESSAGE(has(nameless.out, "person_already_erased"), nameless.out);
}

TEST_CASE("a caller who was never registered is erased with their number") {
  Desk desk;
  auto contact = text(desk.send("03-02 09:01", "150000", "OfferContact",
                                R"("channel":"phone","language":"zh","phone":"138-1234-5678")")
                          .at("created"),
                      "contact");
  auto caller = text(desk.query(kLater, {"show", contact}), "caller");
  REQUIRE(desk.query(kLater, {"find", "--phone", "13812345678"}).as_array().size() == 1);
  auto erased = erase(desk, caller);
  REQUIRE_MESSAGE(erased.code == 0, erased.err);
  CHECK(desk.query(kLater, {"find", "--phone", "13812345678"}).as_array().empty());
  CHECK_FALSE(has(words_of(desk, contact), "1234-5678"));
}

TEST_CASE("a registration that is refused takes no number, and says how its words are destroyed") {
  Desk desk;
  auto send = [&](const std::string& line) {
    std::ofstream(desk.dir() / "line.jsonl") << line << "\n";
    return desk.ask(kLater, {"send", (desk.dir() / "line.jsonl").string()});
  };
  auto registration = [](const std::string& from, const std::string& more = "") {
    return R"({"command":"RegisterPerson",)" + from + R"(,"body":{"phone":"138-1234-5678")" + more + "}}";
  };
  const std::string kStranger = R"("actor":"15010001","station":"150000")",
                    kRegion = R"("actor":"15000001","station":"150000")";
  auto refused = send(registration(kStranger));
  CHECK(refused.code == 1);
  auto nobody = text(refused.json(), "entity");
  CHECK_MESSAGE(has(refused.out, "`toono erase " + nobody + "` at the region"), refused.out);
  // Nor does one that the clock or the version refuses.
  for (const auto& [told, why] :
       {std::pair(R"("occurred_at":"2026-03-01T09:00:00+08:00")", "occurred_too_early"),
        std::pair(R"("occurred_at":"2026-03-09T09:00:00+08:00")", "occurred_in_future"),
        std::pair(R"("expected_version":3)", "version_moved")}) {
    auto no = send(registration(kRegion + "," + told));
    CHECK(no.code == 1);
    CHECK_MESSAGE(has(no.out, why), no.out);
  }
  auto taken = send(registration(kRegion));
  REQUIRE_MESSAGE(taken.code == 0, taken.out);
  auto person = text(taken.json(), "entity");
  desk.send(kLater, "150000", "RegisterCase",
            R"("programme":"other","language":"zh","channel":"phone","youth":")" + person + '"');
  CHECK(desk.query(kLater, {"find", "--phone", "13812345678"}).as_array().size() == 1);
  CHECK(erase(desk, nobody).code == 0);
  CHECK(desk.query(kLater, {"find", "--phone", "13812345678"}).as_array().size() == 1);

  // An id that was given is never passed over in silence.
  auto given = send(registration(kRegion, R"(,"person_id":")" + nobody + '"'));
  CHECK(given.code == 1);
  CHECK_MESSAGE(has(given.out, "the id of a new person follows from the command's id"), given.out);
  CHECK(has(given.out, "$.body.person_id"));
}

TEST_CASE("nobody is named by the id of a case or a contact") {
  Desk desk;
  MorningStory story(desk);
  auto send = [&](const std::string& command, const std::string& body) {
    std::ofstream(desk.dir() / "line.jsonl")
        << R"({"command":")" << command << R"(","body":{)" << body << "}}\n";
    return desk.ask(kLater, {"--as", "15000001@150000", "send", (desk.dir() / "line.jsonl").string()});
  };
  auto youth = send("RegisterCase", R"("programme":"other","language":"zh","channel":"phone","youth":")" +
                                        story.first + R"(","narrative":"They take his lunch money.")");
  CHECK(youth.code == 1);
  CHECK_MESSAGE(has(youth.out, "this is the id of a case, not of a person"), youth.out);
  CHECK(has(youth.out, "$.body.youth " + story.first));
  auto party = send("AddParty", R"("case_id":")" + story.first + R"(","person_id":")" + story.contact +
                                    R"(","role":"guardian")");
  CHECK_MESSAGE(has(party.out, "this is the id of a contact, not of a person"), party.out);
  CHECK(send("AddParty",
             R"("case_id":")" + story.first + R"(","person_id":")" + story.person + R"(","role":"guardian")")
            .code == 0);
}

TEST_CASE("a wrong id never looks like an erasure") {
  StrangersDesk strangers;
  auto& desk = strangers.desk;
  auto wrong = person();
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  auto before = desk.ask(kLater, {"--json", "verify"}).out;
  auto nobody = erase(desk, wrong);
  CHECK(nobody.code == 1);
  CHECK_MESSAGE(has(nobody.err, "nobody has this id"), nobody.err);
  CHECK(has(nobody.err, "nothing was erased"));
  auto of_case = erase(desk, strangers.in_case);
  CHECK(of_case.code == 2);
  CHECK_MESSAGE(has(of_case.err, "not a person's id"), of_case.err);
  CHECK(desk.ask(kLater, {"--json", "verify"}).out == before);
  CHECK(has(words_of(desk, strangers.in_case), "lunch money"));

  // What is sent just before it counts.
  std::ofstream(desk.dir() / "line.jsonl")
      << R"({"id":")" << kRegistration << R"(","command":"RegisterPerson","body":{"birth_year":2011}})"
      << "\n"
      << R"({"command":"ErasePerson","body":{"person_id":")" << person()
      << R"(","ground":"asked for","all_classes":true}})"
      << "\n";
  auto both = desk.ask(kLater, {"--as", "15000001@150000", "send", (desk.dir() / "line.jsonl").string()});
  CHECK_MESSAGE(both.code == 0, both.out);
}

}  // namespace toono
