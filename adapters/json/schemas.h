// The released vocabulary inside the program: the binary schemas that flatc made, so that nothing is read
// from a disk.
#pragma once

#include <string_view>

#include "core/bytes.h"

namespace toono {

/// The binary schema (bfbs) of "commands", "journal" or "state"; empty for any other name. Valid for the
/// whole run.
Bytes embedded_schema(std::string_view name);

}  // namespace toono
