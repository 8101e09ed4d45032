// Names are binary: a kind, a class for tombstones, 16 bytes of an id.
#include "adapters/vault/topic_format.h"

namespace toono {
namespace {

bool is_class(std::uint8_t seal_class) { return seal_class <= static_cast<std::uint8_t>(SealClass::MAX); }

RecordName name_of(const Slot& slot) {
  auto kind = slot.seal_class == kNoClass ? RecordKind::telephone : RecordKind::key;
  if (slot.kind != SlotKind::key_tombstone) return {.kind = kind, .id = id_as<Uuid>(slot.key_id)};
  return {.kind = RecordKind::tombstone, .seal_class = slot.seal_class, .id = id_as<Uuid>(slot.person)};
}

bool is_proved(const TopicProof& proof, const Slot& slot) {
  switch (slot.kind) {
    case SlotKind::key: {
      Secret key;
      return unwrap_key(proof.master, proof.vault, slot, key.bytes);
    }
    case SlotKind::telephone:
      return number_is(proof.master, proof.vault, slot, number_of(slot));
    case SlotKind::destroyed:
    case SlotKind::key_tombstone:
      return is_marked(proof.master, proof.vault, slot);
    case SlotKind::telephone_tombstone:
    case SlotKind::none:
      return false;
  }
  return false;
}

}  // namespace

std::string encode_name(const RecordName& name) {
  std::string key(1, static_cast<char>(name.kind));
  if (name.kind == RecordKind::tombstone) key += static_cast<char>(name.seal_class);
  key += text_of(bytes_of(name.id));
  return key;
}

std::optional<RecordName> decode_name(std::string_view key) {
  if (key.empty()) return std::nullopt;
  RecordName name{.kind = static_cast<RecordKind>(key[0])};
  std::size_t id_at = name.kind == RecordKind::tombstone ? 2 : 1;
  if (key.size() != id_at + sizeof(Uuid)) return std::nullopt;
  name.id = id_from<Uuid>(bytes_of(key).subspan(id_at));
  switch (name.kind) {
    case RecordKind::header:
    case RecordKind::key:
    case RecordKind::telephone:
      return name;
    case RecordKind::tombstone:
      name.seal_class = static_cast<std::uint8_t>(key[1]);
      return is_class(name.seal_class) ? std::optional(name) : std::nullopt;
  }
  return std::nullopt;
}

KeyRecord record_of(const Slot& slot) {
  auto bytes = encode_slot(slot);
  return {.key = encode_name(name_of(slot)), .value = Buffer(bytes.begin(), bytes.end())};
}

ReadSlot read_slot(const TopicProof& proof, const RecordName& name, Bytes value) {
  if (value.size() != kSlotSize) return {std::nullopt, "a record of the keys topic has a wrong length"};
  auto slot = decode_slot(value.first<kSlotSize>());
  if (!slot) return {std::nullopt, "a record of the keys topic does not fit its checksum"};
  if (encode_name(name_of(*slot)) != encode_name(name))
    return {std::nullopt, "a record of the keys topic stands under a name that is not its own"};
  if (slot->group_start != 0 || slot->target != kNoSlot || !is_proved(proof, *slot))
    return {std::nullopt, "a record of the keys topic was not written with this vault's master key"};
  return {slot, {}};
}

}  // namespace toono
