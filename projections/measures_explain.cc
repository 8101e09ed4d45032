// Explain: the facts behind a figure, and the proof that the journal's records lead to them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/partition.h"
#include "projections/folder.h"
#include "projections/journal_reader.h"
#include "projections/measure_figures.h"

namespace toono {
namespace {

std::vector<At> moments_of(const OrderFact& fact) {
  return {fact.clock_started, fact.dispatched,    fact.signed_at,    fact.first_contact,
          fact.return_asked,  fact.return_ruled,  fact.submitted,    fact.accepted,
          fact.sign_missed,   fact.handle_missed, fact.escalated,    fact.accepted_submission,
          fact.recalled,      fact.level_raised,  fact.child_contact};
}
std::vector<At> moments_of(const CaseFact& fact) {
  return {fact.registered,
          fact.assessed,
          fact.triaged,
          fact.first_dispatch,
          fact.answered_on_spot,
          fact.replied,
          fact.callback_completed,
          fact.callback_exhausted,
          fact.reworked,
          fact.problem_marked,
          fact.closed,
          fact.reopened,
          fact.level_raised};
}
std::vector<At> moments_of(const ContactFact& fact) {
  return {fact.offered, fact.answered, fact.abandoned, fact.classified, fact.linked, fact.ended};
}
std::vector<At> moments_of(const ReferralFact& fact) {
  return {fact.sent,    fact.delivered, fact.received,    fact.accepted,
          fact.refused, fact.outcome,   fact.loop_closed, fact.no_reply};
}
std::vector<At> moments_of(const FollowUpFact& fact) { return {fact.scheduled, fact.held, fact.missed}; }

template <class Fact>
Uuid subject_of(const Fact& fact) {
  return id_as<Uuid>(fact.id);
}
Uuid subject_of(const FollowUpFact& fact) { return id_as<Uuid>(fact.case_id); }
template <class Fact>
CaseId case_of(const Fact& fact) {
  return fact.case_id;
}
CaseId case_of(const CaseFact& fact) { return fact.id; }
template <class Fact>
std::uint32_t step_of(const Fact&) {
  return 0;
}
std::uint32_t step_of(const FollowUpFact& fact) { return fact.step; }

std::string event_id(PartitionNumber partition, const At& moment) {
  return moment ? fmt::format("{}:{}:{}", partition, moment.seq, moment.index) : std::string();
}

template <class Fact>
Evidence evidence_of(const FactRow<Fact>& row, const Measure& measure, const Frame& frame) {
  Evidence evidence{measure.kind, subject_of(row.fact), case_of(row.fact), step_of(row.fact), {}};
  auto count = std::get<Count (*)(const Fact&, const Frame&)>(measure.rule)(row.fact, frame);
  evidence.decided_by = event_id(row.partition, count.ground.moment);
  evidence.since = event_id(row.partition, count.ground.since);
  evidence.due_ms = count.ground.due_ms;
  evidence.amount = count.amount;
  auto moments = moments_of(row.fact);
  std::sort(moments.begin(), moments.end(),
            [](const At& a, const At& b) { return std::pair(a.seq, a.index) < std::pair(b.seq, b.index); });
  for (const auto& moment : moments) {
    if (!moment) continue;
    auto id = event_id(row.partition, moment);
    if (evidence.events.empty() || evidence.events.back() != id) evidence.events.push_back(std::move(id));
  }
  return evidence;
}

/// An entity whose records lead to a fact.
struct Source {
  PartitionNumber partition = 0;
  EntityId entity;
  EntityKind kind = EntityKind::case_file;
  bool operator<(const Source& other) const {
    return std::pair(partition, entity) < std::pair(other.partition, other.entity);
  }
};

template <class Fact>
Source source_of(const FactRow<Fact>& row) {
  return {row.partition, id_as<EntityId>(case_of(row.fact)), EntityKind::case_file};
}
Source source_of(const FactRow<ContactFact>& row) {
  return {row.partition, id_as<EntityId>(row.fact.id), EntityKind::contact};
}

/// Calls `visit` with the row of facts that the sample stands for.
template <class Visit>
auto with_row(FactKind kind, const Facts& facts, std::uint32_t index, Visit visit) {
  switch (kind) {
    case FactKind::order:
      return visit(facts.orders[index]);
    case FactKind::case_intake:
      return visit(facts.intakes[index]);
    case FactKind::case_outcome:
      return visit(facts.outcomes[index]);
    case FactKind::contact:
      return visit(facts.contacts[index]);
    case FactKind::referral:
      return visit(facts.referrals[index]);
    case FactKind::follow_up:
      break;
  }
  return visit(facts.follow_ups[index]);
}

/// The state that the journal's records of an entity lead to, as the history rows hold them.
Result<EntityState> refold(const Store& store, const Source& source) {
  auto state = new_state(source.kind);
  bool is_readable = true;
  auto prefix = history_prefix(source.partition, source.entity);
  TOONO_TRY(store.scan(prefix, behind(prefix), [&](std::string_view, std::string_view row) {
    Aligned aligned(bytes_of(row));
    const auto* decision = decision_of(aligned.bytes());
    is_readable = decision != nullptr;
    if (!is_readable || decision->outcome() != Outcome::accepted) return is_readable;
    auto next = state;
    // From an event that cannot be read on, the entity is in quarantine: live folding stopped there too.
    if (!fold_decision(next, *decision)) return false;
    state = std::move(next);
    return true;
  }));
  if (is_readable) return state;
  return unexpected(
      damaged_row("a stored decision cannot be read",
                  fmt::format("partition {}, entity {}", source.partition, to_text(source.entity))));
}

Result<void> refold_into(const Store& store, const Source& source, FactCollector& collector) {
  TOONO_ASSIGN(auto state, refold(store, source));
  RowBatch rows;
  write_rows(state, source.partition, rows);
  auto facts = Key(source.partition, Table::facts);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].key.starts_with(facts)) TOONO_TRY(collector.take(rows[i].key, rows[i].value));
  return {};
}

