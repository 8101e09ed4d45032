#include "adapters/vault/held_keys.h"

#include <new>

#include "core/check.h"

namespace toono {

void HeldKey::forget() {
  sodium_memzero(key.data(), key.size());
  is_set = false;
}

void HeldKeys::adopt(const VaultSecrets& secrets) {
  fingerprint = hmac_for(secrets.fingerprint);
  number = hmac_for(secrets.number);
}

HeldKeys::Pointer HeldKeys::make() {
  ready_sodium();
  void* pages = sodium_malloc(sizeof(HeldKeys));
  check(pages != nullptr, "no memory for the vault's keys");
  return Pointer(new (pages) HeldKeys{});
}

}  // namespace toono
