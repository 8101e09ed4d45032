// How a due date came about: worked out anew from the policy row, the calendar and the registry that the
// decision which fixed it stood under, and held against what is stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/query/context.h"
#include "core/deadline.h"

namespace toono {

/// One day that was counted, or passed over, on the way to the due.
struct CountedDay {
  Day day;
  bool counted = false;
  /// "working day", "make-up working day", "weekend", "holiday".
  std::string_view kind;
  /// The holiday's or make-up day's, where the calendar names it.
  std::string name;
  /// Counted in working time below a day: how much of it.
  std::int64_t worked_ms = 0;
};

/// One clock of an order.
struct ClockTrace {
  TimerKind timer = TimerKind::none;
  Instant start;
  std::string policy_version;
  /// None: the due was given, or the policy has no row for it.
  std::optional<PolicyRowT> row;
  /// Its place in the policy, from 1.
  std::size_t row_number = 0;
  /// For "near due": the share of the handling time.
  std::optional<std::uint32_t> percent;
  std::string calendar_version;
  std::vector<CountedDay> steps;
  DueSource source = DueSource::policy;
  /// The order whose clock this is, when it was inherited.
  OrderId inherited_from;
  /// The event that fixed the stored due, as "partition:seq:index".
  std::string fixed_by;
  Instant stored_due;
  Instant computed_due;
  bool provisional = false;
  bool agrees() const { return stored_due == computed_due; }
};

/// Every clock that has run for this order. Error not_found: the case has no such order; damaged: rows that
/// cannot be read.
Result<std::vector<ClockTrace>> trace_deadlines(const QueryContext& context, PartitionNumber partition,
                                                const CaseId& case_id, const OrderId& order_id);

}  // namespace toono
