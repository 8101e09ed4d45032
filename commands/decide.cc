// The way from a command to the overload that decides it: exhaustive switches made from the table of
// commands.
#include "commands/decide.h"

#include "commands/decide_detail.h"
#include "core/derive.h"

namespace toono {
namespace {

constexpr std::int64_t kFutureLimitMs = 5 * kMinuteMs;

Effects record_access(const RecordAccess& command, const Context& context) {
  // Rule 10: a read leaves a record of who read. The clock reads nothing.
  if (context.from_clock()) return Rejection::actor_unknown;
  if (auto no = may_act_for(context, context.station); no != Rejection::none) return no;
  auto purpose = get(command.purpose());
  if (purpose.find_first_not_of(" \t\n") == std::string::npos) return Rejection::purpose_missing;
  std::size_t digits = 0;
  for (char c : purpose) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits >= 7) return Rejection::purpose_names_a_number;
  }
  AccessUsedT event;
  event.purpose = purpose;
  return accept(std::move(event));
}

Effects settle_match(const SettleAgenda& command, const PersonStateT& state) {
  if (state.status != PersonStatus::match_pending) return Rejection::no_match_pending;
  if (!(state.match_requested.event() == get(command.request()))) return Rejection::no_match_pending;
  if (command.accepted()) {
    PersonMatchedT event;
    event.same_as = state.same_as;
    return accept(std::move(event));
  }
  PersonMatchRefusedT event;
  event.same_as = state.same_as;
  return accept(std::move(event));
}

}  // namespace

