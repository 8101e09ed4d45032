// Two tables of four bytes a place over one vector: a million people fit in about 100 MiB.
#include "adapters/vault/slot_index.h"

#include <algorithm>

namespace toono {
namespace {

bool is_telephone(const SlotEntry& entry) { return entry.kind == SlotKind::telephone; }

// A tombstone that voids a slot is found through that slot; only the others need a place of their own.
bool has_place(const SlotEntry& entry) {
  return entry.kind == SlotKind::key || is_telephone(entry) || entry.kind == SlotKind::destroyed ||
         (entry.kind == SlotKind::key_tombstone && entry.target == kNoSlot);
}

}  // namespace

SlotEntry entry_of(const Slot& slot) {
  return {.person = slot.person,
          .tag = slot.kind == SlotKind::telephone ? number_tag(slot) : 0,
          .target = slot.target,
          .kind = slot.kind,
          .seal_class = slot.seal_class};
}

void SlotIndex::adopt(std::vector<SlotEntry> entries) {
  entries_ = std::move(entries);
  auto tags = static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), is_telephone));
  auto keys = static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), has_place));
  rebuild(keys, tags);
}

void SlotIndex::rebuild(std::size_t keys, std::size_t tags) {
  by_person_.reserve(keys);
  by_tag_.reserve(tags);
  for (std::uint32_t slot = 0; slot < size(); ++slot) link(slot);
}

void SlotIndex::add(const SlotEntry& entry) {
  entries_.push_back(entry);
  if (by_person_.is_full() || by_tag_.is_full())
    rebuild(by_person_.is_full() ? by_person_.capacity() : by_person_.capacity() / 2,
            by_tag_.is_full() ? by_tag_.capacity() : by_tag_.capacity() / 2);
  else
    link(size() - 1);
}

void SlotIndex::link(std::uint32_t slot) {
  const auto& entry = entries_[slot];
  if (!has_place(entry)) return;
  by_person_.insert(class_hash(entry.person, entry.seal_class), slot);
  if (is_telephone(entry)) by_tag_.insert(mix_bits(entry.tag), slot);
}

void SlotIndex::mark_destroyed(std::uint32_t slot) { entries_[slot].kind = SlotKind::destroyed; }

std::optional<std::uint32_t> SlotIndex::find_key(PersonId person, std::uint8_t seal_class) const {
  std::optional<std::uint32_t> found;
  by_person_.probe(class_hash(person, seal_class), [&](std::uint32_t slot) {
    const auto& entry = entries_[slot];
    if (entry.seal_class != seal_class || !(entry.person == person)) return false;
    found = slot;
    return true;
  });
  return found;
}

std::vector<std::uint32_t> SlotIndex::telephones_of(PersonId person) const {
  std::vector<std::uint32_t> found;
  by_person_.probe(class_hash(person, kNoClass), [&](std::uint32_t slot) {
    if (is_telephone(entries_[slot]) && entries_[slot].person == person) found.push_back(slot);
    return false;
  });
  return found;
}

std::vector<std::uint32_t> SlotIndex::with_tag(std::uint64_t tag) const {
  std::vector<std::uint32_t> found;
  by_tag_.probe(mix_bits(tag), [&](std::uint32_t slot) {
    if (is_telephone(entries_[slot]) && entries_[slot].tag == tag) found.push_back(slot);
    return false;
  });
  return found;
}

}  // namespace toono
