// The vault over a medium of slots: one random key for each person and class, wrapped by the master key until
// it is used.
#pragma once

#include <memory>

#include "adapters/vault/held_keys.h"
#include "adapters/vault/slot_file.h"
#include "core/vault.h"

namespace toono {

/// See core/vault.h for the port. One key for a person and class, for ever: after destroy() the class is
/// void, seal() and caller() refuse the person, open() answers none. Few keys are plain in memory at a time,
/// in locked pages where the system allows it, and are wiped at the end. One thread at a time.
class SlotVault : public Vault {
 public:
  Result<SealedT> seal(const SealContext& context, std::string_view words) override;
  Result<std::optional<std::string>> open(const Sealed& sealed) override;
  /// Error world after a failed write, until the vault is opened again.
  Result<void> settle() override;
  Result<bool> knows(PersonId person) override;
  /// Telephone entries go with the identity: they are overwritten when `only` is none or identity.
  Result<void> destroy(PersonId person, std::optional<SealClass> only) override;
  /// Error usage: not a telephone number (adapters/vault/number.h). The number is never part of an error.
  Result<PersonId> caller(std::string_view number, PersonId otherwise) override;
  Result<std::optional<PersonId>> find_caller(std::string_view number) override;
  Digest fingerprint(Bytes canonical) override;

  enum class KeyState { none, held, destroyed };
  Result<KeyState> key_state(PersonId person, SealClass seal_class);
  /// The person's key of that class is there, can be used, and is this one.
  Result<bool> has_key(PersonId person, SealClass seal_class, KeyId id);

  /// Copies the settled slots, also while another process writes them. Keys destroyed later live on in the
  /// copy.
  Result<void> copy_to(Medium& target) { return file_.copy_to(target); }

 protected:
  /// `entropy` must outlive the vault; every random byte comes from it.
  SlotVault(std::unique_ptr<Medium> medium, std::string where, Access access, Entropy& entropy);
  /// To be called once before anything else. Error refused: the master key is another vault's.
  Result<void> load(const KeyBytes& master);

 private:
  Result<std::uint32_t> add_key(const SealContext& context);
  Result<const HeldKey*> key_of(std::uint32_t slot);
  Result<std::optional<std::uint32_t>> find_key(PersonId person, SealClass seal_class);
  Result<std::optional<std::string>> open_destroyed(std::uint32_t slot, const Sealed& sealed);
  Result<std::optional<PersonId>> find_number(const Digest& number);
  Result<void> refresh();
  Result<std::vector<std::uint32_t>> void_all(PersonId person, std::optional<SealClass> only);
  bool is_erased(PersonId person, SealClass seal_class) const;
  Result<void> may_write() const;
  std::uint32_t append(const Slot& slot);

  SlotFile file_;
  SlotIndex index_;
  Entropy& entropy_;
  HeldKeys::Pointer held_ = HeldKeys::make();
  Uuid id_;
};

/// The header of a new vault: an id and two keys, drawn from `entropy`, under the master key.
HeaderBytes new_vault_header(const KeyBytes& master, Entropy& entropy);

}  // namespace toono
