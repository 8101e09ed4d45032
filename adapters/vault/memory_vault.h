// A vault that ends with the program: for tests and simulations. It stands here and not in adapters/memory
// because it seals with libsodium, as the real one does.
#pragma once

#include "adapters/vault/slot_vault.h"

namespace toono {

class MemoryVault final : public SlotVault {
 public:
  using SlotVault::open;
  /// A new and empty vault under a master key of its own; `entropy` must outlive it. With a SeededEntropy
  /// every seal can be had again.
  static std::unique_ptr<MemoryVault> create(Entropy& entropy);
  /// A vault over slots that are there already (tests of faults): the header must be in `medium`.
  static Result<std::unique_ptr<MemoryVault>> open(std::unique_ptr<Medium> medium, const KeyBytes& master,
                                                   Entropy& entropy, Access access = Access::read_write);

 private:
  MemoryVault(std::unique_ptr<Medium> medium, Access access, Entropy& entropy)
      : SlotVault(std::move(medium), "the vault in memory", access, entropy) {}
};

}  // namespace toono
