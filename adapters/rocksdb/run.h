// Sorted rows in memory: what one apply() left behind, or the merge of several.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "core/store.h"

namespace toono {

/// Bytes that stay where they are until the arena goes. One thread appends; what was handed out may be read
/// by all.
class Arena {
 public:
  /// Copies `size` bytes side by side.
  const char* append(const char* bytes, std::size_t size);

 private:
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

/// A row or its removal. The first 16 bytes of the key lie inside, as two numbers that compare as the bytes
/// do: sorting and merging through pointers would miss the cache on each comparison.
struct RunEntry {
  std::uint64_t first8;
  std::uint64_t next8;
  const char* bytes;  // the key, then at once the value
  std::uint32_t key_size;
  std::uint32_t value_size : 31;
  std::uint32_t removed : 1;

  std::string_view key() const { return {bytes, key_size}; }
  std::string_view value() const { return {bytes + key_size, value_size}; }
};
static_assert(sizeof(RunEntry) == 32);

/// An entry for searching; it points at `key`.
RunEntry probe_of(std::string_view key);

/// Below, at or above zero, by the bytes of the keys.
inline int compare(const RunEntry& a, const RunEntry& b) {
  if (a.first8 != b.first8) return a.first8 < b.first8 ? -1 : 1;
  if (a.next8 != b.next8) return a.next8 < b.next8 ? -1 : 1;
  // Short keys are padded with zeros, so that equal numbers leave the lengths to decide.
  unsigned common = a.key_size < b.key_size ? a.key_size : b.key_size;
  if (common > 16) {
    if (int order = std::memcmp(a.bytes + 16, b.bytes + 16, common - 16); order != 0) return order;
  }
  return static_cast<int>(a.key_size) - static_cast<int>(b.key_size);
}

/// In order of the keys, each key once. Immutable, so any thread may read; keeps its bytes alive.
class Run {
 public:
  /// The last change of each key in the batch, whose bytes are copied to `arena`.
  static std::shared_ptr<const Run> of(const RowBatch& batch, const std::shared_ptr<Arena>& arena);
  /// Both of one arena; `newer` wins.
  static std::shared_ptr<const Run> merge(const Run& newer, const Run& older);

  const std::vector<RunEntry>& entries() const { return entries_; }
  /// The place of the first entry that is not below the probe.
  std::size_t lower_bound(const RunEntry& probe) const;
  /// None when the run says nothing of the key.
  const RunEntry* find(const RunEntry& probe) const;

 private:
  std::vector<RunEntry> entries_;
  std::shared_ptr<const Arena> arena_;
};

}  // namespace toono
