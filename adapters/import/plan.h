// The plan of an import: every command that the log leads to, in order of time over the whole file. A pure
// function of the log and the mapping, so that a second run plans the same commands under the same ids.
#pragma once

#include "adapters/import/case_log.h"
#include "core/derive.h"

namespace toono {

/// One command, and the row that answers for it.
struct PlannedCommand {
  Instant at;
  std::size_t row = 0;  // index into CaseLog::good
  CommandId id;
  std::string name;
  std::size_t case_index = 0;
};

/// The ids that all commands of a case share.
struct CaseIds {
  CommandId register_id, triage_id, dispatch_id, sign_id, submit_id, accept_id, close_id;
  CaseId case_id;
  OrderId order_id;
};
CaseIds case_ids(const ImportMapping& mapping, const std::string& case_id);

/// An id that follows from a text, the same in every run.
CommandId import_id(const ImportMapping& mapping, std::string_view kind, std::string_view text);

std::vector<PlannedCommand> plan_import(const CaseLog& log, const ImportMapping& mapping);

}  // namespace toono
