// The near miss that an error names: which known word was probably meant.
#pragma once

#include <string_view>
#include <vector>

namespace toono {

/// The known word with the fewest letters to change (Levenshtein, letter case apart), if no more than a third
/// of them, two at least, have to change; else empty. Words over 64 bytes have no neighbours.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace toono
