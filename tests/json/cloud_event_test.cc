// Public events: what they say, what they leave out, and that the contract describes just this.
#include "adapters/json/cloud_event.h"

#include <set>

#include "adapters/json/asyncapi.h"
#include "adapters/json/shapes.h"
#include "doctest/doctest.h"
#include "tests/json/fixture.h"

using namespace toono;

namespace {

constexpr PartitionNumber kPartitions = 12;

EventOrigin origin(PartitionNumber partition = 7) {
  return {.log_id = *parse_id<LogId>("1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
          .partition = partition,
          .partitions = kPartitions};
}

/// A decision with these events, as bytes that live as long as this.
class Decided {
 public:
  template <class... Events>
  explicit Decided(Events... events) {
    decision.seq = 42;
    decision.command_id = *parse_id<CommandId>(kUuid);
    decision.entity = *parse_id<EntityId>("0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e90");
    decision.entity_kind = EntityKind::case_file;
    decision.entity_version = 9;
    decision.occurred_at = Instant(1772413200250);
    decision.decided_at = Instant(1772413205000);
    decision.actor = StaffId(15010001);
    decision.station = StationId(150100);
    (add(std::move(events)), ...);
  }
  const Decision& get() {
    builder_.Clear();
    builder_.Finish(Decision::Pack(builder_, &decision));
    return *flatbuffers::GetRoot<Decision>(builder_.GetBufferPointer());
  }
  CloudEvent event(std::uint32_t index = 0, PartitionNumber partition = 7) {
    auto made = cloud_event(origin(partition), get(), index);
    REQUIRE(made.has_value());
    return *made;
  }
  DecisionT decision;

 private:
  template <class Event>
  void add(Event event) {
    EventT body;
    body.body.Set(std::move(event));
    decision.events.emplace_back(std::move(body));
  }
  flatbuffers::FlatBufferBuilder builder_;
};

std::unique_ptr<SealedT> words() {
  auto sealed = std::make_unique<SealedT>();
  sealed->ciphertext.assign(5, 'x');
  sealed->path = "narrative";
  return sealed;
}

std::string in_lines(const Attributes& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += name + ": " + value + "\n";
  return text;
}

}  // namespace

TEST_CASE("an event goes out in binary mode as it has been agreed") {
  OrderDispatchedT dispatched;
  dispatched.order_id = *parse_id<OrderId>(kUuid);
  dispatched.station = StationId(150102);
  dispatched.tier = Tier::II;
  dispatched.sign_due = Instant(1772413200000);
  dispatched.policy_version = "2026-1";
  auto event = Decided(OrderSignedT(), dispatched).event(1);
  CHECK(in_lines(kafka_headers(event)) ==
        "ce_specversion: 1.0\n"
        "ce_id: 7:42:1\n"
        "ce_source: urn:uuid:1b4e28ba-2fa1-41d2-883f-0016d3cca427\n"
        "ce_type: toono.OrderDispatched.v1\n"
        "ce_subject: 0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e90\n"
        "ce_time: 2026-03-02T09:00:00.250+08:00\n"
        "ce_dataschema: urn:x-toono:event:OrderDispatched:v1\n"
        "ce_recordedtime: 2026-03-02T09:00:05+08:00\n"
        "ce_sequence: 00000000000000000042.00001\n"
        "ce_entitykind: case_file\n"
        "ce_entityversion: 9\n"
        "ce_actor: 15010001\n"
        "ce_station: 150100\n"
        "ce_commandid: 0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f\n"
        "content-type: application/json\n");
  CHECK(event.key == "0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e90");
  CHECK(event.data ==
        R"({"order_id":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f","station":"150102","tier":"II","role":"lead",)"
        R"("sign_due":"2026-03-02T09:00:00+08:00","due_source":"policy","provisional":false,)"
        R"("policy_version":"2026-1"})");
  CHECK(structured_json(event) ==
        R"({"specversion":"1.0","id":"7:42:1","source":"urn:uuid:1b4e28ba-2fa1-41d2-883f-0016d3cca427",)"
        R"("type":"toono.OrderDispatched.v1","subject":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e90",)"
        R"("time":"2026-03-02T09:00:00.250+08:00","dataschema":"urn:x-toono:event:OrderDispatched:v1",)"
        R"("recordedtime":"2026-03-02T09:00:05+08:00","sequence":"00000000000000000042.00001",)"
        R"("entitykind":"case_file","entityversion":"9","actor":"15010001","station":"150100",)"
        R"("commandid":"0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f","datacontenttype":"application/json","data":)" +
            event.data + "}");
}

