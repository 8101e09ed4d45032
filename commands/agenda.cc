#include "commands/agenda.h"

#include "core/derive.h"

namespace toono {
namespace {

AgendaEntry entry_of(const std::string& order, PartitionNumber partition, std::string_view value) {
  AgendaRow row;
  (void)read_plain(value, row);
  KeyReader key(order);
  AgendaEntry entry;
  entry.partition = partition;
  entry.entity_kind = row.entity_kind;
  entry.timer.due = key.instant();
  entry.entity = key.id<EntityId>();
  entry.timer.kind = static_cast<TimerKind>(key.number<std::uint8_t>());
  entry.timer.step = key.number<std::uint8_t>();
  entry.timer.subject = key.id<Uuid>();
  entry.timer.cause = EventRef(row.cause_seq, row.cause_index);
  return entry;
}

template <class BodyT>
BodyT order_command(const AgendaEntry& entry) {
  BodyT body;
  body.case_id = id_as<CaseId>(entry.entity);
  body.order_id = id_as<OrderId>(entry.timer.subject);
  return body;
}

}  // namespace

CommandId AgendaEntry::agenda_command_id_of(const AgendaEntry& entry) {
  return agenda_command_id(entry.partition, entry.timer.cause, entry.timer.kind, entry.timer.step);
}

Result<void> Agenda::load(const Store& store, PartitionNumber partitions) {
  rows_.clear();
  for (PartitionNumber partition = 0; partition < partitions; ++partition) {
    Key prefix(partition, Table::agenda);
    TOONO_TRY(store.scan(prefix, behind(prefix), [&](std::string_view key, std::string_view value) {
      rows_.insert_or_assign({std::string(key.substr(kKeyPrefix)), partition}, std::string(value));
      return true;
    }));
  }
  return {};
}

void Agenda::change(const std::vector<AgendaChange>& changes) {
  for (const auto& change : changes) {
    Place place{change.key.substr(kKeyPrefix), change.partition};
    if (change.removed)
      rows_.erase(place);
    else
      rows_.insert_or_assign(std::move(place), change.row);
  }
}

std::optional<Instant> Agenda::next_due() const {
  if (rows_.empty()) return std::nullopt;
  return KeyReader(rows_.begin()->first.order).instant();
}

std::vector<AgendaEntry> Agenda::due_by(Instant now, std::size_t limit, const Wanted& wanted) const {
  std::vector<AgendaEntry> due;
  for (const auto& [place, row] : rows_) {
    if (KeyReader(place.order).instant() > now || due.size() == limit) break;
    auto entry = entry_of(place.order, place.partition, row);
    if (!wanted || wanted(entry)) due.push_back(std::move(entry));
  }
  return due;
}

AgendaCommand command_for(const AgendaEntry& entry, Instant now, std::uint64_t registry_seq) {
  CommandHeader header{.id = entry.command_id(),
                       .entity = entry.entity,
                       .received_at = now,
                       .occurred_at = std::min(entry.timer.due, now),
                       .registry_seq = registry_seq};
  header.fingerprint = sha256(bytes_of(header.id));
  auto send = [&](const auto& body) { return AgendaCommand{header.entity, command_record(header, body)}; };
  switch (entry.timer.kind) {
    case TimerKind::sign:
      return send(order_command<MarkSignDeadlineMissedT>(entry));
    case TimerKind::handle_near:
      return send(order_command<MarkHandleDeadlineNearT>(entry));
    case TimerKind::handle:
      return send(order_command<MarkHandleDeadlineMissedT>(entry));
    case TimerKind::urge:
      return send(order_command<MarkOrderUrgeDueT>(entry));
    case TimerKind::level_raise:
      return send(order_command<MarkLevelRaiseDueT>(entry));
    case TimerKind::follow_up: {
      MarkFollowUpMissedT body;
      body.case_id = id_as<CaseId>(entry.entity);
      body.step = entry.timer.step;
      return send(body);
    }
    case TimerKind::referral_received:
    case TimerKind::referral_accepted:
    case TimerKind::referral_outcome: {
      MarkReferralNoReplyT body;
      body.case_id = id_as<CaseId>(entry.entity);
      body.referral_id = id_as<ReferralId>(entry.timer.subject);
      body.rung = entry.timer.kind;
      return send(body);
    }
    case TimerKind::match_request: {
      AcceptPersonMatchT body;
      body.person_id = id_as<PersonId>(entry.timer.subject);
      body.alias = id_as<PersonId>(entry.entity);
      body.request = entry.timer.cause;
      header.entity = id_as<EntityId>(entry.timer.subject);
      return send(body);
    }
    case TimerKind::key_destruction: {
      ConfirmKeysDestroyedT body;
      body.person_id = id_as<PersonId>(entry.entity);
      return send(body);
    }
    case TimerKind::none:
    case TimerKind::dispatch:
    case TimerKind::return_ruling:
    case TimerKind::first_contact:
    case TimerKind::result_review:
    case TimerKind::reply:
    case TimerKind::callback:
    case TimerKind::risk_assessment:
    case TimerKind::answer:
    case TimerKind::reopen_window:
    case TimerKind::match_answer:
      break;
  }
  check(false, "no view writes an agenda row for this timer");
  return {};
}

}  // namespace toono
