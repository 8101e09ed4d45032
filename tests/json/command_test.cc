// Commands from JSON: what is taken, what is refused and how it is named, and the bytes that are built.
#include "adapters/json/command.h"

#include <chrono>
#include <cstdio>

#include "adapters/json/shapes.h"
#include "core/time.h"
#include "doctest/doctest.h"
#include "tests/json/fixture.h"

using namespace toono;

namespace {
const std::string kDispatch = "{\"case_id\":" + quoted_uuid() + ",\"station\":\"150102\"}";
bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
std::string nested(const std::string& open, const std::string& close, int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}
}  // namespace

TEST_CASE("a line is read with everything around its body") {
  auto line = accepted(
      "{\"id\":" + quoted_uuid() +
      ",\"command\":\"DispatchOrder\",\"occurred_at\":\"2026-03-02T09:00:00+08:00\",\"actor\":\"15010001\","
      "\"station\":150100,\"expected_version\":7,\"imported\":true,\"body\":" +
      kDispatch + "}");
  CHECK(to_text(*line.id) == kUuid);
  CHECK(line.occurred_at->ms() == 1772413200000);
  CHECK(line.actor->number() == 15010001);
  CHECK(line.station->code() == 150100);
  CHECK(line.expected_version == 7);
  CHECK(line.imported);
  CHECK(line.body.type() == CommandBody::DispatchOrder);
  CHECK(line.body.name() == "DispatchOrder");
  CHECK(line.body.get<StationId>("station")->code() == 150102);
  CHECK(to_text(*line.body.get<CaseId>("case_id")) == kUuid);
  CHECK_FALSE(line.body.has("due_at"));
  CHECK(line.body.knows("due_at"));
  CHECK_FALSE(line.body.knows("phone"));
}

TEST_CASE("the built table holds what was given") {
  auto line = accepted(line_of(
      "DispatchOrder", "{\"case_id\":" + quoted_uuid() +
                           ",\"station\":150102,\"rule\":\"§4\",\"due_at\":\"2026-03-02T01:00:00Z\"}"));
  auto bytes = command_bytes(line.body);
  auto order = GetCommand(bytes.data())->body_as_DispatchOrder();
  REQUIRE(order);
  CHECK(order->station()->code() == 150102);
  CHECK(order->due_at()->ms() == 1772413200000);
  CHECK(order->rule()->str() == "§4");
  CHECK(to_text(*order->case_id()) == kUuid);
}

TEST_CASE("nested tables lists enumerations and structs reach the buffer") {
  auto line = accepted(line_of(
      "PublishCalendar",
      "{\"calendar\":{\"version\":\"2026\",\"first_year\":2026,\"last_year\":2026,"
      "\"days\":[{\"date\":\"2026-01-01\",\"kind\":\"holiday\",\"name\":\"元旦\"},"
      "{\"date\":\"2026-01-04\",\"kind\":\"make_up_workday\"}],"
      "\"hours\":[{\"from_minute\":510,\"to_minute\":720},{\"from_minute\":870,\"to_minute\":1080}]}}"));
  auto bytes = command_bytes(line.body);
  auto calendar = GetCommand(bytes.data())->body_as_PublishCalendar()->calendar();
  REQUIRE(calendar->days()->size() == 2);
  CHECK(calendar->days()->Get(1)->kind() == DayKind::make_up_workday);
  CHECK(to_text(*calendar->days()->Get(1)->date()) == "2026-01-04");
  REQUIRE(calendar->hours()->size() == 2);
  CHECK(calendar->hours()->Get(0)->from_minute() == 510);
  CHECK(calendar->hours()->Get(1)->to_minute() == 1080);

  auto policy = accepted(line_of(
      "PublishPolicy",
      "{\"policy\":{\"version\":\"1\",\"rows\":[{\"timer\":\"sign\",\"priority\":[\"danger\",\"ordinary\"],"
      "\"clock\":\"working_time\",\"amount\":3,\"unit\":\"hours\"}],\"backdate_limit_minutes\":15,"
      "\"near_due_percent\":80,\"callback_tries\":3,\"follow_up_high_days\":[7,30],"
      "\"follow_up_medium_days\":[],\"rework_limit\":3}}"));
  auto policy_bytes = command_bytes(policy.body);
  auto rows = GetCommand(policy_bytes.data())->body_as_PublishPolicy()->policy();
  CHECK(rows->follow_up_high_days()->Get(1) == 30);
  CHECK(rows->follow_up_medium_days()->size() == 0);
  REQUIRE(rows->rows()->Get(0)->priority()->size() == 2);
  CHECK(rows->rows()->Get(0)->priority()->Get(1) == Priority::ordinary);
}

