// `toono worklist`: what waits at a station, by due time.
#include "adapters/cli/ask.h"
#include "adapters/cli/names.h"
#include "adapters/json/writer.h"
#include "adapters/query/waiting.h"

namespace toono::cli {
namespace {

Result<WaitingFilter> waiting_filter_of(const Args& args) {
  WaitingFilter filter;
  filter.limit = args.limit;
  if (!args.state.empty()) {
    filter.status = find_word(OrderStatus{}, args.state);
    filter.kind = find_word(WaitKind{}, args.state);
    if (!filter.status && !filter.kind) {
      auto known = words(OrderStatus{});
      for (auto& other : words(WaitKind{})) known.push_back(other);
      return unexpected(unknown_word("--state", args.state, known));
    }
  }
  if (!args.risk.empty()) {
    TOONO_ASSIGN(filter.risk, parse_word<RiskLevel>("--risk", args.risk));
  }
  if (!args.due_before.empty()) {
    TOONO_ASSIGN(filter.due_before, parse_moment(args.due_before));
  }
  return filter;
}

/// A station's own order stands in its own state; everything else is named by what has to be done.
std::string state_word(const WorklistRow& row) {
  return row.kind == WaitKind::handle ? word(row.order_status) : word(row.kind);
}
std::string state_name(const WorklistRow& row, Language language) {
  return row.kind == WaitKind::handle ? name(row.order_status, language) : name(row.kind, language);
}

/// Whose due the row's is: until it is signed an order waits for the sign clock, then for the handling clock.
TimerKind timer_of(const WorklistRow& row) {
  switch (row.kind) {
    case WaitKind::handle:
      return row.order_status == OrderStatus::dispatched ? TimerKind::sign : TimerKind::handle;
    case WaitKind::review:
      return TimerKind::result_review;
    case WaitKind::ruling:
      return TimerKind::return_ruling;
    case WaitKind::dispatch:
      return TimerKind::dispatch;
    case WaitKind::reply:
      return TimerKind::reply;
    case WaitKind::callback:
      return TimerKind::callback;
    case WaitKind::follow_up:
      return TimerKind::follow_up;
  }
  return TimerKind::none;
}

Result<int> answer_in_json(const Asking& asking, const std::vector<WaitingRow>& rows) {
  JsonWriter out;
  out.begin_list();
  for (const auto& waiting : rows) {
    const auto& row = waiting.row;
    TOONO_ASSIGN(auto number, case_number_of(asking.context, row.case_id));
    out.begin_object().field("case", to_text(row.case_id)).field("number", number).key("order");
    is_nil(row.order_id) ? out.null() : out.text(to_text(row.order_id));
    out.field("state", state_word(row)).field("risk", word(row.risk)).key("due");
    row.due_ms == 0 ? out.null() : out.text(to_text(Instant(row.due_ms)));
    out.field("timer", word(timer_of(row))).field("overdue", waiting.is_overdue(asking.context.now));
    if (row.handle_due_ms != 0) out.field("handle_due", to_text(Instant(row.handle_due_ms)));
    out.field("programme", word(row.programme)).field("priority", word(row.priority));
    if (row.handler != 0) out.field("handler", std::to_string(row.handler));
    if (row.provisional != 0) out.field("provisional", true);
    out.end_object();
  }
  return print_answer(asking, out.end_list().str());
}

Result<int> answer_in_text(const Asking& asking, StationId station, const std::vector<WaitingRow>& rows) {
  auto label = station_label(asking.context, station);
  if (rows.empty()) return print(asking.say("Nothing waits at ", "没有待办：") + label), 0;
  TextTable table({asking.say("due", "期限"), asking.say("clock", "时限"), "", asking.say("case", "个案"),
                   asking.say("state", "状态"), asking.say("risk", "风险")});
  for (const auto& waiting : rows) {
    const auto& row = waiting.row;
    TOONO_ASSIGN(auto number, case_number_of(asking.context, row.case_id));
    table.row({local_text(Instant(row.due_ms)), name(timer_of(row), asking.language()),
               waiting.is_overdue(asking.context.now) ? asking.say("overdue", "超期") : "", number,
               state_name(row, asking.language()), name(row.risk, asking.language())});
    table.below({is_nil(row.order_id) ? "" : to_text(row.order_id), name(row.programme, asking.language()),
                 row.handler == 0 ? "" : std::to_string(row.handler)});
  }
  print(label + "\n" +
        asking.say("Below each: the order, the programme, who handles it.\n\n",
                   "每行之下：工单、业务、经办人。\n\n") +
        table.str());
  return 0;
}

}  // namespace

Result<int> query_worklist(const Asking& asking) {
  TOONO_ASSIGN(auto filter, waiting_filter_of(asking.args));
  TOONO_ASSIGN(auto station, station_asked(asking, asking.args.words.front()));
  TOONO_ASSIGN(auto rows, waiting_at(asking.context, station, filter));
  return asking.args.globals.json ? answer_in_json(asking, rows) : answer_in_text(asking, station, rows);
}

}  // namespace toono::cli
