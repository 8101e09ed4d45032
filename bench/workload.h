// The work that the benches send: contacts and cases from their first command to their last, three contacts
// a case, as many open at a time as asked for. The ids are random, so nothing compresses; the same seed gives
// the same commands.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "commands/command_builder.h"
#include "core/log.h"

namespace toono::bench {

inline constexpr std::int64_t kStartMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

/// One command: who sends it, about what, when.
struct Step {
  CommandId id;
  EntityId entity;
  Instant at;
  StationId station;
  PersonId youth;  // of a case: whose words it holds
  CommandBodyUnion body;
};

/// A case takes eleven commands, a contact four.
class Workload {
 public:
  struct Options {
    std::size_t open_entities = 20'000;
    std::uint64_t seed = 12355;
  };
  explicit Workload(const Options& options) : options_(options), chance_(options.seed) {}

  Step next();

 private:
  struct Running {
    bool contact = false;
    EntityId entity = {};
    OrderId order = {};
    PersonId youth = {};
    StationId station = {};
    int step = 0;
    int steps() const { return contact ? 4 : 11; }
  };
  CommandId random_id();
  Step begin();
  Step go_on(Running& running);
  Step step_of(CommandId id, const Running& running, CommandBodyUnion body, StationId station) const;

  Options options_;
  std::mt19937_64 chance_;
  std::vector<Running> running_;
  std::uint64_t begun_ = 0;
  std::int64_t now_ = kStartMs;
};

/// The step as the inbox holds it.
Buffer record_of(const Step& step, std::uint64_t registry_seq);
/// The step as a line of `toono send`, with words that are to be sealed where people write some: the case's
/// narrative, the result, the reply.
std::string line_of(const Step& step);

}  // namespace toono::bench
