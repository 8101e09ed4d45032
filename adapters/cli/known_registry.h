// The registry of an embedded store, read from its files: for what must not open the store.
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "core/registry.h"

namespace toono::cli {

/// Behind whatever a registry knows.
inline const Day kBehindAll{std::numeric_limits<std::int32_t>::max()};

/// What a store's registry last said, with the day on which to ask it.
struct KnownRegistry {
  std::unique_ptr<Registry> registry = std::make_unique<Registry>();
  Day day, today;
};

/// Beside whoever has the store open. `day` is now's; of a simulated store, whose clock stands where its year
/// ended, the last of all. Errors of the files; not_found: there is no store.
Result<KnownRegistry> registry_of(const std::filesystem::path& dir, std::optional<Instant> now);

}  // namespace toono::cli
