// What the records of a keys topic come to, in memory: about 150 bytes a key or telephone entry, no key in
// clear. It depends only on the last record of each name and on their order, so compaction changes nothing.
#pragma once

#include <deque>

#include "adapters/vault/slot_table.h"
#include "adapters/vault/slots.h"

namespace toono {

/// Slots in the order in which they stand, found by id, person and class, or number. A tombstone voids the
/// class wherever it stands. Slots that are given out stay where they are. One thread at a time.
class TopicIndex {
 public:
  /// A proved slot, read behind all others: takes the place of an earlier one with its id.
  void apply(const Slot& slot);
  /// The id's record has been given up.
  void remove(const KeyId& id);

  /// The key that everybody seals with: the first, unless the class is void. Null: none.
  const Slot* first_key(PersonId person, SealClass seal_class) const;
  /// A key by its id, live or destroyed. Null: there never was one.
  const Slot* key(PersonId person, SealClass seal_class, const KeyId& id) const;
  bool is_void(PersonId person, SealClass seal_class) const;
  /// There is or was a key or a telephone entry of the person, or a tombstone.
  bool knows(PersonId person) const;
  /// The first entry of the number whose person's identity is not void. Null: none.
  const Slot* first_telephone(const Digest& number) const;
  bool has(const KeyId& id) const { return find(id) != kNoSlot; }

  /// Live keys of the person's class; with kNoClass, live telephone entries.
  std::vector<Slot> live(PersonId person, std::uint8_t seal_class) const;
  /// Live slots that a tombstone has voided: a destruction that has not been finished.
  std::vector<Slot> unfinished() const;
  bool is_unfinished(const KeyId& id) const;
  std::size_t size() const { return slots_.size(); }

 private:
  std::uint32_t find(const KeyId& id) const;
  bool is_void(PersonId person, std::uint8_t seal_class) const;
  bool is_unfinished(const Slot& slot) const;
  void add(const Slot& slot);
  void link(std::uint32_t at);
  template <class Visit>
  void each_of(PersonId person, std::uint8_t seal_class, Visit visit) const;

  std::deque<Slot> slots_;
  SlotTable by_id_;
  SlotTable by_person_;
  SlotTable by_tag_;
};

}  // namespace toono
