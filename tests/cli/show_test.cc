// show, history and find: what is known of one thing, and how a thing is found; words only for a purpose.
#include <doctest/doctest.h>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

std::size_t size(const boost::json::value& object, std::string_view key) {
  return object.at(key).as_array().size();
}

}  // namespace

TEST_CASE("show says what a thing is and in which state") {
  Desk desk;
  MorningStory story(desk);
  auto shown = desk.query("03-02 12:00", {"show", story.first});
  CHECK(text(shown, "kind") == "case");
  CHECK(text(shown, "state") == "dispatching");
  CHECK(shown.at("version").to_number<int>() > 1);
  CHECK(text(shown, "number") == story.first_number);
  CHECK(text(shown, "programme") == "legal_rights");
  CHECK(text(shown, "risk") == "unassessed");
  CHECK(column(shown.at("orders"), "id") == std::vector{story.first_order});
  CHECK(size(shown, "referrals") == 0);
  CHECK(column(shown.at("parties"), "person_id") == std::vector{story.person});
  CHECK(shown.at("contacts").as_array().at(0).as_string() == story.contact);

  CHECK(text(desk.query("03-02 12:00", {"show", story.first_number}), "id") == story.first);
  auto order = desk.query("03-02 12:00", {"show", story.child_order});
  CHECK(text(order, "kind") == "order");
  CHECK(text(order, "state") == "dispatched");
  CHECK(text(order, "case") == story.shared);
  CHECK(text(order, "delegated_from") == story.shared_order);
  auto referral = desk.query("03-02 12:00", {"show", story.referral});
  CHECK(text(referral, "kind") == "referral");
  CHECK(text(referral, "state") == "sent");
  CHECK(text(referral, "line") == "line_12348");
  auto person = desk.query("03-02 12:00", {"show", story.person});
  CHECK(text(person, "kind") == "person");
  CHECK(person.at("cases").as_array().at(0).as_string() == story.first);
  CHECK(person.at("contacts").as_array().at(0).as_string() == story.contact);
  CHECK(text(desk.query("03-02 12:00", {"show", story.contact}), "kind") == "contact");
  // A word that is a keyword of C++ is spelled as the schema spells it.
  CHECK(text(desk.query("03-02 12:00", {"show", story.shared_order}), "state") == "delegated");
}

TEST_CASE("show --json says nothing that nobody has said, and names events as everybody does") {
  Desk desk;
  MorningStory story(desk);
  auto shown = desk.query("03-02 12:00", {"show", story.first});
  for (auto* field : {"outcome", "close_ground", "territory_basis", "satisfaction"}) {
    CAPTURE(field);
    CHECK(shown.as_object().contains(field) == false);
  }
  CHECK(text(shown, "priority") == "ordinary");
  auto order = shown.at("orders").at(0).as_object();
  CHECK_FALSE(order.contains("return_ground"));
  CHECK_FALSE(order.contains("return_upheld"));
  CHECK_FALSE(desk.query("03-02 12:00", {"show", story.referral}).as_object().contains("result"));
  CHECK_FALSE(desk.query("03-02 12:00", {"show", story.person}).as_object().contains("erased_class"));
  auto event = std::string(shown.at("registered").at("event").as_string());
  CHECK(text(desk.query("03-02 12:00", {"show", event}), "kind") == "decision");
  CHECK(event == text(desk.query("03-02 12:00", {"history", story.first}).at(0), "id"));
}

TEST_CASE("what is not there is said to be not there") {
  Desk desk;
  for (auto* id : {"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f", "0300001258", "0300001259"})
    for (auto* command : {"show", "history", "deadline"}) {
      CAPTURE(id);
      CAPTURE(command);
      auto reply = desk.ask("03-02 12:00", {"--json", command, id});
      CHECK(reply.code == 1);
      CHECK(text(reply.json().at("error"), "code") == "not_found");
      CHECK(has(reply.err, id));
    }
}

TEST_CASE("words are shown for a purpose that is on record first") {
  Desk desk;
  MorningStory story(desk);
  for (auto* command : {"show", "history"}) {
    auto closed = desk.ask("03-02 12:00", {"--json", command, story.first});
    CHECK(closed.code == 0);
    CHECK_FALSE(has(closed.out, "lunch money"));
    auto open = desk.ask(
        "03-02 12:01", {"--json", "--as", "15000001@150000", command, story.first, "--purpose", "complaint"});
    CHECK(open.code == 0);
    CHECK(has(open.out, "They take his lunch money."));
  }
  auto events = desk.query("03-02 12:02", {"history", story.first});
  auto types = column(events, "type");
  CHECK(std::count(types.begin(), types.end(), "AccessUsed") == 2);
  CHECK(text(events.as_array().back().at("body"), "purpose") == "complaint");
  CHECK(text(events.as_array().front().at("body").at("narrative"), "sealed") == "narrative");

  // Refused: no word leaves.
  auto number = desk.ask("03-02 12:03",
                         {"--as", "15000001@150000", "show", story.first, "--purpose", "call 13812345678"});
  CHECK(number.code == 1);
  CHECK(number.out.empty());
  auto stranger =
      desk.ask("03-02 12:03", {"--as", "99@150000", "show", story.first, "--purpose", "complaint"});
  CHECK(stranger.code == 1);
  CHECK_FALSE(has(stranger.out, "lunch money"));
}

