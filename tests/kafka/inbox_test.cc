// What an owner does to the inbox, and asks of it: it joins late, takes out what was decided long ago, and
// refuses one from which too much is gone.
#include <thread>

#include "adapters/engine/server.h"
#include "adapters/engine/verify.h"
#include "adapters/kafka/admin.h"
#include "adapters/kafka/inbox_check.h"
#include "adapters/kafka/inbox_trim.h"
#include "adapters/kafka/kafka_log.h"
#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::eventually;

constexpr std::int64_t kFarAhead = std::int64_t{1} << 50;

/// A founded deployment with one engine that owns all, and any number of commands decided.
struct OnKafka : testing::FoundedOnKafka {
  Load load{7, kPartitions};
  std::unique_ptr<Engine> engine = must(Engine::open(options("node", EngineRole::alone)));
  /// Passed over by take_all().
  std::vector<Hole> holes;

  void decide(std::size_t commands) {
    engine->processor().on_answer([&](const Answered& answered) { load.learn(answered); });
    for (std::size_t sent = 0; sent < commands;) {
      for (int group = 0; group < 500 && sent < commands; ++group, ++sent) {
        auto next = load.next(clock.now(), engine->registry().position());
        must(engine->send(next.partition, next.record));
      }
      must(engine->drain());
    }
    engine->processor().on_answer({});
  }
  std::uint64_t decided(PartitionNumber partition) {
    return engine->follower().head(partition).chain.next_command;
  }
  std::uint64_t trim(std::int64_t before_ms) {
    return must(trim_inbox(address, kPartitions + 1, {engine->decided_inbox(), before_ms}));
  }
  Watermarks inbox(PartitionNumber partition) {
    auto reader = must(TopicReader::open(address));
    return must(watermarks(address, reader->client(), names.inbox, partition));
  }
  /// The end of partition 0 as it stands, whatever is open in it.
  std::int64_t end_of_inbox() {
    auto log = must(KafkaLog::open({.address = address}));
    return static_cast<std::int64_t>(must(log->end(Topic::inbox, 0)));
  }
  Verified verify() {
    auto log = must(KafkaLog::open({.address = address}));
    return must(verify_log(*log, must(check_topics(address)).log_id.value(), kPartitions));
  }
  /// As its coordinator tells it: "Stable" when all that is owned has been given out.
  std::string group_state() {
    auto reader = must(TopicReader::open(address));
    const rd_kafka_group_list* list = nullptr;
    if (rd_kafka_list_groups(reader->client(), names.engines_group.c_str(), &list, 5000) != 0) return {};
    std::string state = list->group_cnt == 1 ? list->groups[0].state : "";
    rd_kafka_group_list_destroy(list);
    return state;
  }
  /// Another owner, on a directory of its own, until it owns all and has decided partition 0 up to `until`,
  /// or cannot.
  Result<std::size_t> take_all(const std::string& node, std::int64_t until = 0) {
    std::size_t owned = 0;
    auto other = options(node, EngineRole::owner);
    other.on_hole = [this](const Hole& hole) { holes.push_back(hole); };
    other.on_ownership = [&](PartitionNumber, bool now) { owned += now ? 1 : 0; };
    TOONO_ASSIGN(auto taker, Engine::open(other));
    Result<void> trouble;
    (void)eventually([&] {
      auto stepped = taker->step();
      if (!stepped) trouble = unexpected(stepped.error());
      return !trouble || (owned == kPartitions + 1u &&
                          taker->follower().head(0).chain.next_command >= static_cast<std::uint64_t>(until));
    });
    TOONO_TRY(trouble);
    CHECK(taker->follower().head(0).chain.next_command >= static_cast<std::uint64_t>(until));
    TOONO_TRY(taker->close());
    return owned;
  }
};

}  // namespace

