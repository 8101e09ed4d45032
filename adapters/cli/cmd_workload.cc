// `toono workload`: open, waiting, near due and overdue work, now or as it stood at the end of a day.
#include "adapters/cli/ask.h"
#include "adapters/cli/names.h"
#include "adapters/json/writer.h"
#include "adapters/query/workload.h"

namespace toono::cli {
namespace {

/// In the order of Counter.
constexpr std::string_view kCounters[] = {
    "contacts_offered",  "contacts_answered", "contacts_abandoned", "cases_registered",  "cases_closed",
    "orders_dispatched", "orders_signed",     "returns_asked",      "results_submitted", "results_accepted",
    "sign_missed",       "handle_missed",     "referrals_sent"};
static_assert(std::size(kCounters) == static_cast<std::size_t>(Counter::count_));

struct Asked {
  LoadScope scope;
  std::optional<Day> day;
};

Result<Asked> asked_of(const Asking& asking) {
  const auto& args = asking.args;
  Asked asked;
  asked.scope.subtree = args.subtree;
  if (!args.words.empty() && !args.tier.empty())
    return unexpected({ErrorCode::usage, "a station and a tier are given",
                       args.words.front() + " --tier " + args.tier,
                       "say one of them: a STATION (with --subtree all below it), or --tier"});
  if (!args.words.empty()) {
    TOONO_ASSIGN(asked.scope.station, station_asked(asking, args.words.front()));
  }
  if (!args.tier.empty()) {
    TOONO_ASSIGN(asked.scope.tier, parse_word<Tier>("--tier", args.tier));
  }
  if (!args.day.empty()) {
    TOONO_ASSIGN(asked.day, parse_day(args.day));
  }
  return asked;
}

Tier tier_of(const Asking& asking, StationId station) {
  const auto* record = asking.context.registry.station(station, asking.context.day());
  return record ? record->tier : Tier::none;
}

void append_load(JsonWriter& out, const Load& load) {
  out.field("open", load.open).field("waiting", load.waiting).field("near_due", load.near_due);
  out.field("overdue", load.overdue);
}

std::string json_of(const Asking& asking, const std::vector<StationLoad>& loads) {
  JsonWriter out;
  out.begin_list();
  for (const auto& load : loads) {
    out.begin_object().field("station", std::to_string(load.station.code()));
    out.field("tier", word(tier_of(asking, load.station)));
    append_load(out, load.all);
    out.key("by_programme").begin_list();
    for (const auto& [programme, part] : load.by_programme) {
      out.begin_object().field("programme", word(programme));
      append_load(out, part);
      out.end_object();
    }
    out.end_list().key("by_handler").begin_list();
    for (const auto& [handler, part] : load.by_handler) {
      out.begin_object().field("handler", std::to_string(handler));
      append_load(out, part);
      out.end_object();
    }
    out.end_list();
    if (load.counts) {
      out.key("counts").begin_object();
      for (std::size_t i = 0; i < std::size(kCounters); ++i) out.field(kCounters[i], load.counts->counts[i]);
      out.end_object();
    }
    out.end_object();
  }
  return out.end_list().str();
}

std::vector<std::string> cells(std::string label, std::string tier, const Load& load) {
  return {std::move(label),
          std::move(tier),
          std::to_string(load.open),
          std::to_string(load.waiting),
          std::to_string(load.near_due),
          std::to_string(load.overdue)};
}

std::string text_of(const Asking& asking, const std::vector<StationLoad>& loads) {
  if (loads.empty()) return asking.say("No station has open work.", "没有在办工单。");
  TextTable table({asking.say("station", "服务台"), asking.say("tier", "层级"), asking.say("open", "在办"),
                   asking.say("waiting", "待签收"), asking.say("near due", "临期"),
                   asking.say("overdue", "超期")});
  Load total;
  for (const auto& load : loads) {
    auto tier = tier_of(asking, load.station);
    table.row(cells(station_label(asking.context, load.station), name(tier, asking.language()), load.all));
    total += load.all;
  }
  if (loads.size() > 1) table.row(cells(asking.say("together", "合计"), "", total));
  auto text = table.str();
  if (loads.size() > 1) return text;
  if (!loads.front().by_programme.empty()) {
    TextTable programmes({asking.say("programme", "业务"), "", asking.say("open", "在办"),
                          asking.say("waiting", "待签收"), asking.say("near due", "临期"),
                          asking.say("overdue", "超期")});
    for (const auto& [programme, part] : loads.front().by_programme)
      programmes.row(cells(name(programme, asking.language()), "", part));
    text += "\n" + programmes.str();
  }
  return text;
}

/// Whose work, and when.
std::string title_of(const Asking& asking, const Asked& asked) {
  auto title = asking.say("open work", "在办工单");
  if (asked.scope.station)
    title += asking.say(" of ", "：") + station_label(asking.context, *asked.scope.station);
  if (asked.scope.subtree) title += asking.say(" and all below it", "（含下级）");
  if (asked.scope.tier) title += asking.say(" of tier ", "，层级 ") + asking.args.tier;
  title += "  ";
  return title +
         (asked.day ? to_text(*asked.day) + asking.say(", at its end", " 日终")
                    : local_text(asking.context.now)) +
         "\n\n";
}

}  // namespace

Result<int> query_workload(const Asking& asking) {
  TOONO_ASSIGN(auto asked, asked_of(asking));
  TOONO_ASSIGN(auto loads, workload(asking.context, asked.scope, asked.day));
  if (asking.args.globals.json) return print_answer(asking, json_of(asking, loads));
  print(title_of(asking, asked) + text_of(asking, loads));
  return 0;
}

}  // namespace toono::cli
