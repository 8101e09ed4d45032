// An engine or an edge whose clock is ahead of the log's: nothing is decided early, and nothing is lost by
// it.
#include <doctest/doctest.h>

#include "tests/engine/deployment.h"

namespace toono {
namespace {

constexpr std::int64_t kAhead = 30 * kDayMs;

std::size_t rows_due(const MemoryDeployment& world, Instant by) {
  return world.processor->agenda().due_by(by, 1'000'000).size();
}

}  // namespace

TEST_CASE("an engine whose clock is ahead sends what is due by the log's time and uses up no deadline") {
  auto seed = test_seed();
  CAPTURE(seed);
  MemoryDeployment world;
  Load load(seed, MemoryDeployment::kPartitions);
  world.load = &load;
  for (int group = 0; group < 40; ++group) {
    for (int i = 0; i < 10; ++i) {
      auto sent = load.next(world.clock.now(), world.registry.position());
      must(world.log.send(sent.partition, sent.record));
    }
    world.drain();
  }
  (void)must(world.processor->fire_due(world.clock.now()));
  SetClock fast(after(world.clock.now(), kAhead));
  world.processor =
      std::make_unique<Processor>(world.log, world.store, world.registry, *world.follower, fast);
  world.processor->on_key_destruction([](PersonId, std::optional<SealClass>) { return Result<void>(); });
  must(world.processor->open());
  auto owed = rows_due(world, fast.now());
  REQUIRE(owed > 20);
  REQUIRE(rows_due(world, world.clock.now()) == 0);

  auto sent = must(world.processor->send_due(fast.now()));
  CHECK(sent > 0);
  world.drain();
  CHECK(world.processor->clock_lead_ms() == kAhead);
  CHECK(rows_due(world, fast.now()) == owed);
  CHECK(must(world.processor->send_due(fast.now())) == 0);

  world.clock.set(after(world.clock.now(), kAhead));
  fast.set(after(fast.now(), kAhead));
  for (int rounds = 0; rounds < 100 && must(world.processor->send_due(fast.now())) > 0; ++rounds)
    world.drain();
  CHECK(rows_due(world, world.clock.now()) == 0);

  fast.set(world.clock.now());  // set right: the next command shows it
  auto next = load.next(world.clock.now(), world.registry.position());
  must(world.log.send(next.partition, next.record));
  world.drain();
  CHECK(world.processor->clock_lead_ms() == 0);
}

TEST_CASE(
    "a command of an edge whose clock is ahead takes effect under the same id once the clock is right") {
  MemoryDeployment world;
  Load load(3, MemoryDeployment::kPartitions);
  auto hasty = load.next(after(world.clock.now(), kHourMs), world.registry.position());
  const auto& early = world.decide_record(hasty.partition, hasty.record);
  CHECK(early.rejection() == Rejection::clock_ahead);
  world.clock.set(after(world.clock.now(), kHourMs));
  CHECK(world.decide_record(hasty.partition, hasty.record).rejection() != Rejection::clock_ahead);
  CHECK(decision_of(world.last_record)->outcome() != Outcome::repeated);
}

}  // namespace toono