/// Figure and lists over what a collector of one station holds.
Explanation open_figure(const Measure& measure, const Question& question, const FactCollector& collector,
                        std::set<Source>* sources) {
  const auto& facts = collector.facts();
  const auto& selection = collector.selections().front();
  auto direct = direct_cases(facts, selection);
  Frame frame{question.period, question.now, question.registry, direct};
  auto samples = gather(measure, facts, selection, frame);
  Explanation opened{.figure = figure_of(measure, samples, frame)};
  opened.figure.station = question.scope.stations.front();
  auto list = [&](const std::vector<std::uint32_t>& places, std::vector<Evidence>& evidence) {
    for (auto place : places)
      evidence.push_back(with_row(measure.kind, facts, samples[place].index,
                                  [&](const auto& row) { return evidence_of(row, measure, frame); }));
  };
  auto picked = pick(measure, samples, frame);
  list(picked.above, opened.numerator);
  list(picked.below, opened.denominator);
  if (!sources) return opened;
  for (const auto& sample : samples)
    sources->insert(
        with_row(measure.kind, facts, sample.index, [](const auto& row) { return source_of(row); }));
  if (measure.kind != FactKind::contact) return opened;
  // A contact that was answered directly counts by its case.
  for (const auto& sample : samples) {
    auto linked = id_as<EntityId>(facts.contacts[sample.index].fact.case_id);
    if (!is_nil(linked))
      sources->insert({partition_of(linked, question.partitions), linked, EntityKind::case_file});
  }
  return opened;
}

/// In any order: a refold meets the facts by entity, not by station and time.
bool same_facts(const std::vector<Evidence>& a, const std::vector<Evidence>& b) {
  auto sorted = [](const std::vector<Evidence>& list) {
    std::vector<std::tuple<Uuid, std::uint32_t, CaseId, std::vector<std::string>>> keys;
    for (const auto& evidence : list)
      keys.emplace_back(evidence.id, evidence.step, evidence.case_id, evidence.events);
    std::sort(keys.begin(), keys.end());
    return keys;
  };
  return sorted(a) == sorted(b);
}

}  // namespace

Result<Explanation> explain(const Measure& measure, const Question& question,
                            const ExplainProgress& progress) {
  if (question.scope.stations.size() != 1)
    return unexpected({ErrorCode::usage, "a figure is explained for one station",
                       fmt::format("{} were given", question.scope.stations.size()), "name one station"});
  FactCollector stored(question.registry, question.scope, question.period);
  TOONO_TRY(read_facts(question.store, question.partitions, stored));
  std::set<Source> sources;
  auto opened = open_figure(measure, question, stored, &sources);
  FactCollector anew(question.registry, question.scope, question.period);
  std::uint64_t folded = 0;
  for (const auto& source : sources) {
    TOONO_TRY(refold_into(question.store, source, anew));
    if (progress) progress(++folded, sources.size());
  }
  auto again = open_figure(measure, question, anew, nullptr);
  opened.agrees = same_facts(opened.numerator, again.numerator) &&
                  same_facts(opened.denominator, again.denominator) &&
                  opened.figure.numerator == again.figure.numerator &&
                  opened.figure.denominator == again.figure.denominator;
  return opened;
}

}  // namespace toono
