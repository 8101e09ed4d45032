// How much work lies at the stations: now from the worklists, and on a day of the past from the facts.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "adapters/query/context.h"

namespace toono {

/// Orders of any role. Waiting: dispatched, neither signed nor asked to be returned. Near due: from the share
/// of the handling time that the policy names until the due. An order counts as open until it has ended.
struct Load {
  std::uint32_t open = 0;
  std::uint32_t waiting = 0;
  std::uint32_t near_due = 0;
  std::uint32_t overdue = 0;
  Load& operator+=(const Load& other);
};

struct StationLoad {
  StationId station;
  Load all;
  std::map<Programme, Load> by_programme;
  /// 0: nobody has been named yet.
  std::map<std::uint32_t, Load> by_handler;
  /// What happened on that day; only when a day was asked for.
  std::optional<TallyRow> counts;
};

struct LoadScope {
  std::optional<StationId> station;
  /// With every station below it.
  bool subtree = false;
  std::optional<Tier> tier;
};

/// By station code. A station without work is left out unless it is the one asked for. With `day`: as it
/// stood at the end of that local day, by what is known now. Errors of the store, and damaged rows.
Result<std::vector<StationLoad>> workload(const QueryContext& context, const LoadScope& scope,
                                          std::optional<Day> day);

}  // namespace toono
