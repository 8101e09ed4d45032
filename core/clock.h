// The ports of time and chance: everything between the edges gets both as values.
#pragma once

#include <cstdint>
#include <span>

#include "schemas/common_generated.h"

namespace toono {

/// What time it is. Implementations: the system's, and a simulated one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
};

/// Random bytes. Implementations: the system's, and a seeded one for simulations.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace toono
