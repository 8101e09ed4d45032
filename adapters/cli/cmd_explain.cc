// `toono explain`: what is behind a figure, for a person to read and for a program to check.
#include <fmt/format.h>

#include <map>
#include <set>

#include "adapters/cli/event_names.h"
#include "adapters/cli/measure_question.h"
#include "adapters/cli/measure_words.h"
#include "adapters/json/writer.h"
#include "adapters/query/history.h"
#include "adapters/query/recent.h"
#include "core/partition.h"

namespace toono::cli {
namespace {

constexpr std::uint64_t kShown = 10;

std::string_view evidence_key(FactKind kind) {
  switch (kind) {
    case FactKind::order:
      return "order";
    case FactKind::contact:
      return "contact";
    case FactKind::referral:
      return "referral";
    case FactKind::case_intake:
    case FactKind::case_outcome:
    case FactKind::follow_up:
      return "";
  }
  return "";
}

void append_evidence(JsonWriter& out, std::string_view key, const std::vector<Evidence>& list) {
  out.key(key).begin_list();
  for (const auto& evidence : list) {
    out.begin_object();
    if (auto name = evidence_key(evidence.kind); !name.empty()) out.field(name, to_text(evidence.id));
    out.key("case");
    is_nil(evidence.case_id) ? out.null() : out.text(to_text(evidence.case_id));
    if (evidence.kind == FactKind::follow_up) out.field("step", evidence.step);
    out.key("events").begin_list();
    for (const auto& event : evidence.events) out.text(event);
    out.end_list().end_object();
  }
  out.end_list();
}

std::string explanation_json(const Explanation& explanation) {
  const auto& figure = explanation.figure;
  JsonWriter out;
  out.begin_object()
      .field("measure", figure.measure->name)
      .field("station", std::to_string(figure.station.code()));
  out.key("rate").raw(rate_json(figure));
  append_evidence(out, "numerator", explanation.numerator);
  append_evidence(out, "denominator", explanation.denominator);
  return out.field("agrees", explanation.agrees).end_object().str();
}

struct Happening {
  EventBody type = EventBody::NONE;
  Instant at;
};

/// What stands in the journal under each event id of the entity that the evidence is of.
Result<std::map<std::string, Happening>> happenings_of(const QueryContext& context,
                                                       const Evidence& evidence) {
  auto entity =
      evidence.kind == FactKind::contact ? id_as<EntityId>(evidence.id) : id_as<EntityId>(evidence.case_id);
  auto partition = partition_of(entity, context.partitions);
  std::map<std::string, Happening> happenings;
  TOONO_TRY(each_decision(context.store, partition, entity, [&](const Decision& decision) {
    std::size_t index = 0;
    for (const auto* event : events_of(decision))
      happenings[event_name(partition, decision.seq(), index++)] = {event->body_type(),
                                                                    *decision.occurred_at()};
    return true;
  }));
  return happenings;
}

/// Which side of the line a row of the text stands on.
enum class Side { above, only_below };

/// Why it stands there: the event that the rule looked at and the due that it was held against, or what has
/// not come.
std::string reason_text(const Asking& asking, const Measure& measure, const Evidence& evidence, Side side,
                        const std::map<std::string, Happening>& happenings) {
  auto named = [&](const std::string& event) {
    auto found = happenings.find(event);
    auto type = found == happenings.end() ? EventBody::NONE : found->second.type;
    return event_text(type, asking.language()) + " " + event;
  };
  const bool is_above = side == Side::above;
  auto out =
      is_above ? asking.say("above the line: ", "计入分子：") : asking.say("not above it: ", "未计入分子：");
  bool has_amount = measure.shape != Shape::share && measure.shape != Shape::worst_24h;
  if (has_amount) out = amount_text(asking, measure, evidence.amount) + ": ";
  auto due = evidence.due_ms == 0 ? std::string() : local_text(Instant(evidence.due_ms));
  if (!evidence.decided_by.empty()) {
    out += named(evidence.decided_by);
    if (!due.empty()) out += asking.say(", due ", "，期限 ") + due;
  } else if (!due.empty()) {
    out += asking.say("nothing by the due ", "期限内无此事件，期限 ") + due;
  } else if (!evidence.since.empty()) {
    out += is_above || has_amount
               ? named(evidence.since)
               : asking.say("no such event; in P by ", "无此事件；计入期内：") + named(evidence.since);
  }
  return "    " + out + "\n";
}

/// Number of the case, id of its part, why it stands there, and the events that gave the fact its moments, a
/// line each.
Result<std::string> evidence_text(const Asking& asking, const Measure& measure, const Evidence& evidence,
                                  Side side) {
  std::string out;
  if (!is_nil(evidence.case_id)) {
    TOONO_ASSIGN(auto number, case_number_of(asking.context, evidence.case_id));
    out += asking.say("  case ", "  个案 ") + number;
  }
  if (evidence.kind == FactKind::order) out += asking.say("  order ", "  工单 ") + to_text(evidence.id);
  if (evidence.kind == FactKind::contact) out += asking.say("  contact ", "  接触 ") + to_text(evidence.id);
  if (evidence.kind == FactKind::referral) out += asking.say("  referral ", "  转介 ") + to_text(evidence.id);
  if (evidence.kind == FactKind::follow_up)
    out += asking.say("  follow-up ", "  跟踪 ") + std::to_string(evidence.step);
  out += "\n";
  TOONO_ASSIGN(auto happenings, happenings_of(asking.context, evidence));
  out += reason_text(asking, measure, evidence, side, happenings);
  for (const auto& event : evidence.events) {
    const auto& what = happenings[event];
    out += fmt::format("      {}  {}  {}\n", local_text(what.at), event,
                       event_text(what.type, asking.language()));
  }
  return out;
}

Result<std::string> list_text(const Asking& asking, const Measure& measure,
                              const std::vector<const Evidence*>& list, Side side) {
  if (list.empty()) return "  " + asking.say("nothing", "无") + "\n";
  auto limit = asking.args.limit.value_or(kShown);
  std::string out;
  for (std::size_t i = 0; i < list.size() && i < limit; ++i) {
    TOONO_ASSIGN(auto text, evidence_text(asking, measure, *list[i], side));
    out += text;
  }
  if (list.size() > limit)
    out += fmt::format("  {} {}: {}\n", asking.say("and more:", "其余"), list.size() - limit,
                       asking.say("--limit N shows more, --json all", "用 --limit N 或 --json 查看"));
  return out;
}

Result<std::string> explanation_text(const Asking& asking, const Period& period,
                                     const Explanation& explanation) {
  const auto& figure = explanation.figure;
  std::set<std::tuple<Uuid, std::uint32_t>> counted;
  std::vector<const Evidence*> above, only_below;
  for (const auto& evidence : explanation.numerator) {
    counted.emplace(evidence.id, evidence.step);
    above.push_back(&evidence);
  }
  for (const auto& evidence : explanation.denominator)
    if (!counted.contains({evidence.id, evidence.step})) only_below.push_back(&evidence);
  TOONO_ASSIGN(auto above_text, list_text(asking, *figure.measure, above, Side::above));
  TOONO_ASSIGN(auto below_text, list_text(asking, *figure.measure, only_below, Side::only_below));
  auto rule = rule_words(*figure.measure, asking.language());
  auto head = fmt::format(
      "{}  {}{}  {}\n{}: {} - {}\n{}\n", measure_text(asking, *figure.measure),
      station_label(asking.context, figure.station),
      asking.args.subtree || asking.args.station.empty() ? asking.say(" and all below it", "（含下级）") : "",
      rate_text(asking, figure), asking.say("P", "期"), to_text(period.from), to_text(period.to),
      explanation.agrees ? asking.say("The journal's records, folded anew, lead to the same figure.",
                                      "由日志重新推算，结果一致。")
                         : "");
  auto rule_says = asking.say("  rule: ", "  规则：");
  return fmt::format("{}\n{}: {}\n{}{}\n{}\n{}: {}; {}: {}\n{}{}\n{}", head,
                     asking.say("above the line", "分子"), above.size(), rule_says, rule.above, above_text,
                     asking.say("below the line", "分母"), explanation.denominator.size(),
                     asking.say("of these not above it", "其中不在分子"), only_below.size(), rule_says,
                     rule.below, below_text);
}

}  // namespace

Result<int> query_explain(const Asking& asking) {
  TOONO_ASSIGN(const auto* measure, measure_asked(asking.args.words.front()));
  TOONO_ASSIGN(auto question, question_of(asking));
  std::optional<Progress> folding(std::in_place, "folded anew", 0);
  TOONO_ASSIGN(auto explanation, explain(*measure, question, [&](std::uint64_t done, std::uint64_t of) {
                 folding->at(done, of);
               }));
  folding.reset();
  if (asking.args.globals.json) {
    TOONO_ASSIGN(int printed, print_answer(asking, explanation_json(explanation)));
    (void)printed;
  } else {
    TOONO_ASSIGN(auto text, explanation_text(asking, question.period, explanation));
    print(text);
  }
  if (explanation.agrees) return 0;
  warn(
      fmt::format("the journal, folded anew, does not lead to this figure: {}: run `toono verify --full`, "
                  "then `toono rebuild`",
                  measure->name));
  return 1;
}

}  // namespace toono::cli
