// What the tests of measures share: facts put into a store under the keys that the views use, and a small
// region.
#pragma once

#include <string>

#include "adapters/memory/store.h"
#include "core/time.h"
#include "doctest/doctest.h"
#include "projections/measures.h"

namespace toono::test {

/// `2026-02-13 17:00`, or with seconds, local.
inline std::int64_t ms(std::string_view text) {
  std::string seconds = text.size() > 16 ? "" : ":00";
  auto day = std::string(text.substr(0, 10)), time = std::string(text.substr(11));
  return parse_instant(day + "T" + time + seconds + "+08:00").value().ms();
}
inline Day day(std::string_view text) { return parse_day(text).value(); }

inline const StationId kRegion{150000}, kHohhot{150100}, kBaotou{150200}, kXincheng{150102}, kHuimin{150103};

/// Ids count up, so that each fact is another's.
template <ByteId Id>
Id numbered(std::uint32_t number) {
  Buffer bytes(sizeof(Id));
  for (int i = 0; i < 4; ++i)
    bytes[15 - static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (8 * i));
  return id_from<Id>(bytes);
}

class World {
 public:
  World() {
    open(kRegion, Tier::I, StationId{0});
    open(kHohhot, Tier::II, kRegion);
    open(kBaotou, Tier::II, kRegion);
    open(kXincheng, Tier::III, kHohhot);
    open(kHuimin, Tier::III, kHohhot);
  }

  At at(std::string_view text) { return {ms(text), ++seq_, 0}; }

  OrderFact order() {
    OrderFact fact;
    fact.id = numbered<OrderId>(++next_id_);
    fact.case_id = numbered<CaseId>(next_id_);
    fact.station = kXincheng.code();
    fact.dispatched = fact.clock_started = at("2026-03-02 09:00");
    fact.sign_due_ms = fact.first_contact_due_ms = ms("2026-03-03 18:00");
    fact.first_handle_due_ms = fact.handle_due_ms = ms("2026-03-09 18:00");
    return fact;
  }
  CaseFact case_file() {
    CaseFact fact;
    fact.id = numbered<CaseId>(++next_id_);
    fact.station = kXincheng.code();
    fact.registered = at("2026-03-02 08:00");
    return fact;
  }
  ContactFact contact(std::string_view offered = "2026-03-02 08:00") {
    ContactFact fact;
    fact.id = numbered<ContactId>(++next_id_);
    fact.station = kXincheng.code();
    fact.offered = at(offered);
    return fact;
  }
  ReferralFact referral() {
    ReferralFact fact;
    fact.id = numbered<ReferralId>(++next_id_);
    fact.station = kXincheng.code();
    fact.sent = at("2026-03-02 10:00");
    return fact;
  }
  FollowUpFact follow_up() {
    FollowUpFact fact;
    fact.case_id = numbered<CaseId>(++next_id_);
    fact.station = kXincheng.code();
    fact.step = 1;
    fact.scheduled = at("2026-03-02 10:00");
    fact.due_ms = ms("2026-03-03 10:00");
    return fact;
  }

  void put(const OrderFact& fact) { put(fact, FactKind::order, fact.dispatched, fact.id); }
  void put(const CaseFact& fact) {
    put(fact, FactKind::case_intake, fact.registered, fact.id);
    put(fact, FactKind::case_outcome, fact.registered, fact.id);
  }
  void put(const ContactFact& fact) { put(fact, FactKind::contact, fact.offered, fact.id); }
  void put(const ReferralFact& fact) { put(fact, FactKind::referral, fact.sent, fact.id); }
  void put(const FollowUpFact& fact) { put(fact, FactKind::follow_up, fact.scheduled, fact.case_id); }

  /// Events of the registry.
  template <class EventBodyT>
  void publish(EventBodyT body) {
    EventT event;
    event.body.Set(std::move(body));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(Event::Pack(builder, &event));
    REQUIRE(
        registry.apply(registry.position() + 1, *flatbuffers::GetRoot<Event>(builder.GetBufferPointer())));
  }
  void open(StationId id, Tier tier, StationId parent) {
    StationOpenedT event;
    event.station = id;
    event.tier = tier;
    event.parent = parent;
    event.valid_from = day("2020-01-01");
    publish(std::move(event));
  }

  Question question(StationId station, bool subtree = false) const {
    return {store, registry.now(), kPartitions, {{station}, subtree}, period, Instant(now_ms)};
  }
  Figure figure(std::string_view name, StationId station = kXincheng, bool subtree = false) const {
    auto figures = assess(question(station, subtree));
    REQUIRE(figures);
    for (const auto& figure : *figures)
      if (figure.measure->name == name) return figure;
    FAIL("no measure ", std::string(name));
    return {};
  }

  static constexpr PartitionNumber kPartitions = 3;
  MemoryStore store;
  Registry registry;
  Period period = year_period(2026);
  std::int64_t now_ms = ms("2027-06-01 12:00");

 private:
  template <class Fact, class Id>
  void put(const Fact& fact, FactKind kind, const At& anchor, const Id& id) {
    RowBatch rows;
    PartitionNumber partition = next_id_ % kPartitions;
    rows.put(Key(partition, Table::facts)
                 .number(fact.station)
                 .byte(static_cast<std::uint8_t>(kind))
                 .instant(Instant(anchor.ms))
                 .id(id),
             plain_bytes(fact));
    REQUIRE(store.apply(rows));
  }

  std::uint32_t seq_ = 0;
  std::uint32_t next_id_ = 0;
};

/// One fact, and what a measure makes of it.
template <class Fact>
struct RuleRow {
  const char* what;
  const char* measure;
  void (*make)(World& world, Fact& fact);
  std::int64_t numerator;
  std::int64_t denominator;
};

template <class Fact, std::size_t size>
void holds(const RuleRow<Fact> (&rows)[size], Fact (*base)(World& world)) {
  for (const auto& row : rows) {
    INFO(row.measure, ": ", row.what);
    World world;
    auto fact = base(world);
    row.make(world, fact);
    world.put(fact);
    auto figure = world.figure(row.measure);
    CHECK(figure.numerator == row.numerator);
    CHECK(figure.denominator == row.denominator);
    CHECK(figure.rate.has_value() == (row.denominator != 0));
  }
}

}  // namespace toono::test
