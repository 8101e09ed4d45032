// Fetches wait for each other while records come fast, and only then.
#include "adapters/kafka/fetch_pace.h"

#include <sys/socket.h>

#include "doctest/doctest.h"

namespace toono {
namespace {

constexpr std::uint32_t kHeld = 300'000, kFree = ~std::uint32_t{0};

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
  CHECK(rate_of(first) == kFree);
  reads(100, 3);  // 3,000/s are not many yet
  CHECK(rate_of(first) == kFree);
  reads(20, 10);
  CHECK(rate_of(first) == kHeld);
  const int second = pace.open(AF_INET, SOCK_STREAM, 0);
  CHECK(rate_of(second) == kHeld);
  reads(100, 3);  // and not few
  CHECK(rate_of(first) == kHeld);
  CHECK(pace.close(second) == 0);
  now += std::chrono::seconds(1);  // nothing came
  pace.heed(0, now);
  CHECK(rate_of(first) == kHeld);
  pace.heed(40, now);
  CHECK(rate_of(first) == kFree);
  CHECK(pace.close(first) == 0);
}

}  // namespace toono
