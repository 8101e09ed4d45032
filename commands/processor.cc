#include "commands/processor.h"

#include "commands/advance.h"
#include "core/derive.h"
#include "core/partition.h"

namespace toono {
namespace {

constexpr std::size_t kMaxCommandBytes = 128 * 1024;
constexpr std::size_t kMostBytesWaiting = std::size_t{64} << 20;
constexpr std::int64_t kEdgeLeadMs = 5 * kSecondMs;
constexpr std::size_t kAgendaGroup = 256;
/// So much is on its way to the journal at most: the window in which a void record may be one of a race, so
/// that none of ours is ever taken for a break; and enough that the next group is decided while the last is
/// written and the one before it read. More and smaller groups would only cost the broker more requests.
constexpr std::size_t kMostUnderWay = kWindow;
constexpr std::size_t kMostGroups = 4;

/// Readable, of a known type, and about the entity that it says it is about.
bool is_well_formed(const Command& command) {
  auto kind = kind_of(command);
  if (kind == EntityKind::none || kind > EntityKind::partition) return false;
  return entity_of(*command.id(), command.body_type(), command.body()) == *command.entity();
}

bool belongs_to(const Command& command, PartitionNumber partition, PartitionNumber partitions) {
  auto kind = kind_of(command);
  if (kind == EntityKind::registry) return partition == partitions;
  if (kind == EntityKind::partition) return command.body_as_AdvanceRegistry()->partition() == partition;
  return partition_of(*command.entity(), partitions) == partition;
}

/// Stamped by an edge whose clock is fast, as the log's own stamp shows (0: the log has no clock).
bool is_ahead(const LogRecord& record, const Command& command) {
  return record.appended_at_ms != 0 && command.received_at()->ms() > record.appended_at_ms + kEdgeLeadMs;
}

/// When it reached the edge. One fast clock must not drag a partition along, so then the log's stamp stands.
Instant received_at(const LogRecord& record, const Command* command) {
  if (!command || is_ahead(record, *command)) return Instant(record.appended_at_ms);
  return *command->received_at();
}

Rejection time_guard(const Command& command, const Context& context) {
  if (context.from_clock()) return Rejection::none;
  return time_guard({*command.occurred_at(), *command.received_at(), command.imported()},
                    context.registry.policy(day_of(context.decided_at)));
}

}  // namespace

const Command* read_command(Bytes bytes) {
  if (bytes.size() < 8 || bytes.size() > kMaxCommandBytes) return nullptr;
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), 16, 1000);
  return VerifyCommandBuffer(verifier) ? GetCommand(bytes.data()) : nullptr;
}

Processor::Processor(Log& log, Store& store, Registry& registry, Follower& follower, Clock& clock)
    : log_(log), store_(store), registry_(registry), follower_(follower), clock_(clock) {
  follower_.on_counted([this](PartitionNumber, const Decision& decision) { return is_awaited(decision); });
}

Result<void> Processor::open() {
  owned_.assign(follower_.partitions() + 1u, true);
  told_up_to_.assign(follower_.partitions(), 0);
  (void)follower_.take_agenda_changes();
  return agenda_.load(store_, follower_.partitions());
}

void Processor::give_up(PartitionNumber partition) {
  owned_[partition] = false;
  std::erase_if(left_, [&](const Left& left) { return left.record.partition == partition; });
}

std::size_t Processor::room(std::size_t limit) const {
  if (follower_.groups_foreseen() >= kMostGroups) return 0;
  return std::min(limit, kMostUnderWay - std::min(kMostUnderWay, under_way()));
}

/// After a lost race nothing is foreseen, and what is left comes first.
std::vector<LogRecord> Processor::with_left(const std::vector<LogRecord>& received) {
  std::vector<LogRecord> todo;
  if (std::exchange(decide_again_, false))
    for (const auto& left : left_) todo.push_back(left.record);
  todo.insert(todo.end(), received.begin(), received.end());
  return todo;
}

