// Schemas and templates agree with the reader: what they say may be left out may, and nothing else.
#include "adapters/json/describe.h"

#include <boost/json.hpp>

#include "adapters/json/print.h"
#include "doctest/doctest.h"
#include "tests/json/fixture.h"

using namespace toono;
namespace json = boost::json;

namespace {
json::object parsed(const Result<std::string>& text) {
  REQUIRE(text.has_value());
  return json::parse(std::string(*text)).as_object();
}
bool holds(const json::array& list, std::string_view name) {
  for (const auto& each : list)
    if (each.as_string() == json::string_view(name.data(), name.size())) return true;
  return false;
}

// The edge makes the person whom an example does not name; the field comes back, empty if there was none.
std::string name_person(ParsedCommand& body) {
  for (const char* field : {"person_id", "caller"}) {
    if (!body.knows(field) || body.has(field)) continue;
    body.set(field, *parse_id<PersonId>("0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f"));
    return field;
  }
  return {};
}

// Takes every field away in turn, at every depth: the line is still good if and only if the schema says so.
void without_each(const json::object& whole, const std::string& pointer, const json::object& schema,
                  int& refusals) {
  const auto properties = schema.at("properties").as_object();
  const auto required = schema.at("required").as_array();
  const auto object = whole.empty() ? json::object() : json::value(whole).at_pointer(pointer).as_object();
  for (const auto& [key, property] : properties)  // an example leaves out what it could only make up
    CHECK((object.contains(key) || !holds(required, {key.data(), key.size()})));
  CHECK(object.size() <= properties.size());
  for (const auto& [key, value] : object) {
    json::value copy = whole;
    copy.at_pointer(pointer).as_object().erase(key);
    const bool needed = holds(required, {key.data(), key.size()});
    INFO(json::serialize(copy));
    CHECK(parse_line(json::serialize(copy)).has_value() == !needed);
    refusals += needed;
    const auto& below = properties.at(key).as_object();
    const auto next = pointer + "/" + std::string(key);
    if (below.contains("properties")) without_each(whole, next, below, refusals);
    if (!below.contains("items") || !below.at("items").as_object().contains("properties")) continue;
    without_each(whole, next + "/0", below.at("items").as_object(), refusals);
  }
}
}  // namespace

TEST_CASE("every command has a template that parses and builds") {
  const auto names = command_names();
  REQUIRE(names.size() == static_cast<std::size_t>(CommandBody::MAX));
  CHECK(names.front() == "OfferContact");
  CHECK(names.back() == EnumNameCommandBody(CommandBody::MAX));
  for (auto name : names) {
    auto text = template_for(name);
    REQUIRE(text.has_value());
    auto line = accepted(*text);
    CHECK(line.body.name() == name);
    name_person(line.body);
    command_bytes(line.body);
  }
}

TEST_CASE("what was read built and printed again is what was sent") {
  const JsonOptions in_clear{.open = [](const Sealed& sealed) {
    auto words = sealed.ciphertext();
    return Opened{Opened::Outcome::words, std::string(words->begin(), words->end())};
  }};
  for (auto name : command_names()) {
    const auto sent = parsed(template_for(name)).at("body");
    auto line = accepted(*template_for(name));
    const auto made = name_person(line.body);
    const auto bytes = command_bytes(line.body);
    std::string out;
    append_json(out, *static_cast<const flatbuffers::Table*>(GetCommand(bytes.data())->body()), name,
                in_clear);
    CAPTURE(out);
    auto printed = json::parse(out);
    printed.as_object().erase(made);
    CHECK(printed == sent);
  }
}

TEST_CASE("a schema asks for exactly what the reader asks for") {
  int refusals = 0;
  for (auto name : command_names()) {
    auto schema = parsed(json_schema(name));
    CHECK(schema.at("properties").at("command").at("const").as_string() ==
          json::string_view(name.data(), name.size()));
    auto line = parsed(template_for(name));
    without_each(line, "/body", schema.at("properties").at("body").as_object(), refusals);
  }
  CHECK(refusals > 100);
}

TEST_CASE("a schema carries the comments the enumerations and the formats") {
  auto text = *json_schema("AttemptCallback");
  CHECK(text.find("One try to call back.") != std::string::npos);
  CHECK(text.find(R"("result":{"enum":["completed","unreachable","refused_to_answer"]})") !=
        std::string::npos);
  CHECK(text.find(R"("satisfaction":{"type":"integer","minimum":0,"maximum":255})") != std::string::npos);
  text = *json_schema("DispatchOrder");
  CHECK(text.find(R"("due_at":{"type":"string","format":"date-time"})") != std::string::npos);
  CHECK(text.find(R"("format":"uuid")") != std::string::npos);
  CHECK(text.find(R"("required":["case_id","station"],"additionalProperties":false)") != std::string::npos);
  text = *json_schema("RegisterPerson");
  CHECK(text.find(
            "sealed before they are stored (health). At most 16384 bytes of UTF-8, which are 5461 Chinese "
            "characters.") != std::string::npos);
  text = *json_schema("OpenStation");
  CHECK(
      text.find(R"("maxLength":4096,"description":"At most 4096 bytes of UTF-8, which are 1365 Chinese )") !=
      std::string::npos);
}

TEST_CASE("an unknown command is named with its neighbour") {
  CHECK(json_schema("dispatchorder").error().next == "did you mean \"DispatchOrder\"?");
  CHECK(template_for("Qqqqqqqqqqqq").error().code == ErrorCode::usage);
}
