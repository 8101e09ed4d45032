// `toono deadline`: how an order's due dates were worked out, step by step, and whether they are what is
// stored.
#include <fmt/format.h>

#include "adapters/cli/ask.h"
#include "adapters/cli/names.h"
#include "adapters/json/writer.h"
#include "adapters/query/deadline_trace.h"

namespace toono::cli {
namespace {

void append_row(JsonWriter& out, const ClockTrace& clock) {
  out.key("policy_row");
  if (!clock.row) return void(out.null());
  const auto& row = *clock.row;
  out.begin_object().field("policy", clock.policy_version).field("row", clock.row_number);
  out.field("timer", word(row.timer)).field("clock", word(row.clock)).field("amount", row.amount);
  out.field("unit", word(row.unit));
  if (clock.percent) out.field("percent", *clock.percent);
  out.end_object();
}

/// Otherwise by the minutes that are worked on each.
bool by_days(const ClockTrace& clock) { return clock.row->unit == TimeUnit::days && !clock.percent; }

void append_steps(JsonWriter& out, const ClockTrace& clock) {
  out.key("steps").begin_list();
  std::uint32_t n = 0;
  for (const auto& step : clock.steps) {
    out.begin_object()
        .field("date", to_text(step.day))
        .field("kind", step.kind)
        .field("counted", step.counted);
    if (!step.name.empty()) out.field("name", step.name);
    if (step.counted && by_days(clock)) out.field("n", ++n);
    if (step.counted && !by_days(clock)) out.field("minutes", step.worked_ms / kMinuteMs);
    out.end_object();
  }
  out.end_list();
}

std::string json_of(const std::vector<ClockTrace>& clocks) {
  JsonWriter out;
  out.begin_list();
  for (const auto& clock : clocks) {
    out.begin_object().field("timer", word(clock.timer)).field("start", to_text(clock.start));
    append_row(out, clock);
    out.field("calendar", clock.calendar_version);
    append_steps(out, clock);
    // No command makes either of them yet.
    out.key("pauses").begin_list().end_list().key("extensions").begin_list().end_list();
    out.field("due", to_text(clock.stored_due)).field("source", word(clock.source));
    if (!is_nil(clock.inherited_from)) out.field("inherited_from", to_text(clock.inherited_from));
    out.field("fixed_by", clock.fixed_by)
        .field("provisional", clock.provisional)
        .field("agrees", clock.agrees());
    if (!clock.agrees()) out.field("computed", to_text(clock.computed_due));
    out.end_object();
  }
  return out.end_list().str();
}

std::string rule_text(const Asking& asking, const ClockTrace& clock) {
  auto language = asking.language();
  if (clock.source == DueSource::imported && !clock.percent)
    return asking.say("given with the order", "随单给定");
  if (!clock.row) return asking.say("no row of the policy", "政策中无此项");
  auto unit = name(clock.row->unit, language);
  if (clock.row->amount == 1 && unit.ends_with('s')) unit.pop_back();
  auto rule = fmt::format("{} {}, {}", clock.row->amount, unit, name(clock.row->clock, language));
  if (clock.percent) rule = fmt::format("{} % · {}", *clock.percent, rule);
  return rule;
}

/// By what it was worked out.
std::string sources_text(const Asking& asking, const ClockTrace& clock) {
  auto text = fmt::format("{} {}", asking.say("calendar", "日历"), clock.calendar_version);
  if (!clock.row) return text;
  return fmt::format("{} {}, {} {}, {}", asking.say("policy", "政策"), clock.policy_version,
                     asking.say("row", "第"), clock.row_number, text);
}

std::string kind_text(const Asking& asking, std::string_view kind) {
  if (kind == "make_up_workday") return asking.say("make-up working day", "调休上班");
  if (kind == "holiday") return asking.say("holiday", "放假");
  if (kind == "weekend") return asking.say("weekend", "周末");
  return "";
}

std::string text_of(const Asking& asking, const std::vector<ClockTrace>& clocks) {
  if (clocks.empty()) return asking.say("No clock has run for this order.", "此工单没有期限。");
  std::string out;
  for (const auto& clock : clocks) {
    out += fmt::format("{}: {}{}\n", name(clock.timer, asking.language()), local_text(clock.stored_due),
                       clock.provisional ? asking.say(" (provisional)", "（暂定）") : "");
    out += fmt::format("  {} {}  {}\n", asking.say("from", "起"), local_text(clock.start),
                       rule_text(asking, clock));
    out += fmt::format("  {}\n", sources_text(asking, clock));
    if (!is_nil(clock.inherited_from))
      out += fmt::format("  {} {}\n", asking.say("the clock of order", "承接工单"),
                         to_text(clock.inherited_from));
    std::uint32_t n = 0;
    for (const auto& step : clock.steps) {
      auto line = fmt::format("  {:>3}  {}  {} {}", step.counted ? std::to_string(++n) : "-",
                              to_text(step.day), kind_text(asking, step.kind), step.name);
      line.erase(line.find_last_not_of(' ') + 1);
      if (step.counted && !by_days(clock))
        line += fmt::format("  {} {}", step.worked_ms / kMinuteMs, asking.say("minutes", "分钟"));
      out += line + "\n";
    }
    if (!clock.agrees())
      out +=
          fmt::format("  {} {}\n", asking.say("DOES NOT AGREE: worked out anew it is", "不一致：重新计算为"),
                      local_text(clock.computed_due));
    out += "\n";
  }
  return out;
}

}  // namespace

Result<int> query_deadline(const Asking& asking) {
  const auto& context = asking.context;
  const auto& typed = asking.args.words.front();
  TOONO_ASSIGN(auto found, find_entity(context.store, context.partitions, typed));
  if (!found.part)
    return unexpected({ErrorCode::not_found, "this is not an order", typed,
                       "`toono show CASE` lists the orders of a case"});
  TOONO_ASSIGN(auto clocks, trace_deadlines(context, found.partition, id_as<CaseId>(found.entity),
                                            id_as<OrderId>(*found.part)));
  if (asking.args.globals.json) {
    TOONO_ASSIGN(int printed, print_answer(asking, json_of(clocks)));
    (void)printed;
  } else {
    print(text_of(asking, clocks));
  }
  for (const auto& clock : clocks)
    if (!clock.agrees()) {
      warn(fmt::format("the stored due of {} is not what its rules give: {}: run `toono verify --full`",
                       word(clock.timer), clock.fixed_by));
      return 1;
    }
  return 0;
}

}  // namespace toono::cli
