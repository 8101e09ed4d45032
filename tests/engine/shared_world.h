// Engines on one log in memory, each with rows of its own: a world for tests of what they do to each other.
#pragma once

#include "tests/engine/deployment.h"
#include "tests/engine/shared_log.h"

namespace toono {

inline constexpr PartitionNumber kSharedPartitions = 3;

/// An engine on the shared topics, with rows of its own.
struct SharedNode {
  SharedLog log;
  MemoryStore store;
  Registry registry;
  std::size_t cached_states = 50;
  std::unique_ptr<Follower> follower;
  std::unique_ptr<Processor> processor;
  /// Of its machine, where that goes another way than the log's; taken by open().
  SetClock* own_clock = nullptr;

  SharedNode(SharedTopics& topics, SetClock& clock) : log(topics, clock), clock_(clock) { open(); }

  void open() {
    log.before_settle = nullptr;
    follower = std::make_unique<Follower>(store, registry, Follower::Options{.cached_states = cached_states});
    must(follower->open(log, kSharedPartitions));
    processor = std::make_unique<Processor>(log, store, registry, *follower, own_clock ? *own_clock : clock_);
    processor->on_key_destruction([](PersonId, std::optional<SealClass>) { return Result<void>(); });
    must(processor->open());
    for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) give_up(p);
  }
  void take(PartitionNumber p) {
    if (processor->owns(p)) return;
    must(processor->finish());
    must(follower->follow_to_end(log, p));
    must(follower->commit());
    log.take(p, follower->head(p).chain.next_command);
    processor->take(p);
  }
  void give_up(PartitionNumber p) {
    log.give_up(p);
    processor->give_up(p);
  }
  /// By a member of the region's staff, now.
  CommandHeader header(const EntityId& entity, const CommandId& id) const {
    return {.id = id,
            .entity = entity,
            .fingerprint = sha256(bytes_of(id)),
            .received_at = clock_.now(),
            .occurred_at = clock_.now(),
            .actor = founding_staff(StationId(150000), 1),
            .station = StationId(150000),
            .registry_seq = registry.position()};
  }
  std::size_t step(std::size_t limit = 16) { return must(processor->step(limit)); }

 private:
  SetClock& clock_;
};

/// Topics with their geneses and the registry's first commands decided.
struct SharedWorld {
  SetClock clock{first_moment()};
  SharedTopics topics{kSharedPartitions + 1};
  std::vector<std::unique_ptr<SharedNode>> nodes;

  explicit SharedWorld(std::size_t count) {
    GenesisFacts facts{.log_id = test_log_id(), .partitions = kSharedPartitions, .created_at = clock.now()};
    for (PartitionNumber p = 0; p <= kSharedPartitions; ++p)
      topics.journal[p].push_back({0, genesis_record(facts, p)});
    for (std::size_t i = 0; i < count; ++i) nodes.push_back(std::make_unique<SharedNode>(topics, clock));
    nodes[0]->take(kSharedPartitions);
    std::uint32_t number = 0;
    for (const auto& body : first_registry())
      must(
          nodes[0]->log.send(kSharedPartitions, founding_record(test_log_id(), number++, body, clock.now())));
    while (nodes[0]->step() + nodes[0]->processor->under_way() > 0) continue;
  }
  /// Until nobody has anything to do.
  void drain() {
    for (int idle = 0; idle < 2;) {
      std::size_t done = 0;
      for (auto& node : nodes) done += node->step() + node->processor->under_way();
      idle = done == 0 ? idle + 1 : 0;
    }
  }
};

}  // namespace toono
