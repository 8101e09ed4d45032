#include "adapters/query/recent.h"

#include <algorithm>

#include "core/partition.h"

namespace toono {
namespace {

bool fits(const RecentRow& row, const RecentFilter& filter) {
  bool by_status = filter.case_status || filter.contact_status;
  bool is_case = row.kind == EntityKind::case_file;
  if (by_status && is_case &&
      (!filter.case_status || row.status != static_cast<std::uint8_t>(*filter.case_status)))
    return false;
  if (by_status && !is_case &&
      (!filter.contact_status || row.status != static_cast<std::uint8_t>(*filter.contact_status)))
    return false;
  if (!filter.station) return true;
  return row.station == filter.station->code() || row.lead_station == filter.station->code();
}

bool is_newer(const RecentEntity& a, const RecentEntity& b) {
  if (!(a.at == b.at)) return a.at > b.at;
  return a.id < b.id;
}

Instant instant_of_key(KeyReader& reader) {
  // Key::newest_first() turned every bit.
  return Instant(static_cast<std::int64_t>(~reader.number<std::uint64_t>() ^ (1ull << 63)));
}

/// False: a row of another size.
bool read_recent(PartitionNumber partition, std::string_view key, std::string_view value,
                 RecentEntity& entity) {
  KeyReader reader(key);
  reader.skip(kKeyPrefix);
  entity.partition = partition;
  entity.at = instant_of_key(reader);
  entity.id = reader.id<EntityId>();
  return read_plain(value, entity.row);
}

void cut(std::vector<RecentEntity>& list, const RecentFilter& filter) {
  std::sort(list.begin(), list.end(), is_newer);
  list.erase(std::unique(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id == b.id; }),
             list.end());
  if (list.size() > filter.limit) list.resize(filter.limit);
}

}  // namespace

Result<std::vector<RecentEntity>> recent(const QueryContext& context, const RecentFilter& filter) {
  std::vector<RecentEntity> list;
  for (PartitionNumber partition = 0; partition < context.partitions; ++partition) {
    bool damaged = false;
    std::uint64_t taken = 0;
    TOONO_TRY(scan_prefix(context.store, Key(partition, Table::recent),
                          [&](std::string_view key, std::string_view value) {
                            RecentEntity entity;
                            damaged = !read_recent(partition, key, value, entity);
                            if (damaged || taken >= filter.limit) return false;
                            if (filter.since && entity.at < *filter.since) return false;
                            if (!fits(entity.row, filter)) return true;
                            list.push_back(entity);
                            return ++taken, true;
                          }));
    if (damaged) return unexpected(damaged_row("recent"));
  }
  cut(list, filter);
  return list;
}

Result<std::vector<RecentEntity>> recent_of(const QueryContext& context, const EntityId& entity,
                                            const RecentFilter& filter) {
  std::vector<RecentEntity> list;
  auto partition = partition_of(entity, context.partitions);
  TOONO_ASSIGN(auto row, context.store.get(state_key(partition, entity)));
  if (!row) return list;
  // The views say where the row of this state stands, and what is in it.
  RowBatch rows;
  write_rows(unpack_state(*row), partition, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].key.size() < kKeyPrefix || rows[i].key[2] != static_cast<char>(Table::recent)) continue;
    RecentEntity found;
    if (!read_recent(partition, rows[i].key, rows[i].value, found)) return unexpected(damaged_row("recent"));
    if (fits(found.row, filter) && !(filter.since && found.at < *filter.since)) list.push_back(found);
  }
  return list;
}

Result<std::vector<RecentEntity>> recent_of(const QueryContext& context, const std::vector<PersonId>& people,
                                            const RecentFilter& filter) {
  std::vector<RecentEntity> list;
  for (const auto& person : people)
    for (auto kind : {Link::person_contact, Link::person_case}) {
      TOONO_ASSIGN(auto entities, linked(context, kind, id_as<Uuid>(person)));
      for (const auto& entity : entities) {
        TOONO_ASSIGN(auto found, recent_of(context, entity, filter));
        list.insert(list.end(), found.begin(), found.end());
      }
    }
  cut(list, filter);
  return list;
}

Result<std::vector<PersonId>> same_people(const QueryContext& context, const PersonId& person) {
  std::vector<PersonId> people{person};
  for (std::size_t i = 0; i < people.size(); ++i) {
    auto entity = id_as<EntityId>(people[i]);
    TOONO_ASSIGN(auto row, context.store.get(state_key(partition_of(entity, context.partitions), entity)));
    auto state = row ? unpack_state(*row) : EntityState{};
    const auto* found = std::get_if<PersonStateT>(&state);
    if (!found) continue;
    auto add = [&](const PersonId& other) {
      if (!is_nil(other) && std::find(people.begin(), people.end(), other) == people.end())
        people.push_back(other);
    };
    if (found->status == PersonStatus::alias) add(found->same_as);
    for (const auto& alias : found->aliases) add(alias);
  }
  return people;
}

Result<std::vector<EntityId>> linked(const QueryContext& context, Link kind, const Uuid& from) {
  std::vector<EntityId> list;
  for (PartitionNumber partition = 0; partition < context.partitions; ++partition) {
    auto prefix = Key(partition, Table::links).byte(static_cast<std::uint8_t>(kind)).id(from);
    TOONO_TRY(scan_prefix(context.store, prefix, [&](std::string_view key, std::string_view) {
      list.push_back(KeyReader(key).skip(kKeyPrefix + 1 + sizeof(Uuid)).id<EntityId>());
      return true;
    }));
  }
  return list;
}

}  // namespace toono