TEST_CASE("words are sealed with their class their path and their person") {
  auto line =
      accepted(line_of("OfferContact", R"({"channel":"phone","language":"mn","phone":"+86 471 12355"})"));
  CHECK(line.body.words("phone") == "+86 471 12355");
  REQUIRE(line.body.clear_fields().size() == 1);
  CHECK(is_nil(line.body.clear_fields()[0].subject));
  flatbuffers::FlatBufferBuilder builder;
  auto nobody = line.body.build(builder, keep_words);
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().where == "$.body.phone");
  CHECK(mentions(nobody.error().next, "caller"));

  line.body.set("caller", *parse_id<PersonId>(kUuid));
  auto bytes = command_bytes(line.body);
  auto offer = GetCommand(bytes.data())->body_as_OfferContact();
  CHECK(offer->phone()->class_() == SealClass::identity);
  CHECK(offer->phone()->path()->str() == "phone");
  CHECK(to_text(*offer->phone()->person()) == kUuid);
  CHECK(to_text(*offer->caller()) == kUuid);
  auto words = offer->phone()->ciphertext();
  CHECK(std::string(words->begin(), words->end()) == "+86 471 12355");

  flatbuffers::FlatBufferBuilder again;
  auto failing = [](const ClearField&) -> Result<SealedT> {
    return unexpected({ErrorCode::refused, "erased", "person", "none"});
  };
  auto erased = line.body.build(again, failing);
  REQUIRE_FALSE(erased.has_value());
  CHECK(erased.error().what == "erased");
}

TEST_CASE("what is wrong is named with its path and the way out") {
  struct Row {
    const char* name;
    std::string line, where, says;
  };
  const std::string uuid = quoted_uuid();
  const Row rows[] = {
      {"unknown field", line_of("DispatchOrder", "{\"case_id\":" + uuid + ",\"staton\":\"150102\"}"),
       "$.body.staton", "did you mean \"station\""},
      {"missing field", line_of("DispatchOrder", "{\"case_id\":" + uuid + "}"), "$.body.station",
       "is missing"},
      {"unknown command", line_of("DispachOrder", "{}"), "$.command", "did you mean \"DispatchOrder\""},
      {"unknown envelope field", "{\"comand\":\"X\",\"body\":{}}", "$.comand", "did you mean \"command\""},
      {"no command", "{\"body\":{}}", "$.command", "missing"},
      {"no body", "{\"command\":\"DispatchOrder\"}", "$.body", "missing"},
      {"not an object", "[1]", "$", "object"},
      {"bad uuid", line_of("DispatchOrder", R"({"case_id":"12","station":"150102"})"), "$.body.case_id",
       "UUID"},
      {"nil uuid", line_of("EndContact", R"({"contact_id":"00000000-0000-0000-0000-000000000000"})"),
       "$.body.contact_id", "nil"},
      {"station zero", line_of("DispatchOrder", "{\"case_id\":" + uuid + ",\"station\":0}"), "$.body.station",
       "none"},
      {"station with sign", line_of("DispatchOrder", "{\"case_id\":" + uuid + ",\"station\":\"+150102\"}"),
       "$.body.station", "decimal"},
      {"station too large", line_of("DispatchOrder", "{\"case_id\":" + uuid + ",\"station\":4294967296}"),
       "$.body.station", "decimal"},
      {"enum by number", line_of("ReopenCase", "{\"case_id\":" + uuid + ",\"ground\":1}"), "$.body.ground",
       "new_facts"},
      {"unknown enum", line_of("ReopenCase", "{\"case_id\":" + uuid + ",\"ground\":\"new_fact\"}"),
       "$.body.ground", "did you mean \"new_facts\""},
      {"range", line_of("MarkFollowUpMissed", "{\"case_id\":" + uuid + ",\"step\":256}"), "$.body.step",
       "0 to 255"},
      {"negative", line_of("MarkFollowUpMissed", "{\"case_id\":" + uuid + ",\"step\":-1}"), "$.body.step",
       "0 to 255"},
      {"fraction", line_of("MarkFollowUpMissed", "{\"case_id\":" + uuid + ",\"step\":1.5}"), "$.body.step",
       "whole"},
      {"huge", line_of("MarkFollowUpMissed", "{\"case_id\":" + uuid + ",\"step\":1e300}"), "$.body.step",
       "whole"},
      {"null", line_of("DispatchOrder", "{\"case_id\":" + uuid + ",\"station\":null}"), "$.body.station",
       "leave"},
      {"bool as text",
       line_of("RuleOnReturn", "{\"case_id\":" + uuid + ",\"order_id\":" + uuid + ",\"upheld\":\"yes\"}"),
       "$.body.upheld", "true or false"},
      {"no offset",
       line_of("DispatchOrder",
               "{\"case_id\":" + uuid + ",\"station\":1,\"due_at\":\"2026-03-02T09:00:00\"}"),
       "$.body.due_at", "offset"},
      {"year 9999",
       line_of("DispatchOrder",
               "{\"case_id\":" + uuid + ",\"station\":1,\"due_at\":\"9999-03-02T09:00:00+08:00\"}"),
       "$.body.due_at", "year"},
      {"in a list",
       line_of("PublishCalendar",
               R"({"calendar":{"version":"1","first_year":2026,"last_year":2026,)"
               R"("days":[{"date":"2026-01-01","kind":"holiday"},{"date":"2026-02-30"}]}})"),
       "$.body.calendar.days[1].date", "day"},
      {"event", line_of("CorrectFact", "{\"case_id\":" + uuid + ",\"event\":\"x:1:2\"}"), "$.body.event",
       "id of an event"},
      {"too many parts", line_of("CorrectFact", "{\"case_id\":" + uuid + ",\"event\":\"1:2:3:4\"}"),
       "$.body.event", "id of an event"},
      {"twice", line_of("ReopenCase", R"({"ground":"new_facts","ground":"not_solved"})"), "$.body.ground",
       "twice"},
      {"twice in a list", line_of("PublishCalendar", R"({"calendar":{"days":[{},{"kind":1,"kind":1}]}})"),
       "$.body.calendar.days[1].kind", "twice"},
      {"cut off", R"({"command":"DispatchOrder","body":{)", "character", "not JSON"},
      {"two values", line_of("DispatchOrder", kDispatch) + " {}", "character", "not JSON"},
      {"empty", "", "character", "not JSON"},
      {"too deep", line_of("DispatchOrder", nested("[", "]", 20)), "character", "16"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      auto error = refused(row.line);
      INFO(error.what << " | " << error.where << " | " << error.next);
      CHECK(error.code == ErrorCode::refused);
      CHECK(error.where.substr(0, row.where.size()) == row.where);
      CHECK(mentions(error.what + " " + error.next, row.says));
    }
  }
}