TEST_CASE("what was decided is taken out of the inbox, but not the last command decided") {
  OnKafka on;
  on.decide(300);
  std::uint64_t before = 0, kept = 0;
  for (PartitionNumber p = 0; p < OnKafka::kPartitions; ++p) before += on.decided(p);
  CHECK(on.trim(kFarAhead) > 250);
  for (PartitionNumber p = 0; p < OnKafka::kPartitions; ++p) {
    auto marks = on.inbox(p);
    CHECK(marks.low == static_cast<std::int64_t>(on.decided(p)) - 1);
    kept += static_cast<std::uint64_t>(marks.high - marks.low);
  }
  CHECK(kept == OnKafka::kPartitions);
  CHECK(before >= 300);
  SUBCASE("and a second time there is nothing to do") { CHECK(on.trim(kFarAhead) == 0); }
  SUBCASE("and a new node takes the partitions over and goes on") {
    on.engine.reset();
    CHECK(must(on.take_all("new")) == OnKafka::kPartitions + 1u);
    on.engine = must(Engine::open(on.options("node", EngineRole::alone)));
    on.decide(50);
  }
}

TEST_CASE("what is young stays in the inbox, and so does what is not decided") {
  OnKafka on;
  on.decide(100);
  CHECK(on.trim(on.clock.now().ms() - kDayMs) == 0);
  CHECK(on.inbox(0).low == 0);
  // Sent, and nobody has decided it yet: the end of what may go is the head, whatever stands behind it.
  const auto undecided = on.decided(0);
  for (int i = 0; i < 20; ++i) {
    auto next = on.load.next(on.clock.now(), on.engine->registry().position());
    must(on.engine->log().send(next.partition, next.record));
  }
  auto edge = must(KafkaLog::open({.address = on.address}));
  REQUIRE(eventually([&] {
    (void)must(on.engine->log().settle());
    return must(edge->end(Topic::inbox, 0)) > undecided;
  }));
  (void)on.trim(kFarAhead);
  CHECK(on.inbox(0).low == static_cast<std::int64_t>(undecided) - 1);
}

TEST_CASE("an owner starts on an inbox trimmed to its head, and refuses one trimmed beyond it") {
  OnKafka on;
  on.decide(100);
  auto admin = must(KafkaAdmin::open(on.address));
  const auto next = static_cast<std::int64_t>(on.decided(1));
  SUBCASE("all that was decided is gone, and nothing else") {
    must(admin->delete_records_before(on.names.inbox, 1, next));
    CHECK(on.verify().findings.empty());
    CHECK(must(find_lost_commands(on.address)).empty());
    on.engine.reset();
    CHECK(must(on.take_all("new")) == OnKafka::kPartitions + 1u);
  }
  SUBCASE("a command that nobody decided is gone") {
    auto log = must(KafkaLog::open({.address = on.address}));
    for (int i = 0; i < 3; ++i) must(log->send(1, bytes_of(on.names.inbox)));
    must(log->flush_inbox());
    must(admin->delete_records_before(on.names.inbox, 1, next + 3));
    auto findings = on.verify().findings;
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].partition == 1);
    CHECK(findings[0].problem == fmt::format("the inbox begins at command {}, and command {} is not decided "
                                             "yet: those between were removed",
                                             next + 3, next));
    auto lost = must(find_lost_commands(on.address));
    REQUIRE(lost.size() == 1);
    CHECK(lost[0].topic == on.names.inbox);
    CHECK(lost[0].property == "commands of partition 1");
    CHECK(lost[0].found == findings[0].problem);
    on.engine.reset();
    auto taken = on.take_all("new");
    REQUIRE(!taken);
    CHECK(taken.error().code == ErrorCode::damaged);
    CHECK(taken.error().what.find("is not decided yet") != std::string::npos);
    CHECK(taken.error().where.find("inbox partition 1") != std::string::npos);
  }
}

TEST_CASE("an inbox that was lost is made again up to the heads, and an owner goes on from there") {
  OnKafka on;
  on.decide(100);
  std::vector<std::int64_t> next;
  for (PartitionNumber p = 0; p < OnKafka::kPartitions; ++p)
    next.push_back(static_cast<std::int64_t>(on.decided(p)));
  on.engine.reset();
  auto admin = must(KafkaAdmin::open(on.address));
  auto count = [&] { return must(partition_count(on.address, admin->client(), on.names.inbox)); };
  must(admin->delete_topic(on.names.inbox));
  REQUIRE(eventually([&] { return count() == 0; }));
  TopicOptions options;
  options.genesis.partitions = OnKafka::kPartitions;
  options.replication = options.min_isr = 1;
  for (const auto& plan : topic_plans(on.address.deployment, options))
    if (plan.name == on.names.inbox) must(admin->create_topic(plan));
  REQUIRE(eventually([&] { return count() == OnKafka::kPartitions; }));
  CHECK(on.take_all("new").error().code == ErrorCode::damaged);

  // Offsets that were decided are given away, to records that nobody reads. One too many is decided like
  // whatever stands in the inbox.
  auto log = must(KafkaLog::open({.address = on.address}));
  for (PartitionNumber p = 0; p < OnKafka::kPartitions; ++p) {
    for (std::int64_t i = 0; i < next[p] + p; ++i) must(log->send(p, bytes_of("x")));
    must(log->flush_inbox());
    must(admin->delete_records_before(on.names.inbox, p, next[p]));
  }
  CHECK(must(on.take_all("new", next[0])) == OnKafka::kPartitions + 1u);
  on.engine = must(Engine::open(on.options("node", EngineRole::alone)));
  on.decide(20);
  CHECK(on.decided(1) > static_cast<std::uint64_t>(next[1]));
  CHECK(on.verify().findings.empty());
}

