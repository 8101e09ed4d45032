// Contacts and people: what their events make of them.
#include "core/evolve_detail.h"

namespace toono {

void on(ContactStateT& state, const ContactOffered& event, const Stamp& stamp) {
  state.id = id_as<ContactId>(stamp.entity);
  state.status = ContactStatus::offered;
  state.station = stamp.station;
  state.channel = event.channel();
  state.language = event.language();
  state.caller = get(event.caller());
  state.offered = moment(stamp);
}
void on(ContactStateT& state, const ContactAnswered& event, const Stamp& stamp) {
  state.status = ContactStatus::answered;
  state.language = event.language();
  state.answered = moment(stamp);
}
void on(ContactStateT& state, const ContactAbandoned&, const Stamp& stamp) {
  state.status = ContactStatus::abandoned;
  state.abandoned = moment(stamp);
}
void on(ContactStateT& state, const ContactClassified& event, const Stamp& stamp) {
  state.class_ = event.class_();
  state.classified = moment(stamp);
}
void on(ContactStateT& state, const ContactLinkedToCase& event, const Stamp& stamp) {
  state.case_id = get(event.case_id());
  state.linked = moment(stamp);
}
void on(ContactStateT& state, const ContactEnded&, const Stamp& stamp) {
  state.status = ContactStatus::ended;
  state.ended = moment(stamp);
}

void on(PersonStateT& state, const PersonRegistered& event, const Stamp& stamp) {
  state.id = id_as<PersonId>(stamp.entity);
  state.status = PersonStatus::registered;
  state.station = stamp.station;
  state.birth_year = event.birth_year();
  state.registered = moment(stamp);
}
void on(PersonStateT& state, const PersonMatchRequested& event, const Stamp& stamp) {
  state.status = PersonStatus::match_pending;
  state.same_as = get(event.same_as());
  state.match_requested = moment(stamp);
}
void on(PersonStateT& state, const PersonMatchAccepted& event, const Stamp&) {
  state.aliases.push_back(get(event.alias()));
}
void on(PersonStateT& state, const PersonMatched& event, const Stamp&) {
  state.status = PersonStatus::alias;
  state.same_as = get(event.same_as());
}
void on(PersonStateT& state, const PersonMatchRefused&, const Stamp&) {
  state.status = PersonStatus::registered;
  state.same_as = PersonId{};
}
void on(PersonStateT& state, const PersonErased& event, const Stamp& stamp) {
  // Words may be sealed for somebody whom nobody registered: this is then the first that is known of them.
  if (is_nil(state.id)) {
    state.id = id_as<PersonId>(stamp.entity);
    state.station = stamp.station;
  }
  state.erased = moment(stamp);
  state.keys_destroyed = Moment{};
  state.erased_class = event.class_();
  state.erased_all = event.all_classes();
}
void on(PersonStateT& state, const SubjectKeysDestroyed&, const Stamp& stamp) {
  state.keys_destroyed = moment(stamp);
}

}  // namespace toono
