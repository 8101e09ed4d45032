#include "adapters/cli/own_rows.h"

#include <cerrno>
#include <cstdlib>

namespace toono::cli {

PassingDirectory::~PassingDirectory() {
  std::error_code failed;
  if (!path_.empty()) std::filesystem::remove_all(path_, failed);
}

Result<std::filesystem::path> PassingDirectory::make() {
  std::error_code failed;
  auto name = (std::filesystem::temp_directory_path(failed) / "toono-rows-XXXXXX").string();
  if (failed || ::mkdtemp(name.data()) == nullptr) {
    auto error = embedded::io_error("making a directory for the rows", name, failed ? failed.value() : errno);
    error.next = "name one with --data DIR, or set TMPDIR";
    return unexpected(std::move(error));
  }
  path_ = name;
  return path_;
}

Result<void> read_where_it_asks(const Globals& globals, EngineOptions& options, PassingDirectory& passing) {
  const bool has_data = !globals.data.empty();
  if (!globals.only_reads) {
    if (options.kafka || !has_data) return {};
    return unexpected({ErrorCode::usage, "this writes, and an embedded log has its rows in its own directory",
                       "--data " + globals.data, "leave it out; it is for questions that write nothing"});
  }
  const bool reads = options.kafka || has_data || !embedded::is_writable(options.dir);
  if (!reads) return {};
  options.role = EngineRole::reader;
  if (options.kafka) return {};
  options.own_dir = globals.data;
  if (has_data) return {};
  TOONO_ASSIGN(options.own_dir, passing.make());
  return {};
}

}  // namespace toono::cli
