// Power that goes at any moment, disks that fail or are full: what settle() promised is there, and the log
// goes on.
#include "tests/log/faults.h"
#include "tests/log/fixture.h"

namespace toono {
namespace {

constexpr PartitionNumber kPartitions = 3;

EmbeddedOptions options(embedded::FileOps& files, std::uint32_t segment_bytes = 64u << 20) {
  EmbeddedOptions chosen;
  chosen.files = &files;
  chosen.segment_bytes = segment_bytes;
  chosen.prepare_ahead = false;
  return chosen;
}

using Texts = std::vector<std::vector<std::string>>;

Texts journal(Log& log) {
  Texts texts(kPartitions);
  must(log.scan(Topic::journal, {{0}, {1}, {2}}, [&](const LogRecord& record) {
    CHECK(record.offset == texts[record.partition].size());
    texts[record.partition].emplace_back(text_of(record.bytes));
    return true;
  }));
  return texts;
}

// Works on a log as long as it goes well, and knows what must be there afterwards and what may.
struct Worker {
  std::mt19937_64& random;
  Texts promised = Texts(kPartitions);
  Texts attempted = Texts(kPartitions);

  std::string words() {
    std::string text(random() % (random() % 8 == 0 ? 6000 : 300), ' ');
    for (char& c : text) c = static_cast<char>('!' + random() % 90);
    return text;
  }
  void work(EmbeddedLog& log) {
    bool durable = true;
    for (int steps = static_cast<int>(random() % 40); steps > 0; --steps) {
      if (random() % 8 == 0) log.set_durable(durable = !durable);
      for (int i = static_cast<int>(random() % 3); i >= 0; --i) {
        auto partition = static_cast<PartitionNumber>(random() % kPartitions);
        std::string text = words();
        attempted[partition].push_back(text);
        must(log.send(partition, bytes_of(text)));
        must(log.append(partition, bytes_of(text)));
      }
      must(log.receive(1000));
      if (!log.settle()) return;
      if (!durable && random() % 4 == 0) {
        if (!log.sync()) return;
        promised = attempted;
      }
      if (durable) promised = attempted;
    }
    if (random() % 3 == 0 && log.close()) promised = attempted;
  }
  void check_and_adopt(EmbeddedLog& log) {
    Texts found = journal(log);
    for (std::size_t p = 0; p < kPartitions; ++p) {
      CHECK(found[p].size() >= promised[p].size());
      REQUIRE(found[p].size() <= attempted[p].size());
      CHECK(std::equal(found[p].begin(), found[p].end(), attempted[p].begin()));
      auto partition = static_cast<PartitionNumber>(p);
      CHECK(log.journal_end(partition) == found[p].size());
      // A command and its decision stand in one frame.
      CHECK(log.inbox_end(partition) == found[p].size());
    }
    promised = attempted = found;
  }
};

}  // namespace

TEST_CASE("power may go at any moment with the sectors in any order and nothing promised is lost") {
  std::uint64_t seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  int dropped = 0;
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    TemporaryDirectory dir;
    ForgetfulFiles files;
    auto chosen = options(files, round % 2 ? 16384 : 64u << 20);
    { must(EmbeddedLog::create(dir.path(), test_log_id(), kPartitions, chosen)); }
    Worker worker{random};
    for (int lives = 0; lives < 6; ++lives) {
      // Opening may fail half-way too; what it showed to nobody it need not keep.
      if (random() % 4 == 0) {
        files.fail_after(1 + random() % 3, random);
        if (auto opened = EmbeddedLog::open(dir.path(), chosen); !opened)
          CHECK(opened.error().code == ErrorCode::world);
        if (random() % 2 == 0) files.lose_power(random);
        files.heal();
      }
      auto log = must(EmbeddedLog::open(dir.path(), chosen));
      if (log->dropped_bytes() > 0) ++dropped;
      worker.check_and_adopt(*log);
      files.fail_after(1 + random() % 60, random);
      worker.work(*log);
      log.reset();
      // Now and then the process dies alone, and what the system holds is what the next one reads.
      if (random() % 4 != 0) files.lose_power(random);
      files.heal();
    }
  }
  CHECK(dropped > 10);
}

