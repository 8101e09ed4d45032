// How keys, telephone entries and tombstones stand in the records of a keys topic
// (docs/keys_topic_format.md): the slots of the vault's file, each under a name of its own.
#pragma once

#include "adapters/vault/key_records.h"
#include "adapters/vault/slots.h"

namespace toono {

/// The first byte of a record's name: never reused, only added to. The same numbers as SlotKind's.
enum class RecordKind : std::uint8_t { header = 0, key = 1, telephone = 2, tombstone = 4 };

/// A record's name, read. A header's, key's and telephone's is an id of its own, a tombstone's the person and
/// class.
struct RecordName {
  RecordKind kind = RecordKind::header;
  std::uint8_t seal_class = kNoClass;
  Uuid id{};
};
std::string encode_name(const RecordName& name);
/// None: not a name of ours.
std::optional<RecordName> decode_name(std::string_view key);

/// The record in which a slot stands: a key or telephone under its key id, a destroyed one under the name
/// that it had, a tombstone under its person and class.
KeyRecord record_of(const Slot& slot);

/// What every slot of a topic is proved with.
struct TopicProof {
  const KeyBytes& master;
  const Uuid& vault;
};
/// A slot, or what is wrong with the value under that name: its length, marks and checksum, a name that is
/// not its own, or a proof that was not made with this vault's master key.
struct ReadSlot {
  std::optional<Slot> slot;
  std::string_view fault;
};
ReadSlot read_slot(const TopicProof& proof, const RecordName& name, Bytes value);

}  // namespace toono
