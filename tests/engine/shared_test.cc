// Several engines on one log: each follows all partitions and decides what it believes it owns. Two that
// believe the same are told apart by the chain rule alone.
#include <doctest/doctest.h>

#include "tests/engine/shared_world.h"

namespace toono {

TEST_CASE("engines that fight for the same partitions decide every command once and agree on every row") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::uint64_t voids = 0, by_others = 0;
  for (std::uint64_t history = 0; history < 5; ++history) {
    SharedWorld world(3);
    Load load(seed + history, kSharedPartitions);
    std::vector<Load::Sent> sent_so_far;
    bool in_race = false;
    for (auto& node : world.nodes)
      node->processor->on_answer([&](const Answered& answered) { load.learn(answered); });
    for (int round = 0; round < 150; ++round) {
      auto self = load.pick(3);
      auto& node = *world.nodes[self];
      auto p = static_cast<PartitionNumber>(load.pick(kSharedPartitions + 1));
      if (load.pick(3) == 0) node.take(p);
      if (load.pick(8) == 0) node.give_up(p);
      if (load.pick(20) == 0) {
        node.open();
        node.processor->on_answer([&](const Answered& answered) { load.learn(answered); });
      }
      world.clock.set(after(world.clock.now(), static_cast<std::int64_t>(load.pick(60)) * kMinuteMs));
      for (auto group = load.pick(10); group > 0; --group) {
        auto sent = load.next(world.clock.now(), world.nodes[0]->registry.position());
        must(node.log.send(sent.partition, sent.record));
        // An edge that sends some of it twice.
        if (load.pick(5) == 0) must(node.log.send(sent.partition, sent.record));
        sent_so_far.push_back(sent);
      }
      // One of the two others may be quicker.
      node.log.before_settle = [&, self] {
        if (in_race || load.pick(2) == 0) return;
        in_race = true;
        by_others += world.nodes[(self + 1 + load.pick(2)) % 3]->step() > 0;
        in_race = false;
      };
      (void)must(node.processor->fire_due(world.clock.now()));
      (void)node.step();
      node.log.before_settle = nullptr;
    }
    for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) world.nodes[0]->take(p);
    (void)must(world.nodes[0]->processor->fire_due(world.clock.now()));
    world.drain();

    MemoryStore made;
    must(fold_journal(world.nodes[0]->log, kSharedPartitions, made));
    for (auto& node : world.nodes) {
      CHECK(rows_differing(node->store, made, kSharedPartitions) == 0);
      for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) {
        CHECK(node->follower->head(p).chain.hash == world.nodes[0]->follower->head(p).chain.hash);
        CHECK(node->follower->head(p).chain.next_command == world.topics.inbox[p].size());
      }
    }
    for (const auto& sent : sent_so_far)
      CHECK(must(world.nodes[1]->follower->first_outcome(sent.partition, sent.id)).has_value());
    for (PartitionNumber p = 0; p <= kSharedPartitions; ++p)
      voids += world.nodes[0]->follower->head(p).void_count;
  }
  // The test is worth nothing if nobody was ever second.
  CHECK(voids > 20);
  CHECK(by_others > 20);
}

TEST_CASE("an edge that owns nothing hears the decision that it awaits from the engine that makes it") {
  SharedWorld world(2);
  auto& owner = *world.nodes[0];
  auto& edge = *world.nodes[1];
  for (PartitionNumber p = 0; p < kSharedPartitions; ++p) owner.take(p);
  (void)edge.step();
  Load load(3, kSharedPartitions);
  auto sent = load.next(world.clock.now(), edge.registry.position());
  std::vector<Outcome> heard;
  edge.processor->on_answer([&](const Answered& answered) { heard.push_back(answered.decision->outcome()); });
  edge.processor->await(CommandKey::of(*GetCommand(sent.record.data())));
  must(edge.log.send(sent.partition, sent.record));
  CHECK(edge.step() == 0);
  CHECK(edge.processor->awaiting() == 1);
  while (owner.step() > 0) continue;
  CHECK(edge.step() == 1);
  CHECK(heard == std::vector{Outcome::accepted});
  CHECK(edge.processor->awaiting() == 0);
  CHECK(must(edge.follower->first_outcome(sent.partition, sent.id)).has_value());
}

TEST_CASE("an edge does not take the decision on another command under its command's id for its own") {
  SharedWorld world(2);
  auto& owner = *world.nodes[0];
  auto& edge = *world.nodes[1];
  for (PartitionNumber p = 0; p < kSharedPartitions; ++p) owner.take(p);
  (void)edge.step();
  std::vector<Outcome> heard;
  edge.processor->on_answer([&](const Answered& answered) { heard.push_back(answered.decision->outcome()); });
  auto id = id_as<CommandId>(test_log_id(1));
  auto header = edge.header(derive<EntityId>(id, "entity"), id);
  RegisterPersonT body;
  body.person_id = id_as<PersonId>(header.entity);
  for (std::string_view content : {"as somebody else sent it", "as it is sent here"}) {
    header.fingerprint = sha256(bytes_of(content));
    must(edge.log.send(partition_of(header.entity, kSharedPartitions), command_record(header, body)));
  }
  edge.processor->await({id, header.fingerprint});
  while (owner.step(1) > 0) (void)edge.step();
  CHECK(heard == std::vector{Outcome::conflict});
  CHECK(edge.processor->awaiting() == 0);
}

TEST_CASE("two people matched across partitions are settled by the owner of the one that asked") {
  SharedWorld world(2);
  // The askers' partition is one engine's, the other partitions the other's.
  auto& a = *world.nodes[0];
  auto& b = *world.nodes[1];
  SetClock fast(after(world.clock.now(), kHourMs));
  SUBCASE("whose clocks are right") {}
  SUBCASE("whose clock is ahead") { a.own_clock = &fast; }
  SUBCASE("while the other's clock is ahead") { b.own_clock = &fast; }
  for (auto& node : world.nodes) node->open();
  a.take(0);
  b.take(1);
  b.take(2);
  auto send = [&](const CommandHeader& header, const auto& body) {
    must(a.log.send(partition_of(header.entity, kSharedPartitions), command_record(header, body)));
  };
  auto person_in = [&](auto wanted) {
    for (std::uint8_t i = 0;; ++i) {
      auto id = id_as<CommandId>(test_log_id(i));
      auto entity = derive<EntityId>(id, "entity");
      if (!wanted(partition_of(entity, kSharedPartitions))) continue;
      auto header = a.header(entity, id);
      RegisterPersonT body;
      body.person_id = id_as<PersonId>(entity);
      send(header, body);
      return header;
    }
  };
  auto asker = person_in([](PartitionNumber p) { return p == 0; });
  auto other = person_in([](PartitionNumber p) { return p != 0; });
  world.drain();
  CommandHeader match = asker;
  match.id = id_as<CommandId>(test_log_id(201));
  match.fingerprint = sha256(bytes_of(match.id));
  MatchPersonT body;
  body.person_id = id_as<PersonId>(asker.entity);
  body.same_as = id_as<PersonId>(other.entity);
  send(match, body);
  for (int i = 0; i < 10; ++i) {
    world.clock.set(after(world.clock.now(), kMinuteMs));
    fast.set(after(world.clock.now(), kHourMs));
    for (auto& node : world.nodes)
      (void)must(node->processor->send_due(node->own_clock ? fast.now() : world.clock.now()));
    world.drain();
  }
  auto* state = must(b.follower->folder().state(0, asker.entity, EntityKind::person));
  CHECK(std::get<PersonStateT>(*state).status == PersonStatus::alias);
}

}  // namespace toono
