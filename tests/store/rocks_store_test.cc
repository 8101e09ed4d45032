// The contract of the store port, kept by the store on RocksDB; and what only a disk can do: damage, locks,
// crashes.
#include "adapters/rocksdb/store.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/contract/store_contract.h"
#include "tests/temporary_directory.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<RocksStore> open(const fs::path& path, std::size_t window_changes = 200'000) {
  auto store = RocksStore::open(
      path, {.window_changes = window_changes, .window_bytes = 64u << 20, .cache_bytes = 8u << 20});
  REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().what));
  return std::move(*store);
}

/// Windows so small that reads meet open ones, closed ones and the database at once.
template <std::size_t window_changes>
struct Rocks {
  TemporaryDirectory directory;
  std::unique_ptr<RocksStore> held = open(directory / "store", window_changes);
  Store& store() { return *held; }
  void reopen() {
    held.reset();
    held = open(directory / "store", window_changes);
  }
};

TEST_CASE("rocks store: later changes win and removals hide") {
  contract::later_changes_win<Rocks<100>>();
  contract::removals_hide_stored_rows<Rocks<1>>();
  contract::removals_hide_stored_rows<Rocks<100>>();
}
TEST_CASE("rocks store: a random history reads as an ordered map with windows of a few changes") {
  contract::random_histories<Rocks<50>>(2, 300);
}
TEST_CASE("rocks store: a random history reads as an ordered map within one window") {
  contract::random_histories<Rocks<100'000>>(2, 300);
}
TEST_CASE("rocks store: readers see whole calls while windows close and are ingested") {
  contract::readers_see_whole_calls<Rocks<400>>(1'000, 200);
}

TEST_CASE("rocks store: what was not flushed may be lost and what was flushed is not") {
  Rocks<1'000> rocks;
  RowBatch batch;
  batch.put("kept", "1");
  REQUIRE(rocks.store().apply(batch).has_value());
  REQUIRE(rocks.store().flush().has_value());
  batch.clear();
  batch.put("lost", "1");
  REQUIRE(rocks.store().apply(batch).has_value());
  rocks.reopen();
  CHECK(contract::rows_between(rocks.store(), "", "") == contract::Rows{{"kept", "1"}});
}

TEST_CASE("rocks store: a second opening is refused and says that the store is open") {
  Rocks<10> rocks;
  auto second = RocksStore::open(rocks.directory / "store", {});
  REQUIRE(!second.has_value());
  CHECK(second.error().code == ErrorCode::world);
  CHECK(second.error().what.find("open already") != std::string::npos);
  CHECK(second.error().where == (rocks.directory / "store").string());
  CHECK(second.error().next == "stop the other process, or give this one a directory of its own with --data");
}

TEST_CASE("rocks store: a directory that cannot be made is an error that names it") {
  TemporaryDirectory directory;
  std::ofstream(directory / "file") << "x";
  auto store = RocksStore::open(directory / "file" / "store", {});
  REQUIRE(!store.has_value());
  CHECK(store.error().code == ErrorCode::world);
  CHECK(store.error().where == (directory / "file" / "store").string());
}

TEST_CASE("rocks store: a lost manifest is damage that a rebuild heals") {
  Rocks<10> rocks;
  RowBatch batch;
  batch.put("a", "1");
  REQUIRE(rocks.store().apply(batch).has_value());
  REQUIRE(rocks.store().flush().has_value());
  rocks.held.reset();
  fs::path path = rocks.directory / "store";
  for (const auto& file : fs::directory_iterator(path)) {
    if (file.path().filename().string().starts_with("MANIFEST")) fs::resize_file(file.path(), 20);
  }
  auto store = RocksStore::open(path, {});
  REQUIRE(!store.has_value());
  CHECK(store.error().code == ErrorCode::damaged);
  CHECK(store.error().next.find("toono rebuild") != std::string::npos);
}

void flip_byte(const fs::path& file, std::uint64_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  char byte = static_cast<char>(bytes.get());
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(static_cast<char>(byte ^ 0x10));
  REQUIRE(bytes.good());
}

TEST_CASE("rocks store: a flipped byte anywhere in any file of rows is found and the file is named") {
  Rocks<200> rocks;
  contract::History history{std::mt19937_64(5)};
  for (int n = 0; n < 3; ++n) {
    RowBatch batch;
    for (int row = 0; row < 200; ++row) batch.put(history.key(), std::to_string(history.random()));
    REQUIRE(rocks.store().apply(batch).has_value());
  }
  REQUIRE(rocks.store().flush().has_value());
  REQUIRE(rocks.held->verify().has_value());
  rocks.held.reset();
  fs::path path = rocks.directory / "store";
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(path)) {
    if (file.path().extension() == ".sst") files.push_back(file.path());
  }
  REQUIRE(files.size() >= 1);
  for (const auto& file : files) {
    std::uint64_t size = fs::file_size(file);
    for (std::uint64_t at = 0; at < size; at += 1 + size / 40) {
      CAPTURE(at);
      flip_byte(file, at);
      auto store = RocksStore::open(path, {});
      auto found = store ? (*store)->verify() : Result<void>(unexpected(store.error()));
      REQUIRE(!found.has_value());
      CHECK(found.error().code == ErrorCode::damaged);
      CAPTURE(found.error().what);
      // A store that does not even open says which store; RocksDB then does not always know the file.
      std::string name = store ? file.filename().string() : path.string();
      CHECK((found.error().what + found.error().where).find(name) != std::string::npos);
      if (store) store->reset();
      flip_byte(file, at);
    }
  }
  CHECK(open(path)->verify().has_value());
}

