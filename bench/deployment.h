// A deployment to measure: the built-in registry, a clock that follows the work, keys from a seed.
#pragma once

#include "adapters/engine/clocks.h"
#include "adapters/engine/engine.h"
#include "bench/measure.h"
#include "bench/workload.h"

namespace toono::bench {

/// What was answered.
struct Tally {
  std::uint64_t answered = 0;
  std::uint64_t accepted = 0;
  std::uint64_t bytes = 0;  // of decisions
  Rejection last_refusal = Rejection::none;
};

/// A command made beforehand, so that making it is not measured.
struct Prepared {
  PartitionNumber partition;
  Instant at;
  Buffer record;
};

class Deployment {
 public:
  explicit Deployment(std::filesystem::path dir);
  ~Deployment();

  /// Founds it in an empty directory.
  void create();
  /// Opens it; throws nothing away.
  void open();
  void close();
  /// Drops the engine without closing: what a killed process leaves, but for the log's last frame.
  void drop() { engine_.reset(); }

  Engine& engine() { return *engine_; }
  SetClock& clock() { return clock_; }
  Tally& tally() { return tally_; }

  std::vector<Prepared> prepare(Workload& workload, std::size_t count);
  /// Sends them in groups and decides each; `group_took` gets the seconds of each group.
  void play(const std::vector<Prepared>& commands, std::size_t in_flight,
            std::vector<double>* group_took = nullptr);
  /// Decides so many commands more.
  void fill(Workload& workload, std::uint64_t commands);
  /// Ends the bench when a command was refused: it would have measured refusals.
  void must_be_accepted() const;

 private:
  void watch();
  std::filesystem::path dir_;
  SetClock clock_{Instant(kStartMs)};
  std::unique_ptr<Entropy> entropy_;
  Tally tally_;
  std::unique_ptr<Engine> engine_;
};

/// The limit of all that is answered durably: as many bytes in the same groups through the same log, nothing
/// decided. Commands a second.
double log_alone(const std::filesystem::path& dir, std::uint64_t commands, std::size_t in_flight,
                 std::size_t command_bytes, std::size_t decision_bytes);

}  // namespace toono::bench
