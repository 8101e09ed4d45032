// What contacts and people go through.
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

Step offer() {
  return say<OfferContactT>([](OfferContactT& body) { body.language = Language::mn; });
}
Step answer() { return say<AnswerContactT>(); }
Step answer_in(Language language) {
  return say<AnswerContactT>([=](AnswerContactT& body) { body.language = language; });
}
Step classify(ContactClass as) {
  return say<ClassifyContactT>([=](ClassifyContactT& body) { body.class_ = as; });
}
Step abandon() { return say<AbandonContactT>(); }
Step end() { return say<EndContactT>(); }
Step link() { return say<LinkContactT>(); }
Step read(EntityKind kind, const char* purpose) {
  return say<RecordAccessT>([=](RecordAccessT& body) {
    body.entity_kind = kind;
    body.purpose = purpose;
  });
}
Step settle(EntityKind kind, bool accepted, bool right_request = true) {
  return by_clock(say<SettleAgendaT>([=](SettleAgendaT& body, const Story& story) {
    body.entity_kind = kind;
    body.request = right_request ? story.last_event() : EventRef(1000, 0);
    body.accepted = accepted;
  }));
}
/// The match that was asked for right after the registration.
Step settle_second_event() {
  return by_clock(say<SettleAgendaT>([](SettleAgendaT& body) {
    body.entity_kind = EntityKind::person;
    body.request = EventRef(2, 0);
  }));
}
Step register_person() { return say<RegisterPersonT>(); }
Step match(PersonId same_as = other_person()) {
  return say<MatchPersonT>([=](MatchPersonT& body) { body.same_as = same_as; });
}
Step accept_match(PersonId alias = other_person()) {
  return by_clock(say<AcceptPersonMatchT>([=](AcceptPersonMatchT& body) { body.alias = alias; }));
}
Step erase(SealClass seal_class, bool all = false) {
  return say<ErasePersonT>([=](ErasePersonT& body) {
    body.ground = "asked for by the guardian";
    body.class_ = seal_class;
    body.all_classes = all;
  });
}
Step confirm_keys() { return by_clock(say<ConfirmKeysDestroyedT>()); }

}  // namespace

Rows contact_rows() {
  using enum Rejection;
  return {
      {"a call is offered", {}, offer(), {"ContactOffered language=mn"}},
      {"a contact is offered once", {offer()}, offer(), contact_exists},
      {"who offers it is known", {}, by(kNobody, kRegion, offer()), actor_unknown},
      {"who offers it works where they say", {}, by(kRegionStaff, kLeague, offer()), actor_not_of_station},
      {"who has left acts for no station", {}, by(kLeftStaff, kRegion, offer()), actor_not_of_station},
      {"answered in the language offered", {offer()}, answer(), {"ContactAnswered language=mn"}},
      {"answered in another", {offer()}, answer_in(Language::zh), {"ContactAnswered language=zh"}},
      {"no such contact to answer", {}, answer(), contact_unknown},
      {"answered once", {offer(), answer()}, answer(), contact_not_offered},
      {"a banner does not take the region's calls",
       {offer()},
       by(kBannerStaff, kBanner, answer()),
       not_this_station},
      {"how long the caller waited",
       {offer()},
       at("03-02 09:00:07", abandon()),
       {"ContactAbandoned waited_ms=7000"}},
      {"never less than nothing", {offer()}, at("03-02 08:59", abandon()), {"ContactAbandoned waited_ms=0"}},
      {"what was answered is not abandoned", {offer(), answer()}, abandon(), contact_not_offered},
      {"what rings is not classified", {offer()}, classify(ContactClass::silent), contact_not_answered},
      {"a counselling call",
       {offer(), answer()},
       classify(ContactClass::counselling),
       {"ContactClassified class_=counselling"}},
      {"who hung up is counted too",
       {offer(), abandon()},
       classify(ContactClass::hang_up),
       {"ContactClassified class_=hang_up"}},
      {"after the end",
       {offer(), answer(), end()},
       classify(ContactClass::joke),
       {"ContactClassified class_=joke"}},
      {"linked to a case", {offer()}, link(), {"ContactLinkedToCase"}},
      {"linked to one case", {offer(), link()}, link(), contact_already_linked},
      {"no such contact to link", {}, link(), contact_unknown},
      {"ended", {offer(), answer()}, end(), {"ContactEnded"}},
      {"ended once", {offer(), answer(), end()}, end(), contact_ended},
      {"what was not answered does not end", {offer()}, end(), contact_not_answered},
      {"words are read for a purpose", {offer()}, read(EntityKind::contact, "call back"), {"AccessUsed"}},
      {"words of no contact", {}, read(EntityKind::contact, "call back"), contact_unknown},
      {"rule 10: someone reads them",
       {offer()},
       by_clock(read(EntityKind::contact, "call back")),
       actor_unknown},
      {"no purpose", {offer()}, read(EntityKind::contact, " \n"), purpose_missing},
      {"a number is no purpose",
       {offer()},
       read(EntityKind::contact, "ask 13804711234"),
       purpose_names_a_number},
      {"six digits are not yet a number",
       {offer()},
       read(EntityKind::contact, "form 123456"),
       {"AccessUsed"}},
      {"a contact asks no other partition", {offer()}, settle(EntityKind::contact, true), malformed_command},
  };
}

