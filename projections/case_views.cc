// Rows of a case: facts, worklists, agenda, numbers, links; and what it adds to the tallies.
#include "projections/case_views.h"

#include "core/time.h"
#include "core/timers.h"

namespace toono {
namespace {

const OrderT* last_lead(const CaseStateT& state) {
  for (auto order = state.orders.rbegin(); order != state.orders.rend(); ++order)
    if (order->role == OrderRole::lead) return &*order;
  return nullptr;
}

Key fact_key(PartitionNumber partition, std::uint32_t station, FactKind kind, const At& anchor) {
  return Key(partition, Table::facts)
      .number(station)
      .byte(static_cast<std::uint8_t>(kind))
      .instant(Instant(anchor.ms));
}

OrderFact fact_of(const OrderT& order, const CaseStateT& state) {
  OrderFact fact;
  fact.id = order.id;
  fact.case_id = state.id;
  fact.station = order.station.code();
  fact.parent = order.parent.code();
  fact.dispatched_by = order.dispatched_by.code();
  fact.handler = order.handler.number();
  fact.tier = order.tier;
  fact.role = order.role;
  fact.status = order.status;
  fact.programme = state.programme;
  fact.language = state.language;
  fact.risk = state.risk;
  fact.priority = state.priority;
  fact.handling_class = state.handling_class;
  fact.unit_says_solved = order.unit_says_solved;
  fact.return_ground = order.return_ground;
  fact.return_upheld = order.return_upheld;
  fact.finally_designated = order.finally_designated;
  fact.due_source = order.due_source;
  fact.provisional = order.provisional;
  fact.imported = state.imported;
  fact.urge_count = static_cast<std::uint8_t>(std::min<int>(order.urge_count, 255));
  fact.sign_due_ms = order.sign_due.ms();
  fact.first_contact_due_ms = order.first_contact_due.ms();
  fact.first_handle_due_ms = order.first_handle_due.ms();
  fact.handle_due_ms = order.handle_due.ms();
  fact.near_due_ms = order.near_due.ms();
  fact.clock_started = at(order.clock_started);
  fact.dispatched = at(order.dispatched);
  fact.signed_at = at(order.signed_);
  fact.first_contact = at(order.first_contact);
  fact.return_asked = at(order.return_asked);
  fact.return_ruled = at(order.return_ruled);
  fact.submitted = at(order.submitted);
  fact.accepted_submission = at(order.accepted_submission);
  fact.accepted = at(order.accepted);
  fact.sign_missed = at(order.sign_missed);
  fact.handle_missed = at(order.handle_missed);
  fact.escalated = at(order.escalated);
  fact.recalled = at(order.recalled);
  fact.level_raised = at(order.level_raised);
  for (const auto& child : state.orders) {
    bool is_child = child.role == OrderRole::delegated && child.delegated_from == order.id;
    if (!is_child || !happened(child.first_contact)) continue;
    auto contact = at(child.first_contact);
    if (!fact.child_contact || contact.ms < fact.child_contact.ms) fact.child_contact = contact;
  }
  return fact;
}

CaseFact fact_of(const CaseStateT& state) {
  CaseFact fact;
  fact.id = state.id;
  fact.station = state.station.code();
  if (const auto* lead = last_lead(state)) {
    fact.lead_station = lead->station.code();
    fact.lead_parent = lead->parent.code();
  }
  fact.dispatch_count = state.dispatch_count;
  fact.session_count = state.session_count;
  fact.status = state.status;
  fact.programme = state.programme;
  fact.service_kind = state.service_kind;
  fact.language = state.language;
  fact.channel = state.channel;
  fact.priority = state.priority;
  fact.handling_class = state.handling_class;
  fact.risk = state.risk;
  fact.highest_risk = state.highest_risk;
  fact.solved = state.solved;
  fact.unit_says_solved = state.unit_says_solved;
  fact.satisfaction = state.satisfaction;
  fact.callback_attempts = state.callback_attempts;
  fact.rework_count = state.rework_count;
  fact.reopen_count = state.reopen_count;
  for (const auto& order : state.orders) fact.upheld_returns += order.return_upheld ? 1 : 0;
  fact.first_returned = !state.orders.empty() && state.orders.front().return_upheld;
  fact.orders = static_cast<std::uint8_t>(std::min<std::size_t>(state.orders.size(), 255));
  fact.imported = state.imported;
  fact.outcome = state.outcome;
  fact.close_ground = state.close_ground;
  fact.contact_id = state.contact_id;
  fact.assess_by_ms = state.assess_by.ms();
  fact.first_dispatch_due_ms =
      happened(state.first_dispatch) ? state.first_dispatch_due.ms() : state.dispatch_due.ms();
  fact.callback_due_ms = state.callback_due.ms();
  fact.reply_due_ms = state.reply_due.ms();
  fact.registered = at(state.registered);
  fact.assessed = at(state.assessed);
  fact.triaged = at(state.triaged);
  fact.first_dispatch = at(state.first_dispatch);
  fact.answered_on_spot = at(state.answered_on_spot);
  fact.replied = at(state.replied);
  fact.callback_completed = at(state.callback_completed);
  fact.callback_exhausted = at(state.callback_exhausted);
  fact.reworked = at(state.reworked);
  fact.problem_marked = at(state.problem_marked);
  fact.closed = at(state.closed);
  fact.reopened = at(state.reopened);
  fact.level_raised = at(state.level_raised);
  return fact;
}

ReferralFact fact_of(const ReferralT& referral, const CaseStateT& state) {
  ReferralFact fact;
  fact.id = referral.id;
  fact.case_id = state.id;
  fact.station = referral.station.code();
  fact.line = referral.line;
  fact.status = referral.status;
  fact.result = referral.result;
  fact.no_reply_rung = referral.no_reply_rung;
  fact.receive_due_ms = referral.receive_due.ms();
  fact.accept_due_ms = referral.accept_due.ms();
  fact.outcome_due_ms = referral.outcome_due.ms();
  fact.sent = at(referral.sent);
  fact.delivered = at(referral.delivered);
  fact.received = at(referral.received);
  fact.accepted = at(referral.accepted);
  fact.refused = at(referral.refused);
  fact.outcome = at(referral.outcome);
  fact.loop_closed = at(referral.loop_closed);
  fact.no_reply = at(referral.no_reply);
  return fact;
}

void write_facts(const CaseStateT& state, PartitionNumber partition, RowBatch& rows) {
  auto fact = fact_of(state);
  rows.put(fact_key(partition, fact.station, FactKind::case_intake, fact.registered).id(state.id),
           plain_bytes(fact));
  auto owner = fact.lead_station ? fact.lead_station : fact.station;
  rows.put(fact_key(partition, owner, FactKind::case_outcome, fact.registered).id(state.id),
           plain_bytes(fact));
  for (const auto& order : state.orders) {
    auto order_fact = fact_of(order, state);
    rows.put(fact_key(partition, order_fact.station, FactKind::order, order_fact.dispatched).id(order.id),
             plain_bytes(order_fact));
  }
  for (const auto& referral : state.referrals) {
    if (!happened(referral.sent)) continue;
    auto referral_fact = fact_of(referral, state);
    rows.put(
        fact_key(partition, referral_fact.station, FactKind::referral, referral_fact.sent).id(referral.id),
        plain_bytes(referral_fact));
  }
  for (const auto& follow_up : state.follow_ups) {
    FollowUpFact follow_fact{.case_id = state.id,
                             .station = owner,
                             .step = follow_up.step,
                             .due_ms = follow_up.due_at.ms(),
                             .scheduled = at(follow_up.scheduled),
                             .held = at(follow_up.held),
                             .missed = at(follow_up.missed)};
    rows.put(fact_key(partition, owner, FactKind::follow_up, follow_fact.scheduled)
                 .id(state.id)
                 .byte(follow_up.step)
                 .number(follow_fact.scheduled.seq),
             plain_bytes(follow_fact));
  }
}

class WorklistWriter {
 public:
  WorklistWriter(const CaseStateT& state, PartitionNumber partition, RowBatch& rows)
      : state_(state), partition_(partition), rows_(rows) {}

