// Input and worlds that an engine must not take: each row of the table of faults, with the message that a
// person sees.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "adapters/cli/commands.h"
#include "adapters/engine/heads.h"
#include "tests/fault/fault.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

struct Worked {
  Deployment place;
  Load load{21, 3};
  explicit Worked(std::size_t commands = 60) {
    auto engine = place.found();
    more(*engine, commands);
  }
  void more(Engine& engine, std::size_t commands) {
    place.work(engine, load, commands);
    must(engine.store().flush());
    must(engine.close());
  }
  fs::path journal() const { return place.dir() / "journal"; }
};

OneCommand register_now(MemoryDeployment& world, std::string_view seed) {
  auto command = register_case_at(world.clock.now(), seed, MemoryDeployment::kPartitions);
  command.header.registry_seq = world.registry.position();
  return command;
}

/// Under an id that begins with a time (RFC 9562, version 7), of a case in partition 0.
OneCommand register_under(MemoryDeployment& world, std::uint8_t second) {
  auto command = register_now(world, "of no account");
  for (std::uint8_t draw = 0;; ++draw) {
    const std::array<std::uint8_t, 16> bytes{1, 2, 3, 4, second, 0, 0x70, draw, 0x80};
    command.header.id = id_from<CommandId>(bytes);
    command.header.entity = derive<EntityId>(command.header.id, "entity");
    command.header.fingerprint = sha256(bytes_of(command.header.id));
    command.partition = partition_of(command.header.entity, MemoryDeployment::kPartitions);
    if (command.partition == 0) return command;
  }
}

const Decision& decide_one(MemoryDeployment& world, const OneCommand& command) {
  return world.decide_record(command.partition, command.record());
}

/// What another version of this program would write: a decision that extends the chain, with one event of the
/// given kind; NONE: without the vector of events.
void append_decision(MemoryDeployment& world, const OneCommand& about, std::uint16_t schema_version,
                     EventBody kind, std::uint64_t ahead = 1) {
  const auto& head = world.follower->head(about.partition).chain;
  flatbuffers::FlatBufferBuilder builder;
  CaseWithdrawnT body;
  auto event = CreateEvent(builder, kind, CaseWithdrawn::Pack(builder, &body).Union());
  auto events = builder.CreateVector(std::vector<flatbuffers::Offset<Event>>{event});
  CommandId id = id_from<CommandId>(bytes_of(sha256(bytes_of("of another version"))));
  Digest none;
  StaffId staff(15000001);
  StationId station(150000);
  auto now = world.clock.now();
  DecisionBuilder decision(builder);
  decision.add_seq(head.seq + ahead);
  decision.add_prev(&head.hash);
  decision.add_command_offset(head.next_command);
  decision.add_command_hash(&none);
  decision.add_command_id(&id);
  decision.add_fingerprint(&none);
  decision.add_schema_version(schema_version);
  decision.add_entity(&about.header.entity);
  decision.add_entity_kind(EntityKind::case_file);
  decision.add_entity_version(2);
  decision.add_decided_at(&now);
  decision.add_occurred_at(&now);
  decision.add_actor(&staff);
  decision.add_station(&station);
  if (kind != EventBody::NONE) decision.add_events(events);
  auto offset = decision.Finish();
  FinishRecordBuffer(builder, CreateRecord(builder, RecordBody::Decision, offset.Union()));
  must(world.log.send(about.partition, bytes_of("its command")));
  (void)must(world.log.receive(1));
  must(world.log.append(about.partition, {builder.GetBufferPointer(), builder.GetSize()}));
  (void)must(world.log.settle());
}

std::string misuse(std::vector<const char*> words) {
  words.insert(words.begin(), "toono");
  auto parsed = cli::parse(static_cast<int>(words.size()), words.data());
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::usage);
  return error_text(parsed.error());
}

}  // namespace

TEST_CASE("two processes on one directory are told apart by the lock") {
  Worked worked;
  auto engine = worked.place.open();
  pid_t second = spawn([&] {
    auto other = worked.place.try_open();
    if (other || other.error().code != ErrorCode::busy) return 1;
    return other.error().what.starts_with("another process (pid ") ? 0 : 2;
  });
  CHECK(wait_for(second) == 0);
  pid_t rebuilding = spawn([&] {
    auto other = rebuild_rows(worked.place.dir(), {});
    return !other && other.error().code == ErrorCode::busy ? 0 : 1;
  });
  CHECK(wait_for(rebuilding) == 0);
  worked.more(*engine, 20);
}

