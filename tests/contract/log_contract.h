// What every log keeps: one suite, run over each implementation by tests/log.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "core/log.h"
#include "doctest/doctest.h"

namespace toono::contract {

/// A log with three partitions (two and the registry's) and nothing in it.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual Log& log() = 0;
  /// Closes the log in good order and opens it again.
  virtual void reopen() = 0;
  /// False if a scan may show what was appended before it has been settled: a broker has it as soon as it
  /// arrives.
  virtual bool hides_what_is_not_settled() const { return true; }
};
using MakeLog = std::function<std::unique_ptr<LogUnderTest>()>;

struct Seen {
  PartitionNumber partition;
  std::uint64_t offset;
  std::string text;
  bool operator==(const Seen&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.partition << ":" << seen.offset << " " << seen.text;
}
using Story = std::vector<Seen>;

inline Story story(const std::vector<LogRecord>& records) {
  Story seen;
  for (const LogRecord& record : records)
    seen.push_back({record.partition, record.offset, std::string(text_of(record.bytes))});
  return seen;
}
inline Story read(Log& log, Topic topic, const std::vector<From>& from) {
  Story seen;
  auto done = log.scan(topic, from, [&](const LogRecord& record) {
    CHECK(record.topic == topic);
    seen.push_back({record.partition, record.offset, std::string(text_of(record.bytes))});
    return true;
  });
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().what + ": " + done.error().where));
  return seen;
}
inline Story of_partition(const Story& all, PartitionNumber partition) {
  Story seen;
  for (const Seen& one : all)
    if (one.partition == partition) seen.push_back(one);
  return seen;
}
inline Story settled(Log& log) {
  auto records = log.settle();
  REQUIRE_MESSAGE(records.has_value(), (records ? "" : records.error().what + ": " + records.error().where));
  return story(*records);
}
/// A log may need a moment to hand out what was sent.
inline Story receive(Log& log, std::size_t count) {
  Story seen;
  for (int tries = 0; seen.size() < count && tries < 1000; ++tries) {
    auto records = log.receive(count - seen.size());
    REQUIRE(records.has_value());
    for (Seen& one : story(*records)) seen.push_back(std::move(one));
  }
  return seen;
}
inline void send(Log& log, PartitionNumber partition, std::string_view text) {
  REQUIRE(log.send(partition, bytes_of(text)).has_value());
}
inline void append(Log& log, PartitionNumber partition, std::string_view text) {
  REQUIRE(log.append(partition, bytes_of(text)).has_value());
}

