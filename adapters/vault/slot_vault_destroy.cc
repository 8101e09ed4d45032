// Destruction: a durable tombstone first, then zeros over the key where it stands; a crash between the two is
// finished when the vault is opened again.
#include "adapters/vault/slot_vault.h"

namespace toono {

// Appends the tombstones and says which slots they void. A class that never had a key gets a tombstone too:
// it must not get one later.
Result<std::vector<std::uint32_t>> SlotVault::void_all(PersonId person, std::optional<SealClass> only) {
  std::vector<std::uint32_t> tombstones;
  for (auto seal_class : EnumValuesSealClass()) {
    if (only && *only != seal_class) continue;
    auto number = static_cast<std::uint8_t>(seal_class);
    Slot tombstone{.kind = SlotKind::key_tombstone, .seal_class = number, .person = person};
    auto slot = index_.find_key(person, number);
    if (slot && index_.at(*slot).kind != SlotKind::key) continue;
    if (slot) {
      tombstone.target = *slot;
      // A key that cannot be read any more is destroyed all the same.
      if (auto read = file_.read(*slot)) tombstone.key_id = read->key_id;
    }
    tombstones.push_back(append(tombstone));
  }
  if (only && *only != SealClass::identity) return tombstones;
  for (auto slot : index_.telephones_of(person))
    tombstones.push_back(append(
        {.kind = SlotKind::telephone_tombstone, .seal_class = kNoClass, .target = slot, .person = person}));
  return tombstones;
}

Result<void> SlotVault::destroy(PersonId person, std::optional<SealClass> only) {
  TOONO_TRY(may_write());
  TOONO_TRY(settle());
  TOONO_ASSIGN(auto tombstones, void_all(person, only));
  if (tombstones.empty()) return {};
  TOONO_TRY(settle());
  for (auto number : tombstones) {
    TOONO_ASSIGN(auto tombstone, file_.read(number));
    if (tombstone.target == kNoSlot) continue;
    TOONO_TRY(file_.destroy(tombstone.target, tombstone));
    index_.mark_destroyed(tombstone.target);
    if (auto& place = held_->place_of(tombstone.target); place.slot == tombstone.target) place.forget();
  }
  return file_.sync();
}

}  // namespace toono
