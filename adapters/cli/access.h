// Reading people's words: the access is on record before the first of them is opened.
#pragma once

#include "adapters/cli/ask.h"
#include "adapters/json/print.h"

namespace toono::cli {

/// Sends RecordAccess for the entity to the deployment of today and waits until it is durable. Error refused:
/// the engine said no (who asks, or the purpose), and nothing may be opened.
Result<void> record_access(const Asking& asking, const Found& found);

/// Print options that open seals with the vault. The first error is kept in `problem`, which must outlive
/// them.
JsonOptions opening_seals(const Asking& asking, Result<void>& problem);

}  // namespace toono::cli
