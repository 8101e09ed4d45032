// Views: the rows that a state leads to. Live writes the difference between the rows before and after a
// decision, a rebuild the rows of the last state: they are the same by construction.
#pragma once

#include <variant>

#include "core/store.h"
#include "projections/facts.h"

namespace toono {

/// One entity's state, whatever its kind; monostate: there is no such entity yet.
using EntityState = std::variant<std::monostate, CaseStateT, ContactStateT, PersonStateT>;

EntityState new_state(EntityKind kind);
EntityKind kind_of(const EntityState& state);
std::uint64_t version_of(const EntityState& state);
void set_version(EntityState& state, std::uint64_t version);

/// The state as its row holds it, and back; monostate when the bytes are not a state.
std::string pack_state(const EntityState& state);
EntityState unpack_state(std::string_view row);

/// Every row that the views make of this state.
void write_rows(const EntityState& state, PartitionNumber partition, RowBatch& rows);

/// What the state adds to the tallies: (station, day, counter), once each.
struct Contribution {
  std::uint32_t station;
  std::int32_t day;
  Counter counter;
  bool operator==(const Contribution&) const = default;
};
/// Appends them to `list`.
void contributions(const EntityState& state, std::vector<Contribution>& list);

/// Writes into `out` what leads from the rows [begin, end) of `before` to those of `after`.
void write_difference(const RowBatch& before, std::size_t begin, std::size_t end, const RowBatch& after,
                      RowBatch& out);

}  // namespace toono
