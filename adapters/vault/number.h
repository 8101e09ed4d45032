// One spelling for a telephone number, before it is hashed: whoever calls again must be found again.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace toono {

/// Digits, ASCII or full-width, are kept and all else dropped; then
///   0086..., +86..., and 86 before an 11-digit mobile (1, then 3 to 9): the country is dropped;
///   any other +N... or 00N...: a number abroad, kept as `+N...`;
///   at home every leading 0 is dropped (0471 and 471, 0138... and 138...).
/// Error usage: fewer than 3 or more than 15 digits are left. The number is never part of the error.
Result<std::string> normalise_number(std::string_view number);

}  // namespace toono
