// Keys, seals and telephone numbers over the slots; destruction is in slot_vault_destroy.cc.
#include "adapters/vault/slot_vault.h"

#include <algorithm>

#include "adapters/vault/errors.h"
#include "adapters/vault/number.h"

namespace toono {
namespace {

std::uint8_t number_of(SealClass seal_class) { return static_cast<std::uint8_t>(seal_class); }

Error of_header(HeaderFault fault, const std::string& where) {
  switch (fault) {
    case HeaderFault::none:
    case HeaderFault::not_a_vault:
      return {ErrorCode::damaged, "this is not a vault", where, "give the vault's directory"};
    case HeaderFault::newer:
      return {ErrorCode::refused, "the vault was written by a newer version", where, "upgrade toono"};
    case HeaderFault::damaged:
      return {ErrorCode::damaged, "the vault's header does not fit its checksum", where,
              "restore the vault from a backup; its key file stays as it is"};
    case HeaderFault::wrong_key:
      return {ErrorCode::refused, "the master key is not this vault's", where,
              "give the key file that was made with this vault"};
  }
  return {};
}

}  // namespace

HeaderBytes new_vault_header(const KeyBytes& master, Entropy& entropy) {
  ready_sodium();
  std::array<std::uint8_t, 16> id{};
  Secret fingerprint;
  Secret number;
  entropy.fill(id);
  entropy.fill(fingerprint.bytes);
  entropy.fill(number.bytes);
  VaultSecrets secrets{fingerprint.bytes, number.bytes};
  auto header = encode_header(master, id_from<Uuid>(id), secrets, entropy);
  sodium_memzero(&secrets, sizeof secrets);
  return header;
}

SlotVault::SlotVault(std::unique_ptr<Medium> medium, std::string where, Access access, Entropy& entropy)
    : file_(std::move(medium), std::move(where), access), entropy_(entropy) {}

Result<void> SlotVault::load(const KeyBytes& master) {
  TOONO_ASSIGN(auto header, file_.read_header());
  VaultSecrets secrets;
  auto fault = decode_header(master, header, id_, secrets);
  if (fault != HeaderFault::none) return unexpected(of_header(fault, file_.where()));
  held_->master = master;
  held_->adopt(secrets);
  sodium_memzero(&secrets, sizeof secrets);
  TOONO_ASSIGN(auto entries, file_.load());
  index_.adopt(std::move(entries));
  return {};
}

Result<void> SlotVault::may_write() const {
  if (!file_.is_writable())
    return unexpected({ErrorCode::refused, "the vault was opened for reading only", file_.where(),
                       "send the command to the process that has the deployment open"});
  if (file_.is_broken()) return unexpected(file_.broken_error());
  return {};
}

std::uint32_t SlotVault::append(const Slot& slot) {
  auto made = file_.append(slot);
  index_.add(entry_of(slot));
  check(made + 1 == index_.size(), "the index follows the file");
  return made;
}

Result<void> SlotVault::refresh() {
  TOONO_ASSIGN(auto added, file_.load_more());
  for (const auto& entry : added) {
    index_.add(entry);
    if (entry.target < index_.size()) index_.mark_destroyed(entry.target);
  }
  return {};
}

Result<std::optional<std::uint32_t>> SlotVault::find_key(PersonId person, SealClass seal_class) {
  auto found = index_.find_key(person, number_of(seal_class));
  if (found || file_.is_writable()) return found;
  TOONO_TRY(refresh());
  return index_.find_key(person, number_of(seal_class));
}

bool SlotVault::is_erased(PersonId person, SealClass seal_class) const {
  auto slot = index_.find_key(person, number_of(seal_class));
  return slot && index_.at(*slot).kind != SlotKind::key;
}

Result<std::uint32_t> SlotVault::add_key(const SealContext& context) {
  TOONO_TRY(may_write());
  Slot slot{.kind = SlotKind::key, .seal_class = number_of(context.seal_class), .person = context.person};
  std::array<std::uint8_t, 16> id{};
  entropy_.fill(id);
  slot.key_id = id_from<KeyId>(id);
  Secret key;
  entropy_.fill(key.bytes);
  wrap_key(held_->master, id_, slot, key.bytes, entropy_);
  auto made = append(slot);
  auto& place = held_->place_of(made);
  place.is_set = true;
  place.slot = made;
  place.id = slot.key_id;
  place.key = key.bytes;
  return made;
}

// None when another process has destroyed the key; a reader therefore looks at the file each time.
Result<const HeldKey*> SlotVault::key_of(std::uint32_t slot) {
  auto& place = held_->place_of(slot);
  if (place.is_set && place.slot == slot && file_.is_writable()) return &place;
  TOONO_ASSIGN(auto read, file_.read(slot));
  if (read.kind == SlotKind::destroyed) {
    index_.mark_destroyed(slot);
    return static_cast<const HeldKey*>(nullptr);
  }
  const auto& entry = index_.at(slot);
  place.is_set = false;
  bool fits = read.kind == entry.kind && read.person == entry.person && read.seal_class == entry.seal_class;
  if (!fits || !unwrap_key(held_->master, id_, read, place.key))
    return unexpected({ErrorCode::damaged, "a key of the vault cannot be unwrapped",
                       file_.where() + ", slot " + std::to_string(slot),
                       "restore the vault from a backup; its key file stays as it is"});
  place.is_set = true;
  place.slot = slot;
  place.id = read.key_id;
  return &place;
}

Result<SealedT> SlotVault::seal(const SealContext& context, std::string_view words) {
  if (context.seal_class > SealClass::MAX) return unexpected(no_such_class(context.person));
  TOONO_ASSIGN(auto slot, find_key(context.person, context.seal_class));
  if (!slot) {
    TOONO_ASSIGN(slot, add_key(context));
  }
  if (index_.at(*slot).kind != SlotKind::key) return unexpected(erased(context.person, context.seal_class));
  TOONO_ASSIGN(auto* held, key_of(*slot));
  if (!held) return unexpected(erased(context.person, context.seal_class));
  return seal_words(held->key, held->id, context, words, entropy_);
}

Result<std::optional<std::string>> SlotVault::open(const Sealed& sealed) {
  if (!sealed.person() || !sealed.key_id() || sealed.class_() > SealClass::MAX)
    return unexpected(unfit(sealed, "a seal without its person, class or key"));
  TOONO_ASSIGN(auto slot, find_key(*sealed.person(), sealed.class_()));
  if (!slot) return unexpected(unfit(sealed, "the vault has never had the key of this seal"));
  if (index_.at(*slot).kind != SlotKind::key) return open_destroyed(*slot, sealed);
  TOONO_ASSIGN(auto* held, key_of(*slot));
  if (!held) return open_destroyed(*slot, sealed);
  if (!(held->id == *sealed.key_id()))
    return unexpected(unfit(sealed, "the seal names a key that is not its person's"));
  auto words = open_words(held->key, sealed);
  if (!words) return unexpected(unfit(sealed, "the seal does not fit its key and place"));
  return words;
}

// Without the key nothing can be proved of the seal but that it names the key that was destroyed.
Result<std::optional<std::string>> SlotVault::open_destroyed(std::uint32_t slot, const Sealed& sealed) {
  auto read = file_.read(slot);
  if (read && !is_nil(read->key_id) && !(read->key_id == *sealed.key_id()))
    return unexpected(unfit(sealed, "the seal names a key that is not its person's"));
  return std::optional<std::string>();
}

Result<std::optional<PersonId>> SlotVault::find_number(const Digest& number) {
  for (auto slot : index_.with_tag(number_tag(number))) {
    TOONO_ASSIGN(auto read, file_.read(slot));
    if (read.kind != SlotKind::telephone) continue;
    if (number_is(held_->master, id_, read, number)) return std::optional(read.person);
    return unexpected({ErrorCode::damaged, "a telephone entry of the vault has been changed",
                       file_.where() + ", slot " + std::to_string(slot),
                       "restore the vault from a backup; its key file stays as it is"});
  }
  return std::optional<PersonId>();
}

Result<std::optional<PersonId>> SlotVault::find_caller(std::string_view number) {
  TOONO_ASSIGN(auto written, normalise_number(number));
  if (!file_.is_writable()) TOONO_TRY(refresh());
  return find_number(hmac(held_->number, bytes_of(written)));
}

Result<PersonId> SlotVault::caller(std::string_view number, PersonId otherwise) {
  TOONO_ASSIGN(auto written, normalise_number(number));
  auto hashed = hmac(held_->number, bytes_of(written));
  TOONO_ASSIGN(auto known, find_number(hashed));
  if (known) return *known;
  TOONO_TRY(may_write());
  if (is_erased(otherwise, SealClass::identity)) return unexpected(erased(otherwise, SealClass::identity));
  Slot slot{.kind = SlotKind::telephone, .seal_class = kNoClass, .person = otherwise};
  mark_number(held_->master, id_, slot, hashed, entropy_);
  append(slot);
  return otherwise;
}

Result<bool> SlotVault::knows(PersonId person) {
  if (!file_.is_writable()) TOONO_TRY(refresh());
  for (auto seal_class : EnumValuesSealClass())
    if (index_.find_key(person, number_of(seal_class))) return true;
  return !index_.telephones_of(person).empty();
}

Digest SlotVault::fingerprint(Bytes canonical) { return hmac(held_->fingerprint, canonical); }

Result<SlotVault::KeyState> SlotVault::key_state(PersonId person, SealClass seal_class) {
  TOONO_ASSIGN(auto slot, find_key(person, seal_class));
  if (!slot) return KeyState::none;
  return index_.at(*slot).kind == SlotKind::key ? KeyState::held : KeyState::destroyed;
}

Result<bool> SlotVault::has_key(PersonId person, SealClass seal_class, KeyId id) {
  TOONO_ASSIGN(auto slot, find_key(person, seal_class));
  if (!slot) return false;
  if (index_.at(*slot).kind != SlotKind::key) return true;  // destroyed, not lost
  auto held = key_of(*slot);
  if (!held && held.error().code == ErrorCode::damaged) return false;
  TOONO_TRY(held);
  return !*held || (*held)->id == id;
}

Result<void> SlotVault::settle() {
  if (!file_.is_writable()) return {};
  return file_.settle();
}

}  // namespace toono
