// Opening the vault, and taking in what others have written: each record is proved before it counts.
#include "adapters/vault/slot_vault.h"
#include "adapters/vault/topic_vault.h"

namespace toono {
namespace {

constexpr std::size_t kKeptFaults = 1000;  // a topic of something else is not kept in memory

constexpr std::string_view kMend =
    "find out who writes to this topic; write the record again as it was, or an empty value under its key to "
    "go on without it";

/// Retention takes the oldest first, and that is the header.
constexpr std::string_view kBringBack =
    "restore the topic from its mirror, from the header on; whatever removed records from it is switched off "
    "first";

Error of_topic_header(HeaderFault fault, std::string where) {
  switch (fault) {
    case HeaderFault::newer:
      return {ErrorCode::refused, "the vault was written by a newer version", std::move(where),
              "upgrade toono"};
    case HeaderFault::wrong_key:
      return {ErrorCode::refused, "the master key is not this vault's", std::move(where),
              "give the key file that was made with this deployment's topics"};
    case HeaderFault::none:
    case HeaderFault::not_a_vault:
    case HeaderFault::damaged:
      break;
  }
  return {ErrorCode::damaged, "the keys topic's header is not one, or does not fit its checksum",
          std::move(where), "look whether this is the deployment's keys topic"};
}

bool is_same(const std::optional<Buffer>& value, const Buffer& bytes) { return value && *value == bytes; }

}  // namespace

Result<std::unique_ptr<TopicVault>> TopicVault::open(std::unique_ptr<KeyRecords> records,
                                                     const KeyBytes& master, Entropy& entropy,
                                                     Access access) {
  std::unique_ptr<TopicVault> vault(new TopicVault(std::move(records), master, access, entropy));
  TOONO_TRY(vault->read_to_end());
  if (vault->header_name_.empty())
    return unexpected(
        {ErrorCode::not_found, "there is no vault in the keys topic", vault->records_->where(),
         "make the deployment's topics first; if it had keys, restore the topic from its mirror"});
  if (access == Access::read_only) return vault;
  std::vector<Slot> voided;
  for (const auto& slot : vault->index_.unfinished()) voided.push_back(vault->destroyed(slot));
  TOONO_TRY(vault->publish(voided));
  return vault;
}

Result<std::unique_ptr<TopicVault>> TopicVault::create(std::unique_ptr<KeyRecords> records,
                                                       const KeyBytes& master, Entropy& entropy) {
  std::unique_ptr<TopicVault> vault(new TopicVault(std::move(records), master, Access::read_write, entropy));
  Error there_is_one{ErrorCode::refused, "there is a vault already in the keys topic",
                     vault->records_->where(), "open it, or choose another deployment name"};
  TOONO_TRY(vault->read_to_end());
  if (!vault->header_name_.empty()) return unexpected(there_is_one);
  auto header = new_vault_header(master, entropy);
  Uuid id;
  VaultSecrets secrets;
  check(decode_header(master, header, id, secrets) == HeaderFault::none, "a new header does not open");
  sodium_memzero(&secrets, sizeof secrets);
  auto name = encode_name({.kind = RecordKind::header, .id = id});
  TOONO_ASSIGN(auto end, vault->records_->append({{name, Buffer(header.begin(), header.end())}}));
  auto read = vault->read(end);
  // One that was made at the same moment, with another key or the same.
  if (read ? vault->header_name_ != name : read.error().code == ErrorCode::refused)
    return unexpected(there_is_one);
  TOONO_TRY(read);
  return vault;
}

Result<void> TopicVault::read_to_end() {
  TOONO_ASSIGN(auto end, records_->end());
  return read(end);
}

Result<void> TopicVault::read(std::uint64_t until) {
  TOONO_TRY(records_->read(until, [this](const KeyRecord& record) { take(record); }));
  const Fault* first = unkept_ ? &*unkept_ : nullptr;
  for (const auto& [name, fault] : faults_)
    if (!first || fault.position < first->position) first = &fault;
  if (first) return unexpected(first->error);
  return {};
}

std::string TopicVault::place(std::uint64_t position) const {
  return records_->where() + ", offset " + std::to_string(position);
}

// The last record of a name decides whether it is at fault: so it can be mended, and compaction changes
// nothing.
void TopicVault::take(const KeyRecord& record) {
  faults_.erase(record.key);
  auto name = decode_name(record.key);
  std::optional<Error> error;
  if (name && name->kind == RecordKind::header)
    error = take_header(record, *name);
  else if (header_name_.empty() && name && record.value)
    error = Error{ErrorCode::damaged, "the keys topic has no header in front of its records",
                  place(record.position), std::string(kBringBack)};
  else if (auto fault = take_slot(record); !fault.empty())
    error = Error{ErrorCode::damaged, std::string(fault), place(record.position), std::string(kMend)};
  if (!error) return;
  Fault fault{record.position, *std::move(error)};
  if (faults_.size() < kKeptFaults)
    faults_[record.key] = std::move(fault);
  else
    unkept_ = std::move(fault);
}

// The first header counts; another's that was written in a race with it does not.
std::optional<Error> TopicVault::take_header(const KeyRecord& record, const RecordName& name) {
  bool is_ours = header_name_ == record.key;
  if (is_ours && is_same(record.value, header_)) return std::nullopt;
  if (is_ours || (header_name_.empty() && !record.value))
    return Error{ErrorCode::damaged, "the keys topic's header has been changed or given up",
                 place(record.position), "write it again as it was, from a backup of the topic"};
  if (!record.value) return std::nullopt;
  if (record.value->size() != kHeaderSize)
    return of_topic_header(HeaderFault::not_a_vault, place(record.position));
  HeaderBytes bytes{};
  std::copy(record.value->begin(), record.value->end(), bytes.begin());
  Uuid id;
  VaultSecrets secrets;
  auto fault = decode_header(held_->master, bytes, id, secrets);
  if (fault == HeaderFault::none && !(id == name.id)) fault = HeaderFault::damaged;
  bool is_first = header_name_.empty();
  if (is_first && fault == HeaderFault::none) {
    held_->adopt(secrets);
    id_ = id;
    header_ = *record.value;
    header_name_ = record.key;
  }
  sodium_memzero(&secrets, sizeof secrets);
  bool is_anothers = !is_first && fault == HeaderFault::wrong_key;
  if (fault == HeaderFault::none || is_anothers) return std::nullopt;
  return of_topic_header(fault, place(record.position));
}

/// What is wrong with the record; empty: nothing.
std::string_view TopicVault::take_slot(const KeyRecord& record) {
  auto name = decode_name(record.key);
  if (!record.value) {
    if (!name) return {};
    if (name->kind == RecordKind::tombstone) return "a tombstone of the keys topic has been given up";
    index_.remove(id_as<KeyId>(name->id));
    forget_key(id_as<KeyId>(name->id));
    return {};
  }
  if (!name) return "a record of the keys topic has a name that is not ours";
  auto read = read_slot({held_->master, id_}, *name, *record.value);
  if (!read.slot) return read.fault;
  index_.apply(*read.slot);
  if (read.slot->kind == SlotKind::destroyed) forget_key(read.slot->key_id);
  if (read.slot->kind != SlotKind::key_tombstone) return {};
  for (const auto& slot : index_.live(read.slot->person, read.slot->seal_class)) forget_key(slot.key_id);
  auto waiting = pending_.keys.find({read.slot->person, static_cast<SealClass>(read.slot->seal_class)});
  if (waiting != pending_.keys.end()) forget_key(waiting->second->key_id);
  return {};
}

}  // namespace toono
