// Pressure: what an inbox that is behind still takes. Asked at the edge, before anything is sealed or stored.
#pragma once

#include <cstdint>
#include <optional>

#include "core/log.h"
#include "projections/views.h"

namespace toono {

/// L, where nothing else is set: an engine on small hardware decides as many in about a second.
inline constexpr std::uint64_t kInboxLimit = 16'384;
/// Above it a queue in memory could not hold what danger cases have reserved.
inline constexpr std::uint64_t kMostInboxLimit = 1'000'000;

/// A command turned away: nothing of it was stored, its id is free.
struct Overload {
  std::uint64_t behind = 0;  // commands that wait in front of it
  std::uint64_t limit = 0;   // L, or for a danger case 2L
  bool of_danger = false;
  std::int64_t retry_after_ms = 0;
};

/// None: there is room. Ordinary and imported commands have it while fewer than `limit` (at least 1) wait,
/// those of danger cases while fewer than twice as many do.
std::optional<Overload> overload(std::uint64_t behind, std::uint64_t limit, bool of_danger);

/// Error busy: how far behind, what is still taken, and when to try again.
Error error_of(const Overload& overload, PartitionNumber partition);

/// An open case of high or imminent risk, or triaged as danger: what is asked about it keeps reserved room.
bool is_danger_case(const EntityState& state);

}  // namespace toono
