// Engines behind a link that is slow, that cuts, and that brings what was sent when nobody expects it any
// more.
#include <doctest/doctest.h>

#include "tests/kafka/engines/engines.h"

namespace toono {
namespace {

using testing::Engines;
using testing::kMostTries;
using testing::linked_broker;
using Kind = testing::EngineProcess::Kind;

}  // namespace

TEST_CASE("engines behind a slow link decide every command once") {
  auto seed = test_seed();
  CAPTURE(seed);
  auto& [link, cluster] = linked_broker();
  Engines engines(cluster, seed);
  engines.add(Kind::owner, link.address());
  engines.add(Kind::owner, link.address());
  engines.wait_open();
  link.delay(40);
  engines.work(300, 120);
  link.delay(0);
  auto sum = engines.check_everything();
  MESSAGE("slow link: " << engines.edge().answers().size() << " answers, " << sum.voids << " void");
}

TEST_CASE("a link that cuts in the middle of what engines write loses nothing and doubles nothing") {
  constexpr int kCuts = 10;
  auto seed = test_seed();
  CAPTURE(seed);
  auto& [link, cluster] = linked_broker();
  Engines engines(cluster, seed);
  engines.add(Kind::owner, link.address());
  engines.add(Kind::owner, link.address());
  engines.work(100);
  const int before = link.cuts();
  for (int round = 0; round < kCuts; ++round) {
    CAPTURE(round);
    link.cut_after(1 + engines.edge().random()() % 20'000);
    if (!engines.edge().work_until([&] { return link.cuts() > before + round; }, 60))
      FAIL("the link was not cut: nothing went over it\n" << engines.said());
    engines.work(50);
  }
  auto sum = engines.check_everything();
  MESSAGE("link cut " << link.cuts() - before << " times: " << engines.edge().answers().size() << " answers, "
                      << sum.voids << " void, " << sum.repeats << " repeats");
}

TEST_CASE("what a link brings after the partitions have moved does not count") {
  auto seed = test_seed();
  CAPTURE(seed);
  auto& [link, cluster] = linked_broker();
  Engines::Checked sum;
  for (int round = 0; round < kMostTries && sum.voids == 0; ++round) {
    CAPTURE(round);
    Engines engines(cluster, seed + static_cast<std::uint64_t>(round));
    auto& zombie = engines.add(Kind::owner, link.address());
    engines.work(100);
    // It is stopped while it waits for commands, or in the middle of some. Then it wakes with some in its
    // hands, if chance will have it so, decides them, and what it writes is under way until the other has
    // decided them too.
    if (round % 2 == 0) engines.drain();
    zombie.pause();
    engines.edge().work_for(500);
    link.hold(true);
    zombie.resume();
    engines.add();
    engines.drain(60);
    link.hold(false);
    engines.work(200);
    sum = engines.check_everything();
  }
  CHECK(sum.voids > 0);
  MESSAGE("brought late: " << sum.voids << " void of " << sum.decisions + sum.voids);
}

}  // namespace toono