TEST_CASE("a journal that is shorter than what was applied is refused and the place is named") {
  Worked worked;
  auto kept = worked.place.dir().parent_path() / "kept";
  copy_tree(worked.journal(), kept);
  { worked.more(*worked.place.open(), 60); }
  copy_tree(kept, worked.journal());
  auto opened = worked.place.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::damaged);
  CHECK(opened.error().what == "the journal is shorter than what was applied");
  CHECK(opened.error().where.find("partition ") != std::string::npos);
  CHECK(opened.error().next.find("backup") != std::string::npos);
}

namespace {

/// A deployment of short runs: its rows were never written, only its journal and its heads.
struct ShortRuns {
  Deployment place;
  Load load{22, 3};
  fs::path journal = place.dir() / "journal", kept = place.dir().parent_path() / "kept";

  ShortRuns() {
    auto engine = place.found();
    run(*engine, 3);
  }
  void run(Engine& engine, std::size_t commands) {
    place.work(engine, load, commands);
    must(engine.close());
  }
};

}  // namespace

TEST_CASE("a journal put back under rows that were never written is refused until a rebuild takes it") {
  ShortRuns small;
  copy_tree(small.journal, small.kept);
  { small.run(*small.place.open(), 6); }
  auto seqs = must(verify_journal(small.place.dir())).decisions;
  copy_tree(small.kept, small.journal);
  CHECK(must(verify_journal(small.place.dir())).decisions < seqs);
  auto opened = small.place.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::damaged);
  CHECK(opened.error().what == "the journal is shorter than what was applied");
  CHECK(opened.error().where.find("partition ") != std::string::npos);
  CHECK(opened.error().next.find("`toono rebuild`") != std::string::npos);
  auto only = must(find_projection("facts"));
  CHECK_FALSE(rebuild_rows(small.place.dir(), {.only = only, .watch = {}}));
  CHECK_FALSE(small.place.try_open());
  CHECK(must(rebuild_rows(small.place.dir(), {})).why_not_the_last != "");
  CHECK(must(rebuild_rows(small.place.dir(), {})).why_not_the_last == "");
  { small.run(*small.place.open(), 3); }
  small.place.open();
}

TEST_CASE("a journal that went another way under rows that were never written is refused") {
  ShortRuns small;
  copy_tree(small.journal, small.kept);
  { small.run(*small.place.open(), 4); }
  auto heads = file_bytes(small.place.dir() / "heads");
  copy_tree(small.kept, small.journal);
  must(remove_heads(small.place.dir()));
  small.load = Load(99, 3);
  { small.run(*small.place.open(), 200); }
  write_file(small.place.dir() / "heads", heads);
  fs::remove_all(DataPaths(small.place.dir()).rows());
  auto opened = small.place.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().what == "the journal is not the one that was applied");
}

TEST_CASE("the heads of before a crash let the longer journal in and are written anew at the next close") {
  ShortRuns small;
  auto heads = file_bytes(small.place.dir() / "heads");
  {
    auto engine = small.place.open();
    small.place.work(*engine, small.load, 5);  // and no close
  }
  CHECK(file_bytes(small.place.dir() / "heads") == heads);
  must(small.place.open()->close());
  CHECK(file_bytes(small.place.dir() / "heads") != heads);
}

TEST_CASE("a file of heads with a flipped bit is refused by name") {
  ShortRuns small;
  auto path = small.place.dir() / "heads";
  auto heads = file_bytes(path);
  for (std::size_t at = 0; at < heads.size(); at += 7) {
    auto flipped = heads;
    flipped[at] ^= 1;
    write_file(path, flipped);
    auto opened = small.place.try_open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().where.find(path.string()) != std::string::npos);
  }
  must(rebuild_rows(small.place.dir(), {}));
  small.place.open();
}

TEST_CASE("the journal of another log under a store is refused") {
  Worked worked, other;
  copy_tree(other.journal(), worked.journal());
  auto opened = worked.place.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::damaged);
  CHECK(opened.error().what.find("the journal is of log ") == 0);
}

