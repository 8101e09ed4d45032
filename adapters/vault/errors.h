// What every vault says when it must say no.
#pragma once

#include "core/ids.h"
#include "core/result.h"

namespace toono {

/// refused: seal() or caller() for a person whose words of the class are gone for ever.
Error erased(PersonId person, SealClass seal_class);
/// damaged: a seal that does not fit its key, or names none that there ever was.
Error unfit(const Sealed& sealed, std::string what);
/// usage: a class that no version knows.
Error no_such_class(PersonId person);

}  // namespace toono
