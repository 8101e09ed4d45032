// How queries are asked: the same function answers live, and of the journal as it was at a moment.
#pragma once

#include <functional>

#include "adapters/cli/session.h"
#include "adapters/query/context.h"
#include "adapters/query/past.h"

namespace toono::cli {

/// What a query gets. Lives until it has answered.
struct Asking {
  const Args& args;
  QueryContext context;
  /// The deployment of today: for what the past cannot do, recording an access and opening seals.
  Session& session;

  Language language() const { return args.globals.language; }
  std::string say(std::string_view en, std::string_view zh) const {
    return std::string(language() == Language::zh ? zh : en);
  }
};

/// Prints the answer; the value is the exit code.
using Query = Result<int> (*)(const Asking&);

/// Null: no query of that name, so nothing that can be replayed.
Query find_query(std::string_view name);
/// The names of all queries.
std::vector<std::string_view> query_names();

/// Opens the deployment, answers, closes. With args.as_of the query sees the journal as it was then, and
/// `now` is that moment unless --now was given. Nothing is written but what the query itself records.
Result<int> ask(const Args& args, Query query);

/// Prints `data` in the envelope of every JSON answer.
Result<int> print_answer(const Asking& asking, std::string_view data);

/// Whether this was meant as a place in the journal: it has a colon, and is no instant.
bool is_position(std::string_view text);
/// `PARTITION:SEQ`, or the id of an event there, `PARTITION:SEQ:INDEX`; `r` is the registry. Error usage:
/// what may be said.
Result<AsOf> parse_position(std::string_view text, PartitionNumber partitions);

/// A station as people read it: code and name.
std::string station_label(const QueryContext& context, StationId station);
/// `2026-03-02 09:00` in the region's zone; empty when it has not happened.
std::string local_text(Instant at);
/// The station that was typed, as of the query's registry and day.
Result<StationId> station_asked(const Asking& asking, std::string_view typed);

Result<int> query_show(const Asking& asking);
Result<int> query_find(const Asking& asking);
Result<int> query_history(const Asking& asking);
Result<int> query_worklist(const Asking& asking);
Result<int> query_workload(const Asking& asking);
Result<int> query_assess(const Asking& asking);
Result<int> query_rank(const Asking& asking);
Result<int> query_explain(const Asking& asking);
Result<int> query_deadline(const Asking& asking);
Result<int> query_export(const Asking& asking);
Result<int> query_stations(const Asking& asking);
Result<int> query_staff(const Asking& asking);
Result<int> query_policies(const Asking& asking);
Result<int> query_calendars(const Asking& asking);

}  // namespace toono::cli
