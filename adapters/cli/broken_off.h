// A simulated year that was not played to its end looks like any other store; here it is told from one.
#pragma once

#include <optional>

#include "adapters/cli/session.h"
#include "adapters/engine/engine.h"

namespace toono::cli {

/// Where a simulated year stopped before its end; none: it is whole, or this is no simulation. The last story
/// of a whole year is told within the minute before its end.
std::optional<Instant> broken_off_at(const Follower& follower);
/// What is said of it.
Error broken_off(const EngineOptions& options, Instant at);
/// Before commands are sent. Error refused: they would be added to half a year; usage: at an impossible time
/// (check_set_clock; a simulated store's clock is anybody's).
Result<void> may_go_on(Engine& engine, const Globals& globals);

}  // namespace toono::cli
