// Deployments to break: one in a directory that goes away, and one all in memory.
#pragma once

#include "adapters/engine/clocks.h"
#include "adapters/engine/edge.h"
#include "adapters/engine/rebuild.h"
#include "adapters/engine/verify.h"
#include "adapters/memory/log.h"
#include "adapters/memory/store.h"
#include "adapters/vault/system_entropy.h"
#include "tests/engine/load.h"
#include "tests/log/faults.h"
#include "tests/log/fixture.h"

namespace toono {

/// The registry's first commands, read once.
inline const std::vector<CommandBodyUnion>& first_registry() {
  static const auto kCommands = must(founding_registry({}));
  return kCommands;
}

/// 2026-03-02 09:00 in the region: a Monday.
inline Instant first_moment() { return must(parse_instant("2026-03-02T09:00:00+08:00")); }

/// A directory with a deployment of three partitions.
class Deployment {
 public:
  Deployment() : Deployment(std::filesystem::path()) {}
  explicit Deployment(std::filesystem::path dir) : dir_(dir.empty() ? temporary_.path() : std::move(dir)) {}

  const std::filesystem::path& dir() const { return dir_; }
  SetClock& clock() { return clock_; }
  EngineOptions options() { return {.dir = dir_, .clock = &clock_, .entropy = &entropy_}; }
  std::unique_ptr<Engine> found() {
    Founding founding;
    founding.partitions = 3;
    founding.registry = first_registry();
    return must(Engine::create(options(), founding));
  }
  Result<std::unique_ptr<Engine>> try_open() { return Engine::open(options()); }
  std::unique_ptr<Engine> open() { return must(try_open()); }

  /// So many random commands, in groups; the clock moves, what is due is sent.
  void work(Engine& engine, Load& load, std::size_t commands) {
    engine.processor().on_answer([&](const Answered& answered) { load.learn(answered); });
    for (std::size_t done = 0; done < commands;) {
      clock_.set(after(clock_.now(), static_cast<std::int64_t>(load.pick(40)) * kMinuteMs));
      must(engine.fire_due());
      for (auto group = 1 + load.pick(20); group > 0 && done < commands; --group, ++done) {
        auto sent = load.next(clock_.now(), engine.registry().position());
        must(engine.log().send(sent.partition, sent.record));
      }
      must(engine.drain());
    }
    engine.processor().on_answer({});
  }

 private:
  TemporaryDirectory temporary_;
  std::filesystem::path dir_;
  SetClock clock_{first_moment()};
  SystemEntropy entropy_;
};

/// The same without a disk.
struct MemoryDeployment {
  static constexpr PartitionNumber kPartitions = 3;
  SetClock clock{first_moment()};
  MemoryLog log{kPartitions + 1, &clock};
  MemoryStore store;
  Registry registry;
  std::unique_ptr<Follower> follower;
  std::unique_ptr<Processor> processor;
  Answered last;
  Buffer last_record;
  std::vector<Buffer> decisions;

  MemoryDeployment() {
    GenesisFacts facts{.log_id = test_log_id(), .partitions = kPartitions, .created_at = clock.now()};
    for (PartitionNumber p = 0; p <= kPartitions; ++p) must(log.append(p, genesis_record(facts, p)));
    (void)must(log.settle());
    open();
    std::uint32_t count = 0;
    for (const auto& body : first_registry())
      must(log.send(kPartitions, founding_record(test_log_id(), count++, body, clock.now())));
    drain();
  }

  Result<void> try_open() {
    follower = std::make_unique<Follower>(store, registry, Follower::Options{.cached_states = 50});
    TOONO_TRY(follower->open(log, kPartitions));
    processor = std::make_unique<Processor>(log, store, registry, *follower, clock);
    processor->on_key_destruction([](PersonId, std::optional<SealClass>) { return Result<void>(); });
    processor->on_answer([this](const Answered& answered) {
      last_record.assign(answered.bytes.begin(), answered.bytes.end());
      decisions.push_back(last_record);
      if (load) load->learn(answered);
    });
    return processor->open();
  }
  void open() { must(try_open()); }
  void reopen() {
    log.reopen();
    open();
  }
  void drain() {
    while (must(processor->step(64)) > 0) continue;
  }
  /// Sends a record as it is and gives the decision on it.
  const Decision& decide_record(PartitionNumber partition, Bytes record) {
    must(log.send(partition, record));
    drain();
    return *decision_of(last_record);
  }

  Load* load = nullptr;
};

/// How many rows differ; those of the meta table stand apart.
inline std::uint64_t rows_differing(const Store& a, const Store& b, PartitionNumber partitions) {
  return must(compare_rows(a, b, partitions, {})).differing;
}

inline std::string findings_text(const Verified& verified) {
  std::string text;
  for (const auto& finding : verified.findings)
    text += (finding.partition ? std::to_string(*finding.partition) : "-") + ":" +
            (finding.seq ? std::to_string(*finding.seq) : "-") + " " + finding.problem + " (" + finding.file +
            ")\n";
  return text;
}

}  // namespace toono
