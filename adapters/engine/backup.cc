#include "adapters/engine/backup.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "adapters/engine/rebuild.h"
#include "adapters/engine/vault_check.h"
#include "adapters/json/json_tree.h"
#include "adapters/json/writer.h"
#include "adapters/vault/master_key.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "manifest.json";

Result<void> must_be_empty(const fs::path& dir) {
  std::error_code failed;
  if (!fs::exists(dir, failed)) return {};
  if (!fs::is_directory(dir, failed) || !fs::is_empty(dir, failed))
    return unexpected({ErrorCode::refused, "this is not an empty directory", dir.string(),
                       "name one that is empty or not there"});
  return {};
}

/// A backup within what is backed up would be a part of the next one, and go with the disk.
Result<void> must_be_elsewhere(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  auto inside = fs::weakly_canonical(fs::absolute(from), failed);
  for (auto at = fs::weakly_canonical(fs::absolute(to), failed); at.has_relative_path();
       at = at.parent_path())
    if (at == inside)
      return unexpected({ErrorCode::refused, "the backup would lie in the data directory itself", to.string(),
                         "name a directory elsewhere, best on another disk"});
  return {};
}

/// Where a restore keeps the vault until it is done with it.
fs::path unfinished(const fs::path& dir) { return dir / "restore.part"; }

/// What a restore that was cut short has left: it alone makes that directory, and nothing was opened since.
Result<void> clear_unfinished(const fs::path& dir) {
  std::error_code failed;
  if (!fs::exists(unfinished(dir), failed)) return {};
  TOONO_ASSIGN(auto held, embedded::lock_directory(dir));
  fs::remove_all(embedded::journal_directory(dir), failed);
  if (!failed) fs::remove(DataPaths(dir).vault(), failed);
  if (!failed) fs::remove(DataPaths(unfinished(dir)).vault(), failed);
  if (failed) return unexpected(embedded::io_error("clearing away", dir, failed.value()));
  return {};
}

Result<void> make_directory(const fs::path& dir) {
  std::error_code failed;
  fs::create_directories(dir, failed);
  if (failed) return unexpected(embedded::io_error("making a directory", dir, failed.value()));
  fs::permissions(dir, fs::perms::owner_all, failed);
  return {};
}

std::string key_path(const std::string& given, const fs::path& dir) {
  return given.empty() ? FileVault::default_master_key_path(dir.string()) : given;
}

Error first_of(const Verified& verified, std::string what, std::string next) {
  const auto& finding = verified.findings.front();
  auto where = finding.file;
  if (finding.partition)
    where += fmt::format(", partition {}", partition_text(*finding.partition, verified.partitions));
  if (finding.seq) where += fmt::format(", record {}", *finding.seq);
  return {ErrorCode::damaged,
          fmt::format("{}: {} findings, the first: {}", what, verified.findings.size(), finding.problem),
          where, std::move(next)};
}

SegmentReader::CopyProgress copying(const StageProgress& tell) {
  if (!tell) return {};
  return [&tell](std::uint64_t bytes, std::uint64_t of) { tell("MiB copied", bytes >> 20, of >> 20); };
}
std::function<void(std::uint64_t)> proving(const StageProgress& tell, std::uint64_t of) {
  if (!tell) return {};
  return [&tell, of](std::uint64_t done) { tell("records proved", done, of); };
}

/// Looks at the copy: no key of its journal is made after it.
Result<void> must_have_all_keys(const BackupOptions& options, Entropy& entropy) {
  TOONO_ASSIGN(auto copied, FileVault::open(options.to.string(), key_path(options.master_key, options.from),
                                            entropy, Access::read_only));
  TOONO_ASSIGN(auto problems, check_vault(options.to, *copied));
  if (problems.empty()) return {};
  return unexpected({ErrorCode::damaged, "the vault is not whole, so this is no backup: " + problems.front(),
                     DataPaths(options.from).vault().string(),
                     "run `toono verify --full` on the original; keep the backups that you have"});
}

/// Carries out in `part` what the journal of the restored directory says of erasures.
Result<std::uint64_t> erase_in(const fs::path& part, const RestoreOptions& options, const std::string& key,
                               Entropy& entropy, const Manifest& manifest) {
  TOONO_ASSIGN(auto vault, FileVault::open(part.string(), key, entropy));
  TOONO_ASSIGN(auto reader, SegmentReader::open(options.to));
  auto partitions = static_cast<PartitionNumber>(reader.partitions() - 1);
  ReadOnlyLog log(std::move(reader));
  return erase_again(log, partitions, *vault, [&](std::uint64_t done) {
    if (options.progress) options.progress("records searched for erasures", done, manifest.decisions());
  });
}

std::string manifest_json(const Verified& verified) {
  JsonWriter out;
  out.begin_object()
      .field("format", 1)
      .field("log_id", to_text(verified.log_id))
      .field("partitions", verified.partitions);
  out.field("decisions", verified.decisions).field("void", verified.void_count).key("heads");
  return out.raw(heads_json(verified.heads, verified.partitions)).end_object().str() + "\n";
}

}  // namespace

