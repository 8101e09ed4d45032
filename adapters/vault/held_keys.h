// What of an opened vault is plain in memory: its own keys, and those of people that were used last.
#pragma once

#include <memory>

#include "adapters/vault/slots.h"

namespace toono {

/// The key of one person and class.
struct HeldKey {
  bool is_set;
  std::uint32_t slot;  // where it stands in a file of slots
  KeyId id;
  KeyBytes key;

  void forget();
};

struct HeldKeys {
  KeyBytes master;
  Hmac fingerprint;
  Hmac number;
  HeldKey people[2048];

  /// Of a key that is known by `name`, and now and then of others.
  HeldKey& place_of(std::uint64_t name) { return people[name % std::size(people)]; }
  void adopt(const VaultSecrets& secrets);

  /// In locked pages where the system allows it, not dumped, and wiped at the end; a refused lock is no
  /// error.
  struct Wipe {
    void operator()(HeldKeys* held) const { sodium_free(held); }
  };
  using Pointer = std::unique_ptr<HeldKeys, Wipe>;
  static Pointer make();
};

}  // namespace toono