void Processor::leave(const std::vector<LogRecord>& received) {
  auto is_left = [this](const LogRecord& record) {
    return record.offset >= follower_.confirmed_head(record.partition).chain.next_command &&
           owned_[record.partition];
  };
  std::erase_if(left_, [&](const Left& left) { return !is_left(left.record); });
  for (const auto& record : received) {
    if (!is_left(record)) continue;
    left_.push_back({record, Buffer(record.bytes.begin(), record.bytes.end())});
    left_.back().record.bytes = left_.back().bytes;
  }
}

Result<std::size_t> Processor::step(std::size_t limit) {
  // The group may take partitions away in here: what was left of them is then gone. It may give some too, and
  // then what others decided of them is heard in here.
  TOONO_ASSIGN(auto received, log_.receive(room(limit)));
  auto todo = with_left(received);
  for (const auto& record : todo) TOONO_TRY(decide_one(record));
  // Nothing is built on what the registry says before it counts: commands are stamped with its positions.
  // And where one partition does not get on, what others decide in the rest of them must not pile up here.
  bool waits =
      follower_.foreseen(follower_.partitions()) > 0 || follower_.bytes_waiting() > kMostBytesWaiting;
  TOONO_ASSIGN(auto settled, settle(waits ? Wait::for_all : Wait::for_none));
  leave(received);
  return std::max(todo.size(), settled.answered) + settled.heard;
}

Result<Processor::Settled> Processor::settle(Wait wait) {
  TOONO_ASSIGN(auto settled, log_.settle(wait));
  TOONO_ASSIGN(bool ours, follower_.confirm(log_, settled));
  if (!ours) ++races_lost_, decide_again_ = true;
  if (ours && under_way() == 0) races_lost_ = 0;
  agenda_.change(follower_.take_agenda_changes());
  Settled counts;
  for (const auto& counted : follower_.take_counted()) {
    TOONO_TRY(answer(counted));
    if (counted.made_here) races_lost_ = 0;
    ++(counted.made_here ? counts.answered : counts.heard);
  }
  return counts;
}

Result<void> Processor::finish() {
  while (under_way() > 0) {
    TOONO_ASSIGN(auto settled, settle(Wait::for_all));
    (void)settled;
  }
  return {};
}

Result<void> Processor::decide_one(const LogRecord& record) {
  if (record.offset < follower_.head(record.partition).chain.next_command || !owned_[record.partition] ||
      follower_.has_lost())
    return {};
  Aligned aligned(record.bytes);
  const auto* command = read_command(aligned.bytes());
  if (!command || !is_well_formed(*command))
    return append(record, nullptr, Rejection::malformed_command, Outcome::malformed, 0);
  if (!belongs_to(*command, record.partition, follower_.partitions()))
    return append(record, command, Rejection::wrong_partition, Outcome::misrouted, 0);
  heed_clock(record, *command);
  TOONO_ASSIGN(auto first, follower_.first_outcome(record.partition, *command->id()));
  if (first && first->fingerprint == *command->fingerprint())
    return append(record, command, Rejection::none, Outcome::repeated, first->seq);
  if (first) return append(record, command, Rejection::conflicting_content, Outcome::conflict, first->seq);

  const auto& head = follower_.head(record.partition).chain;
  // On a log that several engines share the registry may be further than what was read of it so far.
  if (command->registry_seq() > registry_.position())
    TOONO_TRY(follower_.follow_to_end(log_, follower_.partitions()));
  if (follower_.has_lost()) return {};
  if (command->registry_seq() > registry_.position())
    return unexpected({ErrorCode::damaged, "a command was stamped beyond the end of the registry",
                       "command " + to_text(*command->id()),
                       "the registry was cut: restore it from a backup"});
  Context context{.registry = registry_.at(record.partition == follower_.partitions()
                                               ? registry_.position()
                                               : std::max(head.registry_seq, command->registry_seq())),
                  .id = *command->id(),
                  .occurred_at = *command->occurred_at(),
                  .decided_at = std::max(received_at(record, command), head.decided_at),
                  .actor = *command->actor(),
                  .station = *command->station(),
                  .imported = command->imported(),
                  .partition = record.partition,
                  .case_count = follower_.head(record.partition).case_count};
  if (is_ahead(record, *command))
    return append(record, command, Rejection::clock_ahead, Outcome::rejected, 0);
  TOONO_ASSIGN(auto effects, decide_body(*command, context, record.partition));
  bool accepted = effects.rejection == Rejection::none;
  return append(record, command, effects, accepted ? Outcome::accepted : Outcome::rejected, 0);
}

