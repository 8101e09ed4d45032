// The measures over many facts: percentiles, the worst day, ranks, stations with what is below them, and
// names.

#include "projections/measures.h"
#include "tests/projections/measures_fixture.h"

namespace toono::test {
namespace {

/// A call at `minute` of a day, answered after so many seconds; not at all when negative.
ContactFact call(World& world, std::string_view day_text, int minute, int seconds,
                 Language language = Language::zh) {
  auto contact = world.contact();
  contact.offered.ms = start_of(day(day_text)).ms() + minute * kMinuteMs;
  contact.language = language;
  if (seconds < 0) return contact;
  contact.answered = contact.offered;
  contact.answered.ms += seconds * kSecondMs;
  return contact;
}

TEST_CASE("measures: percentiles are the nearest rank") {
  World world;
  for (int i = 1; i <= 20; ++i) world.put(call(world, "2026-03-02", i, i));
  world.put(call(world, "2026-03-02", 21, -1));
  CHECK(world.figure("wait_p50").rate == 10.0);
  CHECK(world.figure("wait_p90").rate == 18.0);
  CHECK(world.figure("wait_p90").denominator == 20);
  CHECK(world.figure("connect_rate").numerator == 20);
  CHECK(world.figure("connect_rate").denominator == 21);
}

TEST_CASE("measures: the language gap is Mongolian less Chinese and ranked by the smaller side") {
  World world;
  for (int i = 1; i <= 10; ++i) world.put(call(world, "2026-03-02", i, 5));
  for (int i = 1; i <= 9; ++i) world.put(call(world, "2026-03-02", i, 12, Language::mn));
  auto gap = world.figure("language_gap");
  CHECK(gap.rate == 7.0);
  CHECK(gap.denominator == 9);
  CHECK(!gap.ranked);
  world.put(call(world, "2026-03-02", 11, 12, Language::mn));
  CHECK(world.figure("language_gap").ranked);
}

TEST_CASE("measures: fewer than ten below the line have a rate and no rank") {
  World world;
  for (int i = 1; i <= 9; ++i) world.put(call(world, "2026-03-02", i, 5));
  CHECK(!world.figure("connect_rate").ranked);
  CHECK(world.figure("connect_rate").rate == 1.0);
  world.put(call(world, "2026-03-02", 10, 5));
  CHECK(world.figure("connect_rate").ranked);
  CHECK(!world.figure("sign_on_time").rate.has_value());
}

TEST_CASE("measures: the worst 24 hours roll over midnight") {
  World world;
  // Each day by itself has nine in ten; from noon to noon nine in eleven.
  for (int i = 0; i < 9; ++i) world.put(call(world, "2026-03-02", 60 + i, 5));
  world.put(call(world, "2026-03-02", 23 * 60, -1));
  world.put(call(world, "2026-03-03", 30, -1));
  for (int i = 0; i < 9; ++i) world.put(call(world, "2026-03-03", 60 + i, 5));
  auto worst = world.figure("connect_rate_worst_24h");
  CHECK(worst.numerator == 9);
  CHECK(worst.denominator == 11);
  CHECK(world.figure("connect_rate").rate == 0.9);
}

TEST_CASE("measures: a window with fewer than ten calls is none") {
  World world;
  for (int i = 0; i < 9; ++i) world.put(call(world, "2026-03-02", i, -1));
  CHECK(world.figure("connect_rate_worst_24h").denominator == 0);
  CHECK(!world.figure("connect_rate_worst_24h").rate.has_value());
}

TEST_CASE("measures: the worst 24 hours are those of a search through every minute") {
  std::uint32_t seed = 20261124;
  CAPTURE(seed);
  auto next = [&](int below) { return static_cast<int>((seed = seed * 1664525 + 1013904223) >> 8) % below; };
  for (int round = 0; round < 20; ++round) {
    World world;
    world.period = {day("2026-03-02"), day("2026-03-05")};
    std::vector<std::pair<int, bool>> calls;  // minute of the period, answered
    for (int i = 0, count = 15 + next(40); i < count; ++i) {
      calls.emplace_back(next(4 * 1440), next(4) != 0);
      world.put(call(world, "2026-03-02", calls.back().first, calls.back().second ? 5 : -1));
    }
    double least = 2;
    for (int from = 0; from <= 3 * 1440; ++from) {
      int answered = 0, offered = 0;
      for (auto [minute, was_answered] : calls) {
        if (minute < from || minute >= from + 1440) continue;
        ++offered;
        answered += was_answered;
      }
      if (offered >= kLeastRanked) least = std::min(least, double(answered) / offered);
    }
    auto figure = world.figure("connect_rate_worst_24h");
    CHECK(figure.rate.value_or(2) == least);
  }
}

TEST_CASE("measures: a contact is answered directly by a case without an order") {
  World world;
  auto direct = world.case_file();
  direct.answered_on_spot = world.at("2026-03-02 08:15");
  world.put(direct);
  auto dispatched = world.case_file();
  dispatched.orders = 1;
  world.put(dispatched);
  for (auto id : {direct.id, dispatched.id}) {
    auto contact = world.contact();
    contact.classified = contact.linked = contact.ended = world.at("2026-03-02 08:10");
    contact.case_id = id;
    world.put(contact);
  }
  CHECK(world.figure("direct_answer_rate").numerator == 1);
  CHECK(world.figure("direct_answer_rate").denominator == 2);
}

void put_order(World& world, StationId station, const char* dispatched) {
  auto order = world.order();
  order.station = station.code();
  order.dispatched = world.at(dispatched);
  world.put(order);
}

TEST_CASE("measures: a station counts what was below it on the day") {
  World world;
  StationParentChangedT moved;
  moved.station = kXincheng;
  moved.parent = kBaotou;
  moved.valid_from = day("2026-07-01");
  world.publish(std::move(moved));
  put_order(world, kXincheng, "2026-06-30 23:59");
  put_order(world, kXincheng, "2026-07-01 00:00");
  put_order(world, kXincheng, "2026-07-02 09:00");
  put_order(world, kHohhot, "2026-07-02 09:00");
  put_order(world, StationId{900001}, "2026-07-02 09:00");  // unknown to the registry: under nobody
  auto dispatched = [&](StationId station, bool subtree) {
    return world.figure("return_rate", station, subtree).denominator;
  };
  CHECK(dispatched(kXincheng, false) == 3);
  CHECK(dispatched(kHohhot, false) == 1);
  CHECK(dispatched(kHohhot, true) == 2);
  CHECK(dispatched(kBaotou, true) == 2);
  CHECK(dispatched(kRegion, true) == 4);
  CHECK(dispatched(kRegion, false) == 0);
  CHECK(dispatched(StationId{900001}, false) == 1);
  CHECK(dispatched(StationId{900001}, true) == 1);
}

TEST_CASE("measures: local days border the year") {
  World world;
  put_order(world, kXincheng, "2025-12-31 23:59");
  put_order(world, kXincheng, "2026-01-01 00:00");
  put_order(world, kXincheng, "2026-12-31 23:59");
  put_order(world, kXincheng, "2027-01-01 00:00");
  CHECK(world.figure("return_rate").denominator == 2);
  world.period = {day("2026-12-31"), day("2026-12-31")};
  CHECK(world.figure("return_rate").denominator == 1);
  world.put(call(world, "2026-12-30", 1439, 5));
  world.put(call(world, "2026-12-31", 0, 5));
  world.put(call(world, "2026-12-31", 1439, 5));
  world.put(call(world, "2027-01-01", 0, 5));
  CHECK(world.figure("connect_rate").denominator == 2);
}

TEST_CASE("measures: many stations at once are as each by itself") {
  World world;
  for (int i = 0; i < 40; ++i) put_order(world, i % 3 == 0 ? kXincheng : kHuimin, "2026-03-02 09:00");
  for (int i = 0; i < 12; ++i) world.put(call(world, "2026-03-02", i, i));
  auto question = world.question(kXincheng);
  question.scope.stations.clear();
  for (int i = 0; i < 15; ++i)
    for (auto station : {kXincheng, kHuimin}) question.scope.stations.push_back(station);
  auto together = assess(question);
  REQUIRE(together);
  REQUIRE(together->size() == 30 * all_measures().size());
  for (std::size_t i = 0; i < 2 * all_measures().size(); ++i) {
    const auto& figure = (*together)[i];
    INFO(figure.measure->name);
    auto alone = world.figure(figure.measure->name, figure.station);
    CHECK(alone.numerator == figure.numerator);
    CHECK(alone.denominator == figure.denominator);
    CHECK(alone.rate == figure.rate);
  }
}

TEST_CASE("measures: a damaged row is refused and named") {
  World world;
  RowBatch rows;
  rows.put(Key(0, Table::facts).number(kXincheng.code()).byte(0).instant(Instant(ms("2026-03-02 09:00"))),
           "short");
  REQUIRE(world.store.apply(rows));
  auto figures = assess(world.question(kXincheng));
  REQUIRE(!figures);
  CHECK(figures.error().code == ErrorCode::damaged);
}

TEST_CASE("measures: names are found in both languages and are plain") {
  for (const auto& measure : all_measures()) {
    CHECK(find_measure(measure.name) == &measure);
    CHECK(find_measure(measure.name_zh) == &measure);
    CHECK(measure.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos);
  }
  CHECK(find_measure("on_time_completio") == nullptr);
}

}  // namespace
}  // namespace toono::test
