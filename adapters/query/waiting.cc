#include "adapters/query/waiting.h"

#include <algorithm>

namespace toono {
namespace {

bool fits(const WorklistRow& row, const WaitingFilter& filter) {
  if (filter.kind && row.kind != *filter.kind) return false;
  if (filter.status && (row.kind != WaitKind::handle || row.order_status != *filter.status)) return false;
  return !filter.risk || row.risk == *filter.risk;
}

/// The order of the keys of one partition, so that a limit leaves out the same rows whatever partition they
/// are in.
bool comes_before(const WaitingRow& a, const WaitingRow& b) {
  auto subject = [](const WorklistRow& row) {
    return is_nil(row.order_id) ? id_as<Uuid>(row.case_id) : id_as<Uuid>(row.order_id);
  };
  if (a.row.due_ms != b.row.due_ms) return a.row.due_ms < b.row.due_ms;
  auto left = subject(a.row), right = subject(b.row);
  return left == right ? a.row.kind < b.row.kind : left < right;
}

}  // namespace

Result<std::vector<WaitingRow>> waiting_at(const QueryContext& context, StationId station,
                                           const WaitingFilter& filter) {
  std::vector<WaitingRow> rows;
  for (PartitionNumber partition = 0; partition < context.partitions; ++partition) {
    auto prefix = Key(partition, Table::worklist).number(station.code());
    bool damaged = false;
    std::uint64_t taken = 0;
    TOONO_TRY(scan_prefix(context.store, prefix, [&](std::string_view, std::string_view value) {
      WaitingRow waiting;
      damaged = !read_plain(value, waiting.row);
      if (damaged) return false;
      // Rows come by due time: behind the first that is too late, all are.
      if (filter.due_before && waiting.row.due_ms >= filter.due_before->ms()) return false;
      if (!fits(waiting.row, filter)) return true;
      if (filter.limit && taken >= *filter.limit) return false;
      rows.push_back(waiting);
      return ++taken, true;
    }));
    if (damaged) return unexpected(damaged_row("worklist"));
  }
  std::sort(rows.begin(), rows.end(), comes_before);
  if (filter.limit && rows.size() > *filter.limit) rows.resize(*filter.limit);
  return rows;
}

}  // namespace toono
