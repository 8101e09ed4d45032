// What a calendar or policy published later means for what is open: each partition is brought to that
// position of the registry, and then every case with a live order works its dates out anew.
#pragma once

#include "commands/command_builder.h"
#include "core/log.h"
#include "core/store.h"

namespace toono {

/// One publication, for one partition. All its command ids follow from the two numbers, so that whoever sends
/// them again, after a crash or beside another engine, meets the first decision.
class RegistryChange {
 public:
  RegistryChange(PartitionNumber partition, std::uint64_t position)
      : partition_(partition), position_(position) {}

  /// Decided first: whatever is dispatched behind it is worked out with the new registry already.
  CommandId begun_id() const { return id_of("begun"); }
  /// Decided last: every case has been told.
  CommandId done_id() const { return id_of("done"); }

  /// AdvanceRegistry under one of these two ids.
  Buffer advance(const CommandId& id, Instant now) const;
  /// RecalculateDeadlines for every case that has a live order in `store`, by case id. Error damaged: a row
  /// cannot be read.
  Result<std::vector<Buffer>> recalculations(const Store& store, Instant now) const;

 private:
  CommandId id_of(std::string_view step, const CaseId& case_id = {}) const;
  CommandHeader header(const CommandId& id, const EntityId& entity, Instant now) const;

  PartitionNumber partition_;
  std::uint64_t position_;
};

}  // namespace toono
