// The contract: a schema for every event that says what the printer does, and a document whose parts are all
// there.
#include "adapters/json/asyncapi.h"

#include <boost/json.hpp>
#include <set>

#include "adapters/json/cloud_event.h"
#include "adapters/json/print.h"
#include "core/ids.h"
#include "doctest/doctest.h"
#include "schemas/events_generated.h"

using namespace toono;
namespace json = boost::json;

namespace {

json::object parsed(const std::string& text) { return json::parse(text).as_object(); }

std::set<std::string> keys(const json::object& object) {
  std::set<std::string> names;
  for (const auto& [key, value] : object) names.insert(std::string(key));
  return names;
}

/// What is printed of an event with nothing in it: just what is always there.
std::string printed_empty(std::string_view name) {
  flatbuffers::FlatBufferBuilder builder;
  auto start = builder.StartTable();
  builder.Finish(flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(start)));
  return to_json({builder.GetBufferPointer(), builder.GetSize()}, name,
                 {.open = {}, .without_sealed = true, .hides = is_hidden_from_public});
}

/// Every $ref of a document, and whether it leads to something in it.
void check_references(const json::value& document, const json::value& at, int& count) {
  if (at.is_array())
    for (const auto& each : at.as_array()) check_references(document, each, count);
  if (!at.is_object()) return;
  for (const auto& [key, value] : at.as_object()) {
    if (key != "$ref") {
      check_references(document, value, count);
      continue;
    }
    std::string to(value.as_string());
    REQUIRE(to.starts_with("#/"));
    boost::system::error_code missing;
    CHECK_MESSAGE(document.find_pointer(to.substr(1), missing) != nullptr, to);
    ++count;
  }
}

}  // namespace

TEST_CASE("the schema of an event requires what is always printed") {
  REQUIRE(event_names().size() == static_cast<std::size_t>(EventBody::MAX));
  for (auto name : event_names()) {
    auto text = event_schema(name);
    REQUIRE(text.has_value());
    auto schema = parsed(*text);
    CHECK(schema.at("$id").as_string() == event_schema_uri(name));
    std::set<std::string> required;
    for (const auto& each : schema.at("required").as_array()) required.insert(std::string(each.as_string()));
    CHECK(required == keys(parsed(printed_empty(name))));
    CHECK(std::string(*text).find("Sealed") == std::string::npos);
  }
}

TEST_CASE("the schema of an event does not know what is hidden") {
  CHECK(keys(parsed(*event_schema("PersonRegistered")).at("properties").as_object()).empty());
  CHECK(keys(parsed(*event_schema("AccessUsed")).at("properties").as_object()).empty());
  CHECK(keys(parsed(*event_schema("ReferralPrepared")).at("properties").as_object()) ==
        std::set<std::string>{"referral_id", "line", "station"});
  // A nested table and a list of tables.
  auto policy = parsed(*event_schema("PolicyPublished")).at("properties").at("policy").as_object();
  CHECK(policy.at("properties")
            .at("rows")
            .at("items")
            .at("properties")
            .at("timer")
            .at("enum")
            .as_array()
            .size() > 20);
}

TEST_CASE("an unknown event is named with its neighbour") {
  CHECK(event_schema("orderdispatched").error().next == "did you mean \"OrderDispatched\"?");
  CHECK(event_schema("Qqqqqqqqqqqq").error().code == ErrorCode::usage);
}

TEST_CASE("the AsyncAPI document begins as it has been agreed") {
  auto text = asyncapi_document("north");
  auto end = text.find(R"("messages":)");
  REQUIRE(end != std::string::npos);
  CHECK(text.substr(0, end) ==
        R"({"asyncapi":"3.0.0","info":{"title":"Toono public events","version":"1.0.0","description":)"
        R"("What happened in the cases, contacts and orders of a three-tier youth service hotline, one )"
        R"(event a )"
        R"(record, without personal data. Records of one entity are in order. A record may come twice: )"
        R"(drop what )"
        R"(is not greater than the last of its partition )"
        R"((docs/integrators.md).","license":{"name":"Apache-2.0"}},)"
        R"("defaultContentType":"application/json","channels":{"events":{"address":"north.events.v1",)"
        R"("description":"Every event. One partition for each of the journal's, the registry's last; the )"
        R"(key is )"
        R"(the entity's id.",)");
}

TEST_CASE("every part that the AsyncAPI document refers to is in it") {
  json::value document = json::parse(asyncapi_document("toono"));
  int count = 0;
  check_references(document, document, count);
  CHECK(count > 3 * static_cast<int>(event_names().size()));
  const auto& channels = document.at("channels").as_object();
  CHECK(keys(channels) == std::set<std::string>{"events", "referralIn", "referralOut"});
  CHECK(channels.at("events").at("messages").as_object().size() == event_names().size());
  CHECK(channels.at("referralOut").at("address").as_string() == "toono.referral.{line}.out.v1");
  CHECK(channels.at("referralOut").at("messages").as_object().size() == 10);
}

TEST_CASE("the headers of the document are the headers of an event") {
  DecisionT decision;
  decision.imported = true;
  decision.entity = EntityId();
  std::array<std::uint8_t, 16> some{1};
  decision.entity = id_from<EntityId>(some);
  decision.command_id = id_from<CommandId>(some);
  decision.events.emplace_back().body.Set(OrderSignedT());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Decision::Pack(builder, &decision));
  auto event = cloud_event({.log_id = {}, .partition = 0, .partitions = 1},
                           *flatbuffers::GetRoot<Decision>(builder.GetBufferPointer()), 0);
  REQUIRE(event.has_value());
  std::set<std::string> sent;
  for (const auto& [name, value] : kafka_headers(*event)) sent.insert(name);
  auto document = json::parse(asyncapi_document("toono"));
  CHECK(keys(document.at_pointer("/components/messageTraits/cloudEvent/headers/properties").as_object()) ==
        sent);
}

TEST_CASE("the contract is a file for each event and one for each other part") {
  auto files = contract_files("toono");
  CHECK(files.size() == event_names().size() + 2);
  for (const auto& file : files) CHECK_NOTHROW(json::parse(file.text));
}
