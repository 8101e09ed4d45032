// The one bounded cache of entity states at the unconfirmed head. Two generations: what has not been asked
// for while a whole generation filled up is let go. Only between commits, for until then the store does not
// have what the cache has.
#pragma once

#include <memory>

#include "core/id_map.h"
#include "projections/views.h"

namespace toono {

class StateCache {
 public:
  /// Holds about `limit` states.
  explicit StateCache(std::size_t limit) : limit_(limit) {}

  /// Null: not here, which says nothing about the store. Stays valid until trim() or clear().
  EntityState* find(const EntityId& entity) {
    // Deciding, appending and folding ask for the same state one after the other.
    if (last_ && last_id_ == entity) return last_;
    if (auto found = young_.find(entity); found != young_.end()) return remember(entity, *found->second);
    auto found = old_.find(entity);
    if (found == old_.end()) return nullptr;
    auto& state = *young_.emplace(entity, std::move(found->second)).first->second;
    old_.erase(found);
    return remember(entity, state);
  }
  EntityState& put(const EntityId& entity, EntityState state) {
    auto& place = young_[entity];
    place = std::make_unique<EntityState>(std::move(state));
    return *remember(entity, *place);
  }
  /// False: there is room yet. True: what was not asked for since the last time is gone.
  bool trim() {
    if (young_.size() < limit_ / 2) return false;
    last_ = nullptr;
    old_ = std::move(young_);
    young_ = {};
    return true;
  }
  void clear() {
    last_ = nullptr;
    young_.clear();
    old_.clear();
  }

 private:
  /// The states stay where they are when the map grows, or when they change maps.
  using Map = IdMap<EntityId, std::unique_ptr<EntityState>>;
  EntityState* remember(const EntityId& entity, EntityState& state) {
    last_id_ = entity;
    return last_ = &state;
  }

  std::size_t limit_;
  Map young_;
  Map old_;
  EntityId last_id_;
  EntityState* last_ = nullptr;
};

}  // namespace toono
