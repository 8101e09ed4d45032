// Explain against decisions folded for real: the lists, the event ids, and what a wrong row does to the
// agreement.
#include "core/chain.h"
#include "core/partition.h"
#include "projections/folder.h"
#include "tests/projections/measures_fixture.h"

namespace toono::test {
namespace {

/// Decisions of one entity after the other, folded as the follower does it.
class Journal {
 public:
  explicit Journal(World& world) : world_(world), folder_(world.store, world.registry, 1000) {}

  template <class... BodyT>
  void record(const EntityId& entity, EntityKind kind, std::string_view when, BodyT... bodies) {
    auto partition = partition_of(entity, World::kPartitions);
    DecisionT decision;
    decision.seq = ++seq_;
    decision.entity = entity;
    decision.entity_kind = kind;
    decision.entity_version = ++versions_[to_text(entity)];
    decision.occurred_at = decision.decided_at = Instant(ms(when));
    decision.station = kXincheng;
    decision.command_id = numbered<CommandId>(static_cast<std::uint32_t>(seq_));
    (add(decision, std::move(bodies)), ...);
    RecordT record;
    record.body.Set(std::move(decision));
    flatbuffers::FlatBufferBuilder builder;
    FinishRecordBuffer(builder, Record::Pack(builder, &record));
    Bytes bytes(builder.GetBufferPointer(), builder.GetSize());
    RowBatch rows;
    auto applied = folder_.apply(partition, *decision_of(bytes), bytes, rows);
    REQUIRE(applied);
    REQUIRE(!applied->quarantined);
    REQUIRE(folder_.write_views(rows));
    REQUIRE(world_.store.apply(rows));
  }
  std::uint64_t last_seq() const { return seq_; }

