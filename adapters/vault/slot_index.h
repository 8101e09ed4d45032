// Where each key and each telephone number stands in the vault's file: built when the vault is opened, 32
// bytes a slot.
#pragma once

#include <vector>

#include "adapters/vault/slot_table.h"
#include "adapters/vault/slots.h"

namespace toono {

/// What memory keeps of a slot. No key and no whole hash is in it.
struct SlotEntry {
  PersonId person{};
  std::uint64_t tag = 0;           // telephone: number_tag()
  std::uint32_t target = kNoSlot;  // tombstone: the slot that it voids
  SlotKind kind = SlotKind::none;
  std::uint8_t seal_class = kNoClass;
};
static_assert(sizeof(SlotEntry) == 32);
SlotEntry entry_of(const Slot& slot);

/// Entries in the order of the slots, found by person and class or by a number's tag. Nothing is ever taken
/// out: what is destroyed stays, and says so. One thread at a time.
class SlotIndex {
 public:
  /// Takes the place of all that was there.
  void adopt(std::vector<SlotEntry> entries);
  void add(const SlotEntry& entry);
  /// A tombstone's effect on the slot that it voids.
  void mark_destroyed(std::uint32_t slot);

  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  const SlotEntry& at(std::uint32_t slot) const { return entries_[slot]; }
  /// The slot of the person's key, its destroyed place, or its tombstone.
  std::optional<std::uint32_t> find_key(PersonId person, std::uint8_t seal_class) const;
  /// The telephone slots that lead to the person.
  std::vector<std::uint32_t> telephones_of(PersonId person) const;
  /// The telephone slots with that tag: one, but for chance.
  std::vector<std::uint32_t> with_tag(std::uint64_t tag) const;

 private:
  void link(std::uint32_t slot);
  void rebuild(std::size_t keys, std::size_t tags);

  std::vector<SlotEntry> entries_;
  SlotTable by_person_;
  SlotTable by_tag_;
};

}  // namespace toono
