// Tables to JSON: conventions, what is left out, escapes.
#include "adapters/json/print.h"

#include <chrono>

#include "adapters/json/text.h"
#include "core/ids.h"
#include "doctest/doctest.h"
#include "schemas/journal_generated.h"
#include "schemas/state_generated.h"
#include "tests/json/fixture.h"

using namespace toono;

namespace {
template <class Native>
std::string printed(const Native& native, std::string_view name, const JsonOptions& options = {}) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Native::TableType::Pack(builder, &native));
  return to_json({builder.GetBufferPointer(), builder.GetSize()}, name, options);
}

DecisionT two_events() {
  DecisionT decision;
  decision.seq = 42;
  decision.command_id = *parse_id<CommandId>(kUuid);
  decision.entity = *parse_id<EntityId>(kUuid);
  decision.entity_kind = EntityKind::case_file;
  decision.decided_at = Instant(1772413200000);
  decision.occurred_at = Instant(1772413200250);
  decision.station = StationId(150100);
  OrderDispatchedT dispatched;
  dispatched.order_id = *parse_id<OrderId>(kUuid);
  dispatched.station = StationId(150102);
  dispatched.tier = Tier::II;
  dispatched.sign_due = Instant(1772413200000);
  dispatched.policy_version = "2026-1";
  OrderSignedT signature;
  signature.order_id = dispatched.order_id;
  decision.events.resize(2);
  decision.events[0].body.Set(std::move(dispatched));
  decision.events[1].body.Set(std::move(signature));
  return decision;
}

const std::string kDecision =
    R"({"seq":42,"command_offset":0,"command_id":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f","schema_version":0,)"
    R"("entity":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f","entity_kind":"case_file","entity_version":0,)"
    R"("decided_at":"2026-03-02T09:00:00+08:00","occurred_at":"2026-03-02T09:00:00.250+08:00","actor":"0",)"
    R"("station":"150100","registry_seq":0,"imported":false,"command_type":0,"outcome":"accepted",)"
    R"("rejection":"none","first_seq":0,"events":[{"body":{"type":"OrderDispatched",)"
    R"("order_id":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f","station":"150102",)"
    R"("tier":"II","role":"lead","sign_due":"2026-03-02T09:00:00+08:00",)"
    R"("due_source":"policy","provisional":false,"policy_version":"2026-1"}},)"
    R"({"body":{"type":"OrderSigned","order_id":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f"}}]})";
}  // namespace

TEST_CASE("a decision with two events is printed whole and in order") {
  CHECK(printed(two_events(), "Decision") == kDecision);
}

TEST_CASE("what has not happened is left out and moments name their event") {
  OrderT order;
  order.signed_ = Moment(Instant(1772413200000), EventRef(7, 1));
  order.handle_due = Instant(0);
  const auto text = printed(order, "Order");
  CHECK(text.find("\"signed\":{\"at\":\"2026-03-02T09:00:00+08:00\",\"event\":\"7:1\"}") !=
        std::string::npos);
  CHECK(text.find("handle_due") == std::string::npos);
  CHECK(text.find("submitted") == std::string::npos);
  CHECK(text.find("\"id\"") == std::string::npos);
  CHECK(text.find("handler") == std::string::npos);
  CHECK(text.find("\"status\":\"none\"") != std::string::npos);
}

TEST_CASE("sealed words stay sealed unless somebody opens them") {
  ContactOfferedT offered;
  offered.phone = std::make_unique<SealedT>();
  offered.phone->class_ = SealClass::identity;
  auto with = [](Opened opened) {
    return JsonOptions{.open = [opened](const Sealed&) { return opened; }, .without_sealed = false};
  };
  CHECK(printed(offered, "ContactOffered") ==
        R"({"channel":"phone","language":"zh","phone":{"sealed":"identity"}})");
  CHECK(printed(offered, "ContactOffered", with({Opened::Outcome::words, "12\n"})) ==
        R"({"channel":"phone","language":"zh","phone":"12\n"})");
  CHECK(printed(offered, "ContactOffered", with({Opened::Outcome::erased, {}})) ==
        R"({"channel":"phone","language":"zh","phone":{"erased":"identity"}})");
  CHECK(printed(offered, "ContactOffered", with({})) == printed(offered, "ContactOffered"));
  JsonOptions none;
  none.without_sealed = true;
  CHECK(printed(offered, "ContactOffered", none) == R"({"channel":"phone","language":"zh"})");
}

TEST_CASE("a union member without fields and deprecated fields leave nothing behind") {
  EventT event;
  event.body.Set(ContactEndedT{});
  CHECK(printed(event, "Event") == R"({"body":{"type":"ContactEnded"}})");
}

TEST_CASE("a number that no name is known for is shown as it is") {
  ContactClassifiedT classified;
  classified.class_ = static_cast<ContactClass>(200);
  CHECK(printed(classified, "ContactClassified") == R"({"class":200})");
}

TEST_CASE("bytes and 64 bit numbers are printed exactly") {
  SealedT sealed;
  sealed.nonce = {0, 1, 2, 255};
  JsonOptions options;
  CHECK(printed(sealed, "Sealed").find("\"nonce\":\"AAEC/w==\"") != std::string::npos);
  RegistryAdvancedT advanced;
  advanced.registry_seq = 18446744073709551615ull;
  CHECK(printed(advanced, "RegistryAdvanced") == R"({"registry_seq":18446744073709551615})");
}

TEST_CASE("what a terminal or a reader would act on is escaped") {
  struct Row {
    const char* raw;
    const char* quoted;
  };
  const Row rows[] = {
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\x1b[31m\x7f", R"("\u001b[31m\u007f")"},
      {"\n\t\r\b", R"("\n\t\r\u0008")"},
      {"\xc2\x9b", R"("\u009b")"},
      {"\xe2\x80\xae", R"("\u202e")"},
      {"\xd8\x9c", R"("\u061c")"},
      {"\xe2\x81\xa6", R"("\u2066")"},
      {"蒙古 ᠮᠣᠩᠭᠣᠯ\xe1\xa0\x8e", "\"蒙古 ᠮᠣᠩᠭᠣᠯ\xe1\xa0\x8e\""},
      {"\xff"
       "a\xe4\xb8",
       R"("\ufffda\ufffd\ufffd")"},
      {"\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"},
      {"😀", "\"😀\""},
  };
  for (const auto& row : rows) CHECK(json_quoted(row.raw) == row.quoted);
}

TEST_CASE("instants and days are printed as core prints them") {
  for (std::int64_t ms :
       {0ll, -1ll, 1772413200000ll, 1772413200001ll, -62135596800000ll, 253402271999999ll}) {
    std::string text;
    append_instant(text, Instant(ms));
    CHECK(text == to_text(Instant(ms)));
    std::string day;
    append_day(day, day_of(Instant(ms)));
    CHECK(day == to_text(day_of(Instant(ms))));
  }
}

TEST_CASE("a decision with two events is printed in microseconds") {
  flatbuffers::FlatBufferBuilder builder;
  const auto decision = two_events();
  builder.Finish(Decision::Pack(builder, &decision));
  const Bytes bytes{builder.GetBufferPointer(), builder.GetSize()};
  constexpr int kRounds = 20'000;
  std::string out;
  std::size_t size = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    out.clear();
    append_json(out, *flatbuffers::GetRoot<flatbuffers::Table>(bytes.data()), "Decision");
    size += out.size();
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  MESSAGE("to_json of a decision: " << took.count() / kRounds << " us for " << out.size() << " bytes");
  CHECK(size == kDecision.size() * kRounds);
}
