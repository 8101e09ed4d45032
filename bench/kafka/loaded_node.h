// Engines on Kafka to be measured: one in this process, with the load that it is put under and is the edge
// of, and others in processes of their own.
#pragma once

#include <sys/types.h>

#include <functional>

#include "adapters/engine/clocks.h"
#include "adapters/engine/engine.h"
#include "adapters/vault/system_entropy.h"
#include "bench/kafka/client.h"
#include "bench/measure.h"
#include "bench/workload.h"
#include "core/id_map.h"

namespace toono::bench {

/// Where a node finds its log and keeps its rows.
struct NodePlace {
  KafkaAddress address;
  std::filesystem::path dir;
  std::string master_key;
};

/// Another engine: `toono serve` without its log lines, a process of its own that dies with this one.
class OtherEngine {
 public:
  explicit OtherEngine(const NodePlace& place);
  ~OtherEngine();
  OtherEngine(const OtherEngine&) = delete;
  OtherEngine& operator=(const OtherEngine&) = delete;
  pid_t pid() const { return pid_; }
  /// KILL or TERM; does not wait.
  void signal(int number) const;
  /// MiB, at its most; 0 when it has ended.
  std::uint64_t peak_mib() const;

  /// What runs in that process. Its exit code.
  static int serve(const NodePlace& place);

 private:
  pid_t pid_ = 0;
};

/// The engine of this process. What it is sent is made beforehand; a command that is refused ends the bench.
class LoadedNode {
 public:
  LoadedNode(const NodePlace& place, int broker_pid);
  ~LoadedNode();

  /// Makes the topics and founds the deployment.
  void found();
  /// Joins the group.
  void open();
  void close();
  /// Steps until it owns at least one and at most so many partitions, the registry's counted.
  void step_until_it_owns(std::size_t least, std::size_t most);

  /// `count` commands, `most` of them unanswered at a time. `other`: a process whose CPU counts too, or 0.
  Figure in_flight(std::string measure, std::uint64_t count, std::uint64_t most, pid_t other);
  /// `per_second` for so many seconds, sent by a thread of their own and timed from when each was due.
  Figure at_rate(std::string measure, std::uint64_t per_second, double seconds, pid_t other);
  /// `fault` strikes two seconds into a load of `per_second`: for every partition, shortest first, the
  /// seconds from then to the first answer to a command that was due after it.
  std::vector<double> waits_after(std::uint64_t per_second, const std::function<void()>& fault);

  std::uint64_t answered() const { return answered_; }
  std::size_t command_bytes() const { return command_bytes_ / std::max<std::uint64_t>(made_, 1); }
  std::size_t decision_bytes() const { return decision_bytes_ / std::max<std::uint64_t>(answered_, 1); }
  Engine& engine() { return *engine_; }

 private:
  struct Ready {
    PartitionNumber partition;
    CommandId id;
    Buffer record;
  };
  EngineOptions options(EngineRole role);
  void make(std::uint64_t count);
  void step();
  void learn(const Answered& answer);
  void must_send(std::size_t index);
  Figure finish(Figure figure);

  NodePlace place_;
  int broker_pid_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Workload workload_{{}};
  std::unique_ptr<Engine> engine_;
  std::size_t owned_ = 0;
  std::int64_t fired_at_ = 0;
  /// Of the measurement under way.
  std::vector<Ready> ready_;
  std::vector<std::int64_t> due_;
  IdMap<CommandId, std::size_t> index_;
  std::vector<std::int64_t> latencies_;
  std::function<void(PartitionNumber, std::int64_t due)> on_answer_;
  std::uint64_t made_ = 0, answered_ = 0, command_bytes_ = 0, decision_bytes_ = 0;
};

}  // namespace toono::bench
