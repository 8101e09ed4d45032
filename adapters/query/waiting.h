// What waits at a station, merged over the partitions by due time.
#pragma once

#include <optional>
#include <vector>

#include "adapters/query/context.h"

namespace toono {

struct WaitingRow {
  WorklistRow row;
  bool is_overdue(Instant now) const { return row.due_ms != 0 && row.due_ms < now.ms(); }
};

/// All that is given must fit. An order status fits the station's own orders, a kind what else waits.
struct WaitingFilter {
  std::optional<WaitKind> kind;
  std::optional<OrderStatus> status;
  std::optional<RiskLevel> risk;
  std::optional<Instant> due_before;
  std::optional<std::uint64_t> limit;
};

/// By due time, then by the id of the order, or of the case where there is none. Errors of the store, and
/// damaged rows.
Result<std::vector<WaitingRow>> waiting_at(const QueryContext& context, StationId station,
                                           const WaitingFilter& filter);

}  // namespace toono
