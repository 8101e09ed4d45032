// The system's chance: where keys, nonces and master keys of a real deployment come from.
#pragma once

#include <sys/types.h>

#include <array>

#include "core/clock.h"

namespace toono {

/// libsodium's randombytes, fetched a page at a time; a byte is given once and wiped, also across a fork. One
/// thread at a time.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  ~SystemEntropy() override;
  SystemEntropy(const SystemEntropy&) = delete;
  SystemEntropy& operator=(const SystemEntropy&) = delete;
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::array<std::uint8_t, 4096> page_{};
  std::size_t used_ = 4096;
  pid_t owner_;
};

}  // namespace toono