Rows person_rows() {
  using enum Rejection;
  const Steps known = {register_person()};
  const Steps pending = known + match();
  const Steps alias = pending + settle(EntityKind::person, true);
  const Steps unregistered = {erase(SealClass::identity, true)};
  const auto identity = SealClass::identity, health = SealClass::health;
  return {
      {"registered", {}, register_person(), {"PersonRegistered"}},
      {"registered once", known, register_person(), person_exists},
      {"a match is asked for first", known, match(), {"PersonMatchRequested"}},
      {"not with oneself", known, match(the_person()), person_same},
      {"of a person who is known", {}, match(), person_unknown},
      {"one match at a time", pending, match(), person_match_pending},
      {"an alias is matched no more", alias, match(), person_is_alias},
      {"the other person agrees", known, accept_match(), {"PersonMatchAccepted"}},
      {"the other person is unknown", {}, accept_match(), person_unknown},
      {"the other person is pending too", pending, accept_match(), person_match_pending},
      {"the other person is an alias", alias, accept_match(), person_is_alias},
      {"the other person is the same", known, accept_match(the_person()), person_same},
      {"no one takes a name by hand", known, by(kRegionStaff, kRegion, accept_match()), no_match_pending},
      {"the answer completes the match", pending, settle(EntityKind::person, true), {"PersonMatched"}},
      {"the answer cancels the match", pending, settle(EntityKind::person, false), {"PersonMatchRefused"}},
      {"an answer to another question", pending, settle(EntityKind::person, true, false), no_match_pending},
      {"an answer that no one waits for", known, settle(EntityKind::person, true), no_match_pending},
      {"an answer completes a match once", alias, settle_second_event(), no_match_pending},
      {"after a refusal another match may be asked for",
       pending + settle(EntityKind::person, false),
       match(),
       {"PersonMatchRequested"}},
      {"erased", known, erase(identity, true), {"PersonErased all_classes=true"}},
      {"an alias is erased too", alias, erase(health), {"PersonErased class_=health all_classes=false"}},
      {"words were kept for someone nobody registered",
       {},
       erase(identity, true),
       {"PersonErased all_classes=true"}},
      {"who belongs to no station is erased by the region alone",
       {},
       by(kBannerStaff, kBanner, erase(identity)),
       not_this_station},
      {"someone erases", {}, by_clock(erase(identity)), not_this_station},
      {"one erasure of them at a time", unregistered, erase(identity, true), person_already_erased},
      {"their keys are gone", unregistered, confirm_keys(), {"SubjectKeysDestroyed all_classes=true"}},
      {"their keys go once", unregistered + confirm_keys(), confirm_keys(), no_erasure_pending},
      {"their other words after it",
       {erase(health), confirm_keys()},
       erase(identity),
       {"PersonErased class_=identity"}},
      {"the region erased them and the banner does not",
       {erase(health), confirm_keys()},
       by(kBannerStaff, kBanner, erase(identity)),
       not_this_station},
      {"their id is not used again", unregistered, register_person(), person_already_erased},
      {"their id is not used again for one class either",
       {erase(health), confirm_keys()},
       register_person(),
       person_already_erased},
      {"they are matched with nobody", unregistered, match(), person_unknown},
      {"nobody is matched with them", unregistered, accept_match(), person_unknown},
      {"the keys of nobody stay", {}, confirm_keys(), person_unknown},
      {"one erasure at a time", known + erase(identity), erase(health), person_already_erased},
      {"the same class once", known + erase(health) + confirm_keys(), erase(health), person_already_erased},
      {"another class after it",
       known + erase(health) + confirm_keys(),
       erase(identity),
       {"PersonErased class_=identity"}},
      {"all after one",
       known + erase(health) + confirm_keys(),
       erase(health, true),
       {"PersonErased all_classes=true"}},
      {"nothing after all", known + erase(identity, true) + confirm_keys(), erase(health),
       person_already_erased},
      {"the keys are gone", known + erase(health), confirm_keys(), {"SubjectKeysDestroyed class_=health"}},
      {"the keys go once", known + erase(health) + confirm_keys(), confirm_keys(), no_erasure_pending},
      {"the keys of who was not erased stay", known, confirm_keys(), no_erasure_pending},
      {"words are read for a purpose",
       known,
       read(EntityKind::person, "call back"),
       {"AccessUsed purpose=call"}},
      {"words of no person", {}, read(EntityKind::person, "call back"), person_unknown},
  };
}

TEST_CASE("contacts: from the offer to the end") { run(contact_rows()); }
TEST_CASE("people: registration and matches and erasure") { run(person_rows()); }

}  // namespace toono
