// Finds slots by what they are about: a table of four bytes a place over a vector of slots. Part of the
// vaults' indexes in memory.
#pragma once

#include <vector>

#include "core/ids.h"

namespace toono {

inline constexpr std::uint32_t kNoSlot = 0xFFFFFFFF;

std::uint64_t mix_bits(std::uint64_t value);
/// What a person's slots of one class are found by.
std::uint64_t class_hash(const PersonId& person, std::uint8_t seal_class);

/// Open addressing by linear probing over slot numbers; at most 7 in 10 places are taken. Nothing is taken
/// out. Slots with one hash are visited in the order in which they were inserted. One thread at a time.
class SlotTable {
 public:
  /// Empties the table and makes room for so many.
  void reserve(std::size_t count);
  bool is_full() const { return (count_ + 1) * 10 > places_.size() * 7; }
  std::size_t capacity() const { return places_.size(); }
  void insert(std::uint64_t hash, std::uint32_t slot);
  /// Calls visit(slot) for each candidate until it returns true.
  template <class Visit>
  void probe(std::uint64_t hash, Visit visit) const {
    if (places_.empty()) return;
    auto mask = places_.size() - 1;
    for (auto at = hash & mask; places_[at] != kNoSlot; at = (at + 1) & mask)
      if (visit(places_[at])) return;
  }

 private:
  std::vector<std::uint32_t> places_;
  std::size_t count_ = 0;
};

}  // namespace toono
