// Where the log is, as a file says it.
#include "adapters/engine/address.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/log/fixture.h"

namespace toono {

TEST_CASE("a file sets how many commands may wait in an inbox and anything but such a number is refused") {
  TemporaryDirectory temporary;
  std::filesystem::create_directories(temporary.path());
  auto file = (temporary.path() / "node.toml").string();
  auto read = [&](const std::string& line) {
    std::ofstream(file) << "brokers = \"b:9092\"\n" << line << "\n";
    return parse_log_address("kafka:" + file);
  };
  CHECK_FALSE(must(read("")).inbox_limit.has_value());
  CHECK(must(read("inbox_limit = 500")).inbox_limit == 500);
  for (const char* wrong : {"inbox_limit = 0", "inbox_limit = -1", "inbox_limit = 1000001",
                            "inbox_limit = 1.5", "inbox_limit = \"500\""}) {
    CAPTURE(wrong);
    auto refused = read(wrong);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::usage);
    CHECK(refused.error().where.find("inbox_limit") != std::string::npos);
  }
  auto near = read("inbox_limits = 500");
  REQUIRE_FALSE(near.has_value());
  CHECK(near.error().what.find("`inbox_limit`") != std::string::npos);
  // It names a file that is there and that names every key.
  const std::string example = "packaging/toono.toml.example";
  CHECK(near.error().next.find(example) != std::string::npos);
  CHECK(std::filesystem::exists(std::filesystem::path(TOONO_SOURCE_DIR) / example));
}

TEST_CASE("a broker has a port that there can be") {
  CHECK(must(parse_log_address("kafka:b:1,[::1]:65535")).kafka->brokers == "b:1,[::1]:65535");
  for (const char* wrong :
       {"kafka:b:0", "kafka:b:65536", "kafka:b:99999", "kafka:b:9092x", "kafka:b:-1", "kafka:b:"}) {
    CAPTURE(wrong);
    auto refused = parse_log_address(wrong);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::usage);
    CHECK(refused.error().what == "this is not a broker's address");
  }
}

}  // namespace toono
