// The fold: what counted decisions make of states and rows. The only code that does so, live and in a
// rebuild. A run of decisions changes states one by one; the rows that views and tallies make of them are
// written once an entity, at its end.
#pragma once

#include <optional>
#include <span>

#include "core/chain.h"
#include "core/id_map.h"
#include "core/registry.h"
#include "projections/state_cache.h"

namespace toono {

/// Rows change in `batch`, which the caller brings to the store in one step together with the heads: apply()
/// for each decision of a run, write_views() at its end, then the store, then trim(). The next run may begin
/// before the batch of the last is in the store; batches reach it in the order of their runs. Not thread
/// safe.
class Folder {
 public:
  Folder(const Store& store, Registry& registry, std::size_t cached_states);

  /// The state of an entity at the unconfirmed head. Valid until trim() or forget().
  Result<EntityState*> state(PartitionNumber partition, const EntityId& entity, EntityKind kind);

  /// The same for an entity whose id derives from a command id that was never decided: it cannot be in the
  /// store.
  EntityState* new_entity(const EntityId& entity, EntityKind kind);

  /// The first decision on this command id, if there was one: in a batch or in the store.
  Result<std::optional<OutcomeRow>> first_outcome(PartitionNumber partition, const CommandId& command) const;

  struct Applied {
    bool quarantined = false;  // the entity, by this decision
    bool registered_case = false;
  };
  /// Applies a decision that counts: states change, and the batch gets its history and outcome. `bytes` are
  /// its stored bytes.
  Result<Applied> apply(PartitionNumber partition, const Decision& decision, Bytes bytes, RowBatch& batch);

  /// Gives the batch what leads from the rows before the run to those after it: states, views, tallies.
  Result<void> write_views(RowBatch& batch);

  /// True: an event of this entity could not be read; it is left alone until code that can read it folds it
  /// again.
  bool is_quarantined(const EntityId& entity) const { return quarantined_.contains(entity); }
  void quarantine(const EntityId& entity) { quarantined_.insert(entity); }

  /// After a batch has reached the store, and `waiting` runs behind it have not yet: lets go of what has not
  /// been used for long and what the store has now.
  void trim(std::size_t waiting);
  /// After all batches have been thrown away: nothing is known any more but what the store has.
  void forget();

 private:
  /// An entity that changed in this run, and what the store has of it: rows of before_, contributions of
  /// contributed_.
  struct Touched {
    PartitionNumber partition;
    EntityId entity;
    EntityState* state;
    std::size_t rows_begin, rows_end;
    std::size_t contributed_begin, contributed_end;
  };
  struct TallyKey {
    PartitionNumber partition;
    std::uint32_t station;
    std::int32_t day;
    bool operator==(const TallyKey&) const = default;
  };
  struct TallyHash {
    std::size_t operator()(const TallyKey& key) const;
  };
  struct Tally {
    TallyRow row;
    std::uint64_t run = 0;  // that changed it last
    bool changed = false;
  };

  Result<bool> evolve_all(PartitionNumber partition, const Decision& decision);
  void touch(PartitionNumber partition, const EntityId& entity, EntityState& state);
  void end_run();
  Result<void> add(PartitionNumber partition, const Contribution& contribution, std::uint32_t count);
  Result<Tally*> tally(const TallyKey& key);

  const Store& store_;
  Registry& registry_;
  /// How many runs have ended.
  std::uint64_t runs_ = 0;
  StateCache states_;
  /// What its older half was used for last belongs to runs before this one.
  std::uint64_t states_turned_at_ = 0;
  /// Of runs that may not be in the store yet: two halves that take turns, as those of the states.
  IdMap<CommandId, OutcomeRow> fresh_outcomes_, older_outcomes_;
  std::uint64_t outcomes_turned_at_ = 0;
  IdSet<EntityId> quarantined_;
  boost::unordered_flat_map<TallyKey, Tally, TallyHash> tallies_;
  std::vector<TallyKey> changed_tallies_;
  std::vector<Touched> touched_;
  IdSet<EntityId> is_touched_;
  RowBatch before_, after_;
  std::vector<Contribution> contributed_;
};

/// True: it has a row in the history of its entity and one of its command, and is answered again, word for
/// word, when that comes a second time. A quarantine is lifted by code that can read the entity, and a clock
/// is set right: such a refusal is not the last word on a command.
inline bool leaves_rows(const Decision& decision) {
  return decision.outcome() == Outcome::accepted ||
         (decision.outcome() == Outcome::rejected && decision.rejection() != Rejection::entity_quarantined &&
          decision.rejection() != Rejection::clock_ahead);
}
OutcomeRow outcome_of(const Decision& decision);
/// The first decision on this command id as the store has it: one that counts.
Result<std::optional<OutcomeRow>> stored_outcome(const Store& store, PartitionNumber partition,
                                                 const CommandId& command);
/// True: it changes the state of a case, a contact or a person, unless that is quarantined.
bool changes_state(const Decision& decision);

/// What an accepted decision makes of the state of its entity, version included. False: an event that this
/// code cannot read, or a version skipped; the state is then not to be used.
[[nodiscard]] bool fold_decision(EntityState& state, const Decision& decision);

/// An entity after all its decisions, as Folder leaves it.
struct FoldedEntity {
  EntityState state;                            // before the first decision that could not be read
  std::optional<std::uint64_t> quarantined_at;  // seq of that decision
  std::uint64_t registered_cases = 0;
};
/// `decisions` of one entity in the order of their seq; those that do not change its state are passed over.
FoldedEntity fold_entity(std::span<const Decision* const> decisions);

}  // namespace toono