TEST_CASE("a journal of the same log that went another way is refused") {
  Worked worked;
  auto kept = worked.place.dir().parent_path() / "kept";
  copy_tree(worked.journal(), kept);
  { worked.more(*worked.place.open(), 30); }
  auto rows = worked.place.dir().parent_path() / "rows";
  copy_tree(DataPaths(worked.place.dir()).rows(), rows);
  copy_tree(kept, worked.journal());
  fs::remove_all(DataPaths(worked.place.dir()).rows());
  must(remove_heads(worked.place.dir()));
  worked.load = Load(99, 3);
  { worked.more(*worked.place.open(), 200); }
  copy_tree(rows, DataPaths(worked.place.dir()).rows());
  auto opened = worked.place.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::damaged);
  CHECK_MESSAGE(opened.error().next != "", error_text(opened.error()));
}

TEST_CASE("a full disk is refused in words and nothing answered is lost") {
  // In a process of its own: a file system of its own where that is allowed, else a limit of the size of
  // files.
  Deployment place;
  fs::create_directories(place.dir());
  pid_t child = spawn([&]() -> int {
    bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                   ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                   ::mount("tmpfs", place.dir().c_str(), "tmpfs", 0, "size=4m") == 0;
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{1'000'000, RLIM_INFINITY};
    if (!mounted) ::setrlimit(RLIMIT_FSIZE, &limit);
    Founding founding;
    founding.partitions = 3;
    founding.registry = first_registry();
    auto made = Engine::create(place.options(), founding);
    if (!made) return 20;
    std::uint64_t answered = 0;
    Result<void> outcome;
    {
      auto& engine = **made;
      Load load(31, 3);
      engine.processor().on_answer([&](const Answered& answer) {
        load.learn(answer);
        ++answered;
      });
      for (int i = 0; i < 20'000 && outcome; ++i) {
        auto sent = load.next(place.clock().now(), engine.registry().position());
        if (!engine.log().send(sent.partition, sent.record)) return 21;
        if (i % 10 == 9) outcome = engine.drain();
      }
      if (outcome) return 22;
      if (outcome.error().code != ErrorCode::world || answered < 100) return 23;
      bool says_so = outcome.error().what.find("full") != std::string::npos ||
                     outcome.error().what.find("large") != std::string::npos;
      if (!says_so) return 24;
      // It goes on reading, and writes no more.
      auto row = engine.store().get(head_key(0));
      if (!row || !*row) return 25;
      if (engine.log().send(0, bytes_of("more")).has_value()) return 26;
    }
    limit.rlim_cur = RLIM_INFINITY;
    if (mounted && ::mount("tmpfs", place.dir().c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) return 27;
    if (!mounted) ::setrlimit(RLIMIT_FSIZE, &limit);
    made->reset();
    auto opened = Engine::open(place.options());
    if (!opened) return 28;
    std::uint64_t there = 0;
    for (PartitionNumber p = 0; p < 3; ++p) there += (*opened)->follower().head(p).chain.seq;
    if (there < answered) return 29;
    opened->reset();
    auto verified = verify_journal(place.dir());
    return verified && verified->findings.empty() ? 0 : 30;
  });
  CHECK(wait_for(child) == 0);
}

TEST_CASE(
    "the same command id with the same content is answered again and with other content is a conflict") {
  MemoryDeployment world;
  auto command = register_now(world, "one");
  auto first_seq = decide_one(world, command).seq();
  const auto& again = decide_one(world, command);
  CHECK(again.outcome() == Outcome::repeated);
  CHECK(again.first_seq() == first_seq);
  command.header.fingerprint = sha256(bytes_of("other content"));
  const auto& other = decide_one(world, command);
  CHECK(other.outcome() == Outcome::conflict);
  CHECK(other.rejection() == Rejection::conflicting_content);
  CHECK(other.first_seq() == first_seq);
}

TEST_CASE("a command that comes again is known in whatever order the ids were made") {
  MemoryDeployment world;
  std::vector<OneCommand> commands;
  for (std::uint8_t second : {5, 6, 3, 9, 4, 8}) commands.push_back(register_under(world, second));
  std::vector<std::uint64_t> first;
  for (const auto& command : commands) {
    const auto& decision = decide_one(world, command);
    CHECK(decision.outcome() == Outcome::accepted);
    first.push_back(decision.seq());
    const auto& again = decide_one(world, command);
    CHECK(again.outcome() == Outcome::repeated);
    CHECK(again.first_seq() == first.back());
  }
  world.reopen();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    commands[i].header.fingerprint = sha256(bytes_of("other content"));
    const auto& other = decide_one(world, commands[i]);
    CHECK(other.outcome() == Outcome::conflict);
    CHECK(other.first_seq() == first[i]);
  }
}

