// A node's directory belongs to one log, though nothing was flushed into it yet.
#include "adapters/engine/node_dir.h"

#include <fstream>

#include "tests/kafka/founded.h"

namespace toono {
namespace {

using testing::FoundedOnKafka;

/// Opens it once and closes it in good order; its log.
LogId used(const EngineOptions& options) {
  auto engine = must(Engine::open(options));
  auto log_id = engine->log_id();
  must(engine->close());
  return log_id;
}

}  // namespace

TEST_CASE(
    "the directory of another deployment's node is refused, though it has no rows, and both are named") {
  FoundedOnKafka one, other;
  auto options = one.options("node", EngineRole::owner);
  auto ours = used(options), theirs = used(other.options("node", EngineRole::owner));
  CHECK(used(options) == ours);

  auto wrong = other.options("elsewhere", EngineRole::owner);
  wrong.dir = options.dir;
  auto refused = Engine::open(wrong);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == ErrorCode::damaged);
  CHECK(refused.error().what.find("of log " + to_text(ours)) != std::string::npos);
  CHECK(refused.error().what.find("is log " + to_text(theirs)) != std::string::npos);
  CHECK(refused.error().where == options.dir.string());
  CHECK(used(options) == ours);

  SUBCASE("and by its rows, which are older than the file") {
    auto engine = must(Engine::open(options));
    must(engine->store().flush());
    must(engine->close());
    engine.reset();
    std::filesystem::remove(options.dir / "log_id");
    auto again = Engine::open(wrong);
    REQUIRE(!again.has_value());
    CHECK(again.error().what.find("of log " + to_text(ours)) != std::string::npos);
    CHECK(used(options) == ours);
  }
  SUBCASE("and when the file cannot be read") {
    std::ofstream(options.dir / "log_id") << "no log";
    auto again = Engine::open(options);
    REQUIRE(!again.has_value());
    CHECK(again.error().where == (options.dir / "log_id").string());
  }
}

TEST_CASE("the directory of an embedded log is refused as a node's") {
  FoundedOnKafka on;
  auto options = on.options("node", EngineRole::edge);
  std::filesystem::create_directories(options.dir / "journal");
  auto refused = Engine::open(options);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == ErrorCode::damaged);
  CHECK(refused.error().what.find("embedded log") != std::string::npos);
}

}  // namespace toono