TEST_CASE("the registry's events have an id of their own and no subject") {
  Decided opened{StationOpenedT()};
  opened.decision.entity = EntityId{};
  opened.decision.entity_kind = EntityKind::registry;
  opened.decision.imported = true;
  auto event = opened.event(0, kPartitions);
  CHECK(event.attribute("id") == "r:42:0");
  CHECK(event.attribute("subject").empty());
  CHECK(event.attribute("imported") == "true");
  CHECK(event.key == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("the names of attributes are what CloudEvents lets through") {
  Decided signature{OrderSignedT()};
  signature.decision.imported = true;
  for (const auto& [name, value] : signature.event().attributes) {
    CHECK(name.size() <= 20);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
    CHECK_FALSE(value.empty());
  }
}

TEST_CASE("an id leads back to the place of its event") {
  struct Row {
    std::string name, text;
    std::optional<EventPlace> place;
  };
  const std::vector<Row> rows = {
      {"a partition's", "7:42:1", EventPlace{7, 42, 1}},
      {"the registry's", "r:5:0", EventPlace{kPartitions, 5, 0}},
      {"a partition that is not there", "12:1:0", std::nullopt},
      {"no index", "7:42", std::nullopt},
      {"more than a place", "7:42:1:0", std::nullopt},
      {"not a number", "7:x:0", std::nullopt},
      {"a sign", "7:-1:0", std::nullopt},
      {"nothing", "", std::nullopt},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(parse_event_id(row.text, kPartitions) == row.place);
    if (row.place) CHECK(to_text(*row.place, kPartitions) == row.text);
  }
}

TEST_CASE("a name of a type leads back to its event") {
  for (auto name : event_names()) CHECK(event_of_type_name(event_type_name(name)) == name);
  for (auto no : {"", "toono.v1", "toono..v1", "OrderSigned", "toono.OrderSigned.v2", "other.OrderSigned.v1"})
    CHECK(event_of_type_name(no).empty());
}

TEST_CASE("what somebody said and what was typed about a person stays inside") {
  CaseRegisteredT registered;
  registered.number = "0700000112";
  registered.narrative = words();
  PersonRegisteredT person;
  person.name = words();
  person.phone = words();
  person.health_note = words();
  person.birth_year = 2011;
  AccessUsedT access;
  access.purpose = "a call of her mother";
  PersonErasedT erased;
  erased.ground = "asked for by her mother";
  RiskLevelOverriddenT lowered;
  lowered.ground = "her mother is with her";
  Decided decided(std::move(registered), std::move(person), access, erased, lowered);
  CHECK(
      decided.event(0).data ==
      R"({"number":"0700000112","programme":"psychological_counselling","language":"zh","channel":"phone"})");
  CHECK(decided.event(1).data == "{}");
  CHECK(decided.event(2).data == "{}");
  CHECK(decided.event(3).data == R"({"class":"identity","all_classes":false})");
  CHECK(decided.event(4).data == R"({"level":"unassessed"})");
}

// Whoever adds a text or a number to an event says here that it may be seen by everyone, or hides it.
TEST_CASE("every text of an event has been looked at") {
  const std::set<std::string> public_texts = {"CaseRegistered.foreign_id",
                                              "CaseRegistered.number",
                                              "ContactOffered.dialled",
                                              "DeadlineRecalculated.calendar_version",
                                              "OrderDispatched.calendar_version",
                                              "OrderDispatched.policy_version",
                                              "OrderDispatched.rule",
                                              "ProgressLogged.activity",
                                              "ReferralAccepted.external_id",
                                              "ReferralInterimReported.external_id",
                                              "ReferralOutcomeReported.external_id",
                                              "ReferralReceived.external_id",
                                              "ReferralReceived.receipt",
                                              "ReferralRefused.external_id",
                                              "RiskAssessed.tool",
                                              "RiskAssessed.tool_version",
                                              "StationOpened.name",
                                              "StationOpened.note"};
  std::set<std::string> seen;
  for (auto name : event_names())
    for (const auto& field : shapes().table(name)->fields) {
      auto full = std::string(name) + "." + field.name;
      bool hidden = is_hidden_from_public(name, field.name);
      if (field.type.kind == Kind::text && !hidden) seen.insert(full);
      if (field.type.kind == Kind::octets) FAIL(full << ": bytes that nobody can look at");
    }
  CHECK(seen == public_texts);
}

TEST_CASE("an event of a later version is left to who knows it") {
  Decided decided{OrderSignedT()};
  const auto& decision = decided.get();
  auto* event = reinterpret_cast<flatbuffers::Table*>(const_cast<Event*>(decision.events()->Get(0)));
  REQUIRE(cloud_event(origin(), decision, 0).has_value());
  REQUIRE(event->SetField<std::uint8_t>(Event::VT_BODY_TYPE, 250, 0));
  CHECK_FALSE(cloud_event(origin(), decision, 0).has_value());
}
