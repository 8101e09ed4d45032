// Of which log the directory of a node on Kafka is. Rows are flushed late, so those of a young node do not
// say it: a file does, from the first opening on.
#pragma once

#include <filesystem>

#include "core/result.h"
#include "core/store.h"
#include "schemas/common_generated.h"

namespace toono {

/// Error damaged: by its files the directory is of another log than `log_id`, or of an embedded one, and
/// which.
Result<void> check_node_is_of(const std::filesystem::path& dir, const LogId& log_id);

/// The same by its rows too; then the directory is of this log for ever. The caller holds the rows open.
Result<void> claim_node(const std::filesystem::path& dir, const Store& rows, const LogId& log_id);

}  // namespace toono
