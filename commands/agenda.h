// The agenda: what the engine owes and when, in the order in which it is sent. The only source of time there
// is.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "commands/command_builder.h"
#include "core/store.h"
#include "core/timers.h"
#include "projections/follower.h"

namespace toono {

/// One row: the timer of an entity.
struct AgendaEntry {
  PartitionNumber partition = 0;
  EntityId entity;
  EntityKind entity_kind = EntityKind::none;
  Timer timer;
  CommandId command_id() const { return agenda_command_id_of(*this); }
  static CommandId agenda_command_id_of(const AgendaEntry& entry);
};

/// A copy in memory of the agenda's rows, kept up to date by the follower's changes. Not thread safe.
class Agenda {
 public:
  Result<void> load(const Store& store, PartitionNumber partitions);
  void change(const std::vector<AgendaChange>& changes);

  /// When the next row is due; none: nothing is owed.
  std::optional<Instant> next_due() const;
  /// The rows due by `now`, by due time and id. They stay until their decision takes them away. `wanted`,
  /// where given, chooses before `limit` counts.
  using Wanted = std::function<bool(const AgendaEntry&)>;
  std::vector<AgendaEntry> due_by(Instant now, std::size_t limit, const Wanted& wanted = {}) const;
  std::size_t size() const { return rows_.size(); }

 private:
  struct Place {
    std::string order;  // the key without its partition: due, entity, timer
    PartitionNumber partition;
    auto operator<=>(const Place&) const = default;
  };
  std::map<Place, std::string> rows_;
};

/// The command that the agenda sends for this row. What goes to another entity names the partition to send it
/// to.
struct AgendaCommand {
  EntityId entity;
  Buffer record;
};
AgendaCommand command_for(const AgendaEntry& entry, Instant now, std::uint64_t registry_seq);

}  // namespace toono
