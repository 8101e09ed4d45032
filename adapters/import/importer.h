// Carries out the plan of an import through the edge, like any other sender.
#pragma once

#include "adapters/engine/edge.h"
#include "adapters/import/plan.h"

namespace toono {

struct ImportReport {
  /// `cases`: of which at least one row was taken, now or by an earlier run.
  std::uint64_t rows = 0, cases = 0, events = 0, accepted = 0, rejected = 0, repeated = 0;
  std::vector<RejectedRow> rejects;  // by row number
};

/// What would be done, as far as it can be said without doing it: the form of every row.
ImportReport dry_run(const CaseLog& log);

/// `progress` is called with the number of commands done. Commands are made durable together at the end: an
/// import that was cut short is run again, and what was decided is then `repeated`.
Result<ImportReport> run_import(Engine& engine, Edge& edge, const CaseLog& log, const ImportMapping& mapping,
                                const Sender& sender, const std::function<void(std::uint64_t)>& progress);

}  // namespace toono
