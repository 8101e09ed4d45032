// Contacts: what reaches the hotline, whether or not a case comes of it.
#include <algorithm>

#include "commands/decide_detail.h"

namespace toono {
namespace {

Rejection contact_guard(const ContactStateT& state, const Context& context) {
  if (state.version == 0) return Rejection::contact_unknown;
  return may_act_for(context, state.station);
}

}  // namespace

Effects decide(const OfferContact& command, const ContactStateT& state, const Context& context) {
  if (state.version != 0) return Rejection::contact_exists;
  if (auto no = may_act_for(context, context.station); no != Rejection::none) return no;
  ContactOfferedT event;
  event.channel = command.channel();
  event.language = command.language();
  event.dialled = get(command.dialled());
  event.phone = get(command.phone());
  event.caller = get(command.caller());
  return accept(std::move(event));
}

Effects decide(const AnswerContact& command, const ContactStateT& state, const Context& context) {
  if (auto no = contact_guard(state, context); no != Rejection::none) return no;
  if (state.status != ContactStatus::offered) return Rejection::contact_not_offered;
  ContactAnsweredT event;
  // The one that was offered, if nothing else is said.
  event.language = command.language().value_or(state.language);
  return accept(std::move(event));
}

Effects decide(const AbandonContact&, const ContactStateT& state, const Context& context) {
  if (auto no = contact_guard(state, context); no != Rejection::none) return no;
  if (state.status != ContactStatus::offered) return Rejection::contact_not_offered;
  ContactAbandonedT event;
  event.waited_ms = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, context.occurred_at.ms() - state.offered.at().ms()));
  return accept(std::move(event));
}

Effects decide(const ClassifyContact& command, const ContactStateT& state, const Context& context) {
  if (auto no = contact_guard(state, context); no != Rejection::none) return no;
  // Who hung up before an answer is classified too: silent, hang-up. Only what still rings is not.
  if (state.status == ContactStatus::offered) return Rejection::contact_not_answered;
  ContactClassifiedT event;
  event.class_ = command.class_();
  return accept(std::move(event));
}

Effects decide(const LinkContact& command, const ContactStateT& state, const Context& context) {
  if (auto no = contact_guard(state, context); no != Rejection::none) return no;
  if (happened(state.linked)) return Rejection::contact_already_linked;
  ContactLinkedToCaseT event;
  event.case_id = get(command.case_id());
  return accept(std::move(event));
}

Effects decide(const EndContact&, const ContactStateT& state, const Context& context) {
  if (auto no = contact_guard(state, context); no != Rejection::none) return no;
  if (state.status == ContactStatus::ended) return Rejection::contact_ended;
  if (state.status != ContactStatus::answered) return Rejection::contact_not_answered;
  return accept(ContactEndedT{});
}

}  // namespace toono
