// A slot that is superseded stays in its place as `none`; what is looked for skips it.
#include "adapters/vault/topic_index.h"

namespace toono {
namespace {

std::uint8_t number_of_class(SealClass seal_class) { return static_cast<std::uint8_t>(seal_class); }

std::uint64_t hash_of(const KeyId& id) { return mix_bits(IdHash{}(id)); }

bool is_live(const Slot& slot) { return slot.kind == SlotKind::key || slot.kind == SlotKind::telephone; }

}  // namespace

template <class Visit>
void TopicIndex::each_of(PersonId person, std::uint8_t seal_class, Visit visit) const {
  by_person_.probe(class_hash(person, seal_class), [&](std::uint32_t at) {
    const auto& slot = slots_[at];
    return slot.kind != SlotKind::none && slot.seal_class == seal_class && slot.person == person &&
           visit(slot);
  });
}

std::uint32_t TopicIndex::find(const KeyId& id) const {
  auto found = kNoSlot;
  by_id_.probe(hash_of(id), [&](std::uint32_t at) {
    if (slots_[at].kind == SlotKind::none || !(slots_[at].key_id == id)) return false;
    found = at;
    return true;
  });
  return found;
}

void TopicIndex::apply(const Slot& slot) {
  if (slot.kind == SlotKind::key_tombstone) {
    if (!is_void(slot.person, slot.seal_class)) add(slot);
    return;
  }
  auto known = find(slot.key_id);
  if (known == kNoSlot) return add(slot);
  if (slot.kind == SlotKind::destroyed) {
    slots_[known] = slot;
    return;
  }
  slots_[known].kind = SlotKind::none;
  add(slot);
}

void TopicIndex::remove(const KeyId& id) {
  if (auto at = find(id); at != kNoSlot) slots_[at].kind = SlotKind::none;
}

void TopicIndex::add(const Slot& slot) {
  check(slots_.size() < kNoSlot - 1, "an index has at most 2^32 - 2 slots");
  slots_.push_back(slot);
  bool full = by_id_.is_full() || by_person_.is_full() || by_tag_.is_full();
  if (!full) return link(static_cast<std::uint32_t>(slots_.size() - 1));
  for (auto* table : {&by_id_, &by_person_, &by_tag_})
    table->reserve(table->is_full() ? table->capacity() : table->capacity() / 2);
  for (std::uint32_t at = 0; at < slots_.size(); ++at) link(at);
}

void TopicIndex::link(std::uint32_t at) {
  const auto& slot = slots_[at];
  by_person_.insert(class_hash(slot.person, slot.seal_class), at);
  if (slot.kind != SlotKind::key_tombstone) by_id_.insert(hash_of(slot.key_id), at);
  if (slot.kind == SlotKind::telephone) by_tag_.insert(mix_bits(number_tag(slot)), at);
}

bool TopicIndex::is_void(PersonId person, std::uint8_t seal_class) const {
  bool found = false;
  each_of(person, seal_class, [&](const Slot& slot) { return found = slot.kind == SlotKind::key_tombstone; });
  return found;
}

bool TopicIndex::is_void(PersonId person, SealClass seal_class) const {
  return is_void(person, number_of_class(seal_class));
}

const Slot* TopicIndex::first_key(PersonId person, SealClass seal_class) const {
  const Slot* first = nullptr;
  bool voided = false;
  each_of(person, number_of_class(seal_class), [&](const Slot& slot) {
    if (slot.kind == SlotKind::key && !first) first = &slot;
    return voided = slot.kind == SlotKind::key_tombstone;
  });
  return voided ? nullptr : first;
}

const Slot* TopicIndex::key(PersonId person, SealClass seal_class, const KeyId& id) const {
  const Slot* found = nullptr;
  each_of(person, number_of_class(seal_class), [&](const Slot& slot) {
    if (slot.kind == SlotKind::key_tombstone || !(slot.key_id == id)) return false;
    found = &slot;
    return true;
  });
  return found;
}

const Slot* TopicIndex::first_telephone(const Digest& number) const {
  const Slot* found = nullptr;
  by_tag_.probe(mix_bits(number_tag(number)), [&](std::uint32_t at) {
    const auto& slot = slots_[at];
    bool fits = slot.kind == SlotKind::telephone && number_of(slot) == number &&
                !is_void(slot.person, SealClass::identity);
    if (fits) found = &slot;
    return fits;
  });
  return found;
}

bool TopicIndex::knows(PersonId person) const {
  bool found = false;
  auto see = [&](const Slot&) { return found = true; };
  for (auto seal_class : EnumValuesSealClass()) each_of(person, number_of_class(seal_class), see);
  each_of(person, kNoClass, see);
  return found;
}

std::vector<Slot> TopicIndex::live(PersonId person, std::uint8_t seal_class) const {
  std::vector<Slot> found;
  each_of(person, seal_class, [&](const Slot& slot) {
    if (is_live(slot)) found.push_back(slot);
    return false;
  });
  return found;
}

bool TopicIndex::is_unfinished(const Slot& slot) const {
  if (!is_live(slot)) return false;
  auto seal_class = slot.seal_class == kNoClass ? number_of_class(SealClass::identity) : slot.seal_class;
  return is_void(slot.person, seal_class);
}

bool TopicIndex::is_unfinished(const KeyId& id) const {
  auto at = find(id);
  return at != kNoSlot && is_unfinished(slots_[at]);
}

std::vector<Slot> TopicIndex::unfinished() const {
  std::vector<Slot> found;
  for (const auto& slot : slots_)
    if (is_unfinished(slot)) found.push_back(slot);
  return found;
}

}  // namespace toono
