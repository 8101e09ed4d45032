// The store port as one ordered map behind a lock.
#include "adapters/memory/store.h"

#include <mutex>

namespace toono {

Result<void> MemoryStore::apply(const RowBatch& changes) {
  std::unique_lock lock(mutex_);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto row = changes[i];
    auto at = rows_.lower_bound(row.key);
    bool here = at != rows_.end() && at->first == row.key;
    if (row.removed) {
      if (here) rows_.erase(at);
    } else if (here) {
      at->second.assign(row.value);
    } else {
      rows_.emplace_hint(at, row.key, row.value);
    }
  }
  return {};
}

Result<std::optional<std::string>> MemoryStore::get(std::string_view key) const {
  std::shared_lock lock(mutex_);
  auto at = rows_.find(key);
  return at == rows_.end() ? std::optional<std::string>() : at->second;
}

Result<void> MemoryStore::scan(std::string_view from, std::string_view to, const Visitor& visit) const {
  std::shared_lock lock(mutex_);
  for (auto at = rows_.lower_bound(from); at != rows_.end(); ++at) {
    if (!to.empty() && at->first >= to) break;
    if (!visit(at->first, at->second)) break;
  }
  return {};
}

}  // namespace toono
