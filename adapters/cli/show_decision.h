// One decision of the journal, opened by its place or by the id of its command.
#pragma once

#include <optional>

#include "adapters/cli/ask.h"

namespace toono::cli {

/// Answers with the decision at `PARTITION:SEQ` (or an event's id there), `r` for the registry. The value is
/// the exit code. Error usage: no position; not_found: beyond what this query may see.
Result<int> show_decision(const Asking& asking, std::string_view position);

/// The same with the first decision on this command id; none: there is no command of that id.
Result<std::optional<int>> show_decision_on(const Asking& asking, const CommandId& id);

}  // namespace toono::cli