// The writer is this program started anew, not a fork: RocksDB's threads do not live on in a fork.
constexpr const char* kWriterStore = "TOONO_TEST_WRITER_STORE";

TEST_CASE("rocks store: the writer of the crash test does nothing by itself") {
  const char* path = std::getenv(kWriterStore);
  if (!path) return;
  auto store = open(path, 64);
  for (std::uint64_t n = std::stoull(store->get("head").value().value_or("0")) + 1;; ++n) {
    RowBatch batch;
    batch.put("head", std::to_string(n));
    for (std::uint64_t i = 0; i < 10; ++i) batch.put("row" + std::to_string(i), std::to_string(n));
    batch.put("call" + std::to_string(n), "");
    if (n > 3) batch.remove("call" + std::to_string(n - 3));
    REQUIRE(store->apply(batch).has_value());
    REQUIRE(write(STDOUT_FILENO, "x", 1) == 1);
  }
}

/// Starts the writer and kills it after so many of its calls, wherever it and its flusher are then; before
/// that calls `beside` with its process id.
void write_until_killed(const fs::path& path, std::uint64_t calls,
                        const std::function<void(pid_t)>& beside = {}) {
  int told[2];
  REQUIRE(pipe(told) == 0);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    dup2(told[1], STDOUT_FILENO);
    close(told[0]);
    close(told[1]);
    setenv(kWriterStore, path.c_str(), 1);
    execl("/proc/self/exe", "writer", "-tc=*the writer of the crash test*", "--no-intro=true",
          "--no-version=true", nullptr);
    _exit(1);
  }
  close(told[1]);
  char byte = 0;
  std::uint64_t heard = 0;
  while (heard < calls && read(told[0], &byte, 1) == 1) heard += byte == 'x';
  if (beside) beside(child);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(told[0]);
  REQUIRE(heard == calls);
  REQUIRE(WIFSIGNALED(status));
}

TEST_CASE("rocks store: who has it open in another process is named") {
  TemporaryDirectory directory;
  write_until_killed(directory / "store", 1, [&](pid_t writer) {
    auto second = RocksStore::open(directory / "store", {});
    REQUIRE(!second.has_value());
    CHECK(second.error().code == ErrorCode::world);
    CHECK(second.error().what ==
          "another process (pid " + std::to_string(writer) + ") is using this directory");
  });
  CHECK(RocksStore::open(directory / "store", {}).has_value());
}

TEST_CASE("rocks store: a writer killed at any point leaves a prefix of whole calls") {
  std::uint64_t seed = contract::seed_of_run();
  std::printf("killed writer, TOONO_SEED=%llu\n", static_cast<unsigned long long>(seed));
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  TemporaryDirectory directory;
  fs::path path = directory / "store";
  std::uint64_t head = 0, rounds_with_progress = 0;
  for (int round = 0; round < 20; ++round) {
    write_until_killed(path, 40 + random() % 100);
    auto store = open(path);
    std::string now = store->get("head").value().value_or("0");
    for (std::uint64_t i = 0; i < 10 && now != "0"; ++i) {
      REQUIRE(store->get("row" + std::to_string(i)).value() == std::optional(now));
    }
    std::uint64_t before = std::exchange(head, std::stoull(now));
    REQUIRE(head >= before);
    rounds_with_progress += head > before;
    contract::Rows calls = contract::rows_between(*store, "call", "calm");
    REQUIRE(calls.size() == std::min<std::uint64_t>(head, 3));
    REQUIRE(store->verify().has_value());
  }
  // Back-pressure sees to it: by the fortieth call some window is on disk.
  CHECK(rounds_with_progress > 0);
}

