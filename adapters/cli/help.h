// What stands under the options in `toono COMMAND --help`: what has to be known, and examples.
#pragma once

#include <string_view>

namespace toono::cli {

/// Empty: no such command.
std::string_view help_of(std::string_view command);
/// Under the list of commands.
std::string_view help_of_program();

}  // namespace toono::cli
