// The way from an event to the overload that applies it: three exhaustive switches made from the table of
// events.
#include "core/evolve_detail.h"

namespace toono {
namespace {

#define TOONO_APPLY(Name)                      \
  case EventBody::Name:                        \
    on(state, *event.body_as_##Name(), stamp); \
    return true;
#define TOONO_TOUCH(Name) \
  case EventBody::Name:   \
    return true;
#define TOONO_FOREIGN(Name) case EventBody::Name:

bool apply(CaseStateT& state, const Event& event, const Stamp& stamp) {
  switch (event.body_type()) {
    TOONO_CASE_EVENTS(TOONO_APPLY)
    TOONO_COMMON_EVENTS(TOONO_TOUCH)
    TOONO_CONTACT_EVENTS(TOONO_FOREIGN)
    TOONO_PERSON_EVENTS(TOONO_FOREIGN)
    TOONO_REGISTRY_EVENTS(TOONO_FOREIGN)
    case EventBody::NONE:
      return false;
  }
  return false;
}

bool apply(ContactStateT& state, const Event& event, const Stamp& stamp) {
  switch (event.body_type()) {
    TOONO_CONTACT_EVENTS(TOONO_APPLY)
    TOONO_COMMON_EVENTS(TOONO_TOUCH)
    TOONO_CASE_EVENTS(TOONO_FOREIGN)
    TOONO_PERSON_EVENTS(TOONO_FOREIGN)
    TOONO_REGISTRY_EVENTS(TOONO_FOREIGN)
    case EventBody::NONE:
      return false;
  }
  return false;
}

bool apply(PersonStateT& state, const Event& event, const Stamp& stamp) {
  switch (event.body_type()) {
    TOONO_PERSON_EVENTS(TOONO_APPLY)
    TOONO_COMMON_EVENTS(TOONO_TOUCH)
    TOONO_CASE_EVENTS(TOONO_FOREIGN)
    TOONO_CONTACT_EVENTS(TOONO_FOREIGN)
    TOONO_REGISTRY_EVENTS(TOONO_FOREIGN)
    case EventBody::NONE:
      return false;
  }
  return false;
}
#undef TOONO_APPLY

}  // namespace

bool evolve(CaseStateT& state, const Event& event, const Stamp& stamp) {
  if (!apply(state, event, stamp)) return false;
  if (state.event_seqs.empty() || state.event_seqs.back() != stamp.event.seq())
    state.event_seqs.push_back(stamp.event.seq());
  return true;
}
bool evolve(ContactStateT& state, const Event& event, const Stamp& stamp) {
  return apply(state, event, stamp);
}
bool evolve(PersonStateT& state, const Event& event, const Stamp& stamp) {
  return apply(state, event, stamp);
}

}  // namespace toono
