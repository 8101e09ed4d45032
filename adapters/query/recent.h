// Cases and contacts, newest first: all of them, or those of certain people.
#pragma once

#include <optional>
#include <vector>

#include "adapters/query/context.h"

namespace toono {

struct RecentEntity {
  EntityId id;
  Instant at;
  RecentRow row;
  PartitionNumber partition = 0;
};

/// All that is given must fit. A station fits where the entity was taken in and where its last lead order is.
struct RecentFilter {
  /// The number of a status, by kind: a word may be a status of cases, of contacts, or of both.
  std::optional<CaseStatus> case_status;
  std::optional<ContactStatus> contact_status;
  std::optional<StationId> station;
  std::optional<Instant> since;
  std::uint64_t limit = 20;
};

Result<std::vector<RecentEntity>> recent(const QueryContext& context, const RecentFilter& filter);
/// The contacts that these people made and the cases in which they are a party.
Result<std::vector<RecentEntity>> recent_of(const QueryContext& context, const std::vector<PersonId>& people,
                                            const RecentFilter& filter);
/// One entity, if it fits.
Result<std::vector<RecentEntity>> recent_of(const QueryContext& context, const EntityId& entity,
                                            const RecentFilter& filter);

/// The person and all that have been matched with them, in either direction.
Result<std::vector<PersonId>> same_people(const QueryContext& context, const PersonId& person);

/// Where the rows of a link of this kind lead from this id, over all partitions.
Result<std::vector<EntityId>> linked(const QueryContext& context, Link kind, const Uuid& from);

}  // namespace toono