/// Call it inside a TEST_CASE.
inline void check_log(const MakeLog& make) {
  std::unique_ptr<LogUnderTest> fixture = make();
  auto log = [&]() -> Log& { return fixture->log(); };

  SUBCASE("an empty log gives nothing") {
    CHECK(receive(log(), 0).empty());
    CHECK(log().receive(10)->empty());
    CHECK(settled(log()).empty());
    CHECK(read(log(), Topic::journal, {{0}, {1}, {2}}).empty());
  }
  SUBCASE("genesis needs no command and stands at offset 0") {
    append(log(), 2, "genesis r");
    append(log(), 0, "genesis 0");
    Story seen = settled(log());
    CHECK(of_partition(seen, 2) == Story{{2, 0, "genesis r"}});
    CHECK(of_partition(seen, 0) == Story{{0, 0, "genesis 0"}});
    CHECK(read(log(), Topic::journal, {{0}}) == Story{{0, 0, "genesis 0"}});
  }
  SUBCASE("commands are handed out once and in order and counted from 0 in their partition") {
    for (int i = 0; i < 5; ++i) send(log(), i % 2, "c" + std::to_string(i));
    Story first = receive(log(), 3), rest = receive(log(), 2);
    Story all = first;
    all.insert(all.end(), rest.begin(), rest.end());
    CHECK(first.size() == 3);
    CHECK(of_partition(all, 0) == Story{{0, 0, "c0"}, {0, 1, "c2"}, {0, 2, "c4"}});
    CHECK(of_partition(all, 1) == Story{{1, 0, "c1"}, {1, 1, "c3"}});
    CHECK(log().receive(10)->empty());
  }
  SUBCASE("what was received stays readable while others send and until the next receive") {
    send(log(), 0, "one");
    send(log(), 0, "two");
    auto records = log().receive(1);
    for (int tries = 0; records && records->empty() && tries < 1000; ++tries) records = log().receive(1);
    REQUIRE(records.has_value());
    REQUIRE(records->size() == 1);
    for (int i = 0; i < 100; ++i) send(log(), 1, "noise");
    append(log(), 0, "decided one");
    settled(log());
    CHECK(text_of(records->front().bytes) == "one");
  }
  SUBCASE("settle returns the journal's new records and a scan finds both topics") {
    send(log(), 0, "ask");
    send(log(), 1, "ask more");
    REQUIRE(receive(log(), 2).size() == 2);
    append(log(), 0, "answer");
    append(log(), 1, "answer more");
    append(log(), 1, std::string());
    if (fixture->hides_what_is_not_settled()) CHECK(read(log(), Topic::journal, {{0}, {1}}).empty());
    Story seen = settled(log());
    CHECK(of_partition(seen, 0) == Story{{0, 0, "answer"}});
    CHECK(of_partition(seen, 1) == Story{{1, 0, "answer more"}, {1, 1, ""}});
    CHECK(settled(log()).empty());
    CHECK(read(log(), Topic::inbox, {{0}}) == Story{{0, 0, "ask"}});
    CHECK(read(log(), Topic::inbox, {{1}}) == Story{{1, 0, "ask more"}});
    CHECK(of_partition(read(log(), Topic::journal, {{0}, {1}}), 1) ==
          Story{{1, 0, "answer more"}, {1, 1, ""}});
  }
  SUBCASE("asked not to wait it returns what is there by now and in the end each record once and in order") {
    Story seen;
    auto take = [&](Wait wait) {
      auto records = log().settle(wait);
      REQUIRE_MESSAGE(records.has_value(), (records ? "" : records.error().what));
      for (Seen& one : story(*records)) seen.push_back(std::move(one));
    };
    for (int i = 0; i < 60; ++i) {
      append(log(), i % 3, "r" + std::to_string(i / 3));
      if (i % 7 == 0) take(Wait::for_none);
      if (fixture->hides_what_is_not_settled() && i % 7 == 0)
        CHECK(seen.size() == static_cast<std::size_t>(i) + 1);
      if (i != 40) continue;
      take(Wait::for_all);
      CHECK(seen.size() == 41);
    }
    for (int tries = 0; seen.size() < 60 && tries < 100'000; ++tries) take(Wait::for_none);
    CHECK(seen.size() == 60);
    for (PartitionNumber p = 0; p < 3; ++p)
      for (std::uint64_t i = 0; i < 20; ++i)
        CHECK(of_partition(seen, p).at(i) == Seen{p, i, "r" + std::to_string(i)});
    take(Wait::for_all);
    CHECK(seen.size() == 60);
  }
  SUBCASE("what was sent and not received comes after a settle too") {
    send(log(), 0, "a");
    send(log(), 0, "b");
    CHECK(receive(log(), 1) == Story{{0, 0, "a"}});
    append(log(), 0, "A");
    settled(log());
    CHECK(receive(log(), 1) == Story{{0, 1, "b"}});
    append(log(), 0, "B");
    CHECK(settled(log()) == Story{{0, 1, "B"}});
  }
  SUBCASE("a scan begins where it is told and at a place that came before") {
    std::vector<std::uint64_t> places;
    for (int i = 0; i < 20; ++i) {
      append(log(), 0, "r" + std::to_string(i));
      append(log(), 1, "other");
      auto records = log().settle();
      REQUIRE(records.has_value());
      for (const LogRecord& record : *records)
        if (record.partition == 0) places.push_back(record.place);
    }
    REQUIRE(places.size() == 20);
    CHECK(read(log(), Topic::journal, {{0, 18, places[18]}}) == Story{{0, 18, "r18"}, {0, 19, "r19"}});
    CHECK(read(log(), Topic::journal, {{0, 19, places[3]}}) == Story{{0, 19, "r19"}});
    CHECK(read(log(), Topic::journal, {{0, 19, 0}}) == Story{{0, 19, "r19"}});
    CHECK(read(log(), Topic::journal, {{0, 20, places[19]}}).empty());
    Story both = read(log(), Topic::journal, {{0, 19, places[19]}, {1, 17, places[17]}});
    CHECK(of_partition(both, 0).size() == 1);
    CHECK(of_partition(both, 1).size() == 3);
  }
  SUBCASE("a visitor that has enough ends the scan") {
    for (int i = 0; i < 10; ++i) append(log(), 0, "x");
    settled(log());
    int seen = 0;
    CHECK(log().scan(Topic::journal, {{0}}, [&](const LogRecord&) { return ++seen < 4; }).has_value());
    CHECK(seen == 4);
  }
  SUBCASE("a log that was opened again has what was settled and counts on") {
    send(log(), 0, "a");
    receive(log(), 1);
    append(log(), 0, "A");
    settled(log());
    fixture->reopen();
    CHECK(read(log(), Topic::journal, {{0}}) == Story{{0, 0, "A"}});
    CHECK(read(log(), Topic::inbox, {{0}}) == Story{{0, 0, "a"}});
    CHECK(log().receive(10)->empty());
    send(log(), 0, "b");
    CHECK(receive(log(), 1) == Story{{0, 1, "b"}});
    append(log(), 0, "B");
    CHECK(settled(log()) == Story{{0, 1, "B"}});
    CHECK(read(log(), Topic::inbox, {{0, 1}}) == Story{{0, 1, "b"}});
  }
  SUBCASE("large records and many of them come back byte for byte") {
    std::map<std::uint64_t, std::string> expected;
    for (int i = 0; i < 40; ++i) {
      std::string text((i * 7919) % 262144, static_cast<char>('a' + i % 26));
      append(log(), 1, text);
      expected[expected.size()] = text;
      if (i % 3 == 0) settled(log());
    }
    settled(log());
    Story seen = read(log(), Topic::journal, {{1}});
    REQUIRE(seen.size() == expected.size());
    for (const Seen& one : seen) CHECK(one.text == expected[one.offset]);
  }
  SUBCASE("any thread may send") {
    std::vector<std::thread> senders;
    for (int t = 0; t < 4; ++t)
      senders.emplace_back([&log, t] {
        for (int i = 0; i < 200; ++i)
          if (!log().send(1, bytes_of(std::to_string(t) + " " + std::to_string(i)))) std::abort();
      });
    Story seen = receive(log(), 400);
    for (std::thread& sender : senders) sender.join();
    Story rest = receive(log(), 800 - seen.size());
    seen.insert(seen.end(), rest.begin(), rest.end());
    REQUIRE(seen.size() == 800);
    std::vector<int> next(4);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      CHECK(seen[i].offset == i);
      int t = seen[i].text[0] - '0';
      CHECK(seen[i].text == std::to_string(t) + " " + std::to_string(next[t]++));
    }
  }
  SUBCASE("a partition that is not there is refused") {
    CHECK(log().send(3, bytes_of("x")).error().code == ErrorCode::usage);
    CHECK(log().append(3, bytes_of("x")).error().code == ErrorCode::usage);
    auto none = [](const LogRecord&) { return true; };
    CHECK(log().scan(Topic::journal, {{3}}, none).error().code == ErrorCode::usage);
  }
}

}  // namespace toono::contract
