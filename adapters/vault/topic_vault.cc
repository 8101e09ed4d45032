// Seals, words and callers over the index and what is pending; reading and writing of the topic are in
// topic_vault_read.cc and topic_vault_settle.cc.
#include "adapters/vault/topic_vault.h"

#include <algorithm>

#include "adapters/vault/errors.h"
#include "adapters/vault/number.h"

namespace toono {

TopicVault::TopicVault(std::unique_ptr<KeyRecords> records, const KeyBytes& master, Access access,
                       Entropy& entropy)
    : records_(std::move(records)), entropy_(entropy), access_(access) {
  held_->master = master;
}

KeyId TopicVault::new_id() {
  std::array<std::uint8_t, 16> id{};
  entropy_.fill(id);
  return id_from<KeyId>(id);
}

HeldKey& TopicVault::place_of(const KeyId& id) { return held_->place_of(mix_bits(IdHash{}(id))); }

void TopicVault::forget_key(const KeyId& id) {
  if (auto& place = place_of(id); place.id == id) place.forget();
}

Result<const KeyBytes*> TopicVault::key_of(const Slot& slot) {
  auto& place = place_of(slot.key_id);
  if (place.is_set && place.id == slot.key_id) return &place.key;
  place.is_set = false;
  // It could be unwrapped when it was read.
  check(unwrap_key(held_->master, id_, slot, place.key), "a proved key cannot be unwrapped");
  place.is_set = true;
  place.id = slot.key_id;
  return &place.key;
}

Result<const Slot*> TopicVault::add_key(const SealContext& context) {
  TOONO_TRY(may_write());
  Slot slot{.kind = SlotKind::key,
            .seal_class = static_cast<std::uint8_t>(context.seal_class),
            .person = context.person,
            .key_id = new_id()};
  Secret key;
  entropy_.fill(key.bytes);
  wrap_key(held_->master, id_, slot, key.bytes, entropy_);
  pending_.slots.push_back(slot);
  const auto* made = &pending_.slots.back();
  pending_.keys[{context.person, context.seal_class}] = made;
  return made;
}

Result<SealedT> TopicVault::seal(const SealContext& context, std::string_view words) {
  if (context.seal_class > SealClass::MAX) return unexpected(no_such_class(context.person));
  TOONO_TRY(catch_up());
  if (index_.is_void(context.person, context.seal_class))
    return unexpected(erased(context.person, context.seal_class));
  const auto* slot = index_.first_key(context.person, context.seal_class);
  auto waiting = pending_.keys.find({context.person, context.seal_class});
  if (!slot && waiting != pending_.keys.end()) slot = waiting->second;
  if (!slot) {
    TOONO_ASSIGN(slot, add_key(context));
  }
  TOONO_ASSIGN(const auto* key, key_of(*slot));
  return seal_words(*key, slot->key_id, context, words, entropy_);
}

const Slot* TopicVault::find_key(const Sealed& sealed) const {
  const auto* slot = index_.key(*sealed.person(), sealed.class_(), *sealed.key_id());
  if (slot) return slot;
  auto waiting = pending_.keys.find({*sealed.person(), sealed.class_()});
  bool fits = waiting != pending_.keys.end() && waiting->second->key_id == *sealed.key_id();
  return fits ? waiting->second : nullptr;
}

Result<std::optional<std::string>> TopicVault::open(const Sealed& sealed) {
  if (!sealed.person() || !sealed.key_id() || sealed.class_() > SealClass::MAX)
    return unexpected(unfit(sealed, "a seal without its person, class or key"));
  TOONO_TRY(catch_up());
  const auto* slot = find_key(sealed);
  if (!slot) {
    TOONO_TRY(read_to_end());
    slot = find_key(sealed);
  }
  if (!slot) return unexpected(unfit(sealed, "the vault has never had the key of this seal"));
  // Without the key nothing can be proved of the seal but that it names the key that was destroyed.
  if (slot->kind == SlotKind::destroyed || index_.is_void(*sealed.person(), sealed.class_()))
    return std::optional<std::string>();
  TOONO_ASSIGN(const auto* key, key_of(*slot));
  auto words = open_words(*key, sealed);
  if (!words) return unexpected(unfit(sealed, "the seal does not fit its key and place"));
  return words;
}

std::optional<PersonId> TopicVault::known_caller(const Digest& number) const {
  if (const auto* slot = index_.first_telephone(number)) return slot->person;
  auto waiting = pending_.numbers.find(number);
  if (waiting == pending_.numbers.end()) return std::nullopt;
  auto person = waiting->second->person;
  return index_.is_void(person, SealClass::identity) ? std::nullopt : std::optional(person);
}

Result<std::optional<PersonId>> TopicVault::find_caller(std::string_view number) {
  TOONO_ASSIGN(auto written, normalise_number(number));
  auto hashed = hmac(held_->number, bytes_of(written));
  TOONO_TRY(catch_up());
  if (auto known = known_caller(hashed)) return known;
  TOONO_TRY(read_to_end());
  return known_caller(hashed);
}

Result<PersonId> TopicVault::caller(std::string_view number, PersonId otherwise) {
  TOONO_ASSIGN(auto written, normalise_number(number));
  auto hashed = hmac(held_->number, bytes_of(written));
  TOONO_TRY(catch_up());
  if (auto known = known_caller(hashed)) return *known;
  TOONO_TRY(may_write());
  if (index_.is_void(otherwise, SealClass::identity))
    return unexpected(erased(otherwise, SealClass::identity));
  Slot slot{.kind = SlotKind::telephone, .seal_class = kNoClass, .person = otherwise};
  mark_number(held_->master, id_, slot, hashed, entropy_);
  pending_.slots.push_back(slot);
  pending_.numbers[hashed] = &pending_.slots.back();
  return otherwise;
}

bool TopicVault::has_heard_of(PersonId person) const {
  auto is_theirs = [&](const Slot& slot) { return slot.person == person; };
  return index_.knows(person) || std::any_of(pending_.slots.begin(), pending_.slots.end(), is_theirs);
}

Result<bool> TopicVault::knows(PersonId person) {
  TOONO_TRY(catch_up());
  if (has_heard_of(person)) return true;
  TOONO_TRY(read_to_end());
  return has_heard_of(person);
}

Digest TopicVault::fingerprint(Bytes canonical) { return hmac(held_->fingerprint, canonical); }

}  // namespace toono
