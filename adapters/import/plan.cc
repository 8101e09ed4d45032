#include "adapters/import/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace toono {
namespace {

/// Plans one case: its rows in order of time, and in front of each what it needs and has not had.
class CasePlan {
 public:
  CasePlan(const CaseLog& log, const ImportMapping& mapping, std::size_t index,
           std::vector<PlannedCommand>& out)
      : log_(log),
        mapping_(mapping),
        index_(index),
        about_(log.cases[index]),
        ids_(case_ids(mapping, about_.id)),
        out_(out) {}

  void plan(const std::vector<std::size_t>& rows) {
    // A case is registered at the earliest moment that is known of it.
    row_ = first_row_ = rows.front();
    auto registered = log_.good[rows.front()].time;
    for (const auto& known : {about_.opened, about_.completed})
      if (known && *known < registered) registered = *known;
    add("RegisterCase", ids_.register_id, registered);
    for (auto row : rows) {
      if (about_.completed && log_.good[row].time > *about_.completed) close(*about_.completed);
      row_ = row;
      plan_row(log_.good[row]);
    }
    if (about_.completed) close(*about_.completed);
  }

 private:
  void plan_row(const LogRow& row) {
    bool planned = false;
    for (const auto& command : *mapping_.commands_for(row.activity)) planned |= plan_command(command, row);
    // Every row leaves a trace: one whose commands the case has had already is logged as progress.
    if (planned) return;
    need_order(row.time);
    add("LogProgress", import_id(mapping_, "LogProgress", row.row_id), row.time);
  }

  /// False: there is nothing left to do for this row's command.
  bool plan_command(const std::string& command, const LogRow& row) {
    // The case was registered in front of its first row, which therefore has its command.
    if (command == "RegisterCase") return row_ == first_row_;
    if (command == "TriageCase" && !triaged_) return triage(row.time), true;
    if (command == "DispatchOrder" && !dispatched_) return need_order(row.time), true;
    if (command == "SignOrder" && !signed_) return need_signature(row.time), true;
    if (command == "ContactCaller" && !submitted_) {
      need_signature(row.time);
      add("ContactCaller", import_id(mapping_, "ContactCaller", row.row_id), row.time);
      return true;
    }
    // Where a column says when a case ended, no activity does.
    if (mapping_.completed_column) return false;
    if (command == "SubmitResult" && !submitted_) return submit(row.time), true;
    if (command == "AcceptResult" && !accepted_) return accept_result(row.time), true;
    if (command == "CloseCase" && !closed_) return close(row.time), true;
    return false;
  }

  void triage(Instant at) {
    triaged_ = true;
    add("TriageCase", ids_.triage_id, at);
  }
  void need_order(Instant at) {
    if (dispatched_) return;
    if (!triaged_) triage(at);
    dispatched_ = true;
    add("DispatchOrder", ids_.dispatch_id, at);
  }
  void need_signature(Instant at) {
    need_order(at);
    if (signed_) return;
    signed_ = true;
    add("SignOrder", ids_.sign_id, at);
  }
  void submit(Instant at) {
    if (submitted_) return;
    need_signature(at);
    submitted_ = true;
    add("SubmitResult", ids_.submit_id, at);
  }
  void accept_result(Instant at) {
    if (accepted_) return;
    submit(at);
    accepted_ = true;
    add("AcceptResult", ids_.accept_id, at);
  }
  void close(Instant at) {
    if (closed_) return;
    accept_result(at);
    closed_ = true;
    add("CloseCase", ids_.close_id, at);
  }
  void add(const char* name, const CommandId& id, Instant at) {
    out_.push_back({at, row_, id, name, index_});
  }

  const CaseLog& log_;
  const ImportMapping& mapping_;
  std::size_t index_;
  const LogCase& about_;
  CaseIds ids_;
  std::vector<PlannedCommand>& out_;
  std::size_t row_ = 0, first_row_ = 0;
  bool triaged_ = false, dispatched_ = false, signed_ = false, submitted_ = false, accepted_ = false,
       closed_ = false;
};

}  // namespace

CommandId import_id(const ImportMapping& mapping, std::string_view kind, std::string_view text) {
  // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
  auto key = fmt::format("import/{}:{}/{}:{}/{}", mapping.name.size(), mapping.name, kind.size(), kind, text);
  return derive<CommandId>(CommandId{}, key);
}

CaseIds case_ids(const ImportMapping& mapping, const std::string& case_id) {
  CaseIds ids;
  ids.register_id = import_id(mapping, "case/RegisterCase", case_id);
  ids.triage_id = import_id(mapping, "case/TriageCase", case_id);
  ids.dispatch_id = import_id(mapping, "case/DispatchOrder", case_id);
  ids.sign_id = import_id(mapping, "case/SignOrder", case_id);
  ids.submit_id = import_id(mapping, "case/SubmitResult", case_id);
  ids.accept_id = import_id(mapping, "case/AcceptResult", case_id);
  ids.close_id = import_id(mapping, "case/CloseCase", case_id);
  ids.case_id = derive<CaseId>(ids.register_id, "entity");
  ids.order_id = derive<OrderId>(ids.dispatch_id, "order");
  return ids;
}

std::vector<PlannedCommand> plan_import(const CaseLog& log, const ImportMapping& mapping) {
  std::vector<std::vector<std::size_t>> rows(log.cases.size());
  for (std::size_t i = 0; i < log.good.size(); ++i) rows[log.good[i].case_index].push_back(i);
  std::vector<PlannedCommand> plan;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    auto by_time = [&](std::size_t a, std::size_t b) { return log.good[a].time < log.good[b].time; };
    std::stable_sort(rows[index].begin(), rows[index].end(), by_time);
    CasePlan(log, mapping, index, plan).plan(rows[index]);
  }
  std::stable_sort(plan.begin(), plan.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return plan;
}

}  // namespace toono
