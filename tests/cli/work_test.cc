// worklist, workload and deadline: what waits, how much of it, and until when.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

std::int64_t number(const boost::json::value& object, std::string_view key) {
  return object.at(key).to_number<std::int64_t>();
}

std::string loads(const boost::json::value& row) {
  std::string out = text(row, "station");
  for (auto* key : {"open", "waiting", "near_due", "overdue"}) out += " " + std::to_string(number(row, key));
  return out;
}

}  // namespace

TEST_CASE("a worklist is by due time and knows what is late") {
  Desk desk;
  MorningStory story(desk);
  auto rows = desk.query("03-02 12:00", {"worklist", "150100"});
  // The first two are due at the same moment: then the orders' ids decide, which are drawn.
  auto tied = std::vector{story.first_order, story.late_order};
  auto risks = std::vector<std::string>{"unassessed", "low"};
  if (story.late_order < story.first_order) std::swap(tied[0], tied[1]), std::swap(risks[0], risks[1]);
  CHECK(column(rows, "order") == std::vector{tied[0], tied[1], story.shared_order});
  CHECK(column(rows, "state") == std::vector<std::string>{"dispatched", "dispatched", "delegated"});
  CHECK(column(rows, "risk") == std::vector<std::string>{risks[0], risks[1], "unassessed"});
  CHECK(text(rows.as_array()[0], "due") == "2026-03-03T18:00:00+08:00");
  // Whose due it is stands beside it, and so does the handling due, which is `show`'s too.
  CHECK(column(rows, "timer") == std::vector<std::string>{"sign", "sign", "handle"});
  CHECK(text(rows.as_array()[0], "handle_due") == "2026-03-09T18:00:00+08:00");
  auto table = desk.ask("03-02 12:00", {"worklist", "150100"}).out;
  CHECK(has(table, "2026-03-03 18:00  sign "));
  CHECK_MESSAGE(has(table, "\n    " + story.first_order + "  legal rights\n"), table);
  auto card = desk.ask("03-02 12:00", {"show", story.first_order}).out;
  CHECK_MESSAGE(has(card, "  sign due        2026-03-03 18:00\n"), card);
  CHECK(has(card, "handling due"));
  CHECK(has(card, "2026-03-03 18:00"));
  CHECK(has(card, "2026-03-09 18:00"));
  CHECK_FALSE(rows.as_array()[0].at("overdue").as_bool());
  auto later = desk.query("03-03 18:00:01", {"worklist", "150100"}).as_array();
  CHECK(later[0].at("overdue").as_bool());
  CHECK_FALSE(desk.query("03-03 18:00", {"worklist", "150100"}).as_array()[0].at("overdue").as_bool());
  CHECK_FALSE(later[2].at("overdue").as_bool());

  auto orders = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"worklist", "150100"});
    return column(desk.query("03-02 12:00", words), "order");
  };
  CHECK(orders({"--state", "delegated"}) == std::vector{story.shared_order});
  CHECK(orders({"--risk", "low"}) == std::vector{story.late_order});
  CHECK(orders({"--due-before", "2026-03-04"}) == tied);
  CHECK(orders({"--limit", "1"}) == std::vector{tied[0]});
  CHECK(column(desk.query("03-02 12:00", {"worklist", "新城区"}), "order") == std::vector{story.child_order});
}

TEST_CASE("what waits for somebody else is named by what has to be done") {
  Desk desk;
  MorningStory story(desk);
  auto region = [&](const std::string& now) {
    return column(desk.query(now, {"worklist", "150000"}), "state");
  };
  CHECK(region("03-02 12:00").empty());
  story.finish_first();
  CHECK(region("03-04 09:00").empty());

  auto of = R"("case_id":")" + story.late + R"(","order_id":")" + story.late_order + '"';
  desk.send("03-04 09:00", "150100", "AskReturn", of + R"(,"ground":"not_our_territory")");
  CHECK(region("03-04 09:01") == std::vector<std::string>{"to_rule"});
  CHECK(column(desk.query("03-04 09:01", {"worklist", "150000", "--state", "to-rule"}), "order") ==
        std::vector{story.late_order});
  desk.send("03-04 09:02", "150000", "RuleOnReturn", of + R"(,"upheld":true)");
  CHECK(region("03-04 09:03") == std::vector<std::string>{"to_dispatch"});
  auto row = desk.query("03-04 09:03", {"worklist", "150000"}).as_array().at(0);
  CHECK(row.at("order").is_null());
  CHECK(text(row, "timer") == "dispatch");
  CHECK(text(row, "case") == story.late);
}