Result<Effects> Processor::decide_body(const Command& command, const Context& context,
                                       PartitionNumber partition) {
  if (auto no = time_guard(command, context); no != Rejection::none) return Effects(no);
  auto kind = kind_of(command);
  if (kind == EntityKind::registry) return decide_registry(command, context);
  if (kind == EntityKind::partition) {
    RegistryAdvancedT event;
    event.registry_seq = context.registry.position();
    return accept(std::move(event));
  }
  if (follower_.folder().is_quarantined(*command.entity())) return Effects(Rejection::entity_quarantined);
  if (creates_entity(command.body_type())) (void)follower_.folder().new_entity(*command.entity(), kind);
  TOONO_ASSIGN(auto* state, follower_.folder().state(partition, *command.entity(), kind));
  if (kind_of(*state) != kind) return Effects(Rejection::malformed_command);
  if (command.expected_version() != 0 && command.expected_version() != version_of(*state))
    return Effects(Rejection::version_moved);
  if (const auto* found = std::get_if<CaseStateT>(state)) return decide(command, *found, context);
  if (const auto* found = std::get_if<ContactStateT>(state)) return decide(command, *found, context);
  if (const auto* found = std::get_if<PersonStateT>(state)) return decide(command, *found, context);
  return Effects(Rejection::malformed_command);
}

Result<void> Processor::append(const LogRecord& record, const Command* command, const Effects& effects,
                               Outcome outcome, std::uint64_t first_seq) {
  const auto& head = follower_.head(record.partition).chain;
  builder_.Clear();
  std::vector<flatbuffers::Offset<Event>> events;
  for (const auto& body : effects.events) {
    auto offset = body.Pack(builder_);
    events.push_back(CreateEvent(builder_, body.type, offset));
  }
  auto event_vector = builder_.CreateVector(events);
  std::uint64_t version = 0;
  if (command && outcome != Outcome::misrouted) {
    auto kind = kind_of(*command);
    if (kind == EntityKind::case_file || kind == EntityKind::contact || kind == EntityKind::person) {
      TOONO_ASSIGN(auto* state, follower_.folder().state(record.partition, *command->entity(), kind));
      version = version_of(*state) + (outcome == Outcome::accepted ? 1 : 0);
    }
  }
  auto hash = sha256(record.bytes);
  auto decided_at = std::max(received_at(record, command), head.decided_at);
  auto registry_seq = std::max(head.registry_seq, command ? command->registry_seq() : 0);
  DecisionBuilder decision(builder_);
  decision.add_seq(head.seq + 1);
  decision.add_prev(&head.hash);
  decision.add_command_offset(record.offset);
  decision.add_command_hash(&hash);
  static const CommandId kNoCommand;
  static const Digest kNoDigest;
  static const EntityId kNoEntity;
  static const StaffId kNobody;
  static const StationId kNowhere;
  decision.add_command_id(command ? command->id() : &kNoCommand);
  decision.add_fingerprint(command ? command->fingerprint() : &kNoDigest);
  decision.add_schema_version(kSchemaVersion);
  decision.add_entity(command ? command->entity() : &kNoEntity);
  decision.add_entity_kind(command ? kind_of(*command) : EntityKind::none);
  decision.add_entity_version(version);
  decision.add_decided_at(&decided_at);
  decision.add_occurred_at(command ? command->occurred_at() : &decided_at);
  decision.add_actor(command ? command->actor() : &kNobody);
  decision.add_station(command ? command->station() : &kNowhere);
  decision.add_registry_seq(registry_seq);
  decision.add_imported(command && command->imported());
  decision.add_command_type(command ? static_cast<std::uint8_t>(command->body_type()) : 0);
  decision.add_outcome(outcome);
  decision.add_rejection(effects.rejection);
  decision.add_first_seq(first_seq);
  decision.add_events(event_vector);
  auto body = decision.Finish();
  FinishRecordBuffer(builder_, CreateRecord(builder_, RecordBody::Decision, body.Union()));
  Bytes bytes{builder_.GetBufferPointer(), builder_.GetSize()};
  if (bytes.size() > kMaxRecordBytes)
    return append(record, command, Rejection::decision_too_large, Outcome::rejected, 0);
  TOONO_TRY(log_.append(record.partition, bytes));
  return follower_.foresee(record.partition, Buffer(bytes.begin(), bytes.end()));
}

