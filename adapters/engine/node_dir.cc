#include "adapters/engine/node_dir.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "adapters/vault/master_key.h"
#include "core/chain.h"
#include "core/ids.h"
#include "projections/keys.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNameAnother = "name the right deployment, or another --data";

fs::path file_of(const fs::path& dir) { return dir / "log_id"; }

Result<void> must_be(const LogId& found, const LogId& log_id, const fs::path& dir) {
  if (found == log_id) return {};
  return unexpected({ErrorCode::damaged,
                     fmt::format("the directory is a node's of log {}, and the deployment that was named is "
                                 "log {}",
                                 to_text(found), to_text(log_id)),
                     dir.string(), kNameAnother});
}

}  // namespace

Result<void> check_node_is_of(const fs::path& dir, const LogId& log_id) {
  std::error_code failed;
  if (fs::exists(dir / "journal", failed))
    return unexpected({ErrorCode::damaged,
                       fmt::format("the directory holds an embedded log, and was to hold the rows of who "
                                   "reads log {}",
                                   to_text(log_id)),
                       dir.string(), "name another --data, or say --log embedded:DIR"});
  if (!fs::exists(file_of(dir), failed)) return {};
  std::ifstream file(file_of(dir));
  std::string text;
  std::optional<LogId> found;
  if (file >> text) found = parse_id<LogId>(text);
  if (found) return must_be(*found, log_id, dir);
  return unexpected({ErrorCode::damaged, "the file does not say of which log this node's rows are",
                     file_of(dir).string(), "name another --data: rows are made anew from the journal"});
}

Result<void> claim_node(const fs::path& dir, const Store& rows, const LogId& log_id) {
  TOONO_TRY(check_node_is_of(dir, log_id));
  // Rows of a version that wrote no such file.
  TOONO_ASSIGN(auto row, rows.get(genesis_key(0)));
  if (row) {
    Aligned aligned(bytes_of(*row));
    const auto* genesis = genesis_of(aligned.bytes());
    if (genesis) TOONO_TRY(must_be(*genesis->log_id(), log_id, dir));
  }
  std::error_code failed;
  if (fs::exists(file_of(dir), failed)) return {};
  return replace_file(file_of(dir).string(), bytes_of(to_text(log_id) + "\n"));
}

}  // namespace toono
