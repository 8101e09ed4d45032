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

/// Who an example is from and when; what it must not make up.
struct TemplateOrigin {
  StaffId actor = StaffId(15010001);
  StationId station = StationId(150100);
  Day today = Day(20514);  // 2026-03-02
  std::string policy;      // JSON of the policy to begin with; empty: the one that a new log has
};

/// A line with the fields of the command filled in, without `id` and `occurred_at`, so that it can be sent
/// more than once. parse_line() takes it. The ids in it are made up, and so are the station and the staff
/// that a command to the registry is about: sent by mistake it does no harm. Error usage as above.
Result<std::string> template_for(std::string_view command_name, const TemplateOrigin& origin = {});

/// What is to be put right in that line before it is sent, in a few words; empty: nothing.
std::string_view template_note(std::string_view command_name, std::string_view line);

}  // namespace toono
