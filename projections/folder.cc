#include "projections/folder.h"

#include <algorithm>

namespace toono {
namespace {
constexpr std::size_t kCachedTallies = 100'000;

Stamp stamp_of(const Decision& decision, std::uint16_t index) {
  return {.occurred_at = *decision.occurred_at(),
          .decided_at = *decision.decided_at(),
          .event = EventRef(decision.seq(), index),
          .entity = *decision.entity(),
          .actor = *decision.actor(),
          .station = *decision.station(),
          .imported = decision.imported()};
}

bool evolve_state(EntityState& state, const Event& event, const Stamp& stamp) {
  if (auto* found = std::get_if<CaseStateT>(&state)) return evolve(*found, event, stamp);
  if (auto* found = std::get_if<ContactStateT>(&state)) return evolve(*found, event, stamp);
  if (auto* found = std::get_if<PersonStateT>(&state)) return evolve(*found, event, stamp);
  return false;
}

bool registers_case(const Decision& decision) {
  return std::any_of(events_of(decision).begin(), events_of(decision).end(),
                     [](const Event* event) { return event->body_type() == EventBody::CaseRegistered; });
}
}  // namespace

OutcomeRow outcome_of(const Decision& decision) {
  return {.seq = decision.seq(), .entity = *decision.entity(), .fingerprint = *decision.fingerprint()};
}

Result<std::optional<OutcomeRow>> stored_outcome(const Store& store, PartitionNumber partition,
                                                 const CommandId& command) {
  TOONO_ASSIGN(auto row, store.get(outcome_key(partition, command)));
  if (!row) return std::optional<OutcomeRow>();
  OutcomeRow outcome;
  if (!read_plain(*row, outcome))
    return unexpected(damaged_row("a stored outcome cannot be read", "command " + to_text(command)));
  return std::optional(outcome);
}

bool changes_state(const Decision& decision) {
  return decision.outcome() == Outcome::accepted && decision.entity_kind() != EntityKind::registry &&
         decision.entity_kind() != EntityKind::partition;
}

bool fold_decision(EntityState& state, const Decision& decision) {
  if (decision.entity_version() != version_of(state) + 1) return false;
  std::uint16_t index = 0;
  for (const auto* event : events_of(decision))
    if (!evolve_state(state, *event, stamp_of(decision, index++))) return false;
  set_version(state, decision.entity_version());
  return true;
}

FoldedEntity fold_entity(std::span<const Decision* const> decisions) {
  FoldedEntity folded;
  for (std::size_t i = 0; i < decisions.size() && !folded.quarantined_at; ++i) {
    const auto& decision = *decisions[i];
    if (!changes_state(decision)) continue;
    if (version_of(folded.state) == 0 && kind_of(folded.state) != decision.entity_kind())
      folded.state = new_state(decision.entity_kind());
    if (!fold_decision(folded.state, decision)) {
      // It may have been changed by half: rare enough to fold once more what came before.
      folded = fold_entity(decisions.first(i));
      folded.quarantined_at = decision.seq();
    }
    folded.registered_cases += registers_case(decision) ? 1 : 0;
  }
  return folded;
}

Folder::Folder(const Store& store, Registry& registry, std::size_t cached_states)
    : store_(store), registry_(registry), states_(cached_states) {}

Result<EntityState*> Folder::state(PartitionNumber partition, const EntityId& entity, EntityKind kind) {
  if (auto* found = states_.find(entity)) {
    // An id that was asked for as one kind and is now another's: ids of different kinds never meet by chance.
    if (kind_of(*found) != kind && version_of(*found) == 0) *found = new_state(kind);
    return found;
  }
  TOONO_ASSIGN(auto row, store_.get(state_key(partition, entity)));
  if (!row) return &states_.put(entity, new_state(kind));
  auto state = unpack_state(*row);
  if (std::holds_alternative<std::monostate>(state))
    return unexpected(damaged_row("a stored state cannot be read", "entity " + to_text(entity)));
  return &states_.put(entity, std::move(state));
}

EntityState* Folder::new_entity(const EntityId& entity, EntityKind kind) {
  auto* found = states_.find(entity);
  return found ? found : &states_.put(entity, new_state(kind));
}

Result<std::optional<OutcomeRow>> Folder::first_outcome(PartitionNumber partition,
                                                        const CommandId& command) const {
  for (const auto* fresh : {&fresh_outcomes_, &older_outcomes_})
    if (auto found = fresh->find(command); found != fresh->end()) return std::optional(found->second);
  return stored_outcome(store_, partition, command);
}

Result<Folder::Applied> Folder::apply(PartitionNumber partition, const Decision& decision, Bytes bytes,
                                      RowBatch& batch) {
  Applied applied;
  if (!leaves_rows(decision)) return applied;
  batch.put(history_key(partition, *decision.entity(), decision.seq()), text_of(bytes));
  auto outcome = outcome_of(decision);
  batch.put(outcome_key(partition, *decision.command_id()), plain_bytes(outcome));
  fresh_outcomes_.insert_or_assign(*decision.command_id(), outcome);
  if (decision.outcome() != Outcome::accepted || is_quarantined(*decision.entity())) return applied;
  if (decision.entity_kind() == EntityKind::registry) {
    applied.quarantined = !registry_.apply(decision);
    return applied;
  }
  if (!changes_state(decision)) return applied;
  TOONO_ASSIGN(bool readable, evolve_all(partition, decision));
  if (!readable) {
    applied.quarantined = true;
    quarantine(*decision.entity());
    batch.put(quarantine_key(partition, *decision.entity()), plain_bytes(decision.seq()));
  }
  applied.registered_case = registers_case(decision);
  return applied;
}

/// False: an event that this code cannot read, or a version skipped; the entity is then as it was before the
/// decision.
Result<bool> Folder::evolve_all(PartitionNumber partition, const Decision& decision) {
  TOONO_ASSIGN(auto* state, this->state(partition, *decision.entity(), decision.entity_kind()));
  if (decision.entity_version() != version_of(*state) + 1) return false;
  touch(partition, *decision.entity(), *state);
  if (events_of(decision).size() <= 1) return fold_decision(*state, decision);
  EntityState next = *state;
  if (!fold_decision(next, decision)) return false;
  *state = std::move(next);
  return true;
}

void Folder::touch(PartitionNumber partition, const EntityId& entity, EntityState& state) {
  if (!is_touched_.insert(entity).second) return;
  Touched touched{.partition = partition,
                  .entity = entity,
                  .state = &state,
                  .rows_begin = before_.size(),
                  .rows_end = 0,
                  .contributed_begin = contributed_.size(),
                  .contributed_end = 0};
  write_rows(state, partition, before_);
  contributions(state, contributed_);
  touched.rows_end = before_.size();
  touched.contributed_end = contributed_.size();
  touched_.push_back(touched);
}

Result<void> Folder::write_views(RowBatch& batch) {
  std::vector<Contribution> now;
  for (const auto& touched : touched_) {
    if (version_of(*touched.state) == 0) continue;  // its first decision could not be read
    after_.clear();
    write_rows(*touched.state, touched.partition, after_);
    write_difference(before_, touched.rows_begin, touched.rows_end, after_, batch);
    batch.put(state_key(touched.partition, touched.entity), pack_state(*touched.state));
    now.clear();
    contributions(*touched.state, now);
    for (const auto& contribution : now) TOONO_TRY(add(touched.partition, contribution, 1));
    for (auto i = touched.contributed_begin; i < touched.contributed_end; ++i)
      TOONO_TRY(add(touched.partition, contributed_[i], static_cast<std::uint32_t>(-1)));
  }
  for (const auto& key : changed_tallies_) {
    auto& tally = tallies_.at(key);
    tally.changed = false;
    const auto& counts = tally.row.counts;
    bool empty = std::all_of(std::begin(counts), std::end(counts), [](auto count) { return count == 0; });
    auto row_key = Key(key.partition, Table::tallies).number(key.station).day(Day{key.day});
    if (empty)
      batch.remove(row_key);
    else
      batch.put(row_key, plain_bytes(tally.row));
  }
  end_run();
  return {};
}

void Folder::end_run() {
  ++runs_;
  touched_.clear();
  is_touched_.clear();
  before_.clear();
  contributed_.clear();
  changed_tallies_.clear();
}

/// `count` may be -1, modulo 2^32.
Result<void> Folder::add(PartitionNumber partition, const Contribution& contribution, std::uint32_t count) {
  TallyKey key{.partition = partition, .station = contribution.station, .day = contribution.day};
  TOONO_ASSIGN(auto* found, tally(key));
  found->row[contribution.counter] += count;
  found->run = runs_;
  if (!std::exchange(found->changed, true)) changed_tallies_.push_back(key);
  return {};
}

Result<Folder::Tally*> Folder::tally(const TallyKey& key) {
  if (auto found = tallies_.find(key); found != tallies_.end()) return &found->second;
  auto row_key = Key(key.partition, Table::tallies).number(key.station).day(Day{key.day});
  TOONO_ASSIGN(auto row, store_.get(row_key));
  Tally made;
  if (row && !read_plain(*row, made.row))
    return unexpected(damaged_row("a stored tally cannot be read", "table tallies"));
  return &tallies_.emplace(key, made).first->second;
}

std::size_t Folder::TallyHash::operator()(const TallyKey& key) const {
  auto mixed = (std::uint64_t{key.station} << 32 | static_cast<std::uint32_t>(key.day)) * 0x9E3779B97F4A7C15u;
  return (mixed ^ mixed >> 32) + key.partition;
}

void Folder::trim(std::size_t waiting) {
  auto written = runs_ - waiting;
  if (states_turned_at_ <= written && states_.trim()) states_turned_at_ = runs_;
  if (waiting == 0) {
    fresh_outcomes_.clear();
    older_outcomes_.clear();
  } else if (outcomes_turned_at_ <= written) {
    older_outcomes_ = std::exchange(fresh_outcomes_, {});
    outcomes_turned_at_ = runs_;
  }
  if (tallies_.size() > kCachedTallies)
    boost::unordered::erase_if(tallies_, [&](const auto& tally) { return tally.second.run < written; });
}

void Folder::forget() {
  end_run();
  states_.clear();
  fresh_outcomes_.clear();
  older_outcomes_.clear();
  tallies_.clear();
  quarantined_.clear();
}

}  // namespace toono
