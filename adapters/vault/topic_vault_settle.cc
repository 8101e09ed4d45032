// Writing: what is new becomes durable and is read back, and only then it is known who came first; what is
// destroyed is overwritten under its own name.
#include "adapters/vault/errors.h"
#include "adapters/vault/topic_vault.h"

namespace toono {
namespace {

constexpr std::string_view kAgain = "prepare again what was sealed since the last settle()";

Error late_number(PersonId person) {
  return {ErrorCode::refused, "another process has remembered this caller's number first",
          "person " + to_text(person), std::string(kAgain)};
}

}  // namespace

Result<void> TopicVault::may_write() const {
  if (access_ == Access::read_write) return {};
  return unexpected({ErrorCode::refused, "the vault was opened for reading only", records_->where(),
                     "send the command to a process that writes to this deployment"});
}

Slot TopicVault::destroyed(const Slot& slot) {
  Slot made{.kind = SlotKind::destroyed,
            .seal_class = slot.seal_class,
            .person = slot.person,
            .key_id = slot.key_id};
  mark_slot(held_->master, id_, made, entropy_);
  return made;
}

Slot TopicVault::tombstone(PersonId person, SealClass seal_class) {
  Slot made{
      .kind = SlotKind::key_tombstone, .seal_class = static_cast<std::uint8_t>(seal_class), .person = person};
  mark_slot(held_->master, id_, made, entropy_);
  return made;
}

bool TopicVault::is_there(const Slot& slot) const {
  if (slot.kind == SlotKind::key_tombstone)
    return index_.is_void(slot.person, static_cast<SealClass>(slot.seal_class));
  return index_.has(slot.key_id);
}

/// Appends the slots and reads them back: what is not there then was never durable.
Result<void> TopicVault::publish(const std::vector<Slot>& slots) {
  if (slots.empty()) return {};
  std::vector<KeyRecord> records;
  records.reserve(slots.size());
  for (const auto& slot : slots) records.push_back(record_of(slot));
  TOONO_ASSIGN(auto end, records_->append(records));
  TOONO_TRY(read(end));
  for (const auto& slot : slots)
    if (!is_there(slot))
      return unexpected({ErrorCode::damaged, "a record of the keys topic was acknowledged and is not there",
                         records_->where(), "look at the brokers: this topic loses what it is given"});
  return {};
}

/// Why what was prepared with a pending slot must not be sent.
std::optional<Error> TopicVault::judge(const Slot& slot) const {
  bool is_key = slot.kind == SlotKind::key;
  auto seal_class = is_key ? static_cast<SealClass>(slot.seal_class) : SealClass::identity;
  if (index_.is_void(slot.person, seal_class)) {
    auto error = erased(slot.person, seal_class);
    error.next = kAgain;
    return error;
  }
  const auto* first = is_key ? nullptr : index_.first_telephone(number_of(slot));
  if (!first || first->person == slot.person) return std::nullopt;
  return late_number(slot.person);
}

/// The slots to append. What is lost already does not go out: of a key only its id, so that its seals are not
/// taken for damaged ones. An entry gets another id each time: one of a failed append that arrives late must
/// not take the place of the one that stands (a key cannot: its id is in its seals, and it does not matter
/// there).
std::vector<Slot> TopicVault::fresh_slots() {
  std::vector<Slot> fresh;
  for (auto& slot : pending_.slots) {
    if (index_.has(slot.key_id)) continue;
    bool lost = judge(slot).has_value();
    if (slot.kind == SlotKind::key) {
      fresh.push_back(lost ? destroyed(slot) : slot);
    } else if (!lost) {
      slot.key_id = new_id();
      mark_number(held_->master, id_, slot, number_of(slot), entropy_);
      fresh.push_back(slot);
    }
  }
  return fresh;
}

Result<void> TopicVault::settle() {
  TOONO_TRY(catch_up());
  if (pending_.slots.empty()) return {};
  // Also what an append of unknown outcome has brought there already is judged by all that has come before
  // now.
  auto fresh = fresh_slots();
  TOONO_TRY(fresh.empty() ? read_to_end() : publish(fresh));
  std::optional<Error> lost;
  std::vector<Slot> voided;
  for (const auto& slot : pending_.slots) {
    if (auto error = judge(slot))
      lost = std::move(error);
    else if (!index_.has(slot.key_id))
      lost = late_number(slot.person);  // whoever was first has been erased since
    if (index_.is_unfinished(slot.key_id)) voided.push_back(destroyed(slot));
  }
  TOONO_TRY(publish(voided));
  pending_ = {};
  if (lost) return unexpected(*std::move(lost));
  return {};
}

/// What must still be written until nothing of the person's is left. A class that never had a key gets a
/// tombstone too: it must not get one later.
std::vector<Slot> TopicVault::left_to_destroy(PersonId person, std::optional<SealClass> only) {
  std::vector<Slot> left;
  auto add_live = [&](std::uint8_t seal_class) {
    for (const auto& slot : index_.live(person, seal_class)) left.push_back(destroyed(slot));
  };
  for (auto seal_class : EnumValuesSealClass()) {
    if (only && *only != seal_class) continue;
    if (!index_.is_void(person, seal_class)) left.push_back(tombstone(person, seal_class));
    add_live(static_cast<std::uint8_t>(seal_class));
  }
  if (!only || *only == SealClass::identity) add_live(kNoClass);
  return left;
}

// Another process may append a key while this one appends the tombstone: it is found when the tombstone is
// read back. One that comes later is destroyed by its own process.
Result<void> TopicVault::destroy(PersonId person, std::optional<SealClass> only) {
  TOONO_TRY(may_write());
  TOONO_TRY(catch_up());
  for (auto left = left_to_destroy(person, only); !left.empty(); left = left_to_destroy(person, only))
    TOONO_TRY(publish(left));
  return {};
}

}  // namespace toono
