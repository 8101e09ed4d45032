// What a measure's rule says, in words: what stands above the line, and what below it.
#pragma once

#include "adapters/cli/args.h"
#include "projections/measures.h"

namespace toono::cli {

struct RuleWords {
  std::string_view above, below;
};

/// One line each. P is the period asked for; docs/measures.md says more of what holds for all.
RuleWords rule_words(const Measure& measure, Language language);

}  // namespace toono::cli
