// What an event is called to the person who reads a history.
#pragma once

#include <string>

#include "adapters/cli/args.h"
#include "schemas/events_generated.h"

namespace toono::cli {

/// `CaseRegistered`; in Chinese `个案登记 CaseRegistered`: the schema's name stays, so that what was read can
/// be found in JSON, documentation and code.
std::string event_text(EventBody event, Language language);

}  // namespace toono::cli