TEST_CASE("words and stations that do not exist are refused with the near miss") {
  Desk desk;
  auto refuses = [&](std::vector<std::string> words, int code, std::string_view says) {
    auto reply = desk.ask("03-02 12:00", words);
    CAPTURE(words.front());
    CHECK(reply.code == code);
    CHECK(reply.out.empty());
    CHECK_MESSAGE(has(reply.err, says), reply.err);
  };
  refuses({"worklist", "150100", "--state", "dispached"}, 2, "did you mean `dispatched`?");
  refuses({"worklist", "150100", "--state", "to_dispach"}, 2, "did you mean `to_dispatch`?");
  refuses({"worklist", "150100", "--risk", "hihg"}, 2, "did you mean `high`?");
  refuses({"worklist", "150100", "--risk", "none"}, 2, "unassessed, low, medium, high, imminent");
  refuses({"worklist", "150100", "--due-before", "yesterday"}, 2, "yesterday");
  refuses({"worklist", "159999"}, 1, "there is no such station");
  refuses({"workload", "--tier", "IV"}, 2, "--tier");
  refuses({"workload", "150000", "--tier", "II"}, 2, "a station and a tier");
  refuses({"workload", "--day", "2026-02-30"}, 2, "2026-02-30");
}

TEST_CASE("a workload counts orders by station and tier") {
  Desk desk;
  MorningStory story(desk);
  auto rows = [&](const std::string& now, std::vector<std::string> words) {
    words.insert(words.begin(), "workload");
    std::vector<std::string> lines;
    auto list = desk.query(now, words);
    for (const auto& row : list.as_array()) lines.push_back(loads(row));
    return lines;
  };
  CHECK(rows("03-02 12:00", {}) == std::vector<std::string>{"150100 3 2 0 0", "150102 1 1 0 0"});
  CHECK(rows("03-02 12:00", {"--tier", "III"}) == std::vector<std::string>{"150102 1 1 0 0"});
  CHECK(rows("03-02 12:00", {"150100"}) == std::vector<std::string>{"150100 3 2 0 0"});
  CHECK(rows("03-02 12:00", {"150100", "--subtree"}) ==
        std::vector<std::string>{"150100 3 2 0 0", "150102 1 1 0 0"});
  CHECK(rows("03-02 12:00", {"150200"}) == std::vector<std::string>{"150200 0 0 0 0"});
  CHECK(rows("03-02 12:00", {"--tier", "I"}).empty());
  auto titled = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "workload");
    auto out = desk.ask("03-02 12:00", words).out;
    return out.substr(0, out.find('\n'));
  };
  CHECK(titled({"150100", "--subtree"}) ==
        "open work of 150100 呼和浩特市 and all below it  2026-03-02 12:00");
  CHECK(titled({"--tier", "III"}) == "open work of tier III  2026-03-02 12:00");
  CHECK(titled({"--day", "2026-03-01"}) == "open work  2026-03-01, at its end");
  // 80 % of five working days end on Friday afternoon; the fifth is Monday.
  CHECK(rows("03-07 12:00", {"150100"}) == std::vector<std::string>{"150100 3 2 3 0"});
  CHECK(rows("03-09 18:00:01", {"150100"}) == std::vector<std::string>{"150100 3 2 0 3"});
  story.finish_first();
  auto row = desk.query("03-03 12:00", {"workload", "150100"}).as_array().at(0);
  CHECK(loads(row) == "150100 2 1 0 0");
  CHECK(text(row, "tier") == "II");
  CHECK(column(row.at("by_programme"), "programme") == std::vector<std::string>{"legal_rights"});
  CHECK(column(row.at("by_handler"), "handler") == std::vector<std::string>{"0"});
}

TEST_CASE("the workload of a day is what was said at its end") {
  Desk desk;
  MorningStory story(desk);
  auto lines = [](const boost::json::value& list) {
    std::vector<std::string> out;
    for (const auto& row : list.as_array()) out.push_back(loads(row));
    return out;
  };
  auto monday = lines(desk.query("03-02 23:59:59", {"workload"}));
  desk.send("03-03 08:00", "150000", "RecallOrder",
            R"("case_id":")" + story.late + R"(","order_id":")" + story.late_order +
                R"(","ground":"dispatched_in_error")");
  auto tuesday = lines(desk.query("03-03 23:59:59", {"workload"}));
  desk.send(
      "03-04 08:00", "150102", "EscalateOrder",
      R"("case_id":")" + story.shared + R"(","order_id":")" + story.child_order + R"(","ground":"danger")");
  auto wednesday = lines(desk.query("03-04 23:59:59", {"workload"}));
  CHECK(monday != tuesday);
  CHECK(tuesday != wednesday);
  // The region has no order and is there for what it counted that day.
  auto of_day = [&](const std::string& day) {
    auto rows = lines(desk.query("03-20 09:00", {"workload", "--day", day}));
    std::erase(rows, "150000 0 0 0 0");
    return rows;
  };
  CHECK(of_day("2026-03-02") == monday);
  CHECK(of_day("2026-03-03") == tuesday);
  CHECK(of_day("2026-03-04") == wednesday);
  auto counts =
      desk.query("03-20 09:00", {"workload", "150000", "--day", "2026-03-02"}).as_array().at(0).at("counts");
  CHECK(number(counts, "cases_registered") == 3);
  CHECK(number(counts, "contacts_answered") == 1);
}

