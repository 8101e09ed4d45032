// The publisher against a real broker: everything once and in order, whatever ended it before.
#include "adapters/kafka/publisher.h"

#include <fmt/format.h>

#include <thread>

#include "adapters/kafka/admin.h"
#include "adapters/kafka/subscriber.h"
#include "core/time.h"
#include "tests/integrators/started.h"
#include "tests/integrators/year.h"

namespace toono {
namespace {

Published publish_once(const KafkaYear& place, PublishOptions options = {}) {
  options.address = place.address;
  options.once = true;
  auto log = place.open();
  return must(publish(*log, log->partitions(), options));
}
Result<Published> try_publish(const KafkaYear& place, EventsFrom from = {}) {
  auto log = place.open();
  return publish(*log, log->partitions(), {.address = place.address, .from = std::move(from), .once = true});
}

/// A record of a topic of events, kept.
struct Seen {
  std::string id, key, value, attributes;
};
/// By partition of the topic, in order.
std::vector<std::vector<Seen>> records_of(const KafkaYear& place, const std::string& topic, int partitions) {
  std::vector<std::vector<Seen>> seen(static_cast<std::size_t>(partitions));
  must(read_events(place.address, topic, partitions, Tail::everything, [&](const EventRecord& record) {
    std::string attributes;
    for (const auto& [name, value] : record.attributes)
      attributes += std::string(name) + "=" + std::string(value) + "\n";
    seen[static_cast<std::size_t>(record.partition)].push_back({std::string(record.attribute("id")),
                                                                std::string(record.key),
                                                                std::string(record.value), attributes});
    return Result<void>();
  }));
  return seen;
}
std::vector<std::vector<Seen>> events_of(const KafkaYear& place) {
  return records_of(place, place.topics().events, year().partitions + 1);
}

/// That the topic holds every event of the year once, partition by partition, just as it was made.
void check_whole(const std::vector<std::vector<Seen>>& seen) {
  REQUIRE(seen.size() == year().events.size());
  for (std::size_t p = 0; p < seen.size(); ++p) {
    REQUIRE(seen[p].size() == year().events[p].size());
    for (std::size_t i = 0; i < seen[p].size(); ++i) {
      const auto& event = year().events[p][i].event;
      std::string attributes;
      for (const auto& [name, value] : event.attributes) attributes += name + "=" + value + "\n";
      CHECK(seen[p][i].attributes == attributes + "datacontenttype=application/json\n");
      CHECK(seen[p][i].key == event.key);
      CHECK(seen[p][i].value == event.data);
    }
  }
}

/// What a consumer has that drops what is not greater than the last of its partition.
std::vector<std::vector<std::string>> ids_without_doubles(const KafkaYear& place) {
  std::vector<std::vector<std::string>> ids(year().events.size());
  must(subscribe({.address = place.address, .from = "beginning", .once = true},
                 [&](const EventRecord& record) {
                   ids[static_cast<std::size_t>(record.partition)].emplace_back(record.attribute("id"));
                   return Result<void>();
                 }));
  return ids;
}
void check_ids_whole(const std::vector<std::vector<std::string>>& ids) {
  for (std::size_t p = 0; p < ids.size(); ++p) CHECK(ids[p] == year().ids(static_cast<PartitionNumber>(p)));
}

}  // namespace

TEST_CASE("a journal is published once and in its order however often the publisher is started") {
  KafkaYear place;
  auto published = publish_once(place);
  CHECK(published.events == year().event_count);
  CHECK(published.referrals == year().referral_count);
  CHECK(published.void_count == 0);
  CHECK(published.lines_without_topic.empty());
  REQUIRE(published.read_to.size() == year().partitions + 1u);
  CHECK(published.read_to[2] == year().events[2].back().event.place.seq);
  auto again = publish_once(place);
  CHECK(again.events == 0);
  CHECK(again.referrals == 0);
  check_whole(events_of(place));

  std::size_t referrals = 0;
  for (auto line : EnumValuesReferralLine()) {
    auto told = records_of(place, place.topics().referral_out(line), 1);
    for (const auto& record : told.front()) {
      auto found = parse_event_id(record.id, year().partitions);
      REQUIRE(found.has_value());
      bool of_line = false;
      for (const auto& event : year().events[found->partition])
        of_line |= event.event.place == *found && event.line == line && event.event.data == record.value;
      CHECK(of_line);
      ++referrals;
    }
  }
  CHECK(referrals == year().referral_count);
}

TEST_CASE("a publisher that was stopped in the middle goes on where it stood") {
  KafkaYear place;
  std::uint64_t told = 0, starts = 0;
  for (bool complete = false; !complete && starts < 20; ++starts) {
    std::size_t asked = 0;
    PublishOptions options;
    options.stop = [&] { return ++asked > 500 + 700 * starts; };
    auto published = publish_once(place, options);
    told += published.events;
    complete = told == year().event_count;
  }
  CHECK(starts > 2);
  check_whole(events_of(place));
}

TEST_CASE("a publisher killed in the middle and started again tells every event and skips none") {
  KafkaYear place;
  // One record a request, so that there is a middle to be killed in.
  Nodes nodes(place.address, "\"batch.num.messages\" = 1\n\"linger.ms\" = 0\n");
  auto admin = must(KafkaAdmin::open(place.address));
  auto told = [&] {
    std::int64_t count = 0;
    for (PartitionNumber p = 0; p <= year().partitions; ++p)
      count += must(watermarks(place.address, admin->client(), place.topics().events, p)).high;
    return count;
  };
  const auto all = static_cast<std::int64_t>(year().event_count);
  int killed = 0;
  for (std::optional<int> code; !code;) {
    REQUIRE(killed < 50);
    const auto enough = told() + all / 8;
    Started publisher(nodes.words("publisher", {"publish", "--once"}));
    bool far = testing::eventually([&] { return (code = publisher.ended()) || told() >= enough; }, 60);
    REQUIRE_MESSAGE(far, "the publisher got no further within a minute: " << publisher.said());
    if (code) CHECK_MESSAGE(code == 0, publisher.said());
    if (code) continue;
    publisher.kill();
    ++killed;
  }
  CHECK(killed >= 3);
  check_ids_whole(ids_without_doubles(place));
  CHECK(publish_once(place).events == 0);
  MESSAGE("killed " << killed << " times; " << told() - all << " of " << all << " events came twice");
}

TEST_CASE("two publishers beside each other lose nothing and a consumer sees nothing twice") {
  KafkaYear place;
  std::vector<std::thread> threads;
  std::array<std::uint64_t, 2> told{};
  for (std::size_t i = 0; i < 2; ++i)
    threads.emplace_back([&, i] {
      auto log = KafkaLog::open({.address = place.address});
      auto published = publish(**log, (*log)->partitions(), {.address = place.address, .once = true});
      if (published) told[i] = published->events;
    });
  for (auto& thread : threads) thread.join();
  CHECK(told[0] + told[1] >= year().event_count);
  check_ids_whole(ids_without_doubles(place));
  CHECK(publish_once(place).events <= year().event_count);
  check_ids_whole(ids_without_doubles(place));
}

TEST_CASE("what is published again from a position comes twice and is dropped by who reads") {
  KafkaYear place;
  publish_once(place);
  auto from = must(parse_events_from("3:10,r:2", year().partitions));
  auto again = publish_once(place, {.address = {}, .from = from});
  std::uint64_t expected = 0;
  for (const auto& event : year().events[3]) expected += event.event.place.seq >= 10 ? 1 : 0;
  for (const auto& event : year().events[year().partitions]) expected += event.event.place.seq >= 2 ? 1 : 0;
  CHECK(again.events == expected);
  CHECK(events_of(place)[3].size() > year().events[3].size());
  check_ids_whole(ids_without_doubles(place));
  CHECK(publish_once(place, {.address = {}, .from = {.beginning = true}}).events == year().event_count);
  check_ids_whole(ids_without_doubles(place));
}

TEST_CASE("a position that the journal has not reached is no place to begin") {
  KafkaYear place;
  auto refused = try_publish(place, must(parse_events_from("3:999999", year().partitions)));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::not_found);
  CHECK(refused.error().where == "--from 3:999999");
  CHECK(try_publish(place, must(parse_events_from("3:10", year().partitions))).has_value());
}

