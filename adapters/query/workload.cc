#include "adapters/query/workload.h"

#include "core/partition.h"

namespace toono {
namespace {

/// What one order adds.
struct OrderLoad {
  StationId station;
  Programme programme = Programme::other;
  std::uint32_t handler = 0;
  Load load;
};

class Loads {
 public:
  Loads(const QueryContext& context, const LoadScope& scope, Day day)
      : context_(context), scope_(scope), day_(day) {
    if (scope.station) at(*scope.station);
  }

  bool covers(StationId station) {
    auto [known, is_new] = covered_.try_emplace(station.code(), false);
    if (is_new) known->second = is_in_scope(station);
    return known->second;
  }
  void add(const OrderLoad& order) {
    auto& station = at(order.station);
    station.all += order.load;
    station.by_programme[order.programme] += order.load;
    station.by_handler[order.handler] += order.load;
  }
  StationLoad& at(StationId station) {
    auto& load = loads_[station.code()];
    load.station = station;
    return load;
  }
  std::vector<StationLoad> take() {
    std::vector<StationLoad> list;
    for (auto& [code, load] : loads_) list.push_back(std::move(load));
    return list;
  }

 private:
  bool is_in_scope(StationId station) const {
    const auto* record = context_.registry.station(station, day_);
    if (scope_.tier && (!record || record->tier != *scope_.tier)) return false;
    if (!scope_.station) return true;
    if (scope_.subtree) return context_.registry.is_within(station, *scope_.station, day_);
    return station == *scope_.station;
  }

  const QueryContext& context_;
  const LoadScope& scope_;
  Day day_;
  std::map<std::uint32_t, bool> covered_;
  std::map<std::uint32_t, StationLoad> loads_;
};

Load load_of(bool waiting, std::int64_t near_ms, std::int64_t due_ms, Instant at) {
  Load load{.open = 1, .waiting = waiting ? 1u : 0u};
  bool late = due_ms != 0 && due_ms < at.ms();
  load.overdue = late ? 1 : 0;
  load.near_due = !late && near_ms != 0 && near_ms <= at.ms() && at.ms() < due_ms ? 1 : 0;
  return load;
}

Result<void> add_waiting(const QueryContext& context, PartitionNumber partition, Loads& loads) {
  bool damaged = false;
  TOONO_TRY(scan_prefix(context.store, Key(partition, Table::worklist),
                        [&](std::string_view key, std::string_view value) {
                          WorklistRow row;
                          damaged = !read_plain(value, row);
                          if (damaged) return false;
                          StationId station(KeyReader(key).skip(kKeyPrefix).number<std::uint32_t>());
                          if (row.kind != WaitKind::handle || !loads.covers(station)) return true;
                          bool waiting = row.order_status == OrderStatus::dispatched;
                          loads.add({station, row.programme, row.handler,
                                     load_of(waiting, row.near_due_ms, row.handle_due_ms, context.now)});
                          return true;
                        }));
  if (damaged) return unexpected(damaged_row("worklist"));
  return {};
}

bool by(const At& moment, Instant end) { return moment && moment.ms < end.ms(); }

/// When an order ended that was superseded together with another one of its case: a moment that only the case
/// knows.
Result<bool> was_superseded_by(const QueryContext& context, const OrderFact& order, Instant end) {
  auto entity = id_as<EntityId>(order.case_id);
  TOONO_ASSIGN(auto row, context.store.get(state_key(partition_of(entity, context.partitions), entity)));
  auto state = row ? unpack_state(*row) : EntityState{};
  const auto* found = std::get_if<CaseStateT>(&state);
  if (!found) return true;
  for (const auto& other : found->orders)
    if (happened(other.escalated) && other.escalated.event().seq() > order.dispatched.seq)
      return other.escalated.at() < end;
  return true;
}

Result<bool> was_open_at(const QueryContext& context, const OrderFact& order, Instant end) {
  if (!by(order.dispatched, end)) return false;
  if (by(order.accepted, end) || by(order.recalled, end) || by(order.escalated, end)) return false;
  if (order.return_upheld && by(order.return_ruled, end)) return false;
  if (order.status != OrderStatus::superseded || order.escalated) return true;
  TOONO_ASSIGN(bool ended, was_superseded_by(context, order, end));
  return !ended;
}

Result<void> add_past(const QueryContext& context, PartitionNumber partition, Instant end, Loads& loads) {
  Result<void> outcome;
  TOONO_TRY(scan_prefix(context.store, Key(partition, Table::facts),
                        [&](std::string_view key, std::string_view value) {
                          KeyReader reader(key);
                          StationId station(reader.skip(kKeyPrefix).number<std::uint32_t>());
                          if (reader.number<std::uint8_t>() != static_cast<std::uint8_t>(FactKind::order) ||
                              !loads.covers(station))
                            return true;
                          OrderFact order;
                          if (!read_plain(value, order))
                            return outcome = unexpected(damaged_row("facts")), false;
                          auto open = was_open_at(context, order, end);
                          if (!open) return outcome = unexpected(open.error()), false;
                          if (!*open) return true;
                          bool asked_back = by(order.return_asked, end) && !by(order.return_ruled, end);
                          bool waiting = !by(order.signed_at, end) && !asked_back;
                          loads.add({station, order.programme, order.handler,
                                     load_of(waiting, order.near_due_ms, order.handle_due_ms, end)});
                          return true;
                        }));
  return outcome;
}

Result<void> add_counts(const QueryContext& context, PartitionNumber partition, Day day, Loads& loads) {
  bool damaged = false;
  TOONO_TRY(scan_prefix(context.store, Key(partition, Table::tallies),
                        [&](std::string_view key, std::string_view value) {
                          KeyReader reader(key);
                          StationId station(reader.skip(kKeyPrefix).number<std::uint32_t>());
                          if (!(reader.day() == day) || !loads.covers(station)) return true;
                          TallyRow row;
                          damaged = !read_plain(value, row);
                          if (damaged) return false;
                          auto& sum = loads.at(station).counts;
                          if (!sum) sum.emplace();
                          for (std::size_t i = 0; i < std::size(row.counts); ++i)
                            sum->counts[i] += row.counts[i];
                          return true;
                        }));
  if (damaged) return unexpected(damaged_row("tallies"));
  return {};
}

}  // namespace

Load& Load::operator+=(const Load& other) {
  open += other.open;
  waiting += other.waiting;
  near_due += other.near_due;
  overdue += other.overdue;
  return *this;
}

Result<std::vector<StationLoad>> workload(const QueryContext& context, const LoadScope& scope,
                                          std::optional<Day> day) {
  Loads loads(context, scope, day.value_or(context.day()));
  for (PartitionNumber partition = 0; partition < context.partitions; ++partition) {
    if (!day) {
      TOONO_TRY(add_waiting(context, partition, loads));
      continue;
    }
    TOONO_TRY(add_past(context, partition, start_of(Day(day->days() + 1)), loads));
    TOONO_TRY(add_counts(context, partition, *day, loads));
  }
  return loads.take();
}

}  // namespace toono
