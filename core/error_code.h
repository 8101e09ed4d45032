// An error's code as JSON answers, logs, metrics and dead letters spell it.
#pragma once

#include <string_view>

#include "core/result.h"

namespace toono {

std::string_view to_text(ErrorCode code);

}  // namespace toono
