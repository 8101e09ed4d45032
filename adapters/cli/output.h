// What a command leaves behind: files named on the command line, and the end of standard output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/args.h"
#include "core/result.h"

namespace toono::cli {

/// A file that a command writes by a name that was typed.
struct OutputFile {
  std::string path;
  /// What was typed to name it: `-o`, `--rejects`.
  std::string option;
  /// How a file of this kind begins. What stands there already is replaced only if it begins so, or is empty.
  std::vector<std::string_view> beginnings;
  /// Files that the command reads.
  std::vector<std::string> inputs;
  /// Of a new file, before the umask.
  unsigned mode = 0666;
  /// Of a file that is replaced too: what is in it is nobody else's business.
  bool is_private = false;
};

/// Error usage: it is an input, a master key, lies in a data directory, or is a file of another kind. Before
/// any work is done.
Result<void> check_output(const Globals& globals, const OutputFile& file);

/// Error usage: `path` lies in a data directory of toono, or is the key of one.
Result<void> check_place(const std::string& path, const std::string& option);

/// A file is whole or as before: it is written beside and renamed. What is no regular file (a device, a pipe)
/// is written through and keeps its mode; a link is followed. Checks first.
Result<void> write_output(const Globals& globals, const OutputFile& file, const std::string& text);

/// Error world: something that was printed, now or before, did not arrive on standard output.
Result<void> flush_output();

}  // namespace toono::cli
