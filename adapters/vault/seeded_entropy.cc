// The key stream of XChaCha20 by pages of 1,024 bytes: 16 blocks each.
#include "adapters/vault/seeded_entropy.h"

#include <algorithm>
#include <cstring>

#include "adapters/vault/sealing.h"

namespace toono {

SeededEntropy::SeededEntropy(std::uint64_t seed) {
  ready_sodium();
  for (std::size_t i = 0; i < 8; ++i) key_[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

void SeededEntropy::fill(std::span<std::uint8_t> bytes) {
  constexpr std::array<std::uint8_t, crypto_stream_xchacha20_NONCEBYTES> kNonce{};
  while (!bytes.empty()) {
    if (used_ == page_.size()) {
      page_.fill(0);
      crypto_stream_xchacha20_xor_ic(page_.data(), page_.data(), page_.size(), kNonce.data(), 16 * pages_++,
                                     key_.data());
      used_ = 0;
    }
    auto count = std::min(bytes.size(), page_.size() - used_);
    std::memcpy(bytes.data(), page_.data() + used_, count);
    used_ += count;
    bytes = bytes.subspan(count);
  }
}

}  // namespace toono
