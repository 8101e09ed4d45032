// The store port on disk: rows wait in windows in memory, each of which becomes one sorted file that RocksDB
// takes over.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/store.h"

namespace toono {

/// Writes rows that come in the order of their keys straight to files, for a rebuild. For one thread at a
/// time; several may be filled side by side. What was not given to RocksStore::ingest() is deleted with it.
class SortedLoad {
 public:
  ~SortedLoad();
  /// Each key above the one before; else Error `refused`. Error `world` when the disk fails.
  Result<void> add(std::string_view key, std::string_view value);
  std::uint64_t rows() const;

 private:
  friend class RocksStore;
  struct Impl;
  explicit SortedLoad(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Without a write-ahead log: after a crash it holds what was in the last whole window, which is a prefix of
/// the apply() calls, and the journal fills in the rest. apply(), flush() and ingest() belong to one thread;
/// the others to any. After the first write error every later apply() and flush() returns it: its outcome is
/// unknown, so open it anew.
class RocksStore final : public Store {
 public:
  struct Options {
    /// A window is handed to the disk when it holds either of the two. In memory there are at most the open
    /// one and two that wait; then apply() waits too. The larger it is, the more rows that are written again
    /// and again reach the disk once, and the more of the journal is folded again after a crash.
    std::size_t window_changes = 400'000;
    std::size_t window_bytes = 96u << 20;
    std::size_t cache_bytes = 64u << 20;
    /// With less room than that on the disk an existing store is opened for reading: RocksDB writes files at
    /// every open, and ends the process when it cannot. What apply() takes then stays in the windows.
    std::uint64_t least_free_bytes = 2u << 20;
    /// For tests: called in a scan between its look at the windows and its look at the database.
    std::function<void()> while_looking = nullptr;
  };
  /// Makes the directory where there is none. Error `damaged` or `world`, each with the path and what to do;
  /// a store that another process has open is `world`.
  static Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& path, const Options& options);
  /// Loses what flush() did not make durable.
  ~RocksStore() override;

  Result<void> apply(const RowBatch& changes) override;
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> scan(std::string_view from, std::string_view to, const Visitor& visit) const override;
  Result<void> flush() override;

  /// Reads every byte of every file against its checksum. Error `damaged` names the file.
  Result<void> verify() const;

  /// For files of the moment beside the rows: emptied whenever the store is opened.
  std::filesystem::path incoming() const;

  /// The loads may be filled on other threads; each must have gone to ingest() or be gone before the store
  /// is.
  std::unique_ptr<SortedLoad> sorted_load();
  /// Takes over all rows of the loads in one atomic, durable step, over whatever was applied before. Ranges
  /// that are disjoint from each other and from what is stored need no compaction later.
  Result<void> ingest(std::vector<std::unique_ptr<SortedLoad>> loads);

  /// Estimates, from RocksDB's counts and the windows.
  struct Size {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t waiting_changes = 0;  // in windows, not on disk yet
    std::uint64_t young_files = 0;      // at level 0: each one is a place more where a read may have to look
    bool compacting = false;            // RocksDB is at work, or has work to do
  };
  Size size() const;

 private:
  struct Impl;
  explicit RocksStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace toono
