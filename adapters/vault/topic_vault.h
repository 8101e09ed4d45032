// The vault that several processes share: keys, telephone entries and tombstones are records of one compacted
// topic (docs/keys_topic_format.md), and every process holds what they come to in memory.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "adapters/vault/held_keys.h"
#include "adapters/vault/slot_file.h"
#include "adapters/vault/topic_format.h"
#include "adapters/vault/topic_index.h"
#include "core/vault.h"

namespace toono {

/// See core/vault.h for the port. What several processes add to it:
///
///   A new key stays with its process until settle() has appended it and read it back. Two processes may make
///   a key for the same person and class: both stay readable, and everybody seals on with the one that stands
///   first. The number of a caller leads to the entry that stands first.
///
///   settle() answers `refused` when another process was there first: a person whose key was to be new has
///   been erased, or a number that was new is known by now. Everything else is durable then, but what was
///   sealed or asked of caller() since the last settle() must not be sent: prepare it again. seal() then
///   refuses the erased person's words, caller() gives the person who is known; nothing is left to settle.
///
///   destroy() is durable everywhere when it returns. Another process gives no words any more once it has
///   read the tombstone; every call of the port first takes in what has come, without waiting. To look
///   further, open() waits for the end of the topic when it does not know a seal's key, find_caller() when it
///   does not know a number, and knows() when it does not know the person.
///
///   After error world every call may be tried again, with the same outcome as if it were the first. Error
///   damaged: a record of the topic is not one of ours, and which; everything but fingerprint() answers so
///   until it is mended, whoever wrote it.
///
/// Few keys are plain in memory at a time, in locked pages where the system allows it, and are wiped at the
/// end. One thread at a time.
class TopicVault final : public Vault {
 public:
  /// Appends the header of a new vault under `master` and opens it. Error refused: there is one already, or
  /// another process was first. Error damaged: the topic holds other records. `entropy` must outlive the
  /// vault.
  static Result<std::unique_ptr<TopicVault>> create(std::unique_ptr<KeyRecords> records,
                                                    const KeyBytes& master, Entropy& entropy);
  /// Reads all records; finishes destructions that a crash has cut short unless `access` is read_only. Error
  /// not_found: there is no header. Error refused: the master key is another vault's, or a newer version
  /// wrote the header. Error damaged: a record is not what it should be, and which.
  static Result<std::unique_ptr<TopicVault>> open(std::unique_ptr<KeyRecords> records, const KeyBytes& master,
                                                  Entropy& entropy, Access access = Access::read_write);

  Result<SealedT> seal(const SealContext& context, std::string_view words) override;
  Result<std::optional<std::string>> open(const Sealed& sealed) override;
  Result<void> settle() override;
  Result<bool> knows(PersonId person) override;
  Result<void> destroy(PersonId person, std::optional<SealClass> only) override;
  Result<PersonId> caller(std::string_view number, PersonId otherwise) override;
  Result<std::optional<PersonId>> find_caller(std::string_view number) override;
  Digest fingerprint(Bytes canonical) override;

  /// Of what has been read: the person's class is void for ever, whoever has still to overwrite its keys.
  bool is_erased(PersonId person, SealClass seal_class) const { return index_.is_void(person, seal_class); }
  /// Of what has been read: the key of that seal is there and can be used, or was destroyed on purpose.
  bool has_key(PersonId person, SealClass seal_class, const KeyId& id) const {
    return is_erased(person, seal_class) || index_.key(person, seal_class, id) != nullptr;
  }
  /// Reads what others have written up to now, waiting for it.
  Result<void> read_to_end();
  const Uuid& id() const { return id_; }

 private:
  struct Fault {
    std::uint64_t position = 0;
    Error error;
  };
  /// New slots of this process that have not been read back.
  struct Pending {
    std::deque<Slot> slots;
    std::map<std::pair<PersonId, SealClass>, const Slot*> keys;
    std::map<Digest, const Slot*> numbers;
  };

  TopicVault(std::unique_ptr<KeyRecords> records, const KeyBytes& master, Access access, Entropy& entropy);

  // Reading (topic_vault_read.cc).
  Result<void> catch_up() { return read(0); }
  Result<void> read(std::uint64_t until);
  void take(const KeyRecord& record);
  std::optional<Error> take_header(const KeyRecord& record, const RecordName& name);
  std::string_view take_slot(const KeyRecord& record);
  std::string place(std::uint64_t position) const;

  // Writing (topic_vault_settle.cc).
  Result<void> may_write() const;
  Result<void> publish(const std::vector<Slot>& slots);
  bool is_there(const Slot& slot) const;
  std::optional<Error> judge(const Slot& pending) const;
  std::vector<Slot> fresh_slots();
  std::vector<Slot> left_to_destroy(PersonId person, std::optional<SealClass> only);
  Slot destroyed(const Slot& slot);
  Slot tombstone(PersonId person, SealClass seal_class);

  const Slot* find_key(const Sealed& sealed) const;
  Result<const Slot*> add_key(const SealContext& context);
  Result<const KeyBytes*> key_of(const Slot& slot);
  HeldKey& place_of(const KeyId& id);
  void forget_key(const KeyId& id);
  KeyId new_id();
  bool has_heard_of(PersonId person) const;
  std::optional<PersonId> known_caller(const Digest& number) const;

  std::unique_ptr<KeyRecords> records_;
  Entropy& entropy_;
  Access access_;
  HeldKeys::Pointer held_ = HeldKeys::make();
  std::string header_name_;  // empty: not read yet
  Buffer header_;
  Uuid id_;
  TopicIndex index_;
  Pending pending_;
  std::map<std::string, Fault> faults_;  // by the record's name
  std::optional<Fault> unkept_;          // there were too many to keep: nothing mends that
};

}  // namespace toono
