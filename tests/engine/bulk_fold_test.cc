// A journal folded in bulk leads to the rows that following it leads to, byte for byte, heads and all; in
// however little memory; and a follower goes on from there.
#include <doctest/doctest.h>

#include <atomic>
#include <set>

#include "adapters/engine/bulk_fold.h"
#include "adapters/engine/parallel.h"
#include "adapters/engine/row_sorter.h"
#include "tests/engine/deployment.h"

namespace toono {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

/// Meta rows too.
Rows all_rows(const Store& store) {
  Rows rows;
  must(store.scan("", "", [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  }));
  return rows;
}

/// What a faulty program might append to an entity: a decision that counts, of which the first event can be
/// folded and the second is of another kind of entity; or one that skips a version.
void append_unreadable(MemoryDeployment& world, const Decision& about, bool skips) {
  auto partition = partition_of(*about.entity(), MemoryDeployment::kPartitions);
  const auto& head = world.follower->head(partition).chain;
  auto* state = must(world.follower->folder().state(partition, *about.entity(), about.entity_kind()));
  DecisionT decision;
  decision.seq = head.seq + 1;
  decision.prev = head.hash;
  decision.command_offset = head.next_command;
  decision.command_id = id_from<CommandId>(bytes_of(sha256(bytes_of(head.hash))));
  decision.schema_version = kSchemaVersion;
  decision.entity = *about.entity();
  decision.entity_kind = about.entity_kind();
  decision.entity_version = version_of(*state) + (skips ? 2 : 1);
  decision.decided_at = decision.occurred_at = world.clock.now();
  decision.events.resize(2);
  decision.events[0].body.Set(CaseWithdrawnT{});
  decision.events[1].body.Set(ContactOfferedT{});
  RecordT record;
  record.body.Set(std::move(decision));
  flatbuffers::FlatBufferBuilder builder;
  FinishRecordBuffer(builder, Record::Pack(builder, &record));
  must(world.log.send(partition, bytes_of("its command")));
  (void)must(world.log.receive(1));
  must(world.log.append(partition, {builder.GetBufferPointer(), builder.GetSize()}));
  (void)must(world.log.settle());
  world.reopen();
}

void quarantine_some_case(MemoryDeployment& world, Load& load) {
  world.reopen();
  for (int tries = 0; tries < 1'000; ++tries) {
    const auto& about = *decision_of(world.decisions[load.pick(world.decisions.size())]);
    if (about.outcome() != Outcome::accepted || about.entity_kind() != EntityKind::case_file) continue;
    if (world.follower->folder().is_quarantined(*about.entity())) continue;
    return append_unreadable(world, about, load.pick(3) == 0);
  }
  FAIL("there is no case to quarantine");
}

/// Two cases of one partition under one foreign id: the later one has it.
void register_under_one_foreign_id(MemoryDeployment& world) {
  for (int i = 0; i < 8; ++i) {
    CommandHeader header{.id = id_from<CommandId>(bytes_of(sha256(bytes_of("foreign " + std::to_string(i))))),
                         .received_at = world.clock.now(),
                         .occurred_at = world.clock.now(),
                         .registry_seq = world.registry.position()};
    header.fingerprint = sha256(bytes_of(header.id));
    header.entity = derive<EntityId>(header.id, "entity");
    header.station = StationId(150000);
    header.actor = founding_staff(header.station, 1);
    RegisterCaseT body;
    body.foreign_id = "LINE-12345";
    auto partition = partition_of(header.entity, MemoryDeployment::kPartitions);
    CHECK(world.decide_record(partition, command_record(header, body)).outcome() == Outcome::accepted);
  }
}

/// Work with everything in it that a journal can hold.
void work(MemoryDeployment& world, Load& load, int steps) {
  world.load = &load;
  for (int step = 0; step < steps; ++step) {
    world.clock.set(after(world.clock.now(), static_cast<std::int64_t>(load.pick(90)) * kMinuteMs));
    (void)must(world.processor->fire_due(world.clock.now()));
    for (auto group = load.pick(12); group > 0; --group) {
      auto sent = load.next(world.clock.now(), world.registry.position());
      for (auto times = load.pick(10) == 0 ? 2 : 1; times > 0; --times)
        must(world.log.send(sent.partition, sent.record));
      if (load.pick(20) == 0) must(world.log.send(sent.partition, bytes_of("no command at all")));
    }
    world.drain();
    if (load.pick(8) == 0)
      world.log.inject(static_cast<PartitionNumber>(load.pick(MemoryDeployment::kPartitions)),
                       bytes_of("a record of nobody"));
    if (load.pick(10) == 0) world.reopen();
    if (step % 30 == 29) quarantine_some_case(world, load);
  }
  world.reopen();
}

struct Sums {
  std::uint64_t voids = 0, quarantined = 0, cases = 0;
};
Sums sums_of(const Follower& follower) {
  Sums sums;
  for (PartitionNumber p = 0; p <= follower.partitions(); ++p) {
    sums.voids += follower.head(p).void_count;
    sums.quarantined += follower.head(p).quarantined_count;
    sums.cases += follower.head(p).case_count;
  }
  return sums;
}

/// Long enough to be folded in bulk, and without rows.
void make_long_journal(Deployment& place, Load& load) {
  auto engine = place.found();
  engine->set_durable(false);
  place.work(*engine, load, 21'000);
  must(engine->close());
  engine.reset();
  std::filesystem::remove_all(DataPaths(place.dir()).rows());
}

}  // namespace

TEST_CASE("a journal folded in bulk leads to the rows of following it over random histories") {
  auto seed = test_seed();
  CAPTURE(seed);
  struct Row {
    std::size_t memory_bytes;
    unsigned threads;
  };
  // From a run for each row, or nearly, to everything in memory.
  const Row kRows[] = {{1, 2}, {20'000, 1}, {200'000, 3}, {64u << 20, 2}};
  for (const auto& row : kRows) {
    CAPTURE(row.memory_bytes);
    MemoryDeployment world;
    Load load(seed + row.memory_bytes, MemoryDeployment::kPartitions);
    work(world, load, 100);
    register_under_one_foreign_id(world);
    work(world, load, 20);
    auto sums = sums_of(*world.follower);
    CHECK(sums.voids > 0);
    CHECK(sums.quarantined >= 3);
    CHECK(sums.cases > 20);

    MemoryStore followed;
    must(fold_journal(world.log, MemoryDeployment::kPartitions, followed));
    TemporaryDirectory place;
    auto store = must(RocksStore::open(place.path() / "rows", {}));
    auto rows = must(fold_in_bulk(world.log, MemoryDeployment::kPartitions, *store,
                                  {.threads = row.threads, .memory_bytes = row.memory_bytes}));
    auto wanted = all_rows(followed);
    CHECK(all_rows(*store) == wanted);
    auto compared = must(compare_rows(followed, *store, MemoryDeployment::kPartitions, {}));
    CHECK(compared.rows == rows);
    CHECK(compared.differing == 0);

    CHECK(std::filesystem::is_empty(store->incoming()));

    work(world, load, 20);
    must(fold_journal(world.log, MemoryDeployment::kPartitions, followed));
    must(fold_journal(world.log, MemoryDeployment::kPartitions, *store));
    CHECK(all_rows(*store) == all_rows(followed));
    CHECK(all_rows(followed) != wanted);
  }
}

TEST_CASE("a bulk fold of a broken journal says what a follower says and leaves no rows") {
  MemoryDeployment world;
  Load load(8, MemoryDeployment::kPartitions);
  work(world, load, 20);
  DecisionT far;
  far.seq = world.follower->head(1).chain.seq + kWindow + 1;
  RecordT record;
  record.body.Set(std::move(far));
  flatbuffers::FlatBufferBuilder builder;
  FinishRecordBuffer(builder, Record::Pack(builder, &record));
  world.log.inject(1, {builder.GetBufferPointer(), builder.GetSize()});
  MemoryStore followed;
  auto said = fold_journal(world.log, MemoryDeployment::kPartitions, followed);
  REQUIRE_FALSE(said);
  TemporaryDirectory place;
  auto store = must(RocksStore::open(place.path() / "rows", {}));
  auto refused = fold_in_bulk(world.log, MemoryDeployment::kPartitions, *store, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == said.error().what);
  CHECK(refused.error().where == said.error().where);
  CHECK(all_rows(*store).empty());
}

TEST_CASE("an engine that opens a long journal without rows folds it in bulk and goes on") {
  Deployment place;
  Load load(9, 3);
  make_long_journal(place, load);
  std::vector<FoldProgress> seen;
  auto options = place.options();
  options.on_fold = [&](const FoldProgress& progress) { seen.push_back(progress); };
  {
    auto engine = must(Engine::open(options));
    CHECK(engine->store().size().waiting_changes == 0);  // nothing was left to follow
    REQUIRE(seen.size() >= 2);
    CHECK(seen.front().what == "read");
    CHECK(seen.front().of > 20'000);
    CHECK(seen.back().what == "folded");
    CHECK(seen.back().of > 20'000);
    CHECK(seen.back().done <= seen.back().of);
    place.work(*engine, load, 100);
    must(engine->store().flush());
    must(engine->close());
  }
  CHECK(must(check_rows(place.dir(), {})) == 0);
}

TEST_CASE("a fold that is told to stop leaves nothing behind and the next start makes all rows") {
  Deployment place;
  Load load(10, 3);
  make_long_journal(place, load);
  auto rows = DataPaths(place.dir()).rows();
  std::string stage;
  std::set<std::string> stopped_in;
  auto options = place.options();
  options.on_fold = [&](const FoldProgress& progress) { stage = progress.what; };
  for (int most = 1;; most += 7) {
    int asked = 0;
    stage = "before";
    options.should_stop = [&] { return ++asked >= most; };
    auto engine = Engine::open(options);
    if (engine) break;
    REQUIRE(engine.error().code == ErrorCode::busy);
    CHECK(asked == most);
    stopped_in.insert(stage);
    auto store = must(RocksStore::open(rows, {}));
    CHECK(all_rows(*store).empty());
    CHECK(std::filesystem::is_empty(store->incoming()));
  }
  CHECK(stopped_in == std::set<std::string>{"before", "read", "folded"});
  CHECK(must(check_rows(place.dir(), {})) == 0);
}

TEST_CASE("a start that is told to stop while it follows goes on from there the next time") {
  Deployment place;
  Load load(11, 3);
  auto rows = DataPaths(place.dir()).rows(), old = place.dir() / "old";
  auto work = [&](std::unique_ptr<Engine> engine, std::size_t commands) {
    engine->set_durable(false);
    place.work(*engine, load, commands);
    must(engine->store().flush());
    must(engine->close());
  };
  work(place.found(), 500);
  std::filesystem::copy(rows, old, std::filesystem::copy_options::recursive);
  work(place.open(), 5'000);
  std::filesystem::remove_all(rows);
  std::filesystem::rename(old, rows);
  int asked = 0;
  std::string stage;
  auto options = place.options();
  options.on_fold = [&](const FoldProgress& progress) { stage = progress.what; };
  options.should_stop = [&] { return ++asked == 3; };
  auto stopped = Engine::open(options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::busy);
  CHECK(asked == 3);
  CHECK(stage == "followed");
  must(place.open()->close());
  CHECK(must(check_rows(place.dir(), {})) == 0);
}

TEST_CASE("rows come out of a sorter in order whether they fitted in memory or not") {
  std::mt19937_64 random(test_seed());
  for (std::size_t memory : {1u, 1'000u, 100'000u, 100'000'000u}) {
    CAPTURE(memory);
    TemporaryDirectory place;
    std::filesystem::create_directories(place.path());
    RowSorter sorter(place.path() / "rows", memory);
    Rows rows;
    for (int i = 0; i < 3'000; ++i) {
      std::string key = "k" + std::to_string(random() % 1'000);
      std::string value(i % 500 == 0 ? 300'000 : random() % 60, static_cast<char>('a' + i % 26));
      must(sorter.add(key, value));
      rows.emplace_back(key, value);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Rows sorted;
    must(sorter.drain([&](std::string_view key, std::string_view value) {
      sorted.emplace_back(key, value);
      return Result<void>();
    }));
    CHECK(sorted == rows);
    CHECK(std::filesystem::is_empty(place.path()));
  }
}

TEST_CASE("work in parts is done once each and the first error ends it") {
  for (unsigned threads : {1u, 3u}) {
    std::vector<std::atomic<int>> done(50);
    must(in_parallel(done.size(), threads, [&](std::size_t i) {
      ++done[i];
      return Result<void>();
    }));
    for (const auto& times : done) CHECK(times == 1);
    auto failed = in_parallel(done.size(), threads, [&](std::size_t i) -> Result<void> {
      if (i == 7) return unexpected({ErrorCode::world, "seven", "", ""});
      return {};
    });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().what == "seven");
  }
}

}  // namespace toono
