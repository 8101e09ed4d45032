// Instants in the formats of a foreign log.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace toono {

/// `format` knows the signs of strptime that docs/import.md lists; every other character stands for itself.
/// Behind %S an optional fraction is accepted (what is below a millisecond is cut off). A format without an
/// offset is read as UTC+8, one without an hour as the beginning of that day. None: the text does not have
/// this form, or names no such day or time.
std::optional<Instant> parse_time(std::string_view text, std::string_view format);

/// The first format that fits counts.
std::optional<Instant> parse_time(std::string_view text, const std::vector<std::string>& formats);

/// False: the format has a sign that parse_time does not know, or no full date.
bool is_time_format(std::string_view format);

}  // namespace toono
