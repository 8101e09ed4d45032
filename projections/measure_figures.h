// From rules to figures: what both assess and explain do with the facts, so that no figure has a second way
// to come about.
#pragma once

#include "projections/measures.h"

namespace toono {

/// A fact below the line.
struct Sample {
  std::uint32_t index = 0;  // in the Facts' vector of the measure's kind
  bool above = false;
  std::int64_t amount = 0;
};
/// Places in a list of samples, not sorted.
struct Picked {
  std::vector<std::uint32_t> above;
  std::vector<std::uint32_t> below;
};

/// Every selected fact that the measure's rule puts below the line, in the order of the selection.
std::vector<Sample> gather(const Measure& measure, const Facts& facts, const Selection& selection,
                           const Frame& frame);
/// Pure; the station is left to the caller.
Figure figure_of(const Measure& measure, const std::vector<Sample>& samples, const Frame& frame);
/// The samples that the figure counts, by the shape as explain() says.
Picked pick(const Measure& measure, const std::vector<Sample>& samples, const Frame& frame);
/// The ids of the selected cases that were answered on the spot and never dispatched, sorted.
std::vector<CaseId> direct_cases(const Facts& facts, const Selection& selection);

}  // namespace toono
