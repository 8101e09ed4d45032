// Live = rebuilt: over random histories, over void records, over crashes; and a switch that a crash cut
// short.
#include <doctest/doctest.h>

#include "adapters/query/past.h"
#include "tests/engine/deployment.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

/// A decision that nobody may count: the last one of the partition once more, with another time.
Buffer another_writers(MemoryDeployment& world, std::uint64_t seq) {
  DecisionT decision;
  decision.seq = seq;
  decision.prev = sha256(bytes_of("another writer"));
  decision.command_offset = 1;
  decision.entity = id_as<EntityId>(test_log_id(9));
  decision.entity_kind = EntityKind::case_file;
  decision.entity_version = 1;
  decision.decided_at = world.clock.now();
  RecordT record;
  record.body.Set(std::move(decision));
  flatbuffers::FlatBufferBuilder builder;
  FinishRecordBuffer(builder, Record::Pack(builder, &record));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

/// One more day off for everybody, which moves what is open.
void publish_calendar(MemoryDeployment& world, Load& load) {
  CalendarDayT off;
  off.date = Day(day_of(world.clock.now()).days() + 1 + static_cast<int>(load.pick(5)));
  off.kind = DayKind::holiday;
  off.name = "off";
  PublishCalendarT body;
  body.calendar = std::make_unique<CalendarT>();
  body.calendar->version = "off " + to_text(off.date);
  body.calendar->first_year = body.calendar->last_year = static_cast<std::uint16_t>(year_of(off.date));
  body.calendar->days.push_back(off);
  auto position = std::to_string(world.registry.position());
  CommandHeader header{.id = derive<CommandId>(id_as<CommandId>(test_log_id()), "calendar " + position),
                       .received_at = world.clock.now(),
                       .occurred_at = world.clock.now()};
  header.fingerprint = sha256(bytes_of(header.id));
  must(world.log.send(MemoryDeployment::kPartitions, command_record(header, body)));
}

std::size_t count_events(const std::vector<Buffer>& decisions, EventBody type) {
  std::size_t count = 0;
  for (const auto& bytes : decisions)
    for (const auto* event : *decision_of(bytes)->events()) count += event->body_type() == type ? 1 : 0;
  return count;
}

/// A journal on which others write on: each look at it shows some records more than the one before.
class GrowingLog final : public Log {
 public:
  GrowingLog(Log& log, std::vector<std::uint64_t> ends, std::uint64_t step)
      : log_(log), ends_(std::move(ends)), step_(step) {}
  Result<void> send(PartitionNumber, Bytes) override { return {}; }
  Result<std::vector<LogRecord>> receive(std::size_t) override { return std::vector<LogRecord>(); }
  Result<void> append(PartitionNumber, Bytes) override { return {}; }
  Result<std::vector<LogRecord>> settle(Wait) override { return std::vector<LogRecord>(); }
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override {
    auto scanned = log_.scan(topic, from, [&](const LogRecord& record) {
      return record.offset >= ends_[record.partition] || visit(record);
    });
    for (const auto& one : from) ends_[one.partition] += step_;
    return scanned;
  }

 private:
  Log& log_;
  std::vector<std::uint64_t> ends_;
  std::uint64_t step_;
};

}  // namespace

TEST_CASE("rows that grew with the work are those that the journal leads to over random histories") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::size_t recalculated = 0;
  for (int history = 0; history < 6; ++history) {
    MemoryDeployment world;
    Load load(seed + static_cast<std::uint64_t>(history), MemoryDeployment::kPartitions);
    world.load = &load;
    std::size_t injected = 0;
    for (int step = 0; step < 120; ++step) {
      world.clock.set(after(world.clock.now(), static_cast<std::int64_t>(load.pick(90)) * kMinuteMs));
      (void)must(world.processor->fire_due(world.clock.now()));
      for (auto group = load.pick(12); group > 0; --group) {
        auto sent = load.next(world.clock.now(), world.registry.position());
        must(world.log.send(sent.partition, sent.record));
      }
      if (load.pick(10) == 0) {
        auto partition = static_cast<PartitionNumber>(load.pick(MemoryDeployment::kPartitions));
        world.log.inject(partition, another_writers(world, world.follower->head(partition).chain.seq + 1));
        ++injected;
      }
      if (load.pick(40) == 0) publish_calendar(world, load);
      world.drain();
      if (load.pick(15) == 0) world.reopen();
    }
    // A record that came behind the last command is read by the next start.
    world.reopen();
    MemoryStore made;
    must(fold_journal(world.log, MemoryDeployment::kPartitions, made));
    CHECK(rows_differing(world.store, made, MemoryDeployment::kPartitions) == 0);
    // As of the head it is the same once more, byte for byte.
    auto prefix = must(resolve(world.log, MemoryDeployment::kPartitions, {.at = world.clock.now()}));
    auto past = must(Past::fold(world.log, MemoryDeployment::kPartitions, prefix));
    CHECK(rows_differing(world.store, past->store(), MemoryDeployment::kPartitions) == 0);
    recalculated += count_events(world.decisions, EventBody::DeadlineRecalculated);
    std::uint64_t voids = 0;
    for (PartitionNumber p = 0; p < MemoryDeployment::kPartitions; ++p)
      voids += world.follower->head(p).void_count;
    CHECK(voids >= injected);
    CHECK(must(compare_rows(world.store, made, MemoryDeployment::kPartitions, {})).rows > 700);
  }
  CHECK(recalculated > 0);
}