TEST_CASE("words whose key is gone are shown as erased") {
  Desk desk;
  MorningStory story(desk);
  auto erased = desk.ask("03-02 12:00", {"erase", story.person, "--ground", "asked for", "--yes"});
  REQUIRE_MESSAGE(erased.code == 0, erased.err);
  auto shown =
      desk.query("03-02 12:10", {"--as", "15000001@150000", "show", story.first, "--purpose", "audit"});
  auto words = shown.at("words").as_array();
  REQUIRE(words.size() == 1);
  CHECK(text(words[0], "field") == "narrative");
  CHECK(text(words[0].at("words"), "erased") == "narrative");
}

TEST_CASE("a history is in order and names its events as everybody does") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto events = desk.query("03-04 09:00", {"history", story.first}).as_array();
  CHECK(text(events.front(), "type") == "CaseRegistered");
  CHECK(text(events.back(), "type") == "CaseClosed");
  std::uint64_t last = 0;
  for (const auto& event : events) {
    auto id = text(event, "id");
    auto seq = std::stoull(id.substr(id.find(':') + 1));
    CHECK(seq >= last);
    last = seq;
    CHECK(text(event, "occurred_at").size() == 25);
    CHECK(text(event, "recorded_at").size() == 25);
    CHECK_FALSE(text(event, "station").empty());
    CHECK_FALSE(text(event, "actor").empty());
  }
  auto of_order = column(desk.query("03-04 09:00", {"history", story.first_order}), "type");
  CHECK(of_order == std::vector<std::string>{"OrderDispatched", "OrderSigned", "HandlerAssigned",
                                             "CallerFirstContacted", "ResultSubmitted", "ResultAccepted"});
}

TEST_CASE("find lists what is newest first and filters it") {
  Desk desk;
  MorningStory story(desk);
  auto ids = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "find");
    return column(desk.query("03-02 12:00", words), "id");
  };
  CHECK(ids({}) == std::vector{story.shared, story.late, story.first, story.contact});
  CHECK(ids({"--limit", "2"}) == std::vector{story.shared, story.late});
  CHECK(ids({"--state", "ended"}) == std::vector{story.contact});
  CHECK(ids({"--state", "in_progress"}) == std::vector{story.shared});
  CHECK(ids({"--state", "办理中"}) == std::vector{story.shared});
  CHECK(ids({"--state", "closed"}).empty());
  CHECK(ids({"--station", "150000", "--state", "dispatching"}) == std::vector{story.late, story.first});
  CHECK(ids({"--station", "150200"}).empty());
  CHECK(ids({"--since", "2026-03-02T09:15:00+08:00"}) == std::vector{story.shared, story.late});
  CHECK(ids({"--since", "2026-03-03"}).empty());
  CHECK(ids({"--number", story.first_number}) == std::vector{story.first});
  CHECK(ids({"--number", story.first_number, "--state", "closed"}).empty());
  CHECK(ids({"--phone", "+86 138 1234 5678"}) == std::vector{story.first, story.contact});
  CHECK(ids({"--phone", "13900000000"}).empty());
  auto empty = desk.ask("03-02 12:00", {"find", "--phone", "13900000000"});
  CHECK(empty.out == "Nothing was found.\n");
  auto foreign = desk.ask("03-02 12:00", {"find", "--number", "TS-2026-0042"});
  CHECK(foreign.code == 1);
  CHECK_MESSAGE(has(foreign.err, "(its check digits do not fit), and no case came with it: TS-2026-0042"),
                foreign.err);
  auto no_phone = desk.ask("03-02 12:00", {"find", "--phone", "12"});
  CHECK(no_phone.code == 2);
  CHECK_FALSE(has(no_phone.err, "send the command"));
  auto found = desk.ask("03-02 12:00", {"find", "--phone", "13812345678"});
  for (const auto* number : {"12345678", "1234 5678", "1234-5678"})
    CHECK_FALSE(has(found.out + found.err, number));
  auto wrong = desk.ask("03-02 12:00", {"find", "--state", "in_progres"});
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "did you mean `in_progress`?"));
}

}  // namespace toono
