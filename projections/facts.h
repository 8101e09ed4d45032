// Facts: one row an order, case, contact, referral and follow-up, with all its moments. The annual measures
// are pure functions over these and nothing else. Plain structs without padding (keys.h).
#pragma once

#include "projections/keys.h"
#include "schemas/state_generated.h"

namespace toono {

/// When, and by which event of the fact's partition; seq 0: it has not happened.
struct At {
  std::int64_t ms = 0;
  std::uint32_t seq = 0;
  std::uint32_t index = 0;
  explicit operator bool() const { return seq != 0; }
};
inline At at(const Moment& moment) {
  return {moment.at().ms(), static_cast<std::uint32_t>(moment.event().seq()), moment.event().index()};
}

enum class FactKind : std::uint8_t {
  order = 0,
  case_intake = 1,
  case_outcome = 2,
  contact = 3,
  referral = 4,
  follow_up = 5
};

struct OrderFact {
  OrderId id;
  CaseId case_id;
  std::uint32_t station = 0;
  std::uint32_t parent = 0;
  std::uint32_t dispatched_by = 0;
  std::uint32_t handler = 0;
  Tier tier = Tier::none;
  OrderRole role = OrderRole::lead;
  OrderStatus status = OrderStatus::none;
  Programme programme = Programme::other;
  Language language = Language::zh;
  RiskLevel risk = RiskLevel::unassessed;
  Priority priority = Priority::ordinary;
  HandlingClass handling_class = HandlingClass::ordinary;
  Answer unit_says_solved = Answer::not_asked;
  ReturnGround return_ground = ReturnGround::not_our_territory;
  std::uint8_t return_upheld = 0;
  std::uint8_t finally_designated = 0;
  DueSource due_source = DueSource::policy;
  std::uint8_t provisional = 0;
  std::uint8_t imported = 0;
  std::uint8_t urge_count = 0;
  std::int64_t sign_due_ms = 0;
  std::int64_t first_contact_due_ms = 0;
  std::int64_t first_handle_due_ms = 0;
  std::int64_t handle_due_ms = 0;
  std::int64_t near_due_ms = 0;
  At clock_started, dispatched, signed_at, first_contact, return_asked, return_ruled, submitted,
      accepted_submission, accepted, sign_missed, handle_missed, escalated, recalled, level_raised;
  At child_contact;  // the earliest first contact that an order delegated from this one made
};

struct CaseFact {
  CaseId id;
  std::uint32_t station = 0;       // that took it in
  std::uint32_t lead_station = 0;  // of the last lead order; 0: there is none
  std::uint32_t lead_parent = 0;
  std::uint16_t dispatch_count = 0;
  std::uint16_t session_count = 0;
  CaseStatus status = CaseStatus::none;
  Programme programme = Programme::other;
  ServiceKind service_kind = ServiceKind::none;
  Language language = Language::zh;
  Channel channel = Channel::phone;
  Priority priority = Priority::ordinary;
  HandlingClass handling_class = HandlingClass::ordinary;
  RiskLevel risk = RiskLevel::unassessed;
  RiskLevel highest_risk = RiskLevel::unassessed;
  Answer solved = Answer::not_asked;
  Answer unit_says_solved = Answer::not_asked;
  std::uint8_t satisfaction = 0;
  std::uint8_t callback_attempts = 0;
  std::uint8_t rework_count = 0;
  std::uint8_t reopen_count = 0;
  std::uint8_t upheld_returns = 0;
  std::uint8_t orders = 0;
  std::uint8_t imported = 0;
  CaseOutcome outcome = CaseOutcome::resolved;
  CloseGround close_ground = CloseGround::none;
  std::uint8_t first_returned = 0;  // the return of its first order was upheld
  std::uint8_t spare8 = 0;
  std::uint16_t spare16 = 0;
  ContactId contact_id;
  std::int64_t assess_by_ms = 0;
  std::int64_t first_dispatch_due_ms = 0;
  std::int64_t callback_due_ms = 0;
  std::int64_t reply_due_ms = 0;
  At registered, assessed, triaged, first_dispatch, answered_on_spot, replied, callback_completed,
      callback_exhausted, reworked, problem_marked, closed, reopened, level_raised;
};

struct ContactFact {
  ContactId id;
  CaseId case_id;
  std::uint32_t station = 0;
  Channel channel = Channel::phone;
  Language language = Language::zh;
  ContactClass contact_class = ContactClass::counselling;
  ContactStatus status = ContactStatus::none;
  At offered, answered, abandoned, classified, linked, ended;
};

struct ReferralFact {
  ReferralId id;
  CaseId case_id;
  std::uint32_t station = 0;
  ReferralLine line = ReferralLine::line_110;
  ReferralStatus status = ReferralStatus::none;
  ReferralResult result = ReferralResult::resolved;
  TimerKind no_reply_rung = TimerKind::none;
  std::int64_t receive_due_ms = 0;
  std::int64_t accept_due_ms = 0;
  std::int64_t outcome_due_ms = 0;
  At sent, delivered, received, accepted, refused, outcome, loop_closed, no_reply;
};

struct FollowUpFact {
  CaseId case_id;
  std::uint32_t station = 0;
  std::uint32_t step = 0;
  std::int64_t due_ms = 0;
  At scheduled, held, missed;
};

/// A row of a worklist: what waits at a station.
enum class WaitKind : std::uint8_t {
  handle = 0,
  review = 1,
  ruling = 2,
  dispatch = 3,
  reply = 4,
  callback = 5,
  follow_up = 6
};
struct WorklistRow {
  CaseId case_id;
  OrderId order_id;  // nil: the case itself waits
  std::int64_t due_ms = 0;
  std::int64_t near_due_ms = 0;
  std::int64_t handle_due_ms = 0;
  std::int64_t since_ms = 0;
  std::uint32_t handler = 0;
  WaitKind kind = WaitKind::handle;
  OrderStatus order_status = OrderStatus::none;
  CaseStatus case_status = CaseStatus::none;
  RiskLevel risk = RiskLevel::unassessed;
  Programme programme = Programme::other;
  Priority priority = Priority::ordinary;
  Tier tier = Tier::none;
  std::uint8_t provisional = 0;
  std::uint32_t spare = 0;
};

/// What the agenda has to send.
struct AgendaRow {
  EntityKind entity_kind = EntityKind::none;
  std::uint8_t spare8 = 0;
  std::uint16_t cause_index = 0;
  std::uint32_t spare = 0;
  std::uint64_t cause_seq = 0;
};

/// One line of `find`.
struct RecentRow {
  EntityKind kind = EntityKind::none;
  std::uint8_t status = 0;
  RiskLevel risk = RiskLevel::unassessed;
  Programme programme = Programme::other;
  std::uint32_t station = 0;
  std::uint32_t lead_station = 0;
  std::uint32_t spare = 0;
};

/// Counted by station and local day.
enum class Counter : std::uint8_t {
  contacts_offered,
  contacts_answered,
  contacts_abandoned,
  cases_registered,
  cases_closed,
  orders_dispatched,
  orders_signed,
  returns_asked,
  results_submitted,
  results_accepted,
  sign_missed,
  handle_missed,
  referrals_sent,
  count_
};
struct TallyRow {
  std::uint32_t counts[static_cast<std::size_t>(Counter::count_)] = {};
  std::uint32_t& operator[](Counter counter) { return counts[static_cast<std::size_t>(counter)]; }
  std::uint32_t operator[](Counter counter) const { return counts[static_cast<std::size_t>(counter)]; }
};

/// Kept in the meta table: how far a partition's rows go.
struct HeadRow {
  std::uint64_t seq = 0;
  Digest hash;
  CommandId newest_command;
  std::uint64_t next_command = 0;
  std::int64_t decided_at_ms = 0;
  std::uint64_t registry_seq = 0;
  std::uint64_t head_offset = 0;  // of the journal: the record that the head is
  std::uint64_t next_offset = 0;
  std::uint64_t place = 0;
  std::uint64_t case_count = 0;
  std::uint64_t void_count = 0;
  std::uint64_t quarantined_count = 0;
  std::uint32_t rows_version = kRowsVersion;
  std::uint32_t spare = 0;
};
struct OutcomeRow {
  std::uint64_t seq = 0;
  EntityId entity;
  Digest fingerprint;
};

}  // namespace toono
