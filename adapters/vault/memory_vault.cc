// The same slots as on the disk, in memory.
#include "adapters/vault/memory_vault.h"

namespace toono {

std::unique_ptr<MemoryVault> MemoryVault::create(Entropy& entropy) {
  Secret master;
  entropy.fill(master.bytes);
  auto medium = std::make_unique<MemoryMedium>();
  check(medium->write_at(0, new_vault_header(master.bytes, entropy)).has_value(), "memory refuses a write");
  auto made = open(std::move(medium), master.bytes, entropy);
  check(made.has_value(), "a new vault does not open");
  return *std::move(made);
}

Result<std::unique_ptr<MemoryVault>> MemoryVault::open(std::unique_ptr<Medium> medium, const KeyBytes& master,
                                                       Entropy& entropy, Access access) {
  std::unique_ptr<MemoryVault> vault(new MemoryVault(std::move(medium), access, entropy));
  TOONO_TRY(vault->load(master));
  return vault;
}

}  // namespace toono
