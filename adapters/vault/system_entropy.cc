// A call of the kernel for every nonce would cost more than the sealing: a page of random bytes is kept.
#include "adapters/vault/system_entropy.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "adapters/vault/sealing.h"

namespace toono {

SystemEntropy::SystemEntropy() : owner_(::getpid()) { ready_sodium(); }
SystemEntropy::~SystemEntropy() { sodium_memzero(page_.data(), page_.size()); }

void SystemEntropy::fill(std::span<std::uint8_t> bytes) {
  // Two processes that go on from one page would use a nonce twice.
  if (auto self = ::getpid(); self != owner_) {
    owner_ = self;
    used_ = page_.size();
  }
  while (!bytes.empty()) {
    if (used_ == page_.size()) {
      randombytes_buf(page_.data(), page_.size());
      used_ = 0;
    }
    auto count = std::min(bytes.size(), page_.size() - used_);
    std::memcpy(bytes.data(), page_.data() + used_, count);
    sodium_memzero(page_.data() + used_, count);
    used_ += count;
    bytes = bytes.subspan(count);
  }
}

}  // namespace toono
