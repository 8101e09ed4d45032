// Every log at hand keeps the contract of the port.
#include "tests/contract/log_contract.h"

#include "adapters/memory/log.h"
#include "tests/log/fixture.h"

namespace toono {
namespace {

struct InMemory final : contract::LogUnderTest {
  MemoryLog held{3};
  Log& log() override { return held; }
  void reopen() override { held.reopen(); }
};

struct Embedded final : contract::LogUnderTest {
  explicit Embedded(std::uint32_t segment_bytes) {
    options.segment_bytes = segment_bytes;
    held = must(EmbeddedLog::create(dir.path(), test_log_id(), 3, options));
  }
  TemporaryDirectory dir;
  EmbeddedOptions options;
  std::unique_ptr<EmbeddedLog> held;
  Log& log() override { return *held; }
  void reopen() override {
    REQUIRE(held->close().has_value());
    held.reset();
    held = must(EmbeddedLog::open(dir.path(), options));
  }
};

}  // namespace

TEST_CASE("the memory log keeps the contract of the log port") {
  contract::check_log([] { return std::make_unique<InMemory>(); });
}
TEST_CASE("the embedded log keeps the contract of the log port") {
  contract::check_log([] { return std::make_unique<Embedded>(64u << 20); });
}
TEST_CASE("the embedded log keeps the contract of the log port over many small segments") {
  contract::check_log([] { return std::make_unique<Embedded>(8192); });
}

TEST_CASE("somebody else's record comes before what was appended and is returned by settle") {
  MemoryLog log(2);
  contract::append(log, 0, "mine");
  log.inject(0, bytes_of("theirs"));
  CHECK(contract::settled(log) == contract::Story{{0, 0, "theirs"}, {0, 1, "mine"}});
  log.inject(1, bytes_of("alone"));
  CHECK(contract::settled(log) == contract::Story{{1, 0, "alone"}});
}

TEST_CASE("a full inbox says busy until some of it has been received") {
  TemporaryDirectory dir;
  EmbeddedOptions options;
  options.inbox_records = 2;
  auto embedded = must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options));
  MemoryLog memory(2, nullptr, 2);
  for (Log* log : {static_cast<Log*>(embedded.get()), static_cast<Log*>(&memory)}) {
    contract::send(*log, 0, "a");
    contract::send(*log, 1, "b");
    CHECK(log->send(0, bytes_of("c")).error().code == ErrorCode::busy);
    contract::receive(*log, 1);
    contract::send(*log, 0, "c");
  }
}

}  // namespace toono