TEST_CASE("bad text is refused and never repaired") {
  auto ground = [](const std::string& text) {
    return line_of("ErasePerson",
                   "{\"person_id\":" + quoted_uuid() + ",\"all_classes\":true,\"ground\":\"" + text + "\"}");
  };
  auto narrative = [](const std::string& text) {
    return line_of("RegisterCase",
                   "{\"programme\":\"other\",\"language\":\"mn\",\"channel\":\"chat\",\"youth\":" +
                       quoted_uuid() + ",\"narrative\":\"" + text + "\"}");
  };
  const char* damaged[] = {"\xff",     "\xc0\xaf", "\xe0\x80\xaf",   "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xe4\xb8", "\\ud800",  "\\udc00\\ud800", "\\u0000",      "a\nb"};
  for (auto text : damaged) {
    refused(ground(text));
    refused(narrative(text));
  }
  CHECK(refused(ground("a\\u202eb")).where == "$.body.ground");
  CHECK(refused(ground("a\xe2\x80\xae"
                       "b"))
            .where == "$.body.ground");
  CHECK(accepted(narrative("a\\u202eb")).body.words("narrative") ==
        "a\xe2\x80\xae"
        "b");
  // Mongolian variation selectors, the vowel separator, NNBSP and ZWJ are letters' parts: kept byte for byte.
  const std::string mongolian = "ᠮᠣᠩᠭᠣᠯ\xe1\xa0\x8b\xe1\xa0\x8e\xe2\x80\xaf\xe2\x80\x8d";
  CHECK(accepted(ground(mongolian)).body.words("ground") == mongolian);
  CHECK(accepted(ground("\\ud83d\\ude00")).body.words("ground") == "😀");

  accepted(ground(std::string(4096, 'x')));
  CHECK(refused(ground(std::string(4097, 'x'))).where == "$.body.ground");
  accepted(narrative(std::string(16384, 'x')));
  CHECK(refused(narrative(std::string(16385, 'x'))).where == "$.body.narrative");
  CHECK(mentions(refused(ground(std::string(1 << 20, 'x'))).what, "1 MiB"));
}