/// A decision that another engine made, as it is read: does somebody here wait for it?
bool Processor::is_awaited(const Decision& decision) const {
  return decision.command_type() == static_cast<std::uint8_t>(CommandBody::AcceptPersonMatch) ||
         awaited_.contains(CommandKey::of(decision));
}

Result<void> Processor::answer(const CountedDecision& counted) {
  const auto* decision = decision_of(counted.bytes);
  if (auto found = awaited_.find(CommandKey::of(*decision)); found != awaited_.end()) {
    --awaiting_;
    if (--found->second == 0) awaited_.erase(found);
  }
  const bool was_ahead = decision->rejection() == Rejection::clock_ahead;
  if (was_ahead && !owned_[counted.partition]) heed_refusal(*decision);
  if (decision->outcome() == Outcome::accepted || was_ahead) parked_.erase(*decision->command_id());
  if (answer_) answer_({counted.partition, decision, counted.bytes});
  // What came too early is sent again: the other person has not answered.
  if (decision->command_type() == static_cast<std::uint8_t>(CommandBody::AcceptPersonMatch) && !was_ahead)
    return settle_match(counted.partition, *decision);
  return {};
}

/// The other person has answered: the owner of the one that asked tells it, under an id that follows from the
/// question.
Result<void> Processor::settle_match(PartitionNumber partition, const Decision& decision) {
  auto asked =
      agenda_.due_by(Instant(std::numeric_limits<std::int64_t>::max()), 1, [&](const AgendaEntry& entry) {
        return entry.timer.kind == TimerKind::match_request && owned_[entry.partition] &&
               entry.command_id() == *decision.command_id();
      });
  for (const auto& entry : asked) {
    bool accepted = decision.outcome() == Outcome::accepted;
    if (decision.outcome() == Outcome::repeated) {
      TOONO_ASSIGN(auto first, store_.get(history_key(partition, *decision.entity(), decision.first_seq())));
      Aligned aligned(first ? bytes_of(*first) : Bytes());
      const auto* answer = decision_of(aligned.bytes());
      accepted = answer && answer->outcome() == Outcome::accepted;
    }
    SettleAgendaT body;
    body.entity_id = entry.entity;
    body.entity_kind = EntityKind::person;
    body.request = entry.timer.cause;
    body.accepted = accepted;
    CommandHeader header{
        .id = agenda_command_id(entry.partition, entry.timer.cause, TimerKind::match_answer, 0),
        .entity = entry.entity,
        .received_at = log_time(),
        .occurred_at = log_time(),
        .registry_seq = registry_.position()};
    header.fingerprint = sha256(bytes_of(header.id));
    return log_.send(entry.partition, command_record(header, body));
  }
  return {};
}

/// The log had stamped it so far behind what this machine's clock said when it was sent. A command takes time
/// to the log, so it is never more than the clock is ahead.
void Processor::learn_lead(Instant sent, Instant stamped) {
  auto lead = sent.ms() - stamped.ms();
  clock_lead_ms_ = lead > kEdgeLeadMs ? lead : 0;
}