TEST_CASE("times in the future are rejected and drag no partition along") {
  MemoryDeployment world;
  auto year_9999 = Instant(253'370'764'800'000);
  struct Row {
    const char* name;
    Instant received, occurred;
    Rejection rejection;
  };
  auto now = world.clock.now();
  const Row kRows[] = {
      {"six minutes ahead", now, after(now, 6 * kMinuteMs), Rejection::occurred_in_future},
      {"four minutes ahead", now, after(now, 4 * kMinuteMs), Rejection::none},
      {"the year 9999", now, year_9999, Rejection::occurred_in_future},
      {"an edge whose clock is in 9999", year_9999, year_9999, Rejection::clock_ahead},
      {"an edge whose clock is ten seconds ahead", after(now, 10'000), now, Rejection::clock_ahead},
      {"an edge whose clock is four seconds ahead", after(now, 4'000), now, Rejection::none},
      {"too long ago", now, after(now, -kHourMs), Rejection::occurred_too_early},
      {"the end of time", Instant(std::numeric_limits<std::int64_t>::max()),
       Instant(std::numeric_limits<std::int64_t>::max()), Rejection::clock_ahead},
      {"the beginning of time", now, Instant(std::numeric_limits<std::int64_t>::min()),
       Rejection::occurred_too_early},
  };
  for (const auto& row : kRows) {
    INFO(row.name);
    auto command = register_now(world, row.name);
    command.header.received_at = row.received;
    command.header.occurred_at = row.occurred;
    const auto& decision = decide_one(world, command);
    CHECK(decision.outcome() == (row.rejection == Rejection::none ? Outcome::accepted : Outcome::rejected));
    CHECK(decision.rejection() == row.rejection);
    CHECK(*decision.decided_at() <= after(now, 5'000));
  }
  world.clock.set(after(now, -kHourMs));
  auto back = register_now(world, "a clock that goes back");
  CHECK(*decide_one(world, back).decided_at() >= after(now, -kHourMs));
  std::map<PartitionNumber, Instant> last;
  for (PartitionNumber p = 0; p < 3; ++p)
    must(world.log.scan(Topic::journal, {{p, 1}}, [&](const LogRecord& record) {
      Buffer copy(record.bytes.begin(), record.bytes.end());
      auto at = *decision_of(copy)->decided_at();
      CHECK(at >= last[p]);
      last[p] = at;
      return true;
    }));
}

TEST_CASE("what cannot be read is decided malformed and the next command goes on") {
  MemoryDeployment world;
  auto good = register_now(world, "good");
  auto record = good.record();
  Buffer cut(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(record.size() / 2));
  Buffer huge(200'000, 'x');
  auto foreign = register_now(world, "foreign");
  foreign.header.entity = good.header.entity;  // not the entity that follows from its id
  for (const Buffer& bytes : {Buffer{}, Buffer{1}, Buffer(64, 0xff), cut, huge, foreign.record()}) {
    const auto& decision = world.decide_record(good.partition, bytes);
    CHECK(decision.outcome() == Outcome::malformed);
    CHECK(decision.rejection() == Rejection::malformed_command);
  }
  std::mt19937_64 random(4);
  for (int i = 0; i < 2000; ++i) {
    auto broken = record;
    for (auto flips = 1 + random() % 3; flips > 0; --flips)
      broken[random() % broken.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    auto partition = world.follower->head(good.partition).chain.seq;
    must(world.log.send(good.partition, broken));
    // A flipped registry position is the one thing that stops: then the registry would have been cut.
    auto stepped = world.processor->step(1);
    if (!stepped) {
      CHECK(stepped.error().what == "a command was stamped beyond the end of the registry");
      world.reopen();
    } else {
      CHECK(world.follower->head(good.partition).chain.seq == partition + 1);
    }
  }
  CHECK(decide_one(world, register_now(world, "behind all that")).outcome() == Outcome::accepted);
}

TEST_CASE("a command in the wrong partition is decided misrouted") {
  MemoryDeployment world;
  auto command = register_now(world, "lost");
  auto wrong = static_cast<PartitionNumber>((command.partition + 1) % MemoryDeployment::kPartitions);
  const auto& decision = world.decide_record(wrong, command.record());
  CHECK(decision.outcome() == Outcome::misrouted);
  CHECK(decision.rejection() == Rejection::wrong_partition);
  CHECK(decide_one(world, command).outcome() == Outcome::accepted);
}

TEST_CASE("an event that cannot be decoded quarantines its entity alone") {
  MemoryDeployment world;
  auto command = register_now(world, "unlucky");
  REQUIRE(decide_one(world, command).outcome() == Outcome::accepted);
  append_decision(world, command, kSchemaVersion, static_cast<EventBody>(250));
  world.reopen();
  CHECK(world.follower->head(command.partition).quarantined_count == 1);
  CHECK(must(world.store.get(quarantine_key(command.partition, command.header.entity))).has_value());
  // The rest goes on, in the same partition too; the entity itself takes nothing, and that is not final.
  int others = 0;
  for (int i = 0; i < 20; ++i) {
    auto other = register_now(world, "other " + std::to_string(i));
    CHECK(decide_one(world, other).outcome() == Outcome::accepted);
    others += other.partition == command.partition ? 1 : 0;
  }
  CHECK(others > 0);
  TriageCaseT body;
  body.case_id = id_as<CaseId>(command.header.entity);
  auto header = command.header;
  header.id = id_from<CommandId>(bytes_of(sha256(bytes_of("triage"))));
  header.fingerprint = sha256(bytes_of(header.id));
  for (int i = 0; i < 2; ++i) {
    const auto& decision = world.decide_record(command.partition, command_record(header, body));
    CHECK(decision.outcome() == Outcome::rejected);
    CHECK(decision.rejection() == Rejection::entity_quarantined);
  }
  world.reopen();
  CHECK(world.follower->head(command.partition).quarantined_count == 1);
  MemoryStore made;
  must(fold_journal(world.log, MemoryDeployment::kPartitions, made));
  CHECK(rows_differing(world.store, made, MemoryDeployment::kPartitions) == 0);
}

TEST_CASE("an accepted decision without the vector of events has none and is folded by all who read it") {
  MemoryDeployment world;
  auto command = register_now(world, "silent");
  REQUIRE(decide_one(world, command).outcome() == Outcome::accepted);
  append_decision(world, command, kSchemaVersion, EventBody::NONE);
  world.reopen();
  const auto& head = world.follower->head(command.partition);
  CHECK(head.quarantined_count == 0);
  CHECK(head.void_count == 0);
  auto row = must(world.store.get(state_key(command.partition, command.header.entity)));
  REQUIRE(row.has_value());
  CHECK(version_of(unpack_state(*row)) == 2);
  MemoryStore made;
  must(fold_journal(world.log, MemoryDeployment::kPartitions, made));
  CHECK(rows_differing(world.store, made, MemoryDeployment::kPartitions) == 0);
}

TEST_CASE("a record of a newer schema version says upgrade and one beyond the window says broken") {
  MemoryDeployment world;
  auto command = register_now(world, "newer");
  REQUIRE(decide_one(world, command).outcome() == Outcome::accepted);
  SUBCASE("newer") {
    append_decision(world, command, kSchemaVersion + 1, EventBody::CaseWithdrawn);
    world.log.reopen();
    auto opened = world.try_open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().what == "the journal was written by a newer version");
    CHECK(opened.error().next == "upgrade this program");
  }
  SUBCASE("beyond the window") {
    append_decision(world, command, kSchemaVersion, EventBody::CaseWithdrawn, kWindow + 2);
    world.log.reopen();
    auto seq = world.follower->head(command.partition).chain.seq;
    auto opened = world.try_open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().what.find("the journal is broken") == 0);
    CHECK(opened.error().where ==
          "partition " + std::to_string(command.partition) + ", record " + std::to_string(seq + 1));
  }
}

TEST_CASE("an option that is not known is refused and the nearest is named") {
  CHECK(misuse({"verify", "--ful"}).find("--full") != std::string::npos);
  CHECK(misuse({"verfy"}).find("`verify`") != std::string::npos);
  CHECK(misuse({"erase", "x", "--grond", "y"}).find("--ground") != std::string::npos);
}

}  // namespace toono
