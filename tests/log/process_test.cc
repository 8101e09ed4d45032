// Several processes and threads on one directory: one owner, readers beside it, and owners that are killed.
#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include "tests/log/faults.h"
#include "tests/log/fixture.h"

namespace toono {
namespace {

// Runs `child` in a process of its own and returns its pid; it ends with what `child` returns.
template <class Child>
pid_t spawn(const Child& child) {
  pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) ::_exit(child());
  return pid;
}
int wait_for(pid_t pid) {
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status;
}

}  // namespace

TEST_CASE("a log opened to be read ends where it ended, changes no byte and takes no record") {
  TemporaryDirectory dir;
  auto owner = must(EmbeddedLog::create(dir.path(), test_log_id(), 2));
  must(decide(*owner, 0, "c0", "d0"));
  must(decide(*owner, 1, "c1", "d1"));
  auto file = embedded::segment_path(dir.path(), 0);
  auto whole = must(whole_text(*owner, 2));
  // Beside the owner, and of a frame whose end was never written.
  for (bool is_torn : {false, true}) {
    CAPTURE(is_torn);
    if (is_torn) {
      must(decide(*owner, 0, "c2", "d2"));
      auto bytes = file_bytes(file);
      owner.reset();
      std::size_t end = bytes.size();
      while (end > 0 && bytes[end - 1] == 0) --end;
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(end - 8), bytes.end(), std::uint8_t{0});
      write_file(file, bytes);
    }
    auto before = file_bytes(file);
    auto reader = must(EmbeddedLog::open_to_read(dir.path()));
    if (!is_torn) must(decide(*owner, 0, "later", "later"));
    auto text = must(whole_text(*reader, 2));
    if (!is_torn) CHECK(text == whole);
    CHECK(reader->journal_end(0) == (is_torn ? 2 : 1));
    CHECK((reader->dropped_bytes() > 0) == is_torn);
    CHECK(reader->send(0, bytes_of("c")).error().code == ErrorCode::refused);
    CHECK(reader->append(0, bytes_of("d")).error().code == ErrorCode::refused);
    must(reader->settle());
    must(reader->sync());
    must(reader->close());
    reader.reset();
    if (is_torn) CHECK(file_bytes(file) == before);
  }
}

TEST_CASE("a directory that nobody may write into is not taken, by root neither") {
  TemporaryDirectory dir;
  { must(EmbeddedLog::create(dir.path(), test_log_id(), 2)); }
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0555));
  auto refused = EmbeddedLog::open(dir.path());
  auto read = EmbeddedLog::open_to_read(dir.path());
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::world);
  CHECK(refused.error().what.find("nothing may be written") != std::string::npos);
  CHECK(read);
  CHECK(EmbeddedLog::open(dir.path()));
}

TEST_CASE("a second process on a directory is refused and told who has it") {
  TemporaryDirectory dir;
  auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2));
  std::string expected = "another process (pid " + std::to_string(::getpid()) + ") is using this directory";
  pid_t second = spawn([&] {
    auto other = EmbeddedLog::open(dir.path());
    if (other || other.error().code != ErrorCode::busy) return 1;
    return other.error().what == expected ? 0 : 2;
  });
  CHECK(wait_for(second) == 0);
  log.reset();
  pid_t third = spawn([&] { return EmbeddedLog::open(dir.path()) ? 0 : 1; });
  CHECK(wait_for(third) == 0);
}

TEST_CASE("root does not write into another user's log, where its files could not be read") {
  if (::geteuid() != 0) return;
  TemporaryDirectory dir;
  { must(EmbeddedLog::create(dir.path(), test_log_id(), 2)); }
  constexpr uid_t other = 65534;
  REQUIRE(::chown((dir.path() / "lock").c_str(), other, other) == 0);
  auto refused = EmbeddedLog::open(dir.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::world);
  CHECK(refused.error().next.find("runuser -u") != std::string::npos);
  REQUIRE(::chown((dir.path() / "lock").c_str(), 0, 0) == 0);
  CHECK(EmbeddedLog::open(dir.path()));
}

TEST_CASE("creating a log twice is refused and opening none is told apart") {
  TemporaryDirectory dir;
  CHECK(EmbeddedLog::open(dir.path()).error().code == ErrorCode::not_found);
  CHECK_FALSE(std::filesystem::exists(dir.path()));
  { must(EmbeddedLog::create(dir.path(), test_log_id(), 2)); }
  CHECK(EmbeddedLog::create(dir.path(), test_log_id(), 2).error().code == ErrorCode::refused);
  auto log = must(EmbeddedLog::open(dir.path()));
  CHECK(log->log_id() == test_log_id());
  CHECK(log->partitions() == 2);
  CHECK(std::filesystem::file_size(embedded::segment_path(dir.path(), 0)) < 100 * 1024);
  CHECK(EmbeddedLog::create(dir.path() / "x", test_log_id(), 0).error().code == ErrorCode::usage);
}

