#include "adapters/engine/edge.h"

#include <fmt/format.h>

#include <thread>

#include "adapters/engine/urgency.h"
#include "commands/decide.h"
#include "commands/table.h"
#include "core/derive.h"
#include "core/partition.h"

namespace toono {
namespace {

constexpr std::size_t kMaxCommandBytes = 128 * 1024;
constexpr int kMostTries = 3;

#define TOONO_FIELD(Name, word) \
  case CommandBody::Name:       \
    return #word;

/// The word of the table's second column: the field that holds the entity's id, or how it comes about.
std::string_view id_word(CommandBody type) {
  switch (type) {
    TOONO_CONTACT_COMMANDS(TOONO_FIELD)
    TOONO_PERSON_COMMANDS(TOONO_FIELD)
    TOONO_CASE_COMMANDS(TOONO_FIELD)
    TOONO_COMMON_COMMANDS(TOONO_FIELD)
    TOONO_REGISTRY_COMMANDS(TOONO_FIELD)
    TOONO_PARTITION_COMMANDS(TOONO_FIELD)
    case CommandBody::NONE:
      return "";
  }
  return "";
}

Buffer aligned_copy(std::string_view row) {
  return {bytes_of(row).begin(), bytes_of(row).end()};  // a vector's memory is aligned for every scalar
}

}  // namespace

bool is_internal(CommandBody type) {
#define TOONO_IS(Name) || type == CommandBody::Name
  return false TOONO_INTERNAL_COMMANDS(TOONO_IS);
#undef TOONO_IS
}

CommandId Edge::new_command_id() {
  std::array<std::uint8_t, 16> bytes{};
  engine_.entropy().fill(bytes);
  auto ms = static_cast<std::uint64_t>(engine_.clock().now().ms());
  for (int i = 0; i < 6; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return id_from<CommandId>(bytes);
}

Sender Edge::complete(const LineCommand& line, const Sender& sender) {
  Sender full = sender;
  if (line.station) full.station = *line.station;
  if (line.actor) full.actor = *line.actor;
  if (full.actor.number() != 0 && !is_none(full.station)) return full;
  bool nobody = full.actor.number() == 0 && is_none(full.station);
  if (!nobody) return default_sender(full);
  if (region_.actor.number() == 0 || region_position_ != engine_.registry().position()) {
    region_ = default_sender({});
    region_position_ = engine_.registry().position();
  }
  return region_;
}

/// Fills the half that is missing: the station of the staff, the first staff of the station, the region where
/// both are.
Sender Edge::default_sender(Sender known) {
  auto day = day_of(engine_.clock().now());
  auto registry = engine_.registry().now();
  if (known.actor.number() != 0) known.station = registry.station_of(known.actor, day);
  for (const auto* station : registry.stations(day))
    if (is_none(known.station) && station->kind == StationKind::region) known.station = station->id;
  for (const auto& [staff, at] : registry.staff(day))
    if (known.actor.number() == 0 && at == known.station) known.actor = staff;
  return known;
}

Result<EntityId> Edge::entity_of(const LineCommand& line, const CommandId& id) const {
  auto word = id_word(line.body.type());
  if (word == "derived") return derive<EntityId>(id, "entity");
  if (word == "registry") return EntityId{};
  auto entity = line.body.get<EntityId>(word);
  check(entity.has_value(), "the parser lets no command in without its entity");
  return *entity;
}

/// Of danger by its own words, or about a case that is known to be.
Result<bool> Edge::is_urgent(const LineCommand& line, const Sent& sent) {
  if (line.imported) return false;
  if (speaks_of_danger(line)) return true;
  auto word = id_word(line.body.type());
  bool is_of_case = word == "case_id" ||
                    line.body.number("entity_kind") == static_cast<std::uint64_t>(EntityKind::case_file);
  if (!is_of_case) return false;
  TOONO_ASSIGN(auto* state,
               engine_.follower().folder().state(sent.partition, sent.entity, EntityKind::case_file));
  return is_danger_case(*state);
}

/// The state of the case is looked at only where an ordinary command would be turned away.
Result<void> Edge::find_room(const LineCommand& line, const Sent& sent) {
  TOONO_ASSIGN(auto behind, engine_.behind(sent.partition));
  for (const auto& held : held_) behind += held.sent.partition == sent.partition;
  if (!overload(behind, engine_.options().inbox_limit, false)) return {};
  TOONO_ASSIGN(bool urgent, is_urgent(line, sent));
  overloaded_ = overload(behind, engine_.options().inbox_limit, urgent);
  return overloaded_ ? unexpected(error_of(*overloaded_, sent.partition)) : Result<void>();
}

Result<Sent> Edge::hold_patiently(const LineCommand& line, const Sender& sender) {
  using Steady = std::chrono::steady_clock;
  auto decided = [this] {
    std::uint64_t all = 0;
    for (PartitionNumber partition = 0; partition <= engine_.partitions(); ++partition)
      all += engine_.follower().head(partition).chain.seq;
    return all;
  };
  auto before = decided();
  for (auto since = Steady::now();;) {
    auto sent = hold(line, sender);
    if (sent || !overloaded_) return sent;
    TOONO_TRY(send_held());
    TOONO_ASSIGN(auto heard, engine_.step());
    if (heard == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    auto now = Steady::now();
    if (auto all = decided(); all != before) before = all, since = now;
    if (now - since > std::chrono::milliseconds(engine_.options().answer_within_ms)) return sent;
  }
}

Result<Sent> Edge::send_patiently(const LineCommand& line, const Sender& sender) {
  TOONO_ASSIGN(auto sent, hold_patiently(line, sender));
  return released(std::move(sent));
}

Result<Sent> Edge::send(const LineCommand& line, const Sender& sender) {
  TOONO_ASSIGN(auto sent, hold(line, sender));
  return released(std::move(sent));
}

Result<Sent> Edge::released(Sent sent) {
  TOONO_ASSIGN(auto not_sent, release());
  for (auto& one : not_sent)
    if (one.place == sent.place) return unexpected(std::move(one.error));
  return sent;
}

Result<Sent> Edge::hold(const LineCommand& line, const Sender& sender) {
  overloaded_.reset();
  if (is_internal(line.body.type()))
    return unexpected({ErrorCode::refused, std::string(line.body.name()) + " is sent by the engine alone",
                       "$.command", "`toono schema` lists the commands that a person may send"});
  Sent sent;
  sent.id = line.id ? *line.id : new_command_id();
  TOONO_ASSIGN(sent.entity, entity_of(line, sent.id));
  bool registry = id_word(line.body.type()) == "registry";
  sent.partition = registry ? engine_.partitions() : partition_of(sent.entity, engine_.partitions());
  auto canonical = line.canonical();
  sent.fingerprint = engine_.vault().fingerprint(bytes_of(canonical));
  TOONO_ASSIGN(auto first, engine_.follower().stored_outcome(sent.partition, sent.id));
  if (first) {
    sent.known = first->fingerprint == sent.fingerprint ? Outcome::repeated : Outcome::conflict;
    sent.entity = first->entity;
    TOONO_ASSIGN(sent.first, stored_record(sent.partition, *first));
    return sent;
  }
  TOONO_TRY(names_people(line, sent));
  if (line.body.type() == CommandBody::ErasePerson) TOONO_TRY(is_somebody(sent));
  TOONO_TRY(find_room(line, sent));
  auto full = complete(line, sender);
  if (full.actor.number() == 0)
    return unexpected({ErrorCode::refused, "nobody sends this command", "$.actor",
                       "say who: --as STAFF@STATION, or actor and station in the line"});
  auto now = engine_.clock().now();
  CommandHeader header{.id = sent.id,
                       .entity = sent.entity,
                       .fingerprint = sent.fingerprint,
                       .received_at = now,
                       .occurred_at = line.occurred_at.value_or(now),
                       .imported = line.imported,
                       .actor = full.actor,
                       .station = full.station,
                       .expected_version = line.expected_version.value_or(0),
                       .registry_seq = engine_.registry().position()};
  TOONO_TRY(prepare(line, sent, header));
  sent.place = taken_++;
  Bytes record{builder_.GetBufferPointer(), builder_.GetSize()};
  if (engine_.is_shared())
    held_.push_back({line, sent, header, Buffer(record.begin(), record.end())});
  else
    TOONO_TRY(engine_.send(sent.partition, record));
  return sent;
}

Result<std::vector<NotSent>> Edge::release() {
  taken_ = 0;
  auto sent = send_held();
  // After an error their places mean nothing any more.
  auto not_sent = std::exchange(not_sent_, {});
  TOONO_TRY(sent);
  return not_sent;
}

/// When another edge was first to make one of the keys, or to name the person of a number, nobody knows whose
/// record that concerns: each is made once more, alone.
Result<void> Edge::send_held() {
  auto all = std::exchange(held_, {});
  if (all.empty()) return {};
  auto settled = engine_.vault().settle();
  if (!settled && settled.error().code != ErrorCode::refused) return settled;
  for (const auto& held : all)
    TOONO_TRY(settled ? engine_.send(held.sent.partition, held.record) : send_anew(held));
  return {};
}

Result<void> Edge::send_anew(const Held& held) {
  for (int tries = 1;; ++tries) {
    auto prepared = prepare(held.line, held.sent, held.header);
    if (prepared) prepared = engine_.vault().settle();
    if (prepared) return engine_.send(held.sent.partition, {builder_.GetBufferPointer(), builder_.GetSize()});
    if (prepared.error().code != ErrorCode::refused) return prepared;
    if (tries == kMostTries) {
      not_sent_.push_back({held.sent.place, prepared.error()});
      return {};
    }
  }
}

/// Under the id of a case or contact nobody could ever be registered, shown or erased: one id, one entity.
Result<void> Edge::names_people(const LineCommand& line, const Sent& sent) {
  auto given = line.body.type() == CommandBody::RegisterPerson ? line.body.get<PersonId>("person_id")
                                                               : std::optional<PersonId>();
  if (given && !(id_as<EntityId>(*given) == sent.entity))
    return unexpected({ErrorCode::refused, "the id of a new person follows from the command's id",
                       "$.body.person_id", "leave it out: the answer says which it is"});
  for (const auto& [field, person] : line.body.people()) {
    TOONO_ASSIGN(auto kind, kind_under(id_as<EntityId>(person)));
    if (kind == EntityKind::none || kind == EntityKind::person) continue;
    return unexpected({ErrorCode::refused,
                       fmt::format("this is the id of a {}, not of a person",
                                   kind == EntityKind::contact ? "contact" : "case"),
                       fmt::format("$.body.{} {}", field, to_text(person)),
                       "`toono show` of it names its people by their ids; RegisterPerson makes a new one"});
  }
  return {};
}

/// What stands under this id; none: nothing yet.
Result<EntityKind> Edge::kind_under(const EntityId& id) const {
  TOONO_ASSIGN(auto row, engine_.store().get(state_key(partition_of(id, engine_.partitions()), id)));
  if (!row || row->empty()) return EntityKind::none;
  return static_cast<EntityKind>(static_cast<std::uint8_t>(row->front()));
}

/// Words may have been sealed for somebody whom nobody registered, so the rules let an unknown person be
/// erased. Where the vault has never heard of them either, the id is wrong: that must not look like an
/// erasure.
Result<void> Edge::is_somebody(const Sent& sent) {
  auto& folder = engine_.follower().folder();
  TOONO_ASSIGN(auto* state, folder.state(sent.partition, sent.entity, EntityKind::person));
  if (version_of(*state) != 0) return {};
  TOONO_ASSIGN(bool known, engine_.vault().knows(id_as<PersonId>(sent.entity)));
  if (known) return {};
  // They may be registered by what has been sent and not decided yet, or by another node just now.
  TOONO_TRY(send_held());
  TOONO_TRY(engine_.drain());
  TOONO_TRY(engine_.read_to_end(sent.partition));
  TOONO_ASSIGN(state, folder.state(sent.partition, sent.entity, EntityKind::person));
  if (version_of(*state) != 0) return {};
  return unexpected(
      {ErrorCode::refused,
       "nobody has this id: no person was registered under it, and no words or telephone number "
       "were ever kept for it",
       "$.body.person_id " + to_text(sent.entity),
       "nothing was erased; `toono show` of the case or contact names its people by their ids"});
}

Result<void> Edge::prepare(const LineCommand& line, const Sent& sent, const CommandHeader& header) {
  auto attempt = line;
  TOONO_TRY(fill_in(attempt, sent, header));
  return build(attempt, header);
}

Result<void> Edge::build(LineCommand& line, const CommandHeader& header) {
  builder_.Clear();
  TOONO_ASSIGN(auto body, line.body.build(builder_, [&](const ClearField& field) {
    return engine_.vault().seal({field.subject, field.seal_class, header.id, field.path}, field.words);
  }));
  finish_command(builder_, header, line.body.type(), body);
  if (builder_.GetSize() > kMaxCommandBytes)
    return unexpected(
        {ErrorCode::refused, "the command is larger than 128 KiB", "$.body", "send less in one command"});
  return {};
}

/// A registration that will be refused must not take a number: nobody would be found by it.
bool Edge::may_register(const CommandHeader& header) const {
  auto registry = engine_.registry().now();
  auto day = day_of(header.received_at);
  return registry.station_of(header.actor, day) == header.station && header.expected_version == 0 &&
         time_guard({header.occurred_at, header.received_at, header.imported}, registry.policy(day)) ==
             Rejection::none;
}

Result<void> Edge::fill_in(LineCommand& line, const Sent& sent, const CommandHeader& header) {
  auto& body = line.body;
  if (body.type() == CommandBody::RegisterPerson) {
    auto person = id_as<PersonId>(sent.entity);
    body.set("person_id", person);
    if (auto number = body.words("phone"); number && may_register(header))
      TOONO_TRY(engine_.vault().caller(*number, person));
    return {};
  }
  if (body.type() == CommandBody::OfferContact) {
    if (auto number = body.words("phone")) {
      TOONO_ASSIGN(auto caller, engine_.vault().caller(*number, derive<PersonId>(sent.id, "caller")));
      if (!body.has("caller")) body.set("caller", caller);
    }
    return {};
  }
  return default_subject(line, sent);
}

/// Words about a case are the young person's unless the sender says otherwise.
Result<void> Edge::default_subject(LineCommand& line, const Sent& sent) {
  auto& body = line.body;
  if (!body.knows("person_id") || body.has("person_id") || id_word(body.type()) != "case_id") return {};
  if (body.clear_fields().empty()) return {};
  TOONO_ASSIGN(auto* state,
               engine_.follower().folder().state(sent.partition, sent.entity, EntityKind::case_file));
  const auto* found = std::get_if<CaseStateT>(state);
  if (found && !is_nil(found->youth)) body.set("person_id", found->youth);
  return {};
}

Result<Buffer> Edge::await_decision(const Sent& sent) {
  if (sent.known) return sent.first;
  Buffer record;
  engine_.processor().on_answer([&](const Answered& answered) {
    if (CommandKey::of(*answered.decision) == sent.key())
      record.assign(answered.bytes.begin(), answered.bytes.end());
  });
  auto drained = engine_.drain();
  engine_.processor().on_answer({});
  TOONO_TRY(drained);
  return record;
}

Result<Buffer> Edge::first_decision(const Sent& sent) {
  TOONO_ASSIGN(auto first, engine_.follower().stored_outcome(sent.partition, sent.id));
  return first ? stored_record(sent.partition, *first) : Buffer{};
}

Result<Buffer> Edge::stored_record(PartitionNumber partition, const OutcomeRow& first) {
  TOONO_ASSIGN(auto row, engine_.store().get(history_key(partition, first.entity, first.seq)));
  return row ? aligned_copy(*row) : Buffer{};
}

}  // namespace toono
