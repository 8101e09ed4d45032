// `toono assess`: the annual measures, and what `explain` and `rank` ask in the same way.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/measure_question.h"
#include "adapters/cli/names.h"
#include "adapters/json/nearest.h"
#include "adapters/json/writer.h"

namespace toono::cli {
namespace {

Result<Scope> scope_of(const Asking& asking) {
  if (!asking.args.station.empty()) {
    TOONO_ASSIGN(auto station, station_asked(asking, asking.args.station));
    return Scope{{station}, asking.args.subtree};
  }
  for (const auto* station : asking.context.registry.stations(asking.context.day()))
    if (station->kind == StationKind::region) return Scope{{station->id}, true};
  return unexpected(
      {ErrorCode::usage, "there is no region station to assess", "the registry", "say --station"});
}

std::string group_text(const Asking& asking, MeasureGroup group) {
  switch (group) {
    case MeasureGroup::answering:
      return asking.say("answering", "接听");
    case MeasureGroup::timeliness:
      return asking.say("timeliness", "时效");
    case MeasureGroup::dispatch:
      return asking.say("dispatch", "派单");
    case MeasureGroup::outcome:
      return asking.say("outcome", "成效");
    case MeasureGroup::safety:
      return asking.say("safety", "安全");
    case MeasureGroup::referral:
      return asking.say("referral", "转介");
    case MeasureGroup::supervision:
      return asking.say("supervision", "督办");
  }
  return {};
}

std::string unit_text(const Asking& asking, Unit unit) {
  switch (unit) {
    case Unit::share:
      return " %";
    case Unit::seconds:
      return asking.say(" s", " 秒");
    case Unit::hours:
      return asking.say(" h", " 小时");
    case Unit::days:
      return asking.say(" d", " 天");
    case Unit::each:
      return "";
    case Unit::per_hundred:
      return asking.say(" per 100", " /百单");
  }
  return {};
}

/// Sums and percentiles are kept in milliseconds, which nobody reads.
std::string numerator_text(const Figure& figure) {
  bool in_ms = figure.measure->unit == Unit::seconds || figure.measure->unit == Unit::hours ||
               figure.measure->unit == Unit::days;
  return in_ms ? "" : std::to_string(figure.numerator);
}

std::string figures_json(const std::vector<Figure>& figures) {
  JsonWriter out;
  out.begin_list();
  for (const auto& figure : figures) {
    out.begin_object()
        .field("measure", figure.measure->name)
        .field("station", std::to_string(figure.station.code()));
    out.field("numerator", figure.numerator).field("denominator", figure.denominator);
    out.key("rate").raw(rate_json(figure)).field("ranked", figure.ranked).end_object();
  }
  return out.end_list().str();
}

std::string figures_text(const Asking& asking, const Question& question, const std::vector<Figure>& figures) {
  std::string out =
      fmt::format("{}{}  {} - {}\n", station_label(asking.context, question.scope.stations.front()),
                  question.scope.subtree ? asking.say(" and all below it", "（含下级）") : "",
                  to_text(question.period.from), to_text(question.period.to));
  TextTable table({asking.say("measure", "指标"), asking.say("above", "分子"), asking.say("below", "分母"),
                   asking.say("rate", "率"), ""});
  std::optional<MeasureGroup> group;
  for (const auto& figure : figures) {
    if (group != figure.measure->group)
      table.row({group_text(asking, figure.measure->group), "", "", "", ""});
    group = figure.measure->group;
    bool few = figure.rate && !figure.ranked;
    table.row({"  " + measure_text(asking, *figure.measure), numerator_text(figure),
               std::to_string(figure.denominator), rate_text(asking, figure),
               few ? asking.say("few", "样本少") : ""});
  }
  return out + "\n" + table.str();
}

}  // namespace

Result<Period> period_asked(const Args& args) {
  if (args.year && (!args.from.empty() || !args.to.empty()))
    return unexpected(
        {ErrorCode::usage, "two periods are given", "--year and --from or --to", "say one of them"});
  if (args.year) {
    if (*args.year < kFirstYear || *args.year > kLastYear)
      return unexpected({ErrorCode::usage, "this is not a year", fmt::format("--year {}", *args.year),
                         fmt::format("years go from {} to {}", kFirstYear, kLastYear)});
    return year_period(*args.year);
  }
  if (args.from.empty() != args.to.empty())
    return unexpected({ErrorCode::usage, args.to.empty() ? "--to is missing" : "--from is missing",
                       args.to.empty() ? "--from " + args.from : "--to " + args.to,
                       args.to.empty() ? "say --to DAY too: the last day of the period"
                                       : "say --from DAY too: the first day of the period"});
  if (args.from.empty())
    return unexpected(
        {ErrorCode::usage, "no period is given", "the command line", "say --year Y, or --from and --to"});
  TOONO_ASSIGN(auto from, parse_day(args.from));
  TOONO_ASSIGN(auto to, parse_day(args.to));
  if (to < from)
    return unexpected({ErrorCode::usage, "the period ends before it begins", args.from + " to " + args.to,
                       "turn them round"});
  return Period{from, to};
}

Result<const Measure*> measure_asked(const std::string& typed) {
  if (const auto* measure = find_measure(typed)) return measure;
  // As a table for people has it.
  auto as_printed = typed;
  std::replace(as_printed.begin(), as_printed.end(), ' ', '_');
  if (const auto* measure = find_measure(as_printed)) return measure;
  std::vector<std::string> known;
  for (const auto& measure : all_measures()) known.emplace_back(measure.name);
  auto error = unknown_word("a measure", typed, known);
  if (!error.next.starts_with("did you mean"))
    error.next = "`toono assess --year 2026` names them, docs/measures.md defines them";
  std::vector<std::string_view> chinese;
  for (const auto& measure : all_measures()) chinese.push_back(measure.name_zh);
  if (auto near = nearest(typed, chinese); !near.empty())
    error.next = fmt::format("did you mean `{}`?", near);
  return unexpected(std::move(error));
}

Result<Question> question_of(const Asking& asking) {
  TOONO_ASSIGN(auto period, period_asked(asking.args));
  TOONO_ASSIGN(auto scope, scope_of(asking));
  const auto& context = asking.context;
  return Question{context.store, context.registry, context.partitions, std::move(scope), period, context.now};
}

std::string measure_text(const Asking& asking, const Measure& measure) {
  if (asking.language() == Language::zh) return std::string(measure.name_zh);
  std::string name(measure.name);
  for (auto& c : name)
    if (c == '_') c = ' ';
  return name;
}

std::string rate_text(const Asking& asking, const Figure& figure) {
  if (!figure.rate) return "-";
  auto shown = *figure.rate;
  if (figure.measure->unit == Unit::share) {
    shown *= 100;
    // All and none are said only where it is all and none.
    if (shown < 100) shown = std::min(shown, 99.9);
    if (shown > 0) shown = std::max(shown, 0.1);
  }
  return fmt::format("{:.1f}{}", shown, unit_text(asking, figure.measure->unit));
}

std::string amount_text(const Asking& asking, const Measure& measure, std::int64_t amount) {
  auto in = [&](std::int64_t unit_ms) {
    return fmt::format("{:.1f}{}", double(amount) / double(unit_ms), unit_text(asking, measure.unit));
  };
  switch (measure.unit) {
    case Unit::seconds:
      return in(kSecondMs);
    case Unit::hours:
      return in(kHourMs);
    case Unit::days:
      return in(kDayMs);
    case Unit::share:
    case Unit::each:
    case Unit::per_hundred:
      break;
  }
  return std::to_string(amount);
}

std::string rate_json(const Figure& figure) {
  if (!figure.rate) return "null";
  auto text = fmt::format("{:.6f}", *figure.rate);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text += '0';
  return text;
}

Result<int> query_assess(const Asking& asking) {
  TOONO_ASSIGN(auto question, question_of(asking));
  TOONO_ASSIGN(auto figures, assess(question));
  if (asking.args.globals.json) return print_answer(asking, figures_json(figures));
  print(figures_text(asking, question, figures));
  return 0;
}

}  // namespace toono::cli
