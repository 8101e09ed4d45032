// Whether a new version of a schema still reads what was written under an old one, and is read by old
// programs.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.h"

namespace toono {

/// Every change between two binary schemas that breaks records, readers or clients, a sentence each; empty
/// when there is none. Allowed: fields appended to tables, values appended to enumerations and unions, new
/// tables, a field deprecated. `flatc --conform` lets most of the rest through. What is not a binary schema
/// is named as a change.
std::vector<std::string> incompatible_changes(Bytes old_schema, Bytes new_schema);

}  // namespace toono
