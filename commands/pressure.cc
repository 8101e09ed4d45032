#include "commands/pressure.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands/decide_detail.h"

namespace toono {
namespace {

constexpr std::uint64_t kLongestRetryS = 60;

}  // namespace

std::optional<Overload> overload(std::uint64_t behind, std::uint64_t limit, bool of_danger) {
  limit = std::max<std::uint64_t>(limit, 1);
  auto room = of_danger ? 2 * limit : limit;
  if (behind < room) return std::nullopt;
  // A second for each L that waits: what waits then is decided, or the one who asks again has lost little.
  auto seconds = std::min((behind + limit - 1) / limit, kLongestRetryS);
  return Overload{behind, room, of_danger, static_cast<std::int64_t>(seconds) * 1000};
}

Error error_of(const Overload& overload, PartitionNumber partition) {
  return {ErrorCode::busy,
          fmt::format("overload: {} commands wait to be decided, and from {} on {} are turned away",
                      overload.behind, overload.limit,
                      overload.of_danger ? "even those of danger cases" : "ordinary and imported ones"),
          fmt::format("the inbox, partition {}", partition),
          fmt::format("nothing of it was stored: send it again in {} s, under the same id if you gave one{}",
                      overload.retry_after_ms / 1000,
                      overload.of_danger ? "" : "; what is about a danger case is still taken")};
}

bool is_danger_case(const EntityState& state) {
  const auto* found = std::get_if<CaseStateT>(&state);
  return found && is_open(*found) && in_danger(*found);
}

}  // namespace toono
