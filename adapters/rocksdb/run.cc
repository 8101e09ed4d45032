// Sorting and merging of rows in memory, before they reach RocksDB.
#include "adapters/rocksdb/run.h"

#include <algorithm>

namespace toono {
namespace {

constexpr std::size_t kChunkBytes = 4u << 20;

std::uint64_t big_endian(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return __builtin_bswap64(word);
}

}  // namespace

const char* Arena::append(const char* bytes, std::size_t size) {
  if (size > left_) {
    std::size_t chunk = std::max(size, kChunkBytes);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
    next_ = chunks_.back().get();
    left_ = chunk;
  }
  char* begin = next_;
  std::memcpy(begin, bytes, size);
  next_ += size;
  left_ -= size;
  return begin;
}

RunEntry probe_of(std::string_view key) {
  char padded[16] = {};
  const char* first = key.data();
  if (key.size() < 16) {
    if (!key.empty()) std::memcpy(padded, key.data(), key.size());
    first = padded;
  }
  return {big_endian(first), big_endian(first + 8), key.data(), static_cast<std::uint32_t>(key.size()), 0, 0};
}

std::shared_ptr<const Run> Run::of(const RowBatch& batch, const std::shared_ptr<Arena>& arena) {
  auto run = std::make_shared<Run>();
  run->arena_ = arena;
  const char* from = batch[0].key.data();
  const char* here = arena->append(from, batch.bytes());
  std::vector<RunEntry>& entries = run->entries_;
  entries.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto row = batch[i];
    RunEntry entry = probe_of({here + (row.key.data() - from), row.key.size()});
    entry.value_size = static_cast<std::uint32_t>(row.value.size()) & 0x7FFFFFFF;
    entry.removed = row.removed;
    entries.push_back(entry);
  }
  // A later row lies further on, so the address puts the newest of a key first and unique() keeps it.
  std::sort(entries.begin(), entries.end(), [](const RunEntry& a, const RunEntry& b) {
    int order = compare(a, b);
    return order != 0 ? order < 0 : a.bytes > b.bytes;
  });
  auto same = [](const RunEntry& a, const RunEntry& b) { return compare(a, b) == 0; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  return run;
}

std::shared_ptr<const Run> Run::merge(const Run& newer, const Run& older) {
  check(newer.arena_ == older.arena_, "runs of two windows are never merged");
  auto run = std::make_shared<Run>();
  run->arena_ = newer.arena_;
  std::vector<RunEntry>& out = run->entries_;
  out.reserve(newer.entries_.size() + older.entries_.size());
  auto a = newer.entries_.begin(), a_end = newer.entries_.end();
  auto b = older.entries_.begin(), b_end = older.entries_.end();
  while (a != a_end && b != b_end) {
    int order = compare(*a, *b);
    out.push_back(order <= 0 ? *a : *b);
    a += order <= 0;
    b += order >= 0;
  }
  out.insert(out.end(), a, a_end);
  out.insert(out.end(), b, b_end);
  return run;
}

std::size_t Run::lower_bound(const RunEntry& probe) const {
  auto below = [](const RunEntry& a, const RunEntry& b) { return compare(a, b) < 0; };
  auto at = std::lower_bound(entries_.begin(), entries_.end(), probe, below);
  return static_cast<std::size_t>(at - entries_.begin());
}

const RunEntry* Run::find(const RunEntry& probe) const {
  std::size_t at = lower_bound(probe);
  return at < entries_.size() && compare(entries_[at], probe) == 0 ? &entries_[at] : nullptr;
}

}  // namespace toono
