// How keys, telephone entries and tombstones stand on the disk: 128 bytes each behind a header of 512
// (docs/vault_format.md).
#pragma once

#include "adapters/vault/sealing.h"
#include "adapters/vault/slot_table.h"

namespace toono {

inline constexpr std::size_t kSlotSize = 128;
inline constexpr std::size_t kHeaderSize = 512;
inline constexpr std::uint8_t kNoClass = 0xFF;  // in a telephone's slots
inline constexpr std::size_t kBodySize = 72;
using SlotBytes = std::array<std::uint8_t, kSlotSize>;
using HeaderBytes = std::array<std::uint8_t, kHeaderSize>;

/// On the disk: never reused, only added to.
enum class SlotKind : std::uint8_t {
  none = 0,           // never written: what an unreadable slot is in memory
  key = 1,            // body: nonce, wrapped key with its tag
  telephone = 2,      // body: nonce, tag, keyed hash of the number
  destroyed = 3,      // stands in the place of an overwritten key or telephone; its body is zeros
  key_tombstone = 4,  // says that the person's key of the class is void for ever, and which slot it stood in
  telephone_tombstone = 5,  // says which telephone slot is void
};

struct Slot {
  SlotKind kind = SlotKind::none;
  std::uint8_t seal_class = kNoClass;
  std::uint32_t group_start = 0;   // the first slot of the group that was written and synced with this one
  std::uint32_t target = kNoSlot;  // of a tombstone: the slot that it voids
  PersonId person{};
  KeyId key_id{};
  std::array<std::uint8_t, kBodySize> body{};
};

SlotBytes encode_slot(const Slot& slot);
/// None: the checksum or a field is wrong.
std::optional<Slot> decode_slot(std::span<const std::uint8_t, kSlotSize> bytes);
/// Whether a slot that does not decode is the half of one that a crash left: its first or its last byte never
/// came. A flipped bit does not look like that: both bytes have more than one bit set.
bool looks_torn(std::span<const std::uint8_t, kSlotSize> bytes);

/// What the header keeps under the master key.
struct VaultSecrets {
  KeyBytes fingerprint{};
  KeyBytes number{};
};

HeaderBytes encode_header(const KeyBytes& master, const Uuid& vault, const VaultSecrets& secrets,
                          Entropy& entropy);
enum class HeaderFault { none, not_a_vault, newer, damaged, wrong_key };
HeaderFault decode_header(const KeyBytes& master, const HeaderBytes& bytes, Uuid& vault,
                          VaultSecrets& secrets);

/// The body of a key slot whose other fields are set; bound to the kind, class, person, key id and vault.
void wrap_key(const KeyBytes& master, const Uuid& vault, Slot& slot, const KeyBytes& key, Entropy& entropy);
bool unwrap_key(const KeyBytes& master, const Uuid& vault, const Slot& slot, KeyBytes& key);

/// The body of a telephone slot: the keyed hash, and a tag that binds it to the person.
void mark_number(const KeyBytes& master, const Uuid& vault, Slot& slot, const Digest& number,
                 Entropy& entropy);
bool number_is(const KeyBytes& master, const Uuid& vault, const Slot& slot, const Digest& number);
/// The keyed hash in a telephone slot.
Digest number_of(const Slot& slot);

/// The body of a slot that holds nothing but its fields, for a medium on which others may write: a nonce and
/// a tag that binds them, then zeros.
void mark_slot(const KeyBytes& master, const Uuid& vault, Slot& slot, Entropy& entropy);
bool is_marked(const KeyBytes& master, const Uuid& vault, const Slot& slot);

/// The first bytes of the keyed hash, for an index.
std::uint64_t number_tag(const Slot& slot);
std::uint64_t number_tag(const Digest& number);

}  // namespace toono
