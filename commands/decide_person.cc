// People: registration, two records of one person, and erasure.
#include "commands/decide_detail.h"

namespace toono {
namespace {

bool is_registered(const PersonStateT& state) { return happened(state.registered); }

/// A command may seal words for anybody's id (a case's young person, a caller), so there may be keys of
/// people whom nobody registered. They belong to no station: the region, which stands above all, erases them.
/// That such an id is anybody's at all only the vault can tell, and the edge asks it.
Rejection erasure_guard(const PersonStateT& state, const Context& context) {
  return state.version != 0 ? may_act_for(context, state.station) : may_act_for_region(context);
}

/// A record that is, or may soon be, another's alias takes part in no other match.
Rejection free_to_match(const PersonStateT& state) {
  if (state.status == PersonStatus::alias) return Rejection::person_is_alias;
  if (state.status == PersonStatus::match_pending) return Rejection::person_match_pending;
  return Rejection::none;
}

bool erasure_pending(const PersonStateT& state) {
  return happened(state.erased) && !happened(state.keys_destroyed);
}

}  // namespace

Effects decide(const RegisterPerson& command, const PersonStateT& state, const Context& context) {
  if (is_registered(state)) return Rejection::person_exists;
  // Erased before anybody registered them: the id is not used again.
  if (state.version != 0) return Rejection::person_already_erased;
  if (auto no = may_act_for(context, context.station); no != Rejection::none) return no;
  PersonRegisteredT event;
  event.name = get(command.name());
  event.phone = get(command.phone());
  event.health_note = get(command.health_note());
  event.birth_year = command.birth_year();
  return accept(std::move(event));
}

Effects decide(const MatchPerson& command, const PersonStateT& state, const Context& context) {
  if (!is_registered(state)) return Rejection::person_unknown;
  if (auto no = may_act_for(context, state.station); no != Rejection::none) return no;
  if (get(command.person_id()) == get(command.same_as())) return Rejection::person_same;
  if (auto no = free_to_match(state); no != Rejection::none) return no;
  PersonMatchRequestedT event;
  event.same_as = get(command.same_as());
  return accept(std::move(event));
}

Effects decide(const AcceptPersonMatch& command, const PersonStateT& state, const Context& context) {
  if (!is_registered(state)) return Rejection::person_unknown;
  // Only the agenda asks, after the other record gave its name up; a person cannot take a name that was not
  // given.
  if (!context.from_clock()) return Rejection::no_match_pending;
  if (get(command.person_id()) == get(command.alias())) return Rejection::person_same;
  if (auto no = free_to_match(state); no != Rejection::none) return no;
  PersonMatchAcceptedT event;
  event.alias = get(command.alias());
  return accept(std::move(event));
}

Effects decide(const ErasePerson& command, const PersonStateT& state, const Context& context) {
  if (auto no = erasure_guard(state, context); no != Rejection::none) return no;
  // One erasure at a time: the state remembers the last one only, and its keys must be gone before the next.
  if (erasure_pending(state)) return Rejection::person_already_erased;
  bool same_class =
      happened(state.erased) && !command.all_classes() && command.class_() == state.erased_class;
  if (same_class || state.erased_all) return Rejection::person_already_erased;
  PersonErasedT event;
  event.ground = get(command.ground());
  event.class_ = command.class_();
  event.all_classes = command.all_classes();
  return accept(std::move(event));
}

Effects decide(const ConfirmKeysDestroyed&, const PersonStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::person_unknown;
  if (auto no = may_act_for(context, state.station); no != Rejection::none) return no;
  if (!erasure_pending(state)) return Rejection::no_erasure_pending;
  SubjectKeysDestroyedT event;
  event.class_ = state.erased_class;
  event.all_classes = state.erased_all;
  return accept(std::move(event));
}

}  // namespace toono
