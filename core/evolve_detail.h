// Shared by the evolve_*.cc files: one overload of `on` for each event of the table.
#pragma once

#include "core/events.h"
#include "core/evolve.h"

namespace toono {

/// A field that may be absent, as a value.
template <class T>
T get(const T* field) {
  return field ? *field : T{};
}
inline std::string get(const flatbuffers::String* field) { return field ? field->str() : std::string(); }

#define TOONO_ON(Name) void on(CaseStateT& state, const Name& event, const Stamp& stamp);
TOONO_CASE_EVENTS(TOONO_ON)
#undef TOONO_ON
#define TOONO_ON(Name) void on(ContactStateT& state, const Name& event, const Stamp& stamp);
TOONO_CONTACT_EVENTS(TOONO_ON)
#undef TOONO_ON
#define TOONO_ON(Name) void on(PersonStateT& state, const Name& event, const Stamp& stamp);
TOONO_PERSON_EVENTS(TOONO_ON)
#undef TOONO_ON

}  // namespace toono
