// Reading the public events: which, from where, how many; from a topic and from an embedded log alike.
#include "adapters/kafka/subscriber.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/time.h"
#include "tests/integrators/year.h"

namespace toono {
namespace {

std::vector<std::string> ids_of(SubscribeOptions options) {
  options.address = published_year().address;
  options.once = true;
  std::vector<std::string> ids;
  auto given = must(subscribe(options, [&](const EventRecord& record) {
    ids.emplace_back(record.attribute("id"));
    return Result<void>();
  }));
  CHECK(given == ids.size());
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// The same from the year itself.
template <class Wanted>
std::vector<std::string> expected(Wanted wanted) {
  std::vector<std::string> ids;
  for (const auto& partition : year().events)
    for (const auto& event : partition)
      if (wanted(event.event)) ids.emplace_back(event.event.attribute("id"));
  std::sort(ids.begin(), ids.end());
  REQUIRE_FALSE(ids.empty());
  return ids;
}
std::string type_of(const CloudEvent& event) {
  return std::string(event_of_type_name(event.attribute("type")));
}

Ran toono(const std::string& log, std::vector<std::string> words) {
  std::vector<std::string> all{toono_program(), "--log", log};
  all.insert(all.end(), words.begin(), words.end());
  return run(all);
}

}  // namespace

TEST_CASE("a subscriber is given what it asks for and nothing else") {
  CHECK(ids_of({.address = {}, .from = "beginning"}) == expected([](const CloudEvent&) { return true; }));
  CHECK(
      ids_of({.address = {}, .from = "beginning", .filter = {.types = {"OrderDispatched", "CaseClosed"}}}) ==
      expected([](const CloudEvent& event) {
        return type_of(event) == "OrderDispatched" || type_of(event) == "CaseClosed";
      }));
  auto entity = year().events[1][3].event.key;
  CHECK(ids_of({.address = {}, .from = "beginning", .filter = {.entity = entity}}) ==
        expected([&](const CloudEvent& event) { return event.key == entity; }));
  // What a station did, and what it is named in: orders dispatched to it by another.
  std::string station;
  for (const auto& event : year().events[1])
    if (type_of(event.event) == "OrderDispatched" && station.empty())
      station = std::string(parsed(event.event.data).at("station").as_string());
  auto of_station = [&](const CloudEvent& event) {
    auto data = parsed(event.data);
    return event.attribute("station") == station ||
           (data.as_object().contains("station") && data.at("station").as_string() == station);
  };
  CHECK(ids_of({.address = {}, .from = "beginning", .filter = {.station = station}}) == expected(of_station));
}

TEST_CASE("a subscriber begins where it says") {
  auto moment = year().events[5][year().events[5].size() / 2].event.recorded_at;
  CHECK(ids_of({.address = {}, .from = to_text(moment)}) ==
        expected([&](const CloudEvent& event) { return event.recorded_at >= moment; }));
  CHECK(ids_of({.address = {}, .from = "2:30"}) == expected([](const CloudEvent& event) {
          return event.place.partition != 2 || event.place.seq >= 30;
        }));
  // The ids of the last events that it has: what is behind them is new to it.
  std::string last;
  for (const auto& partition : year().events) {
    if (partition.empty()) continue;
    if (!last.empty()) last += ',';
    last += partition[partition.size() / 2].event.attribute("id");
  }
  CHECK(ids_of({.address = {}, .from = last}) == expected([](const CloudEvent& event) {
          const auto& partition = year().events[event.place.partition];
          return event.place > partition[partition.size() / 2].event.place;
        }));
  CHECK(ids_of({.address = {}}).empty());
  CHECK(ids_of({.address = {}, .from = "beginning", .limit = 7}).size() == 7);
}

TEST_CASE("a subscriber that begins beyond the topic's end is told where that is") {
  const auto& events = year().events[2];
  REQUIRE_FALSE(events.empty());
  auto last = std::string(events.back().event.attribute("id"));
  auto next = events.back().event.place.seq + 1;
  auto ask = [](std::string from, bool once) {
    return subscribe({.address = published_year().address, .from = std::move(from), .once = once},
                     [](const EventRecord&) { return Result<void>(); });
  };
  for (bool once : {true, false}) {
    auto beyond = ask(fmt::format("2:{}", next + 1), once);
    REQUIRE_FALSE(beyond.has_value());
    CHECK(beyond.error().code == ErrorCode::not_found);
    CHECK(beyond.error().what == "the public events of this partition end with " + last);
    CHECK(beyond.error().where == fmt::format("--from 2:{}", next + 1));
    CHECK(beyond.error().next.starts_with(fmt::format("say 2:{} to wait", next)));
  }
  CHECK(ask(fmt::format("2:{}", next), true).has_value());
  CHECK(ask(last, true).has_value());

  // Nothing told yet: there is a first event to wait for.
  KafkaYear silent;
  auto wait_for = [&](std::string from) {
    return subscribe({.address = silent.address, .from = std::move(from), .once = true},
                     [](const EventRecord&) { return Result<void>(); });
  };
  CHECK(wait_for("2:1").has_value());
  CHECK(wait_for("2:2").error().what == "there is no public event of this partition");
}

TEST_CASE("a subscriber that is told where there is nothing says what to do") {
  auto other = published_year().address;
  other.deployment = testing::unique_deployment();
  auto refused =
      subscribe({.address = other, .once = true}, [](const EventRecord&) { return Result<void>(); });
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::refused);
  auto unreadable = subscribe({.address = published_year().address, .from = "yesterday", .once = true},
                              [](const EventRecord&) { return Result<void>(); });
  CHECK(unreadable.error().code == ErrorCode::usage);
}

TEST_CASE("the same lines are printed from a topic and from an embedded log") {
  TemporaryDirectory scratch;
  auto settings = scratch.path().string() + ".toml";
  {
    std::ofstream file(settings);
    file << "brokers = \"" << published_year().address.brokers << "\"\n"
         << "deployment = \"" << published_year().address.deployment << "\"\n";
  }
  auto from_topic =
      toono("kafka:" + settings, {"subscribe", "--from", "beginning", "--once", "--type", "OrderSigned"});
  REQUIRE_MESSAGE(from_topic.code == 0, from_topic.err);
  auto from_files = toono("embedded:" + simulated_year().string(), {"subscribe", "--type", "OrderSigned"});
  REQUIRE_MESSAGE(from_files.code == 0, from_files.err);
  auto lines = [](const std::string& text) {
    std::multiset<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.insert(line);
    return all;
  };
  CHECK(lines(from_topic.out).size() > 50);
  // A record has the content type behind the attributes, as the printed event has it: the same letters.
  CHECK(lines(from_topic.out) == lines(from_files.out));

  auto published = toono("kafka:" + settings, {"--json", "publish", "--once"});
  REQUIRE_MESSAGE(published.code == 0, published.err);
  CHECK(parsed(published.out).at("events").to_number<int>() == 0);
  CHECK(parsed(published.out).at("read_to").at("r").to_number<int>() > 100);
}

TEST_CASE("what is typed wrong names what would be right") {
  auto log = "embedded:" + simulated_year().string();
  auto slip = toono(log, {"subscribe", "--type", "OrderSined"});
  CHECK(slip.code == 2);
  CHECK(slip.err.find("OrderSigned") != std::string::npos);
  CHECK(toono(log, {"subscribe", "--entity", "7"}).code == 2);
  CHECK(toono(log, {"subscribe", "--from", "yesterday"}).code == 2);
  auto publish = toono(log, {"publish", "--once"});
  CHECK(publish.code == 2);
  CHECK(publish.err.find("kafka:HOST:PORT") != std::string::npos);
  CHECK(parsed_lines(toono(log, {"subscribe", "--limit", "3"}).out).size() == 3);
}

}  // namespace toono