#define TOONO_CALL(Name, id) \
  case CommandBody::Name:    \
    return decide(*command.body_as_##Name(), state, context);
#define TOONO_OTHER(Name, id) case CommandBody::Name:

Effects decide(const Command& command, const CaseStateT& state, const Context& context) {
  switch (command.body_type()) {
    TOONO_CASE_COMMANDS(TOONO_CALL)
    case CommandBody::RecordAccess:
      return state.version == 0 ? Effects(Rejection::case_unknown)
                                : record_access(*command.body_as_RecordAccess(), context);
    case CommandBody::SettleAgenda:
    case CommandBody::NONE:
      TOONO_CONTACT_COMMANDS(TOONO_OTHER)
      TOONO_PERSON_COMMANDS(TOONO_OTHER)
      TOONO_REGISTRY_COMMANDS(TOONO_OTHER)
      TOONO_PARTITION_COMMANDS(TOONO_OTHER) return Rejection::malformed_command;
  }
  return Rejection::unknown_command;
}

Effects decide(const Command& command, const ContactStateT& state, const Context& context) {
  switch (command.body_type()) {
    TOONO_CONTACT_COMMANDS(TOONO_CALL)
    case CommandBody::RecordAccess:
      return state.version == 0 ? Effects(Rejection::contact_unknown)
                                : record_access(*command.body_as_RecordAccess(), context);
    case CommandBody::SettleAgenda:
    case CommandBody::NONE:
      TOONO_CASE_COMMANDS(TOONO_OTHER)
      TOONO_PERSON_COMMANDS(TOONO_OTHER)
      TOONO_REGISTRY_COMMANDS(TOONO_OTHER)
      TOONO_PARTITION_COMMANDS(TOONO_OTHER) return Rejection::malformed_command;
  }
  return Rejection::unknown_command;
}

Effects decide(const Command& command, const PersonStateT& state, const Context& context) {
  switch (command.body_type()) {
    TOONO_PERSON_COMMANDS(TOONO_CALL)
    case CommandBody::RecordAccess:
      return state.version == 0 ? Effects(Rejection::person_unknown)
                                : record_access(*command.body_as_RecordAccess(), context);
    case CommandBody::SettleAgenda:
      return settle_match(*command.body_as_SettleAgenda(), state);
    case CommandBody::NONE:
      TOONO_CASE_COMMANDS(TOONO_OTHER)
      TOONO_CONTACT_COMMANDS(TOONO_OTHER)
      TOONO_REGISTRY_COMMANDS(TOONO_OTHER)
      TOONO_PARTITION_COMMANDS(TOONO_OTHER) return Rejection::malformed_command;
  }
  return Rejection::unknown_command;
}

#define TOONO_CALL_REGISTRY(Name, id) \
  case CommandBody::Name:             \
    return decide(*command.body_as_##Name(), context);

Effects decide_registry(const Command& command, const Context& context) {
  switch (command.body_type()) {
    TOONO_REGISTRY_COMMANDS(TOONO_CALL_REGISTRY)
    case CommandBody::NONE:
      TOONO_CASE_COMMANDS(TOONO_OTHER)
      TOONO_CONTACT_COMMANDS(TOONO_OTHER)
      TOONO_PERSON_COMMANDS(TOONO_OTHER)
      TOONO_COMMON_COMMANDS(TOONO_OTHER)
      TOONO_PARTITION_COMMANDS(TOONO_OTHER) return Rejection::malformed_command;
  }
  return Rejection::unknown_command;
}

#define TOONO_KIND_CASE(Name, id) \
  case CommandBody::Name:         \
    return EntityKind::case_file;
#define TOONO_KIND_CONTACT(Name, id) \
  case CommandBody::Name:            \
    return EntityKind::contact;
#define TOONO_KIND_PERSON(Name, id) \
  case CommandBody::Name:           \
    return EntityKind::person;
#define TOONO_KIND_REGISTRY(Name, id) \
  case CommandBody::Name:             \
    return EntityKind::registry;
#define TOONO_KIND_PARTITION(Name, id) \
  case CommandBody::Name:              \
    return EntityKind::partition;
#define TOONO_KIND_COMMON(Name, id) \
  case CommandBody::Name:           \
    return command.body_as_##Name()->entity_kind();

Rejection time_guard(const Told& told, const PolicyT* policy) {
  auto received = told.received_at.ms(), occurred = told.occurred_at.ms();
  if (occurred > saturating_add(received, kFutureLimitMs)) return Rejection::occurred_in_future;
  auto limit = (policy ? policy->backdate_limit_minutes : 15) * kMinuteMs;
  if (!told.imported && occurred < saturating_add(received, -limit)) return Rejection::occurred_too_early;
  return Rejection::none;
}

EntityKind kind_of(const Command& command) {
  switch (command.body_type()) {
    TOONO_CASE_COMMANDS(TOONO_KIND_CASE)
    TOONO_CONTACT_COMMANDS(TOONO_KIND_CONTACT)
    TOONO_PERSON_COMMANDS(TOONO_KIND_PERSON)
    TOONO_REGISTRY_COMMANDS(TOONO_KIND_REGISTRY)
    TOONO_PARTITION_COMMANDS(TOONO_KIND_PARTITION)
    TOONO_COMMON_COMMANDS(TOONO_KIND_COMMON)
    case CommandBody::NONE:
      return EntityKind::none;
  }
  return EntityKind::none;
}

namespace {
// One accessor for each word that the table's second column may hold.
template <class Body>
EntityId id_case_id(const CommandId&, const Body& body) {
  return id_as<EntityId>(get(body.case_id()));
}
template <class Body>
EntityId id_contact_id(const CommandId&, const Body& body) {
  return id_as<EntityId>(get(body.contact_id()));
}
template <class Body>
EntityId id_person_id(const CommandId&, const Body& body) {
  return id_as<EntityId>(get(body.person_id()));
}
template <class Body>
EntityId id_entity_id(const CommandId&, const Body& body) {
  return get(body.entity_id());
}
template <class Body>
EntityId id_derived(const CommandId& id, const Body&) {
  return derive<EntityId>(id, "entity");
}
template <class Body>
EntityId id_registry(const CommandId&, const Body&) {
  return EntityId{};
}
template <class Body>
EntityId id_partition(const CommandId&, const Body&) {
  return EntityId{};
}
}  // namespace

#define TOONO_ENTITY(Name, id_word) \
  case CommandBody::Name:           \
    return id_##id_word(id, *static_cast<const Name*>(body));
#define TOONO_ALL_COMMANDS(X) \
  TOONO_CASE_COMMANDS(X)      \
  TOONO_CONTACT_COMMANDS(X)   \
  TOONO_PERSON_COMMANDS(X)    \
  TOONO_REGISTRY_COMMANDS(X)  \
  TOONO_PARTITION_COMMANDS(X) \
  TOONO_COMMON_COMMANDS(X)

EntityId entity_of(const CommandId& id, CommandBody type, const void* body) {
  switch (type) {
    TOONO_ALL_COMMANDS(TOONO_ENTITY)
    case CommandBody::NONE:
      return EntityId{};
  }
  return EntityId{};
}

bool creates_entity(CommandBody type) {
  return type == CommandBody::OfferContact || type == CommandBody::RegisterPerson ||
         type == CommandBody::RegisterCase;
}

Rejection may_act_for(const Context& context, StationId station) {
  if (context.from_clock()) return Rejection::none;
  auto day = context.day();
  if (!context.registry.knows_staff(context.actor)) return Rejection::actor_unknown;
  if (!(context.registry.station_of(context.actor, day) == context.station))
    return Rejection::actor_not_of_station;
  if (!context.registry.is_within(station, context.station, day)) return Rejection::not_this_station;
  return Rejection::none;
}

Rejection may_act_for_region(const Context& context) {
  if (auto no = may_act_for(context, context.station); no != Rejection::none) return no;
  const auto* station = context.registry.station(context.station, context.day());
  bool is_region = station && station->kind == StationKind::region;
  return is_region ? Rejection::none : Rejection::not_this_station;
}

bool is_open(const CaseStateT& state) {
  return state.version != 0 && state.status != CaseStatus::declined && state.status != CaseStatus::closed &&
         state.status != CaseStatus::withdrawn;
}

bool in_danger(const CaseStateT& state) {
  return state.risk >= RiskLevel::high || (happened(state.triaged) && state.priority == Priority::danger);
}

Deadline due_after(const Context& context, const CaseStateT& state, TimerKind timer, StationId station,
                   Instant start, ReferralLine line) {
  auto day = day_of(start);
  const auto* policy = context.registry.policy(day);
  const auto* row = policy ? find_row(*policy, {timer, state.priority, state.handling_class, line}) : nullptr;
  if (!row) return {};
  return deadline(start, rule_of(*row), context.registry.calendar(station, day));
}

Instant dispatch_due(const Context& context, const CaseStateT& state) {
  return due_after(context, state, TimerKind::dispatch, state.station, context.occurred_at).due;
}

}  // namespace toono
