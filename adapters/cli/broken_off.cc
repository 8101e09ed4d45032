#include "adapters/cli/broken_off.h"

#include "core/time.h"

namespace toono::cli {
namespace {

constexpr std::int64_t kLastStoryMs = 60 * kSecondMs;

}  // namespace

std::optional<Instant> broken_off_at(const Follower& follower) {
  const auto& genesis = follower.genesis();
  if (!genesis.simulated) return std::nullopt;
  auto end = start_of_year(year_of(day_of(genesis.created_at)) + 1);
  Instant last = genesis.created_at;
  for (PartitionNumber partition = 0; partition <= follower.partitions(); ++partition)
    last = std::max(last, follower.head(partition).chain.decided_at);
  return last < after(end, -kLastStoryMs) ? std::optional(last) : std::nullopt;
}

Error broken_off(const EngineOptions& options, Instant at) {
  return {ErrorCode::refused, "this simulated year was broken off at " + to_text(at),
          options.kafka ? options.kafka->deployment : options.dir.string(),
          "it cannot be gone on with: remove the directory and its key, and run `toono simulate` again"};
}

Result<void> may_go_on(Engine& engine, const Globals& globals) {
  const auto& genesis = engine.follower().genesis();
  if (!genesis.simulated) TOONO_TRY(check_set_clock(globals));
  if (globals.now && *globals.now < genesis.created_at)
    return unexpected({ErrorCode::usage, "the clock is set before the founding of this deployment",
                       "--now " + to_text(*globals.now),
                       "it was founded at " + to_text(genesis.created_at) +
                           ": leave --now out, or look at the year again"});
  auto at = broken_off_at(engine.follower());
  return at ? Result<void>(unexpected(broken_off(engine.options(), *at))) : Result<void>();
}

}  // namespace toono::cli