 private:
  template <class BodyT>
  void add(DecisionT& decision, BodyT body) {
    EventT event;
    event.body.Set(std::move(body));
    decision.events.push_back(std::move(event));
  }
  World& world_;
  Folder folder_;
  std::uint64_t seq_ = 0;
  std::map<std::string, std::uint64_t> versions_;
};

template <class BodyT>
BodyT about(const OrderId& order) {
  BodyT body;
  body.order_id = order;
  return body;
}

/// A case with one order, dispatched on the second of March and signed then or not at all.
CaseId put_case(Journal& journal, std::uint32_t number, const char* signed_at) {
  auto entity = numbered<EntityId>(number);
  auto order = numbered<OrderId>(1000 + number);
  auto kind = EntityKind::case_file;
  CaseRegisteredT registered;
  registered.number = "15-" + std::to_string(number);
  journal.record(entity, kind, "2026-03-02 08:00", registered);
  auto dispatched = about<OrderDispatchedT>(order);
  dispatched.station = kXincheng;
  dispatched.parent = kHohhot;
  dispatched.sign_due = Instant(ms("2026-03-03 18:00"));
  dispatched.handle_due = Instant(ms("2026-03-09 18:00"));
  journal.record(entity, kind, "2026-03-02 09:00", CaseTriagedT(), dispatched);
  if (signed_at) journal.record(entity, kind, signed_at, about<OrderSignedT>(order));
  return id_as<CaseId>(entity);
}

Explanation explained(const World& world, const char* name, StationId station = kXincheng,
                      bool subtree = false) {
  auto result = explain(*find_measure(name), world.question(station, subtree));
  REQUIRE(result);
  return *result;
}

TEST_CASE("explain: the orders above and below the line with their events") {
  World world;
  Journal journal(world);
  auto in_time = put_case(journal, 1, "2026-03-03 18:00");
  auto signed_seq = journal.last_seq();
  put_case(journal, 2, "2026-03-04 09:00");
  put_case(journal, 3, nullptr);
  auto opened = explained(world, "sign_on_time");
  CHECK(opened.agrees);
  REQUIRE(opened.numerator.size() == 1);
  CHECK(opened.denominator.size() == 3);
  CHECK(opened.figure.numerator == 1);
  CHECK(opened.figure.denominator == 3);
  const auto& evidence = opened.numerator.front();
  CHECK(evidence.case_id == in_time);
  CHECK(evidence.id == id_as<Uuid>(numbered<OrderId>(1001)));
  auto partition = std::to_string(partition_of(id_as<EntityId>(in_time), World::kPartitions));
  CHECK(evidence.events ==
        std::vector<std::string>{partition + ":2:1", partition + ":" + std::to_string(signed_seq) + ":0"});
  CHECK(explained(world, "sign_on_time", kHohhot, true).denominator.size() == 3);
  CHECK(explained(world, "sign_on_time", kBaotou, true).denominator.empty());
}

TEST_CASE("explain: a row that the records do not lead to is found") {
  World world;
  Journal journal(world);
  put_case(journal, 1, nullptr);
  std::string key;
  OrderFact fact;
  auto order_rows = Key(partition_of(numbered<EntityId>(1), World::kPartitions), Table::facts)
                        .number(kXincheng.code())
                        .byte(0);
  REQUIRE(world.store.scan(order_rows, behind(order_rows), [&](std::string_view found, std::string_view row) {
    key = found;
    return !read_plain(row, fact);
  }));
  fact.signed_at = {ms("2026-03-03 09:00"), 99, 0};
  RowBatch rows;
  rows.put(key, plain_bytes(fact));
  REQUIRE(world.store.apply(rows));
  auto opened = explained(world, "sign_on_time");
  CHECK(opened.numerator.size() == 1);
  CHECK(!opened.agrees);
}

TEST_CASE("explain: a fact without any record does not agree") {
  World world;
  world.put(world.order());
  CHECK(!explained(world, "completion").agrees);
}

TEST_CASE("explain: an order moved by escalation and a contact by a delegated order") {
  World world;
  Journal journal(world);
  auto entity = id_as<EntityId>(put_case(journal, 1, "2026-03-02 10:00"));
  auto lead = numbered<OrderId>(1001), child = numbered<OrderId>(2001);
  auto delegated = about<OrderDelegatedT>(lead);
  delegated.child = child;
  delegated.station = kHuimin;
  auto dispatched = about<OrderDispatchedT>(child);
  dispatched.station = kHuimin;
  dispatched.role = OrderRole::delegated;
  dispatched.due_source = DueSource::inherited;
  journal.record(entity, EntityKind::case_file, "2026-03-02 11:00", delegated, dispatched);
  journal.record(entity, EntityKind::case_file, "2026-03-02 12:00", about<CallerFirstContactedT>(child));
  auto recalculated = about<DeadlineRecalculatedT>(lead);
  recalculated.timer = TimerKind::first_contact;
  recalculated.new_due = Instant(ms("2026-03-03 18:00"));
  journal.record(entity, EntityKind::case_file, "2026-03-02 13:00", recalculated);
  auto opened = explained(world, "response");
  CHECK(opened.agrees);
  CHECK(opened.numerator.size() == 1);
}

TEST_CASE("explain: contacts by percentile and the worst day and the case that answers one") {
  World world;
  Journal journal(world);
  auto entity = numbered<EntityId>(500);
  CaseRegisteredT registered;
  registered.number = "15-500";
  journal.record(entity, EntityKind::case_file, "2026-03-02 08:00", registered, CaseAnsweredOnSpotT());
  for (std::uint32_t i = 1; i <= 20; ++i) {
    auto contact = numbered<EntityId>(i);
    auto text = [](int minute) {
      return "2026-03-02 09:" + std::string(minute < 10 ? "0" : "") + std::to_string(minute);
    };
    journal.record(contact, EntityKind::contact, text(static_cast<int>(i)), ContactOfferedT());
    if (i % 5 == 0) continue;
    journal.record(contact, EntityKind::contact, text(static_cast<int>(2 * i)), ContactAnsweredT());
    ContactLinkedToCaseT linked;
    linked.case_id = id_as<CaseId>(entity);
    journal.record(contact, EntityKind::contact, "2026-03-02 10:00", ContactClassifiedT(), linked);
  }
  auto p50 = explained(world, "wait_p50");
  CHECK(p50.agrees);
  CHECK(p50.numerator.size() == 1);
  CHECK(p50.denominator.size() == 16);
  auto worst = explained(world, "connect_rate_worst_24h");
  CHECK(worst.agrees);
  CHECK(static_cast<std::int64_t>(worst.numerator.size()) == worst.figure.numerator);
  CHECK(static_cast<std::int64_t>(worst.denominator.size()) == worst.figure.denominator);
  CHECK(worst.figure.denominator >= 10);
  auto direct = explained(world, "direct_answer_rate");
  CHECK(direct.agrees);
  CHECK(direct.numerator.size() == 16);
}

TEST_CASE("explain: every measure agrees with the records") {
  World world;
  Journal journal(world);
  for (std::uint32_t i = 1; i <= 12; ++i) put_case(journal, i, i % 2 ? "2026-03-03 10:00" : nullptr);
  for (const auto& measure : all_measures()) {
    INFO(measure.name);
    auto opened = explain(measure, world.question(kRegion, true));
    REQUIRE(opened);
    CHECK(opened->agrees);
    // What the rule looked at is one of the fact's own events.
    for (const auto* list : {&opened->numerator, &opened->denominator})
      for (const auto& row : *list) {
        CHECK((!row.decided_by.empty() || !row.since.empty() || row.due_ms != 0));
        for (const auto& event : {row.decided_by, row.since})
          CHECK(
              (event.empty() || std::find(row.events.begin(), row.events.end(), event) != row.events.end()));
      }
  }
}

TEST_CASE("explain: it tells of every entity that it folds anew") {
  World world;
  Journal journal(world);
  for (std::uint32_t i = 1; i <= 5; ++i) put_case(journal, i, nullptr);
  std::uint64_t told = 0;
  auto opened = explain(*find_measure("sign_on_time"), world.question(kRegion, true),
                        [&](std::uint64_t done, std::uint64_t of) {
                          CHECK(done == ++told);
                          CHECK(of == 5);
                        });
  REQUIRE(opened);
  CHECK(told == 5);
}

TEST_CASE("explain: two stations are one too many") {
  World world;
  auto question = world.question(kXincheng);
  question.scope.stations.push_back(kHuimin);
  auto opened = explain(*find_measure("completion"), question);
  REQUIRE(!opened);
  CHECK(opened.error().code == ErrorCode::usage);
}

}  // namespace
}  // namespace toono::test