TEST_CASE(
    "a transaction that was given up in the events topic is passed over by who publishes and who reads") {
  KafkaYear place;
  publish_once(place);
  auto admin = must(KafkaAdmin::open(place.address));
  auto end = [&] { return must(watermarks(place.address, admin->client(), place.topics().events, 0)).high; };
  const auto before = end();
  testing::Stranger stranger(place.address, place.address.deployment);
  stranger.begin();
  stranger.write(place.topics().events, "no event");
  stranger.give_up();
  REQUIRE(testing::eventually([&] { return end() == before + 2; }));
  auto again = publish_once(place);
  CHECK(again.events == 0);
  check_ids_whole(ids_without_doubles(place));
}

TEST_CASE("publishing may begin at what was recorded from a moment on") {
  KafkaYear place;
  auto moment = year().events[0][year().events[0].size() / 2].event.recorded_at;
  publish_once(place, {.address = {}, .from = {.recorded_at = moment}});
  auto seen = events_of(place);
  for (std::size_t p = 0; p < seen.size(); ++p) {
    std::size_t expected = 0;
    for (const auto& event : year().events[p]) expected += event.event.recorded_at >= moment ? 1 : 0;
    CHECK(seen[p].size() == expected);
  }
}

TEST_CASE("a topic that holds events of another log is never written to") {
  KafkaYear place;
  auto producer = must(make_producer(place.address, nullptr));
  auto stranger = year().events[4].front().event;
  for (auto& [name, value] : stranger.attributes)
    if (name == "source") value = "urn:uuid:00000000-0000-4000-8000-000000000000";
  REQUIRE(produce_event(producer.get(), place.topics().events, 4, stranger) == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(rd_kafka_flush(producer.get(), 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
  auto refused = try_publish(place);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::refused);
  CHECK(refused.error().what == "the events topic is of another log than the journal");
  CHECK(try_publish(place, {.beginning = true}).error().what == refused.error().what);
  CHECK(events_of(place)[4].size() == 1);
  CHECK(events_of(place)[0].empty());

  CloudEvent nothing;
  REQUIRE(produce_event(producer.get(), place.topics().events, 4, nothing) == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(rd_kafka_flush(producer.get(), 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
  auto unreadable = try_publish(place);
  REQUIRE_FALSE(unreadable.has_value());
  CHECK(unreadable.error().where.find("partition 4, offset 1") != std::string::npos);
}

TEST_CASE("a topic that tells of what the journal does not hold is refused") {
  KafkaYear place;
  publish_once(place);
  auto last = year().events[3].back().event;
  std::string problem;
  SUBCASE("because the journal ends before") {
    problem = "the journal was cut";
    for (auto& [name, value] : last.attributes)
      if (name == "id") value = fmt::format("3:{}:0", last.place.seq + 1);
  }
  SUBCASE("because another event stands at its place") {
    problem = "went on another way";
    for (auto& [name, value] : last.attributes)
      if (name == "commandid") value = "00000000-0000-4000-8000-000000000000";
  }
  auto producer = must(make_producer(place.address, nullptr));
  REQUIRE(produce_event(producer.get(), place.topics().events, 3, last) == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(rd_kafka_flush(producer.get(), 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
  auto refused = try_publish(place);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::refused);
  CHECK(refused.error().what.find(problem) != std::string::npos);
  CHECK(try_publish(place, {.beginning = true}).has_value());
}

TEST_CASE("without an events topic of as many partitions nothing is published") {
  KafkaYear place;
  auto admin = must(KafkaAdmin::open(place.address));
  must(admin->add_partitions(place.topics().events, year().partitions + 2));
  REQUIRE(testing::eventually([&] {
    return must(partition_count(place.address, admin->client(), place.topics().events)) ==
           year().partitions + 2;
  }));
  CHECK(try_publish(place).error().what.find("has 14 partitions and not 13") != std::string::npos);
  must(admin->delete_topic(place.topics().events));
  REQUIRE(testing::eventually(
      [&] { return must(partition_count(place.address, admin->client(), place.topics().events)) == 0; }));
  auto missing = try_publish(place);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::refused);
  CHECK(missing.error().next.find("toono topics create") != std::string::npos);
}

TEST_CASE("a line without a topic is named and the others are told") {
  KafkaYear place;
  auto admin = must(KafkaAdmin::open(place.address));
  std::set<ReferralLine> used;
  for (const auto& partition : year().events)
    for (const auto& event : partition)
      if (event.line) used.insert(*event.line);
  REQUIRE(used.size() > 1);
  auto gone = place.topics().referral_out(*used.begin());
  must(admin->delete_topic(gone));
  REQUIRE(
      testing::eventually([&] { return must(partition_count(place.address, admin->client(), gone)) == 0; }));
  auto published = publish_once(place);
  CHECK(published.lines_without_topic == std::set<ReferralLine>{*used.begin()});
  CHECK(published.referrals > 0);
  CHECK(published.referrals < year().referral_count);
  CHECK(published.events == year().event_count);
}

TEST_CASE("where to begin is read from what a person types") {
  struct Row {
    std::string name, text;
    bool good;
  };
  for (const auto& row : std::vector<Row>{{"the beginning", "beginning", true},
                                          {"an instant", "2026-03-02T09:00:00+08:00", true},
                                          {"a day", "2026-03-02", true},
                                          {"a position", "7:42", true},
                                          {"ids", "7:42:1,r:3:0", true},
                                          {"the registry's position", "r:3", true},
                                          {"a partition that is not there", "12:1", false},
                                          {"words", "yesterday", false},
                                          {"half a list", "7:42,", false},
                                          {"a partition twice", "7:42,r:3,7:50", false},
                                          {"nothing", "", false}}) {
    INFO(row.name);
    CHECK(parse_events_from(row.text, 12).has_value() == row.good);
  }
  auto from = must(parse_events_from("7:42:1,r:3", 12));
  CHECK(from.places.at(7) == EventPlace{7, 42, 2});
  CHECK(from.places.at(12) == EventPlace{12, 3, 0});
  CHECK(must(parse_events_from("2026-03-02", 12)).recorded_at ==
        must(parse_instant("2026-03-02T00:00:00+08:00")));
  CHECK(parse_events_from("yesterday", 12).error().code == ErrorCode::usage);
}

}  // namespace toono
