// The window: rows that were applied and are readable, on their way to RocksDB. One file of rows comes of
// each window.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "adapters/rocksdb/run.h"

namespace toono {

/// Says of most keys that are not in a window that they are not, without a look at its runs. One thread adds,
/// any reads.
class KeyFilter {
 public:
  /// For about `keys` keys; more only make it say "perhaps" more often.
  explicit KeyFilter(std::size_t keys);
  static std::uint64_t hash(std::string_view key);
  void add(std::uint64_t hash);
  bool may_contain(std::uint64_t hash) const;

 private:
  std::vector<std::atomic<std::uint64_t>> words_;  // a power of two of them
};

/// What a reader sees of a window: immutable but for the filter, which only gains keys.
struct WindowView {
  std::shared_ptr<const KeyFilter> filter;
  std::vector<std::shared_ptr<const Run>> runs;  // newest first
};
/// Of all windows, newest first.
using WindowViews = std::vector<std::shared_ptr<const WindowView>>;

/// Belongs to the writing thread. Its runs stand like the digits of a binary counter: the k-th newest has
/// about 2^k times the rows of the newest, so there are log2(n) of them and each row is moved log2(n) times,
/// mostly within the cache.
class Window {
 public:
  explicit Window(std::size_t expected_changes);
  /// The batch has at least one row.
  void add(const RowBatch& batch);
  std::size_t changes() const { return changes_; }
  std::size_t bytes() const { return bytes_; }
  std::shared_ptr<const WindowView> view() const;

 private:
  std::shared_ptr<Arena> arena_ = std::make_shared<Arena>();
  std::shared_ptr<KeyFilter> filter_;
  std::vector<std::shared_ptr<const Run>> runs_;  // oldest first
  std::size_t changes_ = 0;
  std::size_t bytes_ = 0;
};

/// All runs of a window as one; there is at least one run.
std::shared_ptr<const Run> merge_all(const WindowView& window);

/// Walks the newest entries of the keys from `from` up to below `to` (empty: no bound) over all windows,
/// removals too. The views and the two keys must outlast it.
class WindowCursor {
 public:
  WindowCursor(const WindowViews& windows, std::string_view from, std::string_view to);
  bool valid() const { return !heap_.empty(); }
  const RunEntry& entry() const { return *heap_.front().at; }
  void next();

 private:
  struct Source {
    const RunEntry* at;
    const RunEntry* end;
    std::size_t age;  // 0 is the newest run
  };
  static bool after(const Source& a, const Source& b);
  std::vector<Source> heap_;
};

}  // namespace toono
