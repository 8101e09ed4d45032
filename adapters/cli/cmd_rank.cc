// `toono rank`: the stations by one measure, best first. Those with fewer than ten below the line have no
// rank.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/commands.h"
#include "adapters/cli/measure_question.h"
#include "adapters/cli/names.h"
#include "adapters/json/writer.h"

namespace toono::cli {
namespace {

/// Measures of which less is better.
bool is_burden(std::string_view measure) {
  for (auto burden : {"abandonment", "wait_", "language_gap", "return_", "hops_per_case", "rework", "reopen",
                      "overdue_", "false_closure_gap", "level_raises", "urgings", "problem_cases",
                      "handling_hours", "referral_refused"})
    if (measure.starts_with(burden)) return true;
  return false;
}

Result<std::vector<Figure>> ranked_figures(const Asking& asking, const Measure& measure) {
  TOONO_ASSIGN(auto question, question_of(asking));
  std::optional<Tier> tier;
  if (!asking.args.tier.empty()) {
    TOONO_ASSIGN(tier, parse_word<Tier>("--tier", asking.args.tier));
  }
  question.scope = {{}, asking.args.subtree};
  for (const auto* station : asking.context.registry.stations(asking.context.day()))
    if (!tier || station->tier == *tier) question.scope.stations.push_back(station->id);
  TOONO_ASSIGN(auto figures, assess(question));
  std::erase_if(figures,
                [&](const Figure& figure) { return figure.measure != &measure || figure.denominator == 0; });
  bool burden = is_burden(measure.name);
  std::stable_sort(figures.begin(), figures.end(), [&](const Figure& a, const Figure& b) {
    if (a.ranked != b.ranked) return a.ranked;
    return burden ? a.rate.value_or(0) < b.rate.value_or(0) : a.rate.value_or(0) > b.rate.value_or(0);
  });
  return figures;
}

/// What is ranked, of whom, and when: a table that is passed on must still say it.
std::string title_of(const Asking& asking, const Measure& measure, const Period& period) {
  const auto& args = asking.args;
  auto title = measure_text(asking, measure);
  if (!args.tier.empty()) title += asking.say(", tier ", "，层级 ") + args.tier;
  if (args.subtree) title += asking.say(", each and all below it", "，各含下级");
  title += is_burden(measure.name) ? asking.say(", least first", "，由低到高")
                                   : asking.say(", best first", "，由高到低");
  return fmt::format("{}\n{} - {}\n\n", title, to_text(period.from), to_text(period.to));
}

}  // namespace

Result<int> query_rank(const Asking& asking) {
  TOONO_ASSIGN(const auto* measure, measure_asked(asking.args.words.front()));
  TOONO_ASSIGN(auto figures, ranked_figures(asking, *measure));
  JsonWriter out;
  out.begin_list();
  TextTable table({"", asking.say("station", "站点"), asking.say("above", "分子"),
                   asking.say("below", "分母"), asking.say("rate", "率")});
  std::uint64_t rank = 0;
  for (const auto& figure : figures) {
    if (asking.args.limit && rank >= *asking.args.limit) break;
    ++rank;
    out.begin_object().key("rank");
    figure.ranked ? out.number(rank) : out.null();
    out.field("station", std::to_string(figure.station.code())).field("numerator", figure.numerator);
    out.field("denominator", figure.denominator).key("rate").raw(rate_json(figure)).end_object();
    table.row({figure.ranked ? std::to_string(rank) : "-", station_label(asking.context, figure.station),
               std::to_string(figure.numerator), std::to_string(figure.denominator),
               rate_text(asking, figure)});
  }
  if (asking.args.globals.json) return print_answer(asking, out.end_list().str());
  TOONO_ASSIGN(auto period, period_asked(asking.args));
  print(title_of(asking, *measure, period) +
        (figures.empty() ? asking.say("No station has anything below the line.", "没有站点有数据。")
                         : table.str()));
  return 0;
}

}  // namespace toono::cli
