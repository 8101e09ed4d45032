// The sentence for the person who was refused: what stands in the way, and where there is one, the way round
// it.
#include "commands/effects.h"

namespace toono {

std::string_view message_of(Rejection rejection) {
  switch (rejection) {
    case Rejection::none:
      return "Nothing was refused.";
    // the engine
    case Rejection::unknown_command:
      return "This engine does not know that command: look at the list of commands.";
    case Rejection::malformed_command:
      return "The command cannot be read, or it is not one for this kind of record.";
    case Rejection::wrong_partition:
      return "The command came to another partition than its record belongs to.";
    case Rejection::conflicting_content:
      return "This command id was used before with other content: take a new id.";
    case Rejection::version_moved:
      return "The record has changed since you looked: look again, then decide.";
    case Rejection::occurred_in_future:
      return "It cannot have happened later than now: correct the time.";
    case Rejection::clock_ahead:
      return "The clock of the machine that sent it is more than 5 seconds ahead of the brokers': set that "
             "clock right, then send again under the same id.";
    case Rejection::occurred_too_early:
      return "It happened longer ago than may be recorded afterwards: record it as of now, then correct the "
             "fact.";
    case Rejection::entity_quarantined:
      return "The record cannot be read in full and waits to be repaired: try later.";
    case Rejection::decision_too_large:
      return "The command leads to more than one decision may hold: send it in parts.";
    case Rejection::not_due:
      return "Nothing is due: the deadline has not passed, or there is none any more.";
    // who
    case Rejection::actor_unknown:
      return "The person who sent this is not in the staff list: appoint them first.";
    case Rejection::actor_not_of_station:
      return "The person who sent this does not work at that station on that day.";
    case Rejection::station_unknown:
      return "There is no such station on that day.";
    case Rejection::station_suspended:
      return "The station is suspended: choose another.";
    case Rejection::not_this_station:
      return "It belongs to another station: only that one, or one above it, may do this.";
    case Rejection::second_person_needed:
      return "A second person, other than the sender, must answer for this.";
    case Rejection::second_person_unknown:
      return "The second person is not at work anywhere on that day.";
    // contact and person
    case Rejection::contact_unknown:
      return "There is no contact of that id.";
    case Rejection::contact_exists:
      return "There is a contact of that id already.";
    case Rejection::contact_not_offered:
      return "The contact does not wait for an answer any more.";
    case Rejection::contact_not_answered:
      return "The contact has not been answered: answer it or record that it was abandoned.";
    case Rejection::contact_ended:
      return "The contact has ended already.";
    case Rejection::contact_already_linked:
      return "The contact is linked to a case already.";
    case Rejection::contact_not_ended:
      return "The contact has not ended yet.";
    case Rejection::person_unknown:
      return "There is no person of that id: register them first.";
    case Rejection::person_exists:
      return "There is a person of that id already.";
    case Rejection::person_is_alias:
      return "This record is an alias of another person: use the other one.";
    case Rejection::person_match_pending:
      return "This record waits for the answer to a match: try again after it.";
    case Rejection::person_same:
      return "A record cannot be matched with itself.";
    case Rejection::person_already_erased:
      return "This person's words are erased already, or their keys are being destroyed. The id is not used "
             "again.";
    case Rejection::no_erasure_pending:
      return "No erasure of this person waits to be confirmed.";
    case Rejection::no_match_pending:
      return "No match of this person waits for that answer.";
    // case
    case Rejection::case_unknown:
      return "There is no case of that id.";
    case Rejection::case_exists:
      return "There is a case of that id already.";
    case Rejection::case_not_registered:
      return "The case is past its registration: only a new one can be answered or declined.";
    case Rejection::case_not_triaged:
      return "The case is not free to dispatch: triage it first.";
    case Rejection::case_not_open:
      return "The case is not open.";
    case Rejection::case_not_awaiting_reply:
      return "The case does not wait for its reply: a result must be accepted first.";
    case Rejection::case_not_replied:
      return "The caller has not had the reply yet.";
    case Rejection::case_not_closed:
      return "The case is not closed.";
    case Rejection::case_closed:
      return "The case is closed already.";
    case Rejection::danger_may_not_be_declined:
      return "A child in danger is never declined: triage the case.";
    case Rejection::lowering_needs_two:
      return "Lowering a high or imminent risk takes two people: use OverrideRiskLevel.";
    case Rejection::risk_not_lowered:
      return "The level is not lower than the present one: use AssessRisk.";
    case Rejection::risk_too_high_to_close:
      return "A case at high or imminent risk is not closed: lower the risk first.";
    case Rejection::no_reply_or_ground:
      return "There is neither a reply nor a ground for closing without one.";
    case Rejection::no_callback_result:
      return "There is no call-back result, nor a ground for closing without one.";
    case Rejection::follow_up_pending:
      return "A follow-up is still due: hold it first, or give a ground.";
    case Rejection::reopen_window_over:
      return "The time for reopening is over: register a new case and link it.";
    case Rejection::party_already_there:
      return "That person has that role in the case already.";
    case Rejection::callback_over:
      return "The call-back is over: it was answered, or every try was used.";
    case Rejection::callback_same_day:
      return "There was a try today already: the next one counts tomorrow.";
    case Rejection::rework_without_ground:
      return "The caller has not said in a call-back that it is unsolved or unsatisfactory.";
    case Rejection::no_follow_up_pending:
      return "No follow-up of this case is due.";
    case Rejection::event_unknown:
      return "The case has no such event.";
    case Rejection::cases_same:
      return "A case cannot be linked to itself.";
    case Rejection::level_not_given:
      return "Say which level the risk has.";
    case Rejection::satisfaction_out_of_range:
      return "Satisfaction goes from 1 to 5.";
    case Rejection::callback_answer_missing:
      return "A completed call-back has an answer: solved, or satisfaction from 1 to 5.";
    case Rejection::case_not_triable:
      return "The case is past triage.";
    case Rejection::order_still_open:
      return "The order is still open.";
    case Rejection::orders_still_open:
      return "A station still works on an order of the case: recall it or wait for its result.";
    // order
    case Rejection::order_unknown:
      return "The case has no such order.";
    case Rejection::order_already_signed:
      return "The order is signed already.";
    case Rejection::order_not_signed:
      return "The order must be signed, and not be over, for this.";
    case Rejection::order_not_dispatched:
      return "The order does not wait to be signed.";
    case Rejection::order_finally_designated:
      return "The order was finally designated: it cannot be returned again.";
    case Rejection::no_return_asked:
      return "No return of this order waits for a ruling.";
    case Rejection::order_not_live:
      return "The order is over.";
    case Rejection::live_lead_exists:
      return "The case has a lead order that is not over: recall or return it first.";
    case Rejection::station_not_under_dispatcher:
      return "A station takes orders from itself and its own parent only.";
    case Rejection::result_not_submitted:
      return "No result of this order waits to be reviewed.";
    case Rejection::handler_unknown:
      return "The handler is not in the staff list.";
    case Rejection::handler_not_of_station:
      return "The handler does not work at the order's station on that day.";
    case Rejection::not_tier_two:
      return "Only a league or city delegates an order.";
    case Rejection::no_parent_station:
      return "There is no station above to escalate to.";
    case Rejection::caller_already_contacted:
      return "The caller has been contacted already.";
    case Rejection::caller_not_contacted:
      return "The caller has not been spoken to: there is no result without that.";
    case Rejection::child_order_open:
      return "The order is delegated and the delegated one is not over.";
    case Rejection::asker_may_not_rule:
      return "Who asked for the return does not rule on it.";
    case Rejection::handler_same:
      return "That person handles the order already.";
    case Rejection::due_before_dispatch:
      return "An order cannot be due before it is dispatched.";
    // referral
    case Rejection::referral_unknown:
      return "The case has no such referral.";
    case Rejection::referral_not_prepared:
      return "The referral was sent already.";
    case Rejection::referral_not_sent:
      return "The referral is not on its way: it was not sent, or it is further on.";
    case Rejection::referral_not_received:
      return "The referral does not wait for the line's yes or no.";
    case Rejection::referral_not_accepted:
      return "The line is not at work on the referral.";
    case Rejection::referral_no_outcome:
      return "There is neither an outcome nor a refusal to close the loop with.";
    case Rejection::referral_over:
      return "The referral is over: its loop is closed or it was recalled.";
    case Rejection::external_id_seen:
      return "This message of the line has taken effect already.";
    // registry
    case Rejection::station_exists:
      return "There is a station of that code already.";
    case Rejection::parent_unknown:
      return "The parent station does not exist on that day.";
    case Rejection::parent_of_wrong_tier:
      return "Tier I has no parent, tier II stands under I and tier III under II.";
    case Rejection::staff_exists:
      return "This person works at that station already.";
    case Rejection::staff_unknown:
      return "This person works nowhere on that day.";
    case Rejection::policy_incomplete:
      return "The policy lacks its version, a follow-up list in order, or the row of a timer.";
    case Rejection::calendar_invalid:
      return "The calendar lacks its version, or its years, days or hours are not in order.";
    case Rejection::would_make_a_ring:
      return "A station cannot stand under itself or under one below it.";
    case Rejection::purpose_missing:
      return "Say for what purpose the words are read.";
    case Rejection::purpose_names_a_number:
      return "The purpose must not hold a telephone or identity number.";
  }
  return "Refused for a reason that this engine has no words for.";
}

}  // namespace toono