/// What the log has stamped shows how far the clock is ahead: exactly by a command of our own; and never more
/// than from any stamp to now, so that a clock set right is believed at once.
void Processor::heed_clock(const LogRecord& record, const Command& command) {
  if (record.appended_at_ms == 0) return;
  Instant stamped(record.appended_at_ms);
  if (auto sent = parked_.find(*command.id()); sent != parked_.end()) learn_lead(sent->second, stamped);
  if (clock_lead_ms_ > 0)
    clock_lead_ms_ = std::clamp<std::int64_t>(clock_.now().ms() - stamped.ms(), 0, clock_lead_ms_);
}

/// Another engine decided what was sent here: it has seen the stamp, and what it says of the time is at most
/// an edge's lead later.
void Processor::heed_refusal(const Decision& decision) {
  auto sent = parked_.find(*decision.command_id());
  if (sent == parked_.end()) return;
  clock_lead_ms_ = std::max(sent->second.ms() - decision.decided_at()->ms(), kEdgeLeadMs + 1);
}

Instant Processor::log_time() const { return after(clock_.now(), -clock_lead_ms_); }

Result<bool> Processor::send_entry(const AgendaEntry& entry) {
  if (entry.timer.kind == TimerKind::key_destruction) {
    if (!destroy_keys_) return false;
    // What cannot be undone is done by what counts: as the store has it, not as it is foreseen.
    TOONO_ASSIGN(auto row, store_.get(state_key(entry.partition, entry.entity)));
    auto state = row ? unpack_state(*row) : EntityState();
    const auto* person = std::get_if<PersonStateT>(&state);
    if (!person) return false;
    TOONO_TRY(
        destroy_keys_(person->id, person->erased_all ? std::nullopt : std::optional(person->erased_class)));
  }
  auto command = command_for(entry, log_time(), registry_.position());
  TOONO_TRY(log_.send(partition_of(command.entity, follower_.partitions()), command.record));
  return true;
}

/// The calendar or policy published last, told to the partitions owned: first that it holds from here on,
/// then, once that is decided, every open case, and a mark behind them. The store says what is decided, for
/// it is asked for the cases too.
Result<std::size_t> Processor::tell_of_registry() {
  auto position = registry_.now().deadlines_changed_at();
  std::size_t sent = 0;
  for (PartitionNumber partition = 0; partition < follower_.partitions(); ++partition) {
    if (!owned_[partition] || told_up_to_[partition] >= position) continue;
    RegistryChange change(partition, position);
    TOONO_ASSIGN(auto done, follower_.stored_outcome(partition, change.done_id()));
    if (done) told_up_to_[partition] = position;
    if (done) continue;
    TOONO_ASSIGN(auto begun, follower_.stored_outcome(partition, change.begun_id()));
    auto next = begun ? change.done_id() : change.begun_id();
    if (!parked_.emplace(next, clock_.now()).second) continue;  // sent, and not decided yet
    std::vector<Buffer> commands;
    if (begun) {
      TOONO_ASSIGN(commands, change.recalculations(store_, log_time()));
    }
    commands.push_back(change.advance(next, log_time()));
    for (const auto& command : commands) TOONO_TRY(log_.send(partition, command));
    sent += commands.size();
  }
  return sent;
}

Result<std::size_t> Processor::send_due(Instant due_by) {
  TOONO_ASSIGN(auto sent, tell_of_registry());
  auto wanted = [&](const AgendaEntry& entry) {
    return owned_[entry.partition] && !parked_.contains(entry.command_id());
  };
  for (const auto& entry : agenda_.due_by(after(due_by, -clock_lead_ms_), kAgendaGroup, wanted)) {
    parked_.emplace(entry.command_id(), clock_.now());
    TOONO_ASSIGN(bool went, send_entry(entry));
    sent += went ? 1 : 0;
  }
  return sent;
}

Result<std::size_t> Processor::fire_due(Instant due_by) {
  for (std::size_t all = 0;;) {
    TOONO_ASSIGN(auto sent, send_due(due_by));
    all += sent;
    std::size_t decided = 0;
    do {
      TOONO_ASSIGN(decided, step(kAgendaGroup));
    } while (decided != 0 || under_way() > 0);
    if (sent == 0) return all;
  }
}

}  // namespace toono
