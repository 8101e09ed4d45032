// The vault port: the keys of people's words, kept outside every log. Implementation: adapters/vault (a file
// of fixed slots) and adapters/memory (tests). Threads: one edge at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "schemas/common_generated.h"

namespace toono {

/// What a seal is bound to; a seal opened under any other of these is refused.
struct SealContext {
  PersonId person;
  SealClass seal_class = SealClass::identity;
  CommandId origin;
  std::string_view path;
};

class Vault {
 public:
  virtual ~Vault() = default;

  /// Seals words under the person's key of that class, made now if there is none. The key is durable once
  /// settle() has returned: nothing sealed may reach a log before. Error refused: the person has been erased.
  virtual Result<SealedT> seal(const SealContext& context, std::string_view words) = 0;

  /// The words, or none when the key has been destroyed. Error damaged: the seal does not fit its key.
  virtual Result<std::optional<std::string>> open(const Sealed& sealed) = 0;

  /// Makes new keys and telephone entries durable.
  virtual Result<void> settle() = 0;

  /// True when there is, or was before it was destroyed, a key of this person or a telephone entry that leads
  /// to them.
  virtual Result<bool> knows(PersonId person) = 0;

  /// Overwrites the person's keys (one class, or all) and the telephone entries that lead to the person;
  /// durable when it returns. Destroying twice is no error.
  virtual Result<void> destroy(PersonId person, std::optional<SealClass> only) = 0;

  /// Who calls from this number: the person known for it, or `otherwise`, who is remembered for it. The
  /// number is normalised (digits, 86 and leading 0 dropped) and kept as a keyed hash only.
  virtual Result<PersonId> caller(std::string_view number, PersonId otherwise) = 0;
  virtual Result<std::optional<PersonId>> find_caller(std::string_view number) = 0;

  /// HMAC-SHA256 with the vault's fingerprint key.
  virtual Digest fingerprint(Bytes canonical) = 0;
};

}  // namespace toono
