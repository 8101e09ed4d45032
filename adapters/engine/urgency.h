// What a command itself says of danger, before the state of anything is looked at.
#pragma once

#include "adapters/json/command.h"

namespace toono {

/// It raises or keeps the risk high or imminent, triages as danger, escalates because of danger, or calls the
/// police. Or it opens the case of somebody who is here now, on the telephone, in a chat or in person: nobody
/// has assessed them yet, and without the case nobody can. What is imported happened long ago and is never
/// urgent.
bool speaks_of_danger(const LineCommand& line);

}  // namespace toono
