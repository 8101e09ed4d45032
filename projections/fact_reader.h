// Reads facts out of the rows of views for the measures: those that a set of stations answers for, all
// partitions together.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/registry.h"
#include "core/store.h"
#include "core/time.h"
#include "projections/facts.h"

namespace toono {

/// Local days, both inclusive.
struct Period {
  Day from, to;
  Instant begin() const { return start_of(from); }
  /// The first moment that no longer belongs to it: a due of exactly midnight belongs to the day that begins.
  Instant end() const { return start_of(Day(to.days() + 1)); }
  bool holds(std::int64_t ms) const { return ms >= begin().ms() && ms < end().ms(); }
};
/// From the first of January to the last of December.
Period year_period(std::int64_t year);

/// The stations asked about, each by itself; with `subtree`, each with all that was below it on the day on
/// which a fact began (its dispatch, registration, offer, sending, scheduling).
struct Scope {
  std::vector<StationId> stations;
  bool subtree = false;
};

/// A fact beside the partition that its moments count in.
template <class Fact>
struct FactRow {
  Fact fact;
  PartitionNumber partition = 0;
};
inline constexpr std::size_t kFactKinds = 6;

/// A case stands twice: under the station that took it in, and under the one that answers for its outcome.
struct Facts {
  std::vector<FactRow<OrderFact>> orders;
  std::vector<FactRow<CaseFact>> intakes;
  std::vector<FactRow<CaseFact>> outcomes;
  std::vector<FactRow<ContactFact>> contacts;
  std::vector<FactRow<ReferralFact>> referrals;
  std::vector<FactRow<FollowUpFact>> follow_ups;
};
/// Which of the facts belong to one station of the scope: indices into the vectors of Facts, by FactKind.
struct Selection {
  std::array<std::vector<std::uint32_t>, kFactKinds> rows;
  std::vector<std::uint32_t>& operator[](FactKind kind) { return rows[static_cast<std::size_t>(kind)]; }
  const std::vector<std::uint32_t>& operator[](FactKind kind) const {
    return rows[static_cast<std::size_t>(kind)];
  }
};

/// Takes rows of facts and keeps those of the scope. Used for stored rows and for rows folded anew alike.
class FactCollector {
 public:
  /// `registry` must live as long as the collector.
  FactCollector(const RegistryView& registry, Scope scope, Period period);

  /// `key` must be one of Table::facts. Error damaged: a row that is no fact of this version.
  Result<void> take(std::string_view key, std::string_view row);

  const Facts& facts() const { return facts_; }
  /// One for each station of the scope, in its order.
  const std::vector<Selection>& selections() const { return selections_; }
  const Scope& scope() const { return scope_; }
  const Period& period() const { return period_; }

 private:
  const std::vector<std::uint32_t>& asked_above(StationId station, Day day);
  template <class Fact>
  bool keep(std::string_view row, PartitionNumber partition, FactKind kind, std::vector<FactRow<Fact>>& list,
            const std::vector<std::uint32_t>& asked);

  const RegistryView& registry_;
  Scope scope_;
  Period period_;
  Facts facts_;
  std::vector<Selection> selections_;
  // Rows come by station and then by time: the last answer is often the next one too.
  std::optional<std::pair<StationId, Day>> last_;
  std::vector<std::uint32_t> last_asked_;
};

/// Reads what the collector's scope and period need from every partition, 0 .. `partitions` - 1. Contacts
/// count by the moment at which they were offered, so only those of the period are read; the rest falls due
/// or ends long after it began (an imported order may even be dispatched after its due), so of it everything
/// is. A few stations without what is below them are read one by one, everything else in one pass over each
/// partition's facts. Errors of the store.
Result<void> read_facts(const Store& store, PartitionNumber partitions, FactCollector& collector);

}  // namespace toono
