// The annual measures (domain.md §7): pure functions over facts, and the explanation of any figure by the
// same functions. The rules in words are in docs/measures.md; a new measure is a function, a row of the table
// in measures.cc, and a row there.
#pragma once

#include <functional>
#include <variant>

#include "projections/fact_reader.h"

namespace toono {

/// What a rule looked at: why a fact stands where it stands.
struct Ground {
  /// The moment that put it above the line, or kept it from there; unset: nothing has come that could have.
  At moment = {};
  /// What the moment is held against; 0: it may come at any time.
  std::int64_t due_ms = 0;
  /// The moment that put it below the line, where that is no due.
  At since = {};
};

/// What a rule makes of one fact: does it stand below the line, does it stand above it too, and how much is
/// it.
struct Count {
  bool below = false;
  bool above = false;
  /// Milliseconds or pieces, by the shape; not used by a share.
  std::int64_t amount = 0;
  Ground ground = {};

  Count looking_at(const Ground& looked_at) const { return {below, above, amount, looked_at}; }
};

/// All that a rule may know beside the fact.
struct Frame {
  Period period;
  /// The asker's, for what is open and late.
  Instant now;
  RegistryView registry;
  /// The cases answered on the spot, without an order, sorted by id.
  std::span<const CaseId> direct_cases;
};

using OrderRule = Count (*)(const OrderFact&, const Frame&);
using CaseRule = Count (*)(const CaseFact&, const Frame&);
using ContactRule = Count (*)(const ContactFact&, const Frame&);
using ReferralRule = Count (*)(const ReferralFact&, const Frame&);
using FollowUpRule = Count (*)(const FollowUpFact&, const Frame&);
using Rule = std::variant<OrderRule, CaseRule, ContactRule, ReferralRule, FollowUpRule>;

enum class MeasureGroup : std::uint8_t {
  answering,
  timeliness,
  dispatch,
  outcome,
  safety,
  referral,
  supervision
};

/// How counts become a figure.
enum class Shape : std::uint8_t {
  share,      // facts above / facts below
  mean,       // sum of amounts / facts below
  p50,        // the amount that half of the facts do not exceed (nearest rank)
  p90,        // the same of nine in ten
  p90_gap,    // p90 of those above - p90 of the other ones below
  worst_24h,  // the least share of any 24 h of the period with at least 10 below; amount: when
};
/// What the rate is given in. A share is 0..1, the rest is what it is called.
enum class Unit : std::uint8_t { share, seconds, hours, days, each, per_hundred };

/// A row of the table of measures.
struct Measure {
  std::string_view name;  // snake_case; with a suffix where it is of one line: referral_sent.line_110
  std::string_view name_zh;
  MeasureGroup group;
  FactKind kind;
  Shape shape;
  Unit unit;
  Rule rule;
  std::optional<ReferralLine> line = {};
};

/// Every measure, in the order in which they are printed. Lives for ever.
std::span<const Measure> all_measures();
/// Null: there is none of that name, English or Chinese.
const Measure* find_measure(std::string_view name);

/// Fewer below the line than this: no rank.
inline constexpr std::int64_t kLeastRanked = 10;

struct Figure {
  const Measure* measure = nullptr;
  StationId station = {};
  /// Facts; of a mean the sum of amounts (ms, or pieces); of a percentile or a gap the amount in ms.
  std::int64_t numerator = 0;
  /// Facts; of a gap those of the smaller side, of the worst 24 h those of that window.
  std::int64_t denominator = 0;
  /// In the measure's unit; none when there is nothing below the line.
  std::optional<double> rate = {};
  bool ranked = false;
};

struct Question {
  const Store& store;
  RegistryView registry;
  /// Without the registry's.
  PartitionNumber partitions = 0;
  Scope scope;
  Period period;
  Instant now;
};

/// Every measure of every station of the scope: by station as the scope has them, then as the table has them.
/// The facts are read once. Errors of the store, and damaged rows. Any thread that may use the registry.
Result<std::vector<Figure>> assess(const Question& question);

/// A fact that a figure counts.
struct Evidence {
  FactKind kind = FactKind::order;
  /// Of the order, contact or referral; of a case and of a follow-up the case's.
  Uuid id;
  /// Nil: a contact without a case.
  CaseId case_id;
  /// Of a follow-up.
  std::uint32_t step = 0;
  /// Every event that gave the fact a moment, as "partition:seq:index", in their order.
  std::vector<std::string> events;
  /// Of them what the rule looked at, as Ground has it; empty: nothing.
  std::string decided_by = {}, since = {};
  std::int64_t due_ms = 0;
  /// Of a mean or a percentile.
  std::int64_t amount = 0;
};
struct Explanation {
  Figure figure;
  std::vector<Evidence> numerator = {};
  std::vector<Evidence> denominator = {};
  /// True: the journal's records of everything counted, folded anew, lead to the same lists and the same
  /// figure.
  bool agrees = false;
};

/// Opens one figure. The scope must name one station (else error usage). A share lists the facts above and
/// below the line; a mean the same facts in both; a percentile those that have the amount above, and all
/// below; a gap the same of both sides; the worst 24 h those of its window. `progress` is told of each entity
/// that was folded anew, of how many.
using ExplainProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;
Result<Explanation> explain(const Measure& measure, const Question& question,
                            const ExplainProgress& progress = {});

}  // namespace toono