TEST_CASE("a transaction that a stranger writes into the inbox stops nobody, however it ends") {
  OnKafka on;
  on.decide(40);
  testing::Stranger stranger(on.address, on.address.deployment);
  auto end = on.end_of_inbox();
  stranger.begin();
  stranger.write(on.names.inbox, "no command");
  std::uint64_t marks = 2;
  SUBCASE("it is committed") { stranger.commit(); }
  SUBCASE("it is given up") { stranger.give_up(); }
  SUBCASE("it is left open") { marks = 1; }
  // The mark comes when the broker has the time for it.
  REQUIRE(eventually([&] { return on.end_of_inbox() == end + static_cast<std::int64_t>(marks); }));
  on.decide(40);
  // What stood in it was decided as whatever stands in the inbox is, and a group's owner goes on behind it.
  CHECK(on.decided(0) == static_cast<std::uint64_t>(on.end_of_inbox()));
  on.engine.reset();
  testing::Stranger another(on.address, on.address.deployment + "-2");
  another.begin();
  another.write(on.names.inbox, "no command either");
  end = on.end_of_inbox();
  another.give_up();
  REQUIRE(eventually([&] { return on.end_of_inbox() == end + 1; }));
  testing::produce(on.address, on.names.inbox, "nor this");
  CHECK(must(on.take_all("new", on.end_of_inbox())) == OnKafka::kPartitions + 1u);
  REQUIRE(on.holes.size() == 1);
  CHECK(on.holes[0].partition == 0);
  CHECK(on.holes[0].count == 1);
  on.engine = must(Engine::open(on.options("node", EngineRole::alone)));
  on.decide(10);
  auto verified = on.verify();
  CHECK(verified.findings.empty());
  std::uint64_t passed = 0;
  for (const auto& hole : verified.inbox_holes) passed += hole.partition == 0 ? hole.count : 99;
  CHECK(passed == marks);
  on.engine.reset();
  auto log = must(KafkaLog::open({.address = on.address}));
  CHECK(must(check_rows(*log, OnKafka::kPartitions, on.options("new", EngineRole::owner).dir)) == 0);
}

TEST_CASE("what a stranger writes into the journal is void, and an engine and verify count it alike") {
  OnKafka on;
  on.decide(40);
  for (const char* record : {"", "no decision", "nor this"})
    testing::produce(on.address, on.names.journal, record);
  on.decide(40);
  CHECK(on.engine->follower().head(0).void_count == 3);
  auto verified = on.verify();
  CHECK(verified.findings.empty());
  CHECK(verified.void_count == 3);
  REQUIRE(verified.void_at.size() == 3);
  CHECK(verified.void_at[2].offset == verified.void_at[0].offset + 2);
}

TEST_CASE("verify finds nothing wrong with a journal that grows under it") {
  OnKafka on;
  on.decide(2000);
  std::atomic<bool> over = false;
  std::thread decides([&] {
    while (!over) on.decide(50);
  });
  std::uint64_t seen = 0;
  for (int i = 0; i < 20; ++i) {
    auto verified = on.verify();
    CHECK(verified.findings.empty());
    seen = verified.decisions;
  }
  over = true;
  decides.join();
  // It grew.
  CHECK(seen < on.verify().decisions);
  CHECK(seen > 2100);
}

