// Timeliness: cohorts by due date, so that an open overdue order stays below the line.
#include <algorithm>

#include "projections/measure_rules.h"

namespace toono::rules {
namespace {

/// An order taken over by escalation brings its due along: one that came when the due had passed was overdue
/// in the hands of the order before it, which answers for that.
bool was_born_overdue(const OrderFact& order, std::int64_t due_ms) {
  return order.due_source == DueSource::inherited && order.dispatched.ms > due_ms;
}

/// True: another order answers for this due. Escalated by the due: the successor. Superseded with its lead (a
/// delegated order): nobody, unless the clock had found it late.
bool was_handed_on(const OrderFact& order, std::int64_t due_ms, const At& missed) {
  if (order.status != OrderStatus::superseded) return false;
  return order.escalated ? order.escalated.ms <= due_ms : !missed;
}

/// Every order that had to be handled by `due_ms` and was nobody else's: not recalled, not returned with good
/// ground.
bool is_answerable(const OrderFact& order, std::int64_t due_ms) {
  return !order.recalled && !order.return_upheld && !was_handed_on(order, due_ms, order.handle_missed) &&
         !was_born_overdue(order, due_ms);
}

bool lead_due(const OrderFact& order, std::int64_t due_ms, const Frame& frame) {
  return order.role == OrderRole::lead && due_in(due_ms, frame) && is_answerable(order, due_ms);
}

bool was_recalled_by(const OrderFact& order, std::int64_t due_ms) { return by(order.recalled, due_ms); }

/// When the station was through with it, as far as its own clock goes: 0 while it is not.
std::int64_t left_ms(const OrderFact& order) {
  if (order.accepted) return order.accepted_submission ? order.accepted_submission.ms : order.accepted.ms;
  if (order.status == OrderStatus::submitted) return order.submitted.ms;
  if (order.return_upheld) return order.return_ruled.ms;
  if (order.recalled) return order.recalled.ms;
  return order.escalated ? order.escalated.ms : 0;
}

bool is_open_at(const OrderFact& order, std::int64_t at_ms) {
  if (order.role != OrderRole::lead || !order.dispatched || order.dispatched.ms > at_ms) return false;
  auto left = left_ms(order);
  return left == 0 || left > at_ms;
}

/// Of one who was in time that, else what came instead, or what found it late.
Count held_against(std::int64_t due_ms, Count count, const At& in_time, const At& instead) {
  return count.looking_at({.moment = count.above ? in_time : instead, .due_ms = due_ms});
}

/// Accepted, and submitted by the due.
Count submitted_by(const OrderFact& order, std::int64_t due_ms, bool below) {
  auto count = counted(below, order.accepted && by(order.accepted_submission, due_ms));
  const auto& late = order.accepted ? order.accepted_submission : order.handle_missed;
  return held_against(due_ms, count, order.accepted_submission, late);
}

std::int64_t looked_at_ms(const Frame& frame) { return std::min(frame.now.ms(), frame.period.end().ms()); }

}  // namespace

Count dispatched_on_time(const CaseFact& intake, const Frame& frame) {
  bool below = intake.triaged && due_in(intake.first_dispatch_due_ms, frame);
  // What was answered or withdrawn before any dispatch needed none.
  if (!intake.first_dispatch && (intake.answered_on_spot || intake.status == CaseStatus::withdrawn))
    below = false;
  auto due = intake.first_dispatch_due_ms;
  return held_against(due, counted(below, by(intake.first_dispatch, due)), intake.first_dispatch,
                      intake.first_dispatch);
}

Count signed_on_time(const OrderFact& order, const Frame& frame) {
  auto due = order.sign_due_ms;
  bool below =
      due_in(due, frame) && !was_recalled_by(order, due) && !was_handed_on(order, due, order.sign_missed);
  // A return asked in time is as good as a signature, unless it was ruled to have no ground.
  bool was_refused = order.return_ruled && !order.return_upheld;
  bool is_signed = by(order.signed_at, due);
  auto count = counted(below, is_signed || (by(order.return_asked, due) && !was_refused));
  return held_against(due, count, is_signed ? order.signed_at : order.return_asked,
                      first_of(order.sign_missed, order.signed_at));
}

Count responded(const OrderFact& order, const Frame& frame) {
  auto due = order.first_contact_due_ms;
  bool below = due_in(due, frame) && !was_recalled_by(order, due) && !order.return_upheld &&
               !was_handed_on(order, due, At());
  bool is_own = by(order.first_contact, due);
  return held_against(due, counted(below, is_own || by(order.child_contact, due)),
                      is_own ? order.first_contact : order.child_contact,
                      first_of(order.first_contact, order.child_contact));
}

Count completed_on_time(const OrderFact& order, const Frame& frame) {
  auto due = order.handle_due_ms;
  return submitted_by(order, due, lead_due(order, due, frame));
}
Count completed_by_first_due(const OrderFact& order, const Frame& frame) {
  auto due = order.first_handle_due_ms;
  return submitted_by(order, due, lead_due(order, due, frame));
}
Count completed_delegated(const OrderFact& order, const Frame& frame) {
  auto due = order.handle_due_ms;
  bool below = order.role == OrderRole::delegated && due_in(due, frame) && is_answerable(order, due);
  return submitted_by(order, due, below);
}
Count completed(const OrderFact& order, const Frame& frame) {
  return counted(lead_due(order, order.handle_due_ms, frame), bool(order.accepted))
      .looking_at({.moment = first_of(order.accepted, order.handle_missed), .due_ms = order.handle_due_ms});
}

Count overdue(const OrderFact& order, const Frame& frame) {
  auto at = looked_at_ms(frame);
  return counted(is_open_at(order, at), order.handle_due_ms != 0 && order.handle_due_ms < at)
      .looking_at({.moment = order.handle_missed, .due_ms = order.handle_due_ms, .since = order.dispatched});
}
Count overdue_age(const OrderFact& order, const Frame& frame) {
  auto late = overdue(order, frame);
  return counted(late.above, true, looked_at_ms(frame) - order.handle_due_ms).looking_at(late.ground);
}

Count handling_time(const OrderFact& order, const Frame& frame) {
  bool below = order.role == OrderRole::lead && order.accepted && in(order.accepted_submission, frame);
  if (!below) return {};
  const auto& calendar =
      frame.registry.calendar(StationId(order.station), day_of(Instant(order.dispatched.ms)));
  auto worked =
      calendar.working_ms_between(Instant(order.dispatched.ms), Instant(order.accepted_submission.ms));
  return counted(true, true, std::max<std::int64_t>(worked, 0))
      .looking_at({.moment = order.accepted_submission, .since = order.dispatched});
}

}  // namespace toono::rules