TEST_CASE("one meaning has one canonical form") {
  const auto base =
      accepted(line_of("MarkFollowUpMissed", "{\"case_id\":" + quoted_uuid() + ",\"step\":3}")).canonical();
  auto upper = std::string("\"0197F0C2-7A30-7C1E-9B1D-2F4A5C6D7E8F\"");
  CHECK(accepted(" { \"body\" : { \"step\" : 3.0 , \"case_id\":" + upper +
                 "} , \"command\":\"MarkFollowUpMissed\"}")
            .canonical() == base);
  CHECK(accepted("{\"id\":" + quoted_uuid() + ",\"command\":\"MarkFollowUpMissed\",\"body\":{\"case_id\":" +
                 quoted_uuid() + ",\"step\":3e0}}")
            .canonical() == base);
  CHECK(
      accepted(line_of("MarkFollowUpMissed", "{\"case_id\":" + quoted_uuid() + ",\"step\":4}")).canonical() !=
      base);

  auto dispatch =
      accepted(line_of("DispatchOrder", "{\"case_id\":" + quoted_uuid() + ",\"station\":150102}"));
  CHECK(dispatch.canonical() == accepted(line_of("DispatchOrder", kDispatch)).canonical());
  // Nothing and an empty text are not the same, nor is a text moved into the next field.
  auto offer = [](const std::string& rest) {
    return accepted(line_of("OfferContact", "{\"channel\":\"phone\",\"language\":\"zh\"" + rest + "}"))
        .canonical();
  };
  CHECK(offer("") != offer(R"(,"dialled":"")"));
  CHECK(offer(R"(,"dialled":"12355")") != offer(R"(,"phone":"12355")"));
  CHECK(offer(R"(,"dialled":"1","phone":"2355")") != offer(R"(,"dialled":"12","phone":"355")"));
  CHECK(offer(R"(,"dialled":"\u0041")") == offer(R"(,"dialled":"A")"));
  // What the edge fills in later does not count.
  auto filled = accepted(line_of("DispatchOrder", kDispatch));
  filled.body.set("due_at", Instant(1));
  CHECK(filled.canonical() == dispatch.canonical());
  // What stands around the body does.
  auto acted = accepted("{\"command\":\"DispatchOrder\",\"actor\":\"1\",\"body\":" + kDispatch + "}");
  CHECK(acted.canonical() != dispatch.canonical());
}

TEST_CASE("an event is named with or without its partition") {
  auto event = [](const std::string& text) {
    return *accepted(line_of("CorrectFact",
                             "{\"case_id\":" + quoted_uuid() + ",\"event\":\"" + text +
                                 "\",\"happened_at\":\"2026-03-02T09:00:00Z\",\"ground\":\"late_evidence\"}"))
                .body.get<EventRef>("event");
  };
  CHECK(event("42:1").seq() == 42);
  CHECK(event("42:1").index() == 1);
  CHECK(event("7:42:1") == event("42:1"));
  CHECK(event("r:42:1") == event("42:1"));
}

TEST_CASE("a malformed line still tells its id") {
  CHECK(to_text(*id_of_line("{\"id\":" + quoted_uuid() + ",\"command\":7}")) == kUuid);
  CHECK_FALSE(id_of_line("{\"id\":7}").has_value());
  CHECK_FALSE(id_of_line("{").has_value());
}

TEST_CASE("every command fits what the reader can build") {
  auto fits = [](const TableShape& table, bool nested, auto& self) -> void {
    for (const auto& field : table.fields) {
      INFO(table.name << "." << field.name);
      CHECK(field.type.kind != Kind::choice);
      CHECK((!nested || field.type.kind != Kind::sealed));
      if (field.type.object && field.type.object->is_struct) CHECK(field.type.object->size <= 32);
      if (field.type.kind == Kind::sealed) {
        auto subject = table.find(field.subject);
        REQUIRE(subject);
        CHECK(subject->type.object->name == "PersonId");
      }
      if (field.type.kind == Kind::table) self(*field.type.object, true, self);
      if (field.type.kind == Kind::list && field.element.kind == Kind::table)
        self(*field.element.object, true, self);
    }
  };
  for (const auto& member : shapes().enumeration("CommandBody")->values)
    if (member.table) fits(*member.table, false, fits);
}

TEST_CASE("a typical line is parsed and built in microseconds") {
  const auto line =
      "{\"id\":" + quoted_uuid() +
      ",\"command\":\"DispatchOrder\",\"occurred_at\":\"2026-03-02T09:00:00+08:00\",\"actor\":\"15010001\","
      "\"station\":\"150100\",\"body\":" +
      kDispatch + "}";
  const Sealer seal = keep_words;
  accepted(line);
  constexpr int kRounds = 20'000;
  flatbuffers::FlatBufferBuilder builder;
  std::size_t bytes = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    auto parsed = parse_line(line);
    builder.Clear();
    builder.Finish(*parsed->body.build(builder, seal));
    bytes += builder.GetSize();
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  MESSAGE("parse_line and build: " << took.count() / kRounds << " us");
  CHECK(bytes > 0);
}
