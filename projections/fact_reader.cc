#include "projections/fact_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace toono {
namespace {

/// Up to here reading station by station costs less than passing over everybody's rows.
constexpr std::size_t kFewStations = 20;
/// Region, league and banner, and room for what a mistaken registry may hold: a walk upwards always ends.
constexpr int kMostLevels = 16;

Key station_key(PartitionNumber partition, StationId station, FactKind kind) {
  return Key(partition, Table::facts).number(station.code()).byte(static_cast<std::uint8_t>(kind));
}

Result<void> scan_into(const Store& store, std::string_view from, std::string_view to,
                       FactCollector& collector) {
  Result<void> taken;
  TOONO_TRY(store.scan(from, to, [&](std::string_view key, std::string_view row) {
    taken = collector.take(key, row);
    return taken.has_value();
  }));
  return taken;
}

Result<void> read_station(const Store& store, PartitionNumber partition, StationId station,
                          FactCollector& collector) {
  auto contacts = station_key(partition, station, FactKind::contact);
  auto first = contacts, behind_last = contacts;
  first.instant(collector.period().begin());
  behind_last.instant(collector.period().end());
  TOONO_TRY(scan_into(store, station_key(partition, station, FactKind::order), contacts, collector));
  TOONO_TRY(scan_into(store, first, behind_last, collector));
  return scan_into(store, station_key(partition, station, FactKind::referral),
                   behind(station_key(partition, station, FactKind::follow_up)), collector);
}

}  // namespace

Period year_period(std::int64_t year) {
  return {day_of(CivilDate{year, 1, 1}), day_of(CivilDate{year, 12, 31})};
}

FactCollector::FactCollector(const RegistryView& registry, Scope scope, Period period)
    : registry_(registry), scope_(std::move(scope)), period_(period), selections_(scope_.stations.size()) {}

/// The places in the scope of the stations that answer for `station` on that day.
const std::vector<std::uint32_t>& FactCollector::asked_above(StationId station, Day day) {
  if (last_ && last_->first == station && last_->second == day) return last_asked_;
  last_ = {station, day};
  last_asked_.clear();
  auto at = station;
  for (int level = 0; level < kMostLevels && !is_none(at); ++level) {
    for (std::uint32_t i = 0; i < scope_.stations.size(); ++i)
      if (scope_.stations[i] == at) last_asked_.push_back(i);
    if (!scope_.subtree) break;
    const auto* record = registry_.station(at, day);
    at = record ? record->parent : StationId();
  }
  return last_asked_;
}

template <class Fact>
bool FactCollector::keep(std::string_view row, PartitionNumber partition, FactKind kind,
                         std::vector<FactRow<Fact>>& list, const std::vector<std::uint32_t>& asked) {
  auto index = static_cast<std::uint32_t>(list.size());
  list.emplace_back().partition = partition;
  if (!read_plain(row, list.back().fact)) return list.pop_back(), false;
  for (auto place : asked) selections_[place][kind].push_back(index);
  return true;
}

Result<void> FactCollector::take(std::string_view key, std::string_view row) {
  KeyReader reader(key);
  auto partition = reader.number<PartitionNumber>();
  reader.skip(1);
  StationId station(reader.number<std::uint32_t>());
  auto kind = static_cast<FactKind>(reader.number<std::uint8_t>());
  auto anchor = reader.instant();
  if (kind == FactKind::contact && !period_.holds(anchor.ms())) return {};
  const auto& asked = asked_above(station, day_of(anchor));
  if (asked.empty()) return {};
  bool kept = false;
  switch (kind) {
    case FactKind::order:
      kept = keep(row, partition, kind, facts_.orders, asked);
      break;
    case FactKind::case_intake:
      kept = keep(row, partition, kind, facts_.intakes, asked);
      break;
    case FactKind::case_outcome:
      kept = keep(row, partition, kind, facts_.outcomes, asked);
      break;
    case FactKind::contact:
      kept = keep(row, partition, kind, facts_.contacts, asked);
      break;
    case FactKind::referral:
      kept = keep(row, partition, kind, facts_.referrals, asked);
      break;
    case FactKind::follow_up:
      kept = keep(row, partition, kind, facts_.follow_ups, asked);
      break;
  }
  if (kept) return {};
  return unexpected(
      damaged_row("a stored fact cannot be read",
                  fmt::format("partition {}, station {}, {}", partition, station.code(), to_text(anchor))));
}

Result<void> read_facts(const Store& store, PartitionNumber partitions, FactCollector& collector) {
  const auto& scope = collector.scope();
  bool one_by_one = !scope.subtree && scope.stations.size() <= kFewStations;
  for (PartitionNumber partition = 0; partition < partitions; ++partition) {
    auto table = Key(partition, Table::facts);
    if (!one_by_one) TOONO_TRY(scan_into(store, table, behind(table), collector));
    if (!one_by_one) continue;
    for (auto station : scope.stations) TOONO_TRY(read_station(store, partition, station, collector));
  }
  return {};
}

}  // namespace toono
