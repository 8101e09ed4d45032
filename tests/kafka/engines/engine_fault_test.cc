// Engines on a real broker that are killed, stopped, let go on, forced on each other and fed twice, under
// load, round after round.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/kafka/engines/engines.h"

namespace toono {
namespace {

using testing::Cluster;
using testing::Engines;
using testing::fault_rounds;
using testing::is_checked_after;
using testing::kMostTries;
using testing::linked_broker;
using Kind = testing::EngineProcess::Kind;
using Steady = std::chrono::steady_clock;

std::int64_t ms_since(Steady::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - then).count();
}

void report(const std::string& fault, int rounds, const Engines::Checked& sum, std::size_t answered) {
  MESSAGE(fault << ": " << rounds << " rounds, " << answered << " answers, " << sum.decisions
                << " decisions, " << sum.voids << " void, " << sum.repeats << " repeats");
}

}  // namespace

TEST_CASE("an engine killed under load is followed by another and nothing answered is lost") {
  auto seed = test_seed();
  CAPTURE(seed);
  Engines engines(linked_broker().cluster, seed);
  engines.add();
  engines.add();
  engines.work(100);
  Engines::Checked sum;
  std::int64_t longest = 0;
  for (int round = 0; round < fault_rounds(); ++round) {
    CAPTURE(round);
    engines.edge().work_for(static_cast<std::int64_t>(engines.edge().random()() % 1500));
    auto& victim = engines.at(round % 2);
    victim.kill();
    const auto began = Steady::now();
    // More than the one that is left had of its own in flight: all partitions answer again.
    engines.drain(60);
    longest = std::max(longest, ms_since(began));
    victim.start();
    engines.work(200);
    if (is_checked_after(round)) sum = engines.check_everything();
  }
  MESSAGE("longest until all in flight was answered after a kill: " << longest << " ms");
  report("killed engines", fault_rounds(), sum, engines.edge().answers().size());
}

TEST_CASE("an owner stopped until its partitions have moved comes back writing and counts nothing twice") {
  auto seed = test_seed();
  CAPTURE(seed);
  Engines engines(linked_broker().cluster, seed);
  engines.add();
  engines.add();
  engines.work(100);
  Engines::Checked sum;
  for (int round = 0; round < fault_rounds(); ++round) {
    CAPTURE(round);
    engines.edge().work_for(static_cast<std::int64_t>(engines.edge().random()() % 1000));
    auto& zombie = engines.at(round % 2);
    zombie.pause();
    // All that was in flight is answered: the other has them all.
    engines.drain(60);
    engines.work(100);
    zombie.resume();
    engines.work(300);
    if (is_checked_after(round)) sum = engines.check_everything();
  }
  report("zombies", fault_rounds(), sum, engines.edge().answers().size());
}

TEST_CASE("engines forced to own the same partitions for long decide every command once") {
  auto seed = test_seed();
  CAPTURE(seed);
  Engines engines(linked_broker().cluster, seed);
  engines.add();
  engines.add(Kind::forced);
  engines.add(Kind::forced);
  Engines::Checked sum;
  engines.wait_open();
  int rounds = 0;
  // The test is worth nothing if nobody was ever second, which is up to chance.
  while (rounds < fault_rounds() || (sum.voids == 0 && rounds < kMostTries)) {
    CAPTURE(rounds);
    engines.work(500, 120);
    ++rounds;
    if (rounds >= fault_rounds() || is_checked_after(rounds - 1)) sum = engines.check_everything();
  }
  CHECK(sum.voids > 0);
  report("forced owners", rounds, sum, engines.edge().answers().size());
}

TEST_CASE("an edge that sends everything twice gets one decision for each command") {
  auto seed = test_seed();
  CAPTURE(seed);
  Engines engines(linked_broker().cluster, seed);
  engines.add();
  engines.add();
  engines.edge().send_twice(true);
  Engines::Checked sum;
  for (int round = 0; round < fault_rounds(); ++round) {
    CAPTURE(round);
    engines.work(500);
    if (is_checked_after(round)) sum = engines.check_everything();
  }
  CHECK(sum.repeats >= engines.edge().answers().size() * 9 / 10);
  report("sent twice", fault_rounds(), sum, engines.edge().answers().size());
}

TEST_CASE("the leading broker of three killed under load loses nothing that was answered") {
  auto seed = test_seed();
  CAPTURE(seed);
  Cluster cluster(3);
  Engines engines(cluster, seed);
  engines.add();
  engines.add();
  engines.work(100);
  Engines::Checked sum;
  for (int round = 0; round < fault_rounds(); ++round) {
    CAPTURE(round);
    engines.edge().work_for(static_cast<std::int64_t>(engines.edge().random()() % 1000));
    int leader = cluster.leader_of(TopicNames(engines.address().deployment).journal, round % 3);
    cluster.kill(leader);
    engines.work(300, 120);
    cluster.start(leader);
    engines.work(100, 120);
    if (is_checked_after(round)) sum = engines.check_everything();
  }
  report("leading brokers killed", fault_rounds(), sum, engines.edge().answers().size());
}

TEST_CASE("a broker paused for seconds under load loses nothing that was answered") {
  auto seed = test_seed();
  CAPTURE(seed);
  auto& cluster = linked_broker().cluster;
  // So short that what the engines write meanwhile fails in their hands.
  Engines engines(cluster, seed, {{"message.timeout.ms", "1500"}});
  engines.add();
  engines.add();
  engines.work(100);
  Engines::Checked sum;
  for (int round = 0; round < fault_rounds(); ++round) {
    CAPTURE(round);
    engines.edge().work_for(static_cast<std::int64_t>(engines.edge().random()() % 1000));
    engines.drain();
    // Commands that the engines have not seen wait in their hands when the broker stands still: they decide
    // them, and cannot write it.
    for (std::size_t i = 0; i < engines.count(); ++i) engines.at(i).pause();
    engines.edge().work_for(300);
    cluster.pause(0);
    for (std::size_t i = 0; i < engines.count(); ++i) engines.at(i).resume();
    engines.edge().work_for(4000);
    cluster.resume(0);
    cluster.wait_ready();
    engines.work(200, 120);
    if (is_checked_after(round)) sum = engines.check_everything();
  }
  std::size_t opened_again = 0;
  for (std::size_t i = 0; i < engines.count(); ++i) opened_again += engines.at(i).times_said("again: ");
  MESSAGE("engines that met an error and opened again: " << opened_again);
  CHECK(opened_again > 0);
  report("broker paused", fault_rounds(), sum, engines.edge().answers().size());
}

}  // namespace toono
