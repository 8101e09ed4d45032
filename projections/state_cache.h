// The one bounded cache of entity states at the unconfirmed head. Two generations: what has not been asked
// for while a whole generation filled up is let go. Only between commits, for until then the store does not
// have what the cache has.
#pragma once

#include <unordered_map>

#include "projections/views.h"

namespace toono {

class StateCache {
 public:
  /// Holds about `limit` states.
  explicit StateCache(std::size_t limit) : limit_(limit) {}

  /// Null: not here, which says nothing about the store. Stays valid until trim() or clear().
  EntityState* find(const EntityId& entity) {
    // Deciding, appending and folding ask for the same state one after the other.
    if (last_ && last_->first == entity) return &last_->second;
    if (auto found = young_.find(entity); found != young_.end()) return remember(*found);
    auto found = old_.find(entity);
    if (found == old_.end()) return nullptr;
    // Nodes move between the maps without moving the state itself.
    return remember(*young_.insert(old_.extract(found)).position);
  }
  EntityState& put(const EntityId& entity, EntityState state) {
    return *remember(*young_.insert_or_assign(entity, std::move(state)).first);
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
  using Map = std::unordered_map<EntityId, EntityState, IdHash>;
  EntityState* remember(Map::value_type& entry) {
    last_ = &entry;
    return &entry.second;
  }

  std::size_t limit_;
  Map young_;
  Map old_;
  Map::value_type* last_ = nullptr;
};

}  // namespace toono