TEST_CASE("opening and closing without writing changes no byte") {
  TemporaryDirectory dir;
  {
    auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2));
    must(decide(*log, 0, "c", "d"));
  }
  auto before = file_bytes(embedded::segment_path(dir.path(), 0));
  for (int i = 0; i < 3; ++i) must(EmbeddedLog::open(dir.path()));
  CHECK(file_bytes(embedded::segment_path(dir.path(), 0)) == before);
}

TEST_CASE("an owner killed at any moment has kept all that it settled") {
  std::uint64_t seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  TemporaryDirectory dir;
  QuickFiles quick;
  EmbeddedOptions options;
  options.files = &quick;
  options.segment_bytes = 1u << 20;
  { must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options)); }
  std::uint64_t kept = 0;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_t owner = spawn([&] {
      ::close(ends[0]);
      auto log = EmbeddedLog::open(dir.path(), options);
      if (!log) return 1;
      for (std::size_t i = 0;; ++i) {
        if (!decide(**log, 0, "command", std::string(i * 977 % 9000, 'd'))) return 2;
        std::uint64_t end = (*log)->journal_end(0);
        if (::write(ends[1], &end, sizeof end) != sizeof end) return 3;
      }
    });
    ::close(ends[1]);
    std::uint64_t told = 0;
    for (int reads = 1 + static_cast<int>(random() % 300); reads > 0; --reads)
      REQUIRE(::read(ends[0], &told, sizeof told) == sizeof told);
    ::kill(owner, SIGKILL);
    wait_for(owner);
    for (std::uint64_t more; ::read(ends[0], &more, sizeof more) == sizeof more;) told = more;
    ::close(ends[0]);
    auto log = must(EmbeddedLog::open(dir.path(), options));
    CHECK(told > kept);
    CHECK(log->journal_end(0) >= told);
    CHECK(log->journal_end(0) == log->inbox_end(0));
    kept = log->journal_end(0);
    std::uint64_t seen = 0;
    must(log->scan(Topic::journal, {{0}}, [&](const LogRecord&) { return ++seen > 0; }));
    CHECK(seen == kept);
  }
}

TEST_CASE("a reader beside the owner sees a prefix that only grows") {
  TemporaryDirectory dir;
  QuickFiles quick;
  EmbeddedOptions options;
  options.files = &quick;
  options.segment_bytes = 256u << 10;
  auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options));
  auto reader = must(SegmentReader::open(dir.path()));
  std::atomic<bool> done = false;
  std::string failure;
  std::uint64_t scans = 0;
  std::thread reading([&] {
    for (std::uint64_t before = 0; !done || scans == 0; ++scans) {
      std::uint64_t next = 0;
      auto read = reader.scan(Topic::journal, {{0}}, [&](const LogRecord& record) {
        if (record.offset != next++ || text_of(record.bytes).find_first_not_of('d') != std::string_view::npos)
          failure = "a record that was never written";
        return true;
      });
      if (!read) failure = read.error().what + ": " + read.error().where;
      if (next < before) failure = "the prefix got shorter";
      before = next;
    }
  });
  for (std::size_t i = 0; i < 3000; ++i) must(decide(*log, 0, "command", std::string(i * 31 % 1500, 'd')));
  done = true;
  reading.join();
  CHECK(failure == "");
  CHECK(scans > 0);
}

TEST_CASE("a copy that a reader makes opens as a log with the same records") {
  for (int decisions : {0, 3, 200}) {
    TemporaryDirectory dir, other;
    QuickFiles quick;
    EmbeddedOptions options;
    options.files = &quick;
    options.segment_bytes = 16384;
    auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options));
    for (int i = 0; i < decisions; ++i) must(decide(*log, 0, "command", std::string(200, 'd')));
    must(must(SegmentReader::open(dir.path())).copy_to(other.path()));
    auto copy = must(EmbeddedLog::open(other.path(), options));
    CHECK(must(whole_text(*copy, 2)) == must(whole_text(*log, 2)));
    must(decide(*copy, 0, "more", "more"));
    CHECK(must(SegmentReader::open(dir.path())).copy_to(other.path()).error().code == ErrorCode::refused);
  }
}

TEST_CASE("the next segment is prepared beside the work and taken into use") {
  TemporaryDirectory dir;
  QuickFiles quick;
  EmbeddedOptions options;
  options.files = &quick;
  options.segment_bytes = 1u << 20;
  auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options));
  for (int i = 0; i < 400; ++i)
    must(decide(*log, 0, "command", std::string(10000, static_cast<char>('a' + i % 26))));
  CHECK(must(embedded::count_segments(dir.path())) >= 4);
  auto text = must(whole_text(*log, 2));
  log.reset();
  log = must(EmbeddedLog::open(dir.path(), options));
  CHECK(must(whole_text(*log, 2)) == text);
  bool found = false;
  must(log->verify([&](const Finding&) { return found = true; }));
  CHECK_FALSE(found);
}

}  // namespace toono