  void wait(WaitKind kind, StationId station, Instant due, const Moment& since,
            const OrderT* order = nullptr) {
    WorklistRow row;
    row.case_id = state_.id;
    row.due_ms = due.ms();
    row.since_ms = since.at().ms();
    row.kind = kind;
    row.case_status = state_.status;
    row.risk = state_.risk;
    row.programme = state_.programme;
    row.priority = state_.priority;
    if (order) {
      row.order_id = order->id;
      row.near_due_ms = order->near_due.ms();
      row.handle_due_ms = order->handle_due.ms();
      row.handler = order->handler.number();
      row.order_status = order->status;
      row.tier = order->tier;
      row.provisional = order->provisional;
    }
    rows_.put(Key(partition_, Table::worklist)
                  .number(station.code())
                  .instant(due)
                  .id(order ? id_as<Uuid>(order->id) : id_as<Uuid>(state_.id))
                  .byte(static_cast<std::uint8_t>(kind)),
              plain_bytes(row));
  }

 private:
  const CaseStateT& state_;
  PartitionNumber partition_;
  RowBatch& rows_;
};

void write_worklists(const CaseStateT& state, PartitionNumber partition, RowBatch& rows) {
  WorklistWriter list(state, partition, rows);
  for (const auto& order : state.orders) {
    if (!is_live(order)) continue;
    bool unsigned_yet = order.status == OrderStatus::dispatched;
    list.wait(WaitKind::handle, order.station, unsigned_yet ? order.sign_due : order.handle_due,
              order.dispatched, &order);
    if (order.status == OrderStatus::submitted)
      list.wait(WaitKind::review, order.dispatched_by, order.review_due, order.submitted, &order);
    if (order.status == OrderStatus::return_asked)
      list.wait(WaitKind::ruling, order.dispatched_by, order.ruling_due, order.return_asked, &order);
  }
  bool to_dispatch = state.status == CaseStatus::triaged || state.status == CaseStatus::rework;
  if (to_dispatch) list.wait(WaitKind::dispatch, state.station, state.dispatch_due, state.dispatch_from);
  if (state.status == CaseStatus::awaiting_reply)
    list.wait(WaitKind::reply, state.station, state.reply_due, state.registered);
  bool called_back = happened(state.callback_completed) || happened(state.callback_exhausted);
  if (state.status == CaseStatus::replied && !called_back)
    list.wait(WaitKind::callback, state.station, state.callback_due, state.replied);
  for (const auto& follow_up : state.follow_ups)
    if (!happened(follow_up.held) && !happened(follow_up.missed))
      list.wait(WaitKind::follow_up, state.station, follow_up.due_at, follow_up.scheduled);
}

void write_agenda(const std::vector<Timer>& running, EntityKind kind, const EntityId& entity,
                  PartitionNumber partition, RowBatch& rows) {
  for (const auto& timer : running) {
    AgendaRow row{.entity_kind = kind, .cause_index = timer.cause.index(), .cause_seq = timer.cause.seq()};
    rows.put(Key(partition, Table::agenda)
                 .instant(timer.due)
                 .id(entity)
                 .byte(static_cast<std::uint8_t>(timer.kind))
                 .byte(timer.step)
                 .id(timer.subject),
             plain_bytes(row));
  }
}

template <ByteId A, ByteId B>
void link(PartitionNumber partition, Link kind, const A& from, const B& to, RowBatch& rows) {
  if (is_nil(from) || is_nil(to)) return;
  rows.put(Key(partition, Table::links).byte(static_cast<std::uint8_t>(kind)).id(from).id(to), {});
}

void write_recent(const RecentRow& row, const Moment& since, const EntityId& entity,
                  PartitionNumber partition, RowBatch& rows) {
  rows.put(Key(partition, Table::recent).newest_first(since.at()).id(entity), plain_bytes(row));
}

}  // namespace

void write_case_rows(const CaseStateT& state, PartitionNumber partition, RowBatch& rows) {
  auto entity = id_as<EntityId>(state.id);
  write_facts(state, partition, rows);
  write_worklists(state, partition, rows);
  write_agenda(timers(state), EntityKind::case_file, entity, partition, rows);
  rows.put(Key(partition, Table::numbers).text(state.number), text_of(bytes_of(state.id)));
  if (!state.foreign_id.empty())
    rows.put(Key(partition, Table::numbers).text("f").text(state.foreign_id), text_of(bytes_of(state.id)));
  const auto* lead = last_lead(state);
  write_recent({.kind = EntityKind::case_file,
                .status = static_cast<std::uint8_t>(state.status),
                .risk = state.risk,
                .programme = state.programme,
                .station = state.station.code(),
                .lead_station = lead ? lead->station.code() : 0},
               state.registered, entity, partition, rows);
  for (const auto& order : state.orders) link(partition, Link::order_case, order.id, state.id, rows);
  for (const auto& referral : state.referrals)
    link(partition, Link::referral_case, referral.id, state.id, rows);
  for (const auto& party : state.parties) link(partition, Link::person_case, party.person_id, state.id, rows);
}

void write_contact_rows(const ContactStateT& state, PartitionNumber partition, RowBatch& rows) {
  ContactFact fact{.id = state.id,
                   .case_id = state.case_id,
                   .station = state.station.code(),
                   .channel = state.channel,
                   .language = state.language,
                   .contact_class = state.class_,
                   .status = state.status,
                   .offered = at(state.offered),
                   .answered = at(state.answered),
                   .abandoned = at(state.abandoned),
                   .classified = at(state.classified),
                   .linked = at(state.linked),
                   .ended = at(state.ended)};
  rows.put(fact_key(partition, fact.station, FactKind::contact, fact.offered).id(state.id),
           plain_bytes(fact));
  write_recent({.kind = EntityKind::contact,
                .status = static_cast<std::uint8_t>(state.status),
                .station = state.station.code()},
               state.offered, id_as<EntityId>(state.id), partition, rows);
  link(partition, Link::person_contact, state.caller, state.id, rows);
  link(partition, Link::case_contact, state.case_id, state.id, rows);
}

void write_person_rows(const PersonStateT& state, PartitionNumber partition, RowBatch& rows) {
  write_agenda(timers(state), EntityKind::person, id_as<EntityId>(state.id), partition, rows);
  if (happened(state.erased)) rows.put(Key(partition, Table::erased).id(state.id), {});
}

namespace {
void count(const Moment& moment, std::uint32_t station, Counter counter, std::vector<Contribution>& list) {
  if (happened(moment)) list.push_back({station, day_of(moment.at()).days(), counter});
}
}  // namespace

void contribute(const CaseStateT& state, std::vector<Contribution>& list) {
  count(state.registered, state.station.code(), Counter::cases_registered, list);
  count(state.closed, state.station.code(), Counter::cases_closed, list);
  for (const auto& order : state.orders) {
    auto station = order.station.code();
    count(order.dispatched, station, Counter::orders_dispatched, list);
    count(order.signed_, station, Counter::orders_signed, list);
    count(order.return_asked, station, Counter::returns_asked, list);
    count(order.submitted, station, Counter::results_submitted, list);
    count(order.accepted, station, Counter::results_accepted, list);
    count(order.sign_missed, station, Counter::sign_missed, list);
    count(order.handle_missed, station, Counter::handle_missed, list);
  }
  for (const auto& referral : state.referrals)
    count(referral.sent, referral.station.code(), Counter::referrals_sent, list);
}

void contribute(const ContactStateT& state, std::vector<Contribution>& list) {
  count(state.offered, state.station.code(), Counter::contacts_offered, list);
  count(state.answered, state.station.code(), Counter::contacts_answered, list);
  count(state.abandoned, state.station.code(), Counter::contacts_abandoned, list);
}

}  // namespace toono
