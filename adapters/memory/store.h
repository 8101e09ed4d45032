// The store port in memory: for tests, for questions about the past, and as the model of what a store does.
#pragma once

#include <map>
#include <shared_mutex>

#include "core/store.h"

namespace toono {

/// Holds nothing beyond its life; flush() does nothing. A visitor of scan() must not call apply().
class MemoryStore final : public Store {
 public:
  Result<void> apply(const RowBatch& changes) override;
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> scan(std::string_view from, std::string_view to, const Visitor& visit) const override;
  Result<void> flush() override { return {}; }

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::string, std::less<>> rows_;
};

}  // namespace toono
