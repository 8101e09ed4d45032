// Wrong use in the words of this program: the library of options says what it found, not what to do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono::cli {

/// Stands between what was typed and the numbers that can stand there.
inline constexpr std::string_view kNoNumber = " is no whole number from ";

struct Misuse {
  std::string message;              // of the library
  std::vector<std::string> extras;  // words it had no place for
  std::string command;              // empty: none was recognised
  std::vector<std::string> commands, options;
};

/// Error usage, with the near miss where there is one.
Error misuse_error(Misuse misuse);

}  // namespace toono::cli