TEST_CASE("a server trims the inbox of what it owns when it is told an age") {
  OnKafka on;
  on.decide(100);
  on.engine.reset();
  // The age is a moment: what was decided above is older.
  std::uint64_t removed = 0;
  ServerOptions options{.engine = on.options("server", EngineRole::owner)};
  options.check_every_ms = 300;
  options.trim_inbox_after_ms = 1;
  options.watch.on_trim = [&](const Result<std::uint64_t>& trimmed) { removed += must(trimmed); };
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  options.should_stop = [&] { return removed > 0 || std::chrono::steady_clock::now() > until; };
  must(serve(options));
  CHECK(removed > 50);
}

TEST_CASE("a server without rows tells how far it has come with them before it opens") {
  OnKafka on;
  on.decide(3000);
  on.engine.reset();
  std::vector<FoldProgress> told;
  bool open = false;
  ServerOptions options{.engine = on.options("fresh", EngineRole::owner)};
  options.watch.on_fold = [&](const FoldProgress& progress) {
    CHECK_FALSE(open);
    told.push_back(progress);
  };
  options.watch.on_open = [&](const Engine&) { open = true; };
  options.should_stop = [&] { return open; };
  must(serve(options));
  REQUIRE(told.size() >= 2);
  CHECK(told.back().of > 3000);
  CHECK(told.back().done > told.front().done);
}

TEST_CASE("a server that is told to stop while it makes rows ends in good order and the next makes them") {
  OnKafka on;
  on.decide(21'000);
  on.engine.reset();
  std::string stop_in;
  bool stop = false, open = false;
  ServerOptions options{.engine = on.options("fresh", EngineRole::owner)};
  options.watch.on_fold = [&](const FoldProgress& progress) { stop = progress.what == stop_in; };
  options.watch.on_open = [&](const Engine&) { stop = open = true; };
  options.should_stop = [&] { return stop; };
  for (const char* stage : {"read", "folded"}) {
    CAPTURE(stage);
    stop = false;
    stop_in = stage;
    must(serve(options));
    CHECK(stop);
    CHECK_FALSE(open);
  }
  stop = false;
  stop_in = "";
  must(serve(options));
  CHECK(open);
  auto log = must(KafkaLog::open({.address = on.address}));
  CHECK(must(check_rows(*log, OnKafka::kPartitions, options.engine.dir)) == 0);
}

TEST_CASE("a log joins the group when it may, and owns nothing before") {
  OnKafka on;
  bool may = false;
  int asked = 0;
  auto log = must(KafkaLog::open({.address = on.address,
                                  .group = on.names.engines_group,
                                  .may_join = [&]() -> Result<bool> {
                                    ++asked;
                                    return may;
                                  },
                                  .on_assigned = [&](PartitionNumber p) { return on.decided(p); }}));
  for (int i = 0; i < 50; ++i) CHECK(must(log->receive(10)).empty());
  CHECK(asked == 50);
  CHECK(log->owned().empty());
  may = true;
  CHECK(eventually([&] { return must(log->receive(10)).empty() && log->owned().size() == 3; }));
  must(log->close());
}

TEST_CASE("an engine that goes while the group gives it partitions takes none of them") {
  OnKafka on;
  on.engine.reset();
  std::size_t taken = 0;
  auto options = on.options("going", EngineRole::owner);
  options.on_ownership = [&](PartitionNumber, bool now) { taken += now ? 1 : 0; };
  auto going = must(Engine::open(options));
  (void)must(going->step());
  // It has joined, and what the group gives it waits for its next step.
  REQUIRE(eventually([&] { return on.group_state() == "Stable"; }));
  REQUIRE(taken == 0);
  going.reset();
  CHECK(taken == 0);
}

TEST_CASE("a node that is more than a window behind a head does not join before it has folded that") {
  OnKafka on;
  std::size_t owned = 0;
  auto options = on.options("late", EngineRole::owner);
  options.on_ownership = [&](PartitionNumber, bool now) { owned += now ? 1 : 0; };
  auto late = must(Engine::open(options));
  CHECK(must(late->is_near_the_heads()));
  // While it was opening the others went on.
  on.decide(2 * kWindow + 2000);
  CHECK_FALSE(must(late->is_near_the_heads()));
  on.engine.reset();
  CHECK(eventually([&] {
    bool near_before = must(late->is_near_the_heads());
    (void)must(late->step());
    CHECK((owned == 0 || near_before));
    return owned == OnKafka::kPartitions + 1u;
  }));
  must(late->close());
}

}  // namespace toono