TEST_CASE("what a reopened log shows after a failed sync survives a loss of power") {
  std::mt19937_64 random(1);
  TemporaryDirectory dir;
  ForgetfulFiles files;
  auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), kPartitions, options(files)));
  must(decide(*log, 0, "a", "A"));
  must(log->append(0, bytes_of("B")));
  files.fail_after(2, random);
  auto failed = log->settle();
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == ErrorCode::world);

  CHECK(log->append(0, bytes_of("C")).error().what.find("outcome is unknown") != std::string::npos);
  CHECK(log->settle().error().next.find("open it again") != std::string::npos);
  CHECK_FALSE(log->sync().has_value());
  CHECK_FALSE(log->send(0, bytes_of("c")).has_value());
  CHECK(journal(*log)[0].size() >= 1);

  files.heal();
  log.reset();
  log = must(EmbeddedLog::open(dir.path(), options(files)));
  Texts shown = journal(*log);
  CHECK(shown[0] == std::vector<std::string>{"A", "B"});
  files.lose_power(random, true);
  log.reset();
  log = must(EmbeddedLog::open(dir.path(), options(files)));
  CHECK(journal(*log) == shown);
}

TEST_CASE("a full disk is named and leaves the log readable and what was settled in place") {
  TemporaryDirectory dir;
  FullDisk files(300000);
  auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), kPartitions, options(files)));
  std::size_t settled = 0;
  Result<std::vector<LogRecord>> last = std::vector<LogRecord>();
  for (; last; settled += last ? 1 : 0)
    last = decide(*log, 0, std::string(2000, 'c'), std::string(2000, 'd'));
  CHECK(last.error().what == "the disk is full");
  CHECK(last.error().code == ErrorCode::world);
  CHECK(settled > 10);
  CHECK(journal(*log)[0].size() == settled);
  CHECK_FALSE(log->append(0, bytes_of("x")).has_value());
  log.reset();
  files.left = SIZE_MAX;
  log = must(EmbeddedLog::open(dir.path(), options(files)));
  CHECK(journal(*log)[0].size() >= settled);
  must(decide(*log, 0, "c", "d"));
}

TEST_CASE("a log that does not sync is whole after sync and after close") {
  std::mt19937_64 random(1);
  for (bool close : {false, true}) {
    TemporaryDirectory dir;
    ForgetfulFiles files;
    auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), kPartitions, options(files, 16384)));
    log->set_durable(false);
    for (int i = 0; i < 50; ++i) must(decide(*log, 0, "command", std::string(500, 'd')));
    close ? must(log->close()) : must(log->sync());
    files.fail_after(1, random);
    log.reset();
    files.heal();
    files.lose_power(random, true);
    log = must(EmbeddedLog::open(dir.path(), options(files, 16384)));
    CHECK(journal(*log)[0].size() == 50);
  }
}

TEST_CASE("a close that failed is written again before anything follows it") {
  std::mt19937_64 random(1);
  // The frame that says closed stands at every place of a sector: where it lies across two, the next frame
  // brings one of them to the disk and not the other.
  for (std::size_t bytes = 0; bytes < embedded::kSectorBytes; bytes += embedded::kAlignBytes) {
    CAPTURE(bytes);
    TemporaryDirectory dir;
    ForgetfulFiles files;
    auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), kPartitions, options(files)));
    must(decide(*log, 0, "a", std::string(bytes, 'A')));
    files.fail_after(2, random);
    CHECK_FALSE(log->close().has_value());
    files.heal();
    log.reset();
    log = must(EmbeddedLog::open(dir.path(), options(files)));
    must(decide(*log, 0, "b", "B"));
    files.fail_after(0, random);
    log.reset();
    files.heal();
    files.lose_power(random, true);
    log = must(EmbeddedLog::open(dir.path(), options(files)));
    CHECK(journal(*log)[0].size() == 2);
  }
}

}  // namespace toono