TEST_CASE("a rebuild finds rows that were changed and puts the right ones in their place") {
  Deployment place;
  Load load(5, 3);
  {
    auto engine = place.found();
    place.work(*engine, load, 300);
    must(engine->store().flush());
    must(engine->close());
  }
  CHECK(must(check_rows(place.dir(), {})) == 0);
  std::vector<std::string> changed;
  {
    auto store = must(RocksStore::open(DataPaths(place.dir()).rows(), {}));
    RowBatch batch;
    Key first(0, Table::worklist), facts(1, Table::facts);
    must(store->scan(first, behind(first), [&](std::string_view key, std::string_view) {
      batch.remove(key);
      return false;
    }));
    must(store->scan(facts, behind(facts), [&](std::string_view key, std::string_view value) {
      std::string other(value);
      other.back() ^= 1;
      batch.put(key, other);
      return false;
    }));
    batch.put(Key(2, Table::recent).text("nobody wrote this"), "x");
    CHECK(batch.size() == 3);
    must(store->apply(batch));
    must(store->flush());
  }
  CHECK(must(check_rows(place.dir(), {})) == 3);
  SUBCASE("one projection alone") {
    auto only = must(find_projection("facts"));
    CHECK(*must(rebuild_rows(place.dir(), {.only = only, .watch = {}})).differing == 1);
    CHECK(*must(rebuild_rows(place.dir(), {.only = only, .watch = {}})).differing == 0);
    CHECK(must(check_rows(place.dir(), {})) == 2);
  }
  SUBCASE("all") {
    CHECK(*must(rebuild_rows(place.dir(), {})).differing == 3);
    CHECK(*must(rebuild_rows(place.dir(), {})).differing == 0);
  }
  auto engine = place.open();
  place.work(*engine, load, 20);
}

TEST_CASE("what is written to the journal while rows are held against it is no difference") {
  Deployment place;
  Load load(8, 3);
  std::vector<std::uint64_t> before;
  {
    auto engine = place.found();
    place.work(*engine, load, 100);
    for (PartitionNumber p = 0; p <= engine->partitions(); ++p)
      before.push_back(engine->follower().head(p).next_offset);
    must(engine->store().flush());
    place.work(*engine, load, 300);
    must(engine->close());
  }
  ReadOnlyLog log(must(SegmentReader::open(place.dir())));
  auto partitions = static_cast<PartitionNumber>(before.size() - 1);
  GrowingLog growing(log, before, 20);
  SUBCASE("by a check") { CHECK(must(check_rows(growing, partitions, place.dir())) == 0); }
  SUBCASE("by a rebuild") {
    auto rebuilt = must(rebuild_rows(growing, partitions, place.dir(), {}));
    CHECK(rebuilt.why_not_compared == "");
    CHECK(*rebuilt.differing == 0);
  }
}

TEST_CASE("a rebuild works when the rows are gone or damaged and says that it could not compare") {
  Deployment place;
  Load load(6, 3);
  {
    auto engine = place.found();
    place.work(*engine, load, 100);
    must(engine->store().flush());
    must(engine->close());
  }
  bool gone = false;
  SUBCASE("gone") { gone = fs::remove_all(DataPaths(place.dir()).rows()) > 0; }
  SUBCASE("damaged") {
    for (const auto& entry : fs::directory_iterator(DataPaths(place.dir()).rows()))
      if (entry.path().filename().string().starts_with("MANIFEST")) {
        auto bytes = file_bytes(entry.path());
        bytes[bytes.size() / 2] ^= 0x10;
        write_file(entry.path(), bytes);
        gone = true;
      }
  }
  REQUIRE(gone);
  auto rebuilt = must(rebuild_rows(place.dir(), {}));
  CHECK_FALSE(rebuilt.differing.has_value());
  CHECK(rebuilt.why_not_compared != "");
  CHECK(must(check_rows(place.dir(), {})) == 0);
}

TEST_CASE("a switch that a crash cut short is finished when the deployment is next opened") {
  Deployment place;
  Load load(7, 3);
  {
    auto engine = place.found();
    place.work(*engine, load, 100);
    must(engine->store().flush());
    must(engine->close());
  }
  auto rows = DataPaths(place.dir()).rows(), old = place.dir() / "rows.old", made = place.dir() / "rows.new";
  SUBCASE("before the old rows were moved away") { fs::create_directories(made); }
  SUBCASE("between the two renames") {
    fs::copy(rows, made, fs::copy_options::recursive);
    fs::rename(rows, old);
  }
  SUBCASE("before the old rows were removed") { fs::create_directories(old); }
  { place.open(); }
  CHECK_FALSE(fs::exists(old));
  CHECK_FALSE(fs::exists(made));
  CHECK(must(check_rows(place.dir(), {})) == 0);
}

TEST_CASE("a projection of no known name is refused and the nearest is named") {
  auto refused = find_projection("worklist");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::usage);
  CHECK(refused.error().next.find("`worklists`") != std::string::npos);
}

}  // namespace toono
