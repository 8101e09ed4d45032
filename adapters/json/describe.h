// What can be asked, said by the schemas themselves: names, JSON Schema and an example of every command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono {

/// In the order of the union, that is by subject.
std::vector<std::string_view> command_names();

/// JSON Schema 2020-12 of a whole line of that command, on one line. What it cannot say (lengths in bytes,
/// characters that are refused) parse_line() still checks. Error usage: no such command, the nearest is
/// named.
Result<std::string> json_schema(std::string_view command_name);

/// A line with every field of the command filled in, without `id` and `occurred_at`, so that it can be sent
/// more than once, from that member of staff. parse_line() takes it; the ids in it are made up. Error usage
/// as above.
Result<std::string> template_for(std::string_view command_name, StaffId actor = StaffId(15010001),
                                 StationId station = StationId(150100));

}  // namespace toono
