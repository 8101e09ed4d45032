// Chance that can be had again: for simulations and tests, never for a deployment.
#pragma once

#include <array>

#include "core/clock.h"

namespace toono {

/// One stream of bytes a seed (XChaCha20 under the seed), however it is cut into requests. One thread at a
/// time.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed);
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::array<std::uint8_t, 32> key_{};
  std::array<std::uint8_t, 1024> page_{};
  std::size_t used_ = 1024;
  std::uint64_t pages_ = 0;
};

}  // namespace toono