Result<Verified> back_up(const BackupOptions& options, Entropy& entropy) {
  TOONO_ASSIGN(auto reader, SegmentReader::open(options.from));
  TOONO_TRY(must_be_elsewhere(options.from, options.to));
  TOONO_TRY(must_be_empty(options.to));
  // Opened before anything is written: without the key half a backup would be left. It is copied last all the
  // same.
  TOONO_ASSIGN(auto vault, FileVault::open(options.from.string(), key_path(options.master_key, options.from),
                                           entropy, Access::read_only));
  TOONO_TRY(make_directory(options.to));
  TOONO_TRY(reader.copy_to(options.to, copying(options.progress)));
  TOONO_TRY(vault->copy_to(DataPaths(options.to).vault().string()));
  VerifyOptions proof;
  proof.progress = proving(options.progress, 0);
  TOONO_ASSIGN(auto verified, verify_journal(options.to, proof));
  if (!verified.findings.empty())
    return unexpected(first_of(verified, "the journal is not whole, so this is no backup",
                               "run `toono verify` on the original; keep the backups that you have"));
  TOONO_TRY(must_have_all_keys(options, entropy));
  TOONO_TRY(write_new_file((options.to / kManifest).string(), bytes_of(manifest_json(verified))));
  return verified;
}

std::uint64_t Manifest::decisions() const {
  std::uint64_t all = 0;
  for (const auto& head : heads) all += head.seq;
  return all;
}

Result<Manifest> read_manifest(const fs::path& backup) {
  auto path = backup / kManifest;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return unexpected(
        {ErrorCode::not_found, "there is no whole backup here", path.string(),
         "name the directory that `toono backup` wrote; without its manifest it was cut short"});
  std::ostringstream text;
  text << file.rdbuf();
  auto no = [&path](std::string what) {
    return unexpected({ErrorCode::damaged, std::move(what), path.string(), "use another backup"});
  };
  auto json = text.str();
  auto tree = read_json(json);
  if (!tree) return no("the manifest cannot be read: " + tree.error().what);
  Manifest manifest;
  std::optional<LogId> log_id;
  if (tree->root().kind != JsonNode::Kind::object) return no("the manifest cannot be read");
  for (const auto* node = tree->begin_of(tree->root()); node != tree->end_of(tree->root());
       node = tree->next(node)) {
    if (node->key == "format" && node->integer != 1) return no("the backup was written by a newer version");
    if (node->key == "log_id") log_id = parse_id<LogId>(node->text);
    if (node->key == "partitions") manifest.partitions = static_cast<PartitionNumber>(node->integer);
  }
  if (!log_id || manifest.partitions == 0) return no("the manifest says not which log this is");
  manifest.log_id = *log_id;
  auto heads = parse_heads(json, manifest.partitions);
  if (!heads) return no("the manifest's heads cannot be read: " + heads.error().what);
  if (heads->size() != manifest.partitions + 1u) return no("the manifest names not all heads");
  manifest.heads = std::move(*heads);
  return manifest;
}

Result<void> must_be_restored(const fs::path& dir) {
  std::error_code failed;
  if (!fs::exists(unfinished(dir), failed)) return {};
  return unexpected({ErrorCode::refused, "a restore into this directory was cut short", dir.string(),
                     "run the same `toono restore` again: it begins anew"});
}

Result<Restored> copy_back(const RestoreOptions& options, Entropy& entropy) {
  if (must_be_restored(options.to)) TOONO_TRY(must_be_empty(options.to));
  TOONO_ASSIGN(auto manifest, read_manifest(options.from));
  VerifyOptions proof;
  proof.expected = manifest.heads;
  proof.progress = proving(options.progress, manifest.decisions());
  TOONO_ASSIGN(auto verified, verify_journal(options.from, proof));
  if (!verified.findings.empty())
    return unexpected(first_of(verified, "the backup is not what its manifest says", "use another backup"));
  // Opened before anything is written: without the right master key a restore is worth nothing.
  auto key = key_path(options.master_key, options.to);
  TOONO_ASSIGN(auto vault, FileVault::open(options.from.string(), key, entropy, Access::read_only));
  TOONO_ASSIGN(auto reader, SegmentReader::open(options.from));
  TOONO_TRY(clear_unfinished(options.to));
  auto part = unfinished(options.to);
  TOONO_TRY(make_directory(options.to));
  TOONO_TRY(make_directory(part));
  TOONO_TRY(embedded::sync_directory(options.to));
  TOONO_TRY(reader.copy_to(options.to, copying(options.progress)));
  TOONO_TRY(vault->copy_to(DataPaths(part).vault().string()));
  Restored restored{std::move(manifest)};
  TOONO_ASSIGN(restored.erased, erase_in(part, options, key, entropy, restored.manifest));
  std::error_code failed;
  fs::rename(DataPaths(part).vault(), DataPaths(options.to).vault(), failed);
  if (failed) return unexpected(embedded::io_error("moving", DataPaths(part).vault(), failed.value()));
  TOONO_TRY(embedded::sync_directory(options.to));
  fs::remove_all(part, failed);
  if (failed) return unexpected(embedded::io_error("removing", part, failed.value()));
  TOONO_TRY(embedded::sync_directory(options.to));
  return restored;
}

}  // namespace toono
