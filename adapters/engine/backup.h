// A consistent copy of a deployment that may be in use, and the way back.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "adapters/engine/engine.h"
#include "adapters/engine/verify.h"

namespace toono {

/// Told now and then: what is done ("MiB copied"), how much of it, of how much (0: not known).
using StageProgress = std::function<void(std::string_view what, std::uint64_t done, std::uint64_t of)>;

struct BackupOptions {
  std::filesystem::path from;  // the data directory
  std::filesystem::path to;    // must be empty or not be there
  std::string master_key;      // empty: FROM.key
  StageProgress progress = {};
};

/// Copies the journal's whole frames, then the vault (so every seal of the copied journal has its key there),
/// proves the copy, and writes TO/manifest.json last: without it there is no backup. Takes no lock. The rows
/// are not copied: they follow from the journal. The master key is not in it. Error refused: TO is not empty,
/// or lies in FROM; damaged: the journal or the vault is, with the place.
Result<Verified> back_up(const BackupOptions& options, Entropy& entropy);

struct RestoreOptions {
  std::filesystem::path from;  // the backup
  std::filesystem::path to;    // the new data directory: empty or not there
  std::string master_key;      // empty: TO.key
  StageProgress progress = {};
};

/// What a backup's manifest says.
struct Manifest {
  LogId log_id;
  PartitionNumber partitions = 0;
  std::vector<JournalHead> heads;

  std::uint64_t decisions() const;
};
Result<Manifest> read_manifest(const std::filesystem::path& backup);

struct Restored {
  Manifest manifest;
  /// Erasures that the journal knows of: the vault was copied before some of them, or comes from elsewhere.
  std::uint64_t erased = 0;
};
/// Proves the backup against its manifest, then copies its journal and vault, and carries out again every
/// erasure. Nothing is written when the proof fails. The vault gets its place last: until then nobody can
/// read a word, and a restore that was cut short is begun again by another.
Result<Restored> copy_back(const RestoreOptions& options, Entropy& entropy);

/// Error refused: a restore into this directory was cut short.
Result<void> must_be_restored(const std::filesystem::path& dir);

}  // namespace toono