TEST_CASE("a deadline is shown with every day that was counted") {
  Desk desk;
  MorningStory story(desk);
  auto clocks = desk.query("03-02 12:00", {"deadline", story.first_order}).as_array();
  REQUIRE(clocks.size() == 4);
  auto handle = *std::find_if(clocks.begin(), clocks.end(),
                              [](const auto& clock) { return text(clock, "timer") == "handle"; });
  CHECK(text(handle, "start") == "2026-03-02T09:10:00+08:00");
  CHECK(text(handle, "due") == "2026-03-09T18:00:00+08:00");
  CHECK(text(handle, "source") == "policy");
  CHECK(text(handle.at("policy_row"), "policy") == "default-1");
  CHECK(number(handle.at("policy_row"), "amount") == 5);
  CHECK(text(handle, "calendar") == "national-2026");
  CHECK(column(handle.at("steps"), "kind") == std::vector<std::string>{"working_day", "working_day",
                                                                       "working_day", "working_day",
                                                                       "weekend", "weekend", "working_day"});
  CHECK(handle.at("pauses").as_array().empty());
  CHECK(handle.at("extensions").as_array().empty());
  for (const auto& clock : clocks) CHECK(clock.at("agrees").as_bool());
  // In text a clock that does not go by days says how long was worked on each.
  auto said = desk.ask("03-02 12:00", {"deadline", story.first_order}).out;
  CHECK_MESSAGE(has(said, "    1  2026-03-03\n"), said);
  CHECK_MESSAGE(has(said, "    2  2026-03-03  420 minutes\n"), said);
}

TEST_CASE("holidays are passed over by name") {
  Desk desk;
  auto id = text(desk.send("04-03 09:00", "150000", "RegisterCase",
                           R"("programme":"other","language":"zh","channel":"phone")")
                     .at("created"),
                 "case");
  desk.send("04-03 09:01", "150000", "TriageCase",
            R"("case_id":")" + id + R"(","priority":"ordinary","handling_class":"consult","tier":"II")");
  auto order = text(
      desk.send("04-03 09:02", "150000", "DispatchOrder", R"("case_id":")" + id + R"(","station":"150100")")
          .at("created"),
      "order");
  auto reply = desk.ask("04-03 10:00", {"--json", "deadline", order});
  CHECK(reply.code == 0);
  CHECK(has(reply.out, R"({"date":"2026-04-06","kind":"holiday","counted":false,"name":"清明"})"));
  CHECK(has(reply.out, R"("due":"2026-04-09T18:00:00+08:00","source":"policy")"));
}

TEST_CASE("an inherited clock is that of the order it came from") {
  Desk desk;
  MorningStory story(desk);
  auto clocks = desk.query("03-02 12:00", {"deadline", story.child_order}).as_array();
  std::size_t inherited = 0;
  for (const auto& clock : clocks) {
    CHECK(clock.at("agrees").as_bool());
    if (text(clock, "source") != "inherited") continue;
    ++inherited;
    CHECK(text(clock, "inherited_from") == story.shared_order);
    CHECK(text(clock, "start") == "2026-03-02T09:30:00+08:00");
  }
  CHECK(inherited == 2);
}

TEST_CASE("a calendar published later moves a deadline and its explanation") {
  Desk desk;
  MorningStory story(desk);
  auto before = desk.ask("03-02 12:00", {"--json", "deadline", story.first_order});
  desk.send("03-02 12:30", "150000", "PublishCalendar",
            R"("calendar":{"version":"local-1","station":"150100","first_year":2026,"last_year":2026,)"
            R"("days":[{"date":"2026-03-05","kind":"holiday","name":"Naadam"}]})");
  auto settled = desk.ask("03-02 12:31", {"run", "--once"});
  REQUIRE_MESSAGE(settled.code == 0, settled.err);
  auto after = desk.ask("03-02 12:40", {"--json", "deadline", story.first_order});
  CHECK(after.code == 0);
  CHECK(has(after.out, "Naadam"));
  CHECK(has(after.out, R"("due":"2026-03-10T18:00:00+08:00")"));
  CHECK(has(after.out, "national-2026+local-1"));
  CHECK_FALSE(has(after.out, R"("agrees":false)"));
  // The sign clock of that order ran as it had been fixed.
  CHECK(has(before.out, R"("due":"2026-03-03T18:00:00+08:00")"));
  CHECK(has(after.out, R"("due":"2026-03-03T18:00:00+08:00")"));
}

TEST_CASE("a case is not an order") {
  Desk desk;
  MorningStory story(desk);
  auto reply = desk.ask("03-02 12:00", {"deadline", story.first});
  CHECK(reply.code == 1);
  CHECK(has(reply.err, "this is not an order"));
}

}  // namespace toono
