#include "projections/measure_figures.h"

#include <algorithm>
#include <numeric>

namespace toono {
namespace {

struct OfLine {
  template <class Fact>
  static bool is_of(const Fact&, const Measure&) {
    return true;
  }
  static bool is_of(const ReferralFact& fact, const Measure& measure) {
    return !measure.line || fact.line == *measure.line;
  }
};

template <class Fact>
std::vector<Sample> gather_from(const std::vector<FactRow<Fact>>& list,
                                const std::vector<std::uint32_t>& selected, const Measure& measure,
                                const Frame& frame) {
  std::vector<Sample> samples;
  const auto* rule = std::get_if<Count (*)(const Fact&, const Frame&)>(&measure.rule);
  check(rule != nullptr, "a measure's rule must be one for its kind of fact");
  for (auto index : selected) {
    const auto& fact = list[index].fact;
    if (!OfLine::is_of(fact, measure)) continue;
    auto count = (*rule)(fact, frame);
    if (count.below) samples.push_back({index, count.above, count.amount});
  }
  return samples;
}

/// Nearest rank: the least amount that `percent` of all do not exceed. `amounts` must not be empty.
std::int64_t percentile(std::vector<std::int64_t> amounts, std::size_t percent) {
  auto rank = (amounts.size() * percent + 99) / 100;
  auto nth = amounts.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(amounts.begin(), nth, amounts.end());
  return *nth;
}

std::vector<std::int64_t> amounts_of(const std::vector<Sample>& samples, std::optional<bool> above = {}) {
  std::vector<std::int64_t> amounts;
  amounts.reserve(samples.size());
  for (const auto& sample : samples)
    if (!above || sample.above == *above) amounts.push_back(sample.amount);
  return amounts;
}

std::int64_t count_above(const std::vector<Sample>& samples) {
  return std::count_if(samples.begin(), samples.end(), [](const Sample& sample) { return sample.above; });
}

/// The worst 24 h: places in a list of samples, and how many of them are above.
struct Window {
  std::vector<std::uint32_t> samples = {};
  std::int64_t above = 0;
};

/// Slides a window that is open to the past and closed to the future over the whole period: what it holds
/// changes only where a sample comes in or falls out, so looking there is looking everywhere.
class WindowSearch {
 public:
  WindowSearch(const std::vector<Sample>& samples, const Frame& frame)
      : samples_(samples), order_(samples.size()) {
    std::iota(order_.begin(), order_.end(), 0u);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](auto a, auto b) { return samples_[a].amount < samples_[b].amount; });
    end_ = frame.period.begin().ms() + kDayMs - 1;
    // What has not come yet is not a quiet time.
    last_ = frame.period.end().ms() - 1;
    if (!order_.empty()) last_ = std::min(last_, std::max(frame.now.ms(), at(order_.size() - 1)));
  }

  Window run() {
    for (; end_ <= last_; end_ = next_change()) {
      for (; entered_ < order_.size() && at(entered_) <= end_; ++entered_)
        above_ += samples_[order_[entered_]].above;
      for (; left_ < entered_ && at(left_) + kDayMs <= end_; ++left_) above_ -= samples_[order_[left_]].above;
      compare();
    }
    Window worst{.above = worst_above_};
    for (auto i = worst_from_; i < worst_to_; ++i) worst.samples.push_back(order_[i]);
    return worst;
  }

 private:
  std::int64_t at(std::size_t place) const { return samples_[order_[place]].amount; }
  std::int64_t next_change() const {
    auto next = std::numeric_limits<std::int64_t>::max();
    if (entered_ < order_.size()) next = at(entered_);
    if (left_ < entered_) next = std::min(next, at(left_) + kDayMs);
    return next;
  }
  void compare() {
    auto size = static_cast<std::int64_t>(entered_ - left_);
    if (size < kLeastRanked) return;
    auto worst_size = static_cast<std::int64_t>(worst_to_ - worst_from_);
    if (worst_size != 0 && above_ * worst_size >= worst_above_ * size) return;
    worst_from_ = left_;
    worst_to_ = entered_;
    worst_above_ = above_;
  }

  const std::vector<Sample>& samples_;
  std::vector<std::uint32_t> order_;
  std::int64_t end_ = 0, last_ = 0;
  std::size_t entered_ = 0, left_ = 0;
  std::int64_t above_ = 0;
  std::size_t worst_from_ = 0, worst_to_ = 0;
  std::int64_t worst_above_ = 0;
};

