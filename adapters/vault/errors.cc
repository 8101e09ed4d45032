// Errors name people by their ids and never carry words.
#include "adapters/vault/errors.h"

namespace toono {

Error erased(PersonId person, SealClass seal_class) {
  return {ErrorCode::refused, "the person's words of this class have been erased, for ever",
          "person " + to_text(person) + ", class " + EnumNameSealClass(seal_class),
          "register the person anew if they come back"};
}

Error unfit(const Sealed& sealed, std::string what) {
  std::string where =
      sealed.origin() ? "the seal of command " + to_text(*sealed.origin()) : "a seal without a command";
  return {ErrorCode::damaged, std::move(what), std::move(where),
          "run verify: the journal or the vault has been changed, or they do not belong together"};
}

Error no_such_class(PersonId person) {
  return {ErrorCode::usage, "no such class of words", "person " + to_text(person),
          "use identity, narrative or health"};
}

}  // namespace toono
