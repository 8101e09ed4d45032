// Stands where a vault cannot be had, for questions that need none of its keys.
#pragma once

#include <utility>

#include "core/vault.h"

namespace toono {

/// Whatever is asked of it answers with why the vault could not be opened. Nothing waits to be settled.
class AbsentVault final : public Vault {
 public:
  explicit AbsentVault(Error why) : why_(std::move(why)) {}

  Result<SealedT> seal(const SealContext&, std::string_view) override { return unexpected(why_); }
  Result<std::optional<std::string>> open(const Sealed&) override { return unexpected(why_); }
  Result<void> settle() override { return {}; }
  Result<bool> knows(PersonId) override { return unexpected(why_); }
  Result<void> destroy(PersonId, std::optional<SealClass>) override { return unexpected(why_); }
  Result<PersonId> caller(std::string_view, PersonId) override { return unexpected(why_); }
  Result<std::optional<PersonId>> find_caller(std::string_view) override { return unexpected(why_); }
  /// Of no command: without a vault none is sent.
  Digest fingerprint(Bytes) override { return {}; }

 private:
  Error why_;
};

}  // namespace toono
