// Where a question keeps its rows when nothing may be written beside the journal: in a directory of whoever
// asks.
#pragma once

#include <filesystem>

#include "adapters/cli/args.h"
#include "adapters/engine/engine.h"

namespace toono::cli {

/// A directory under TMPDIR that goes when it does, with all that is in it.
class PassingDirectory {
 public:
  PassingDirectory() = default;
  ~PassingDirectory();
  PassingDirectory(const PassingDirectory&) = delete;
  PassingDirectory& operator=(const PassingDirectory&) = delete;

  /// Error world: there is no room for one.
  Result<std::filesystem::path> make();

 private:
  std::filesystem::path path_;
};

/// Makes a reader of who asks and writes nothing: always on Kafka; on an embedded log where --data names a
/// directory for the rows, or where nothing may be written into the log's, and then `passing` has them. Error
/// usage: --data of an embedded log, for a command that writes.
Result<void> read_where_it_asks(const Globals& globals, EngineOptions& options, PassingDirectory& passing);

}  // namespace toono::cli
