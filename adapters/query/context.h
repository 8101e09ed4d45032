// What every query is asked of: rows, a registry, and a moment. Live and in the past it is the same, so a
// query cannot tell.
#pragma once

#include "core/registry.h"
#include "core/store.h"
#include "core/time.h"
#include "projections/views.h"

namespace toono {

/// Views only: the store and the registry must outlive it. One thread.
struct QueryContext {
  const Store& store;
  RegistryView registry;
  /// The same registry with every earlier position of it.
  const Registry& known;
  /// Without the registry's.
  PartitionNumber partitions = 0;
  /// The asker's: what is overdue is worked out by it.
  Instant now;

  Day day() const { return day_of(now); }
};

/// What a case is called: its number for the telephone, and the one that it came with from elsewhere. Empty
/// when there is none, or the state cannot be read.
struct CaseNames {
  std::string number, foreign_id;
};
Result<CaseNames> case_names_of(const QueryContext& context, const CaseId& id);
/// The number alone.
Result<std::string> case_number_of(const QueryContext& context, const CaseId& id);

/// Calls `use` with each row whose key begins with `prefix`, in order, until it returns false.
Result<void> scan_prefix(const Store& store, std::string_view prefix, const Store::Visitor& use);

/// A row that is not what the table says.
Error damaged_row(std::string_view table);

}  // namespace toono
