// What `assess`, `explain` and `export measures` ask: which stations, which days.
#pragma once

#include "adapters/cli/ask.h"
#include "projections/measures.h"

namespace toono::cli {

/// From --year or --from and --to, --station (default: the region with all below it) and --subtree. Error
/// usage: no period, or one that ends before it begins; not_found: no such station.
Result<Question> question_of(const Asking& asking);

/// --year, or --from and --to. Error usage: none of them, both, or an end before the beginning.
Result<Period> period_asked(const Args& args);

/// The measure of that name, English or Chinese. Error usage, naming the nearest.
Result<const Measure*> measure_asked(const std::string& typed);

/// A measure's name in the language asked for.
std::string measure_text(const Asking& asking, const Measure& measure);

/// A figure's rate as people read it: a share in per cent, else a number and its unit; "-" when there is
/// nothing to divide by.
std::string rate_text(const Asking& asking, const Figure& figure);

/// What one row counts of a mean or a percentile, in the measure's unit.
std::string amount_text(const Asking& asking, const Measure& measure, std::int64_t amount);

/// A rate as JSON: a number with at most six places, or null.
std::string rate_json(const Figure& figure);

}  // namespace toono::cli
