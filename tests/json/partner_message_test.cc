// What a line says of a referral, as the command that it stands for.
#include "adapters/json/partner_message.h"

#include <boost/json.hpp>

#include "adapters/json/asyncapi.h"
#include "doctest/doctest.h"
#include "tests/json/fixture.h"

using namespace toono;
namespace json = boost::json;

namespace {

constexpr char kReferral[] = "0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e90";

std::string message(const std::string& more) {
  return std::string(R"({"message_id":"M-1","case_id":")") + kUuid + R"(","referral_id":")" + kReferral +
         "\"," + more + "}";
}

LineCommand taken(const std::string& text) {
  auto command = command_of_partner(ReferralLine::line_110, text);
  if (!command) FAIL(command.error().where << ": " << command.error().what);
  return *std::move(command);
}
Error refused_message(const std::string& text) {
  auto command = command_of_partner(ReferralLine::line_110, text);
  INFO(text);
  REQUIRE_FALSE(command.has_value());
  return command.error();
}

}  // namespace

TEST_CASE("each thing a line can say is a rung of the ladder") {
  struct Row {
    std::string name, more, command, field, value;
  };
  const std::vector<Row> rows = {
      {"received", R"("says":"received","receipt":"R-7")", "ReceiveReferral", "receipt", "R-7"},
      {"accepted", R"("says":"accepted")", "AcceptReferral", "", ""},
      {"refused", R"("says":"refused","reason":"no_capacity")", "RefuseReferral", "reason", ""},
      {"interim", R"("says":"interim")", "ReportReferralInterim", "", ""},
      {"outcome", R"("says":"outcome","result":"resolved")", "ReportReferralOutcome", "result", ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    auto line = taken(message(row.more));
    CHECK(line.body.name() == row.command);
    CHECK(*line.body.get<CaseId>("case_id") == *parse_id<CaseId>(kUuid));
    CHECK(*line.body.get<ReferralId>("referral_id") == *parse_id<ReferralId>(kReferral));
    CHECK(*line.body.words("external_id") == "M-1");
    if (!row.field.empty()) CHECK(line.body.has(row.field));
    if (!row.value.empty()) CHECK(*line.body.words(row.field) == row.value);
    CHECK_FALSE(line.actor.has_value());
    CHECK_FALSE(line.occurred_at.has_value());
  }
  CHECK(*taken(message(R"("says":"refused","reason":"no_capacity")")).body.number("reason") ==
        static_cast<std::uint64_t>(RefusalReason::no_capacity));
}

TEST_CASE("the same message of the same line is the same command for ever") {
  auto first = taken(message(R"("says":"accepted")"));
  CHECK(first.id == taken(message(R"("says":"accepted","occurred_at":"2026-03-02T09:00:00+08:00")")).id);
  CHECK(*first.id == partner_command_id(ReferralLine::line_110, "M-1"));
  CHECK_FALSE(*first.id == partner_command_id(ReferralLine::line_12309, "M-1"));
  CHECK_FALSE(*first.id == partner_command_id(ReferralLine::line_110, "M-2"));
  // Written down once: a change here would let old messages take effect again.
  CHECK(to_text(partner_command_id(ReferralLine::line_110, "M-1")) == "8bb89020-60b6-877b-bfde-8c27b55b857e");
}

TEST_CASE("what a line cannot say is refused with the place in its message") {
  struct Row {
    std::string name, text, where, next;
  };
  const std::vector<Row> rows = {
      {"not JSON", "ReferralReceived", "", ""},
      {"a list", "[]", "$", "send one JSON object a record"},
      {"nothing said", message(R"("receipt":"R-7")"), "$.says", "give \"says\""},
      {"unknown saying", message(R"("says":"lost")"), "$.says",
       "say received, accepted, refused, interim or outcome"},
      {"a slip of the pen", message(R"("says":"accepted","recept":"R-7")"), "$.recept",
       "did you mean \"receipt\"?"},
      {"a field of another saying", message(R"("says":"accepted","receipt":"R-7")"), "$.receipt",
       "leave it out"},
      {"no receipt", message(R"("says":"received")"), "$.receipt", "give \"receipt\""},
      {"no message id", R"({"says":"accepted","case_id":"x","referral_id":"y"})", "$.message_id",
       "give \"message_id\""},
      {"a number", message(R"("says":7)"), "$.says", "put it in quotes"},
      {"an unknown reason", message(R"("says":"refused","reason":"no_capcity")"), "$.reason",
       "did you mean \"no_capacity\"? use one of not_competent, no_capacity, lacks_facts, already_handled"},
      {"no such day", message(R"("says":"accepted","occurred_at":"2026-02-30T09:00:00+08:00")"),
       "$.occurred_at", ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    auto error = refused_message(row.text);
    CHECK(error.code == ErrorCode::refused);
    if (!row.where.empty()) CHECK(error.where == row.where);
    if (!row.next.empty()) CHECK(error.next == row.next);
    CHECK_FALSE(error.what.empty());
  }
  auto bad_id = message(R"("says":"accepted")");
  bad_id.replace(bad_id.find(kUuid), 8, "zzzzzzzz");
  CHECK(refused_message(bad_id).where == "$.case_id");
  auto long_id = message(R"("says":"accepted")");
  long_id.replace(long_id.find("M-1"), 3, std::string(129, 'M'));
  CHECK(refused_message(long_id).where == "$.message_id");
}

TEST_CASE("the contract of a partner's message names the same fields and sayings") {
  auto schema = json::parse(partner_message_schema()).as_object();
  CHECK(schema.at("properties").at("says").at("enum").as_array().size() == 5);
  CHECK(schema.at("properties").as_object().size() == 8);
  CHECK(schema.at("required") == json::parse(R"(["message_id","says","case_id","referral_id"])"));
  CHECK(schema.at("properties").at("result").at("enum").as_array().front().as_string() == "resolved");
}