TEST_CASE("rocks store: a scan is of one moment although windows reach the database while it begins") {
  TemporaryDirectory directory;
  RocksStore* written = nullptr;
  auto write = [&](const char* number, std::initializer_list<const char*> keys) {
    RowBatch batch;
    for (const char* key : keys) batch.put(key, number);
    REQUIRE(written->apply(batch).has_value());
  };
  int looks = 0;
  RocksStore::Options options{.cache_bytes = 1u << 20, .while_looking = [&] {
                                if (looks++ > 0) return;
                                write("2", {"a", "c"});
                                REQUIRE(written->flush().has_value());
                              }};
  auto store = RocksStore::open(directory / "store", options);
  REQUIRE(store.has_value());
  written = store->get();
  write("1", {"a", "b"});
  CHECK(contract::rows_between(*written, "", "") == contract::Rows{{"a", "2"}, {"b", "1"}, {"c", "2"}});
  CHECK(looks == 2);
}

TEST_CASE("rocks store: apply waits when the disk is behind and nothing is lost") {
  // Each call fills a window, so the third waiting one must wait for the flusher.
  Rocks<1> rocks;
  for (int n = 0; n < 60; ++n) {
    RowBatch batch;
    batch.put("row" + std::to_string(100 + n), std::string(1'000, 'x'));
    REQUIRE(rocks.store().apply(batch).has_value());
    CHECK(rocks.held->size().waiting_changes <= 2);
  }
  REQUIRE(rocks.store().flush().has_value());
  CHECK(rocks.held->size().waiting_changes == 0);
  CHECK(contract::rows_between(rocks.store(), "", "").size() == 60);
}

TEST_CASE("rocks store: a write that fails is told and stays told") {
  Rocks<2> rocks;
  fs::remove_all(rocks.directory / "store" / "incoming");
  RowBatch batch;
  batch.put("a", "1");
  batch.put("b", "1");
  REQUIRE(rocks.store().apply(batch).has_value());
  auto flushed = rocks.store().flush();
  REQUIRE(!flushed.has_value());
  CHECK(flushed.error().code == ErrorCode::world);
  CHECK(flushed.error().where.find("incoming") != std::string::npos);
  CHECK(!rocks.store().apply(batch).has_value());
  CHECK(!rocks.store().flush().has_value());
  rocks.reopen();
  REQUIRE(rocks.store().apply(batch).has_value());
  CHECK(rocks.store().flush().has_value());
}

TEST_CASE("rocks store: sorted loads are taken over together and over what was there") {
  Rocks<1'000> rocks;
  RowBatch batch;
  batch.put("a1", "old");
  batch.put("z", "kept");
  REQUIRE(rocks.store().apply(batch).has_value());
  std::vector<std::unique_ptr<SortedLoad>> loads;
  for (const char* part : {"b", "a", "empty"}) {
    loads.push_back(rocks.held->sorted_load());
    for (int row = 0; row < 5 && *part != 'e'; ++row) {
      REQUIRE(loads.back()->add(part + std::to_string(row), "new").has_value());
    }
  }
  CHECK(loads[0]->rows() == 5);
  REQUIRE(rocks.held->ingest(std::move(loads)).has_value());
  contract::Rows rows = contract::rows_between(rocks.store(), "", "");
  CHECK(rows.size() == 11);
  CHECK(rocks.store().get("a1").value() == std::optional<std::string>("new"));
  rocks.reopen();
  CHECK(contract::rows_between(rocks.store(), "", "") == rows);
  CHECK(rocks.held->verify().has_value());
}

TEST_CASE("rocks store: many opens that write nothing leave no more files than one") {
  Rocks<1'000> rocks;
  auto files = [&] {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(rocks.directory / "store"))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  };
  auto open_often = [&] {
    for (int i = 0; i < 30; ++i) rocks.reopen();
  };
  rocks.reopen();
  auto before = files();
  open_often();
  CHECK(files() <= before + 3);  // LOG.old, and the options of the last two opens
  RowBatch batch;
  batch.put("a", "1");
  REQUIRE(rocks.store().apply(batch).has_value());
  REQUIRE(rocks.held->flush().has_value());
  open_often();
  CHECK(files() <= before + 4);
  CHECK(rocks.store().get("a").value() == std::optional<std::string>("1"));
}

TEST_CASE("rocks store: a sorted load refuses a row out of order and leaves no file when it is dropped") {
  Rocks<1'000> rocks;
  auto load = rocks.held->sorted_load();
  REQUIRE(load->add("b", "1").has_value());
  for (const char* key : {"b", "a", ""}) {
    auto refused = load->add(key, "1");
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == ErrorCode::refused);
  }
  CHECK(!fs::is_empty(rocks.directory / "store" / "incoming"));
  load.reset();
  CHECK(fs::is_empty(rocks.directory / "store" / "incoming"));
}

}  // namespace
}  // namespace toono
