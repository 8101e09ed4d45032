// Fetches wait for each other while records come fast, and only then.
#include "adapters/kafka/fetch_pace.h"

#include <sys/socket.h>

#include "doctest/doctest.h"

namespace toono {
namespace {

constexpr std::uint32_t kNoLimit = ~std::uint32_t{0};

std::uint32_t rate_of(int socket) {
  std::uint32_t rate = 0;
  socklen_t size = sizeof rate;
  REQUIRE(::getsockopt(socket, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &size) == 0);
  return rate;
}

}  // namespace

TEST_CASE("fetches are held while many records a second come, on sockets old and new") {
  FetchPace pace;
  const int first = pace.open(AF_INET, SOCK_STREAM, 0);
  REQUIRE(first >= 0);
  FetchPace::Time now = std::chrono::steady_clock::now();
  auto reads = [&](int times, std::size_t records) {
    for (int i = 0; i < times; ++i) pace.heed(records, now += std::chrono::milliseconds(1));
  };
  pace.heed(5'000, now);  // all that stood there before: no rate yet
  reads(100, 1);
  CHECK_FALSE(pace.is_held());
  reads(100, 3);  // 3,000/s are not many yet
  CHECK_FALSE(pace.is_held());
  CHECK(rate_of(first) == kNoLimit);
  reads(20, 10);
  CHECK(pace.is_held());
  CHECK(rate_of(first) == 300'000);
  const int second = pace.open(AF_INET, SOCK_STREAM, 0);
  CHECK(rate_of(second) == 300'000);
  reads(100, 3);  // and not few
  CHECK(pace.is_held());
  CHECK(pace.close(second) == 0);
  now += std::chrono::seconds(1);  // nothing came
  pace.heed(0, now);
  CHECK(pace.is_held());
  pace.heed(40, now);
  CHECK_FALSE(pace.is_held());
  CHECK(rate_of(first) == kNoLimit);
  CHECK(pace.close(first) == 0);
}

}  // namespace toono