double in_unit(Unit unit, double value) {
  switch (unit) {
    case Unit::share:
    case Unit::each:
      return value;
    case Unit::seconds:
      return value / double(kSecondMs);
    case Unit::hours:
      return value / double(kHourMs);
    case Unit::days:
      return value / double(kDayMs);
    case Unit::per_hundred:
      return value * 100;
  }
  return value;
}

/// Numerator and denominator of a gap; the denominator is 0 when one side is empty.
std::pair<std::int64_t, std::int64_t> gap(const std::vector<Sample>& samples) {
  auto above = amounts_of(samples, true), other = amounts_of(samples, false);
  auto smaller = static_cast<std::int64_t>(std::min(above.size(), other.size()));
  if (smaller == 0) return {0, 0};
  return {percentile(std::move(above), 90) - percentile(std::move(other), 90), smaller};
}

/// Above: those of `picked.below` that have just this amount.
void pick_amount(const std::vector<Sample>& samples, std::optional<bool> side, std::size_t percent,
                 Picked& picked) {
  auto amounts = amounts_of(samples, side);
  if (amounts.empty()) return;
  auto value = percentile(std::move(amounts), percent);
  for (auto place : picked.below)
    if ((!side || samples[place].above == *side) && samples[place].amount == value)
      picked.above.push_back(place);
}

}  // namespace

std::vector<Sample> gather(const Measure& measure, const Facts& facts, const Selection& selection,
                           const Frame& frame) {
  const auto& selected = selection[measure.kind];
  switch (measure.kind) {
    case FactKind::order:
      return gather_from(facts.orders, selected, measure, frame);
    case FactKind::case_intake:
      return gather_from(facts.intakes, selected, measure, frame);
    case FactKind::case_outcome:
      return gather_from(facts.outcomes, selected, measure, frame);
    case FactKind::contact:
      return gather_from(facts.contacts, selected, measure, frame);
    case FactKind::referral:
      return gather_from(facts.referrals, selected, measure, frame);
    case FactKind::follow_up:
      return gather_from(facts.follow_ups, selected, measure, frame);
  }
  return {};
}

Figure figure_of(const Measure& measure, const std::vector<Sample>& samples, const Frame& frame) {
  Figure figure{.measure = &measure, .denominator = static_cast<std::int64_t>(samples.size())};
  bool is_amount = false;  // the numerator is the value itself, not to be divided
  switch (measure.shape) {
    case Shape::share:
      figure.numerator = count_above(samples);
      break;
    case Shape::mean:
      for (const auto& sample : samples) figure.numerator += sample.amount;
      break;
    case Shape::p50:
    case Shape::p90:
      is_amount = true;
      if (!samples.empty())
        figure.numerator = percentile(amounts_of(samples), measure.shape == Shape::p50 ? 50 : 90);
      break;
    case Shape::p90_gap:
      is_amount = true;
      std::tie(figure.numerator, figure.denominator) = gap(samples);
      break;
    case Shape::worst_24h: {
      auto worst = WindowSearch(samples, frame).run();
      figure.numerator = worst.above;
      figure.denominator = static_cast<std::int64_t>(worst.samples.size());
      break;
    }
  }
  figure.ranked = figure.denominator >= kLeastRanked;
  if (figure.denominator == 0) return figure;
  auto value = static_cast<double>(figure.numerator);
  figure.rate = in_unit(measure.unit, is_amount ? value : value / static_cast<double>(figure.denominator));
  return figure;
}

Picked pick(const Measure& measure, const std::vector<Sample>& samples, const Frame& frame) {
  Picked picked;
  if (measure.shape == Shape::worst_24h) {
    picked.below = WindowSearch(samples, frame).run().samples;
  } else {
    picked.below.resize(samples.size());
    std::iota(picked.below.begin(), picked.below.end(), 0u);
  }
  switch (measure.shape) {
    case Shape::share:
    case Shape::worst_24h:
      std::copy_if(picked.below.begin(), picked.below.end(), std::back_inserter(picked.above),
                   [&](auto place) { return samples[place].above; });
      break;
    case Shape::mean:
      picked.above = picked.below;
      break;
    case Shape::p50:
      pick_amount(samples, {}, 50, picked);
      break;
    case Shape::p90:
      pick_amount(samples, {}, 90, picked);
      break;
    case Shape::p90_gap:
      pick_amount(samples, true, 90, picked);
      pick_amount(samples, false, 90, picked);
      break;
  }
  return picked;
}

std::vector<CaseId> direct_cases(const Facts& facts, const Selection& selection) {
  std::vector<CaseId> cases;
  for (auto index : selection[FactKind::case_intake]) {
    const auto& fact = facts.intakes[index].fact;
    if (fact.answered_on_spot && fact.orders == 0) cases.push_back(fact.id);
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

}  // namespace toono
