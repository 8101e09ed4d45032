#include "adapters/cli/ask.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <numeric>

#include "adapters/cli/commands.h"
#include "adapters/cli/names.h"
#include "adapters/query/past.h"

namespace toono::cli {
namespace {

struct QueryRow {
  std::string_view name;
  Query query;
};
constexpr std::array kQueries = {
    QueryRow{"show", query_show},           QueryRow{"find", query_find},
    QueryRow{"history", query_history},     QueryRow{"worklist", query_worklist},
    QueryRow{"workload", query_workload},   QueryRow{"assess", query_assess},
    QueryRow{"explain", query_explain},     QueryRow{"deadline", query_deadline},
    QueryRow{"export", query_export},       QueryRow{"stations", query_stations},
    QueryRow{"staff", query_staff},         QueryRow{"policies", query_policies},
    QueryRow{"calendars", query_calendars}, QueryRow{"rank", query_rank},
};

/// An instant, a day (its beginning), or a position.
Result<AsOf> parse_as_of(std::string_view text, PartitionNumber partitions) {
  if (is_position(text)) return parse_position(text, partitions);
  TOONO_ASSIGN(auto at, parse_moment(text));
  return AsOf{.at = at};
}

Result<int> ask_past(const Args& args, Query query, Session& session) {
  auto& engine = session.engine();
  TOONO_ASSIGN(auto as_of, parse_as_of(args.as_of, engine.partitions()));
  if (as_of.at && *as_of.at > session.now())
    return unexpected({ErrorCode::usage, "this moment has not come yet: what will be known then is not known",
                       "--as-of " + args.as_of, "give a moment up to now, or leave it out"});
  std::uint64_t decisions = 0;
  for (PartitionNumber partition = 0; partition <= engine.partitions(); ++partition)
    decisions += engine.follower().head(partition).chain.seq;
  Progress looking("records looked at", decisions);
  TOONO_ASSIGN(auto prefix, resolve(engine.log(), engine.partitions(), as_of,
                                    [&](std::uint64_t done) { looking.at(done); }));
  Progress folding("folded", std::accumulate(prefix.ends.begin(), prefix.ends.end(), std::uint64_t{0}));
  TOONO_ASSIGN(auto past, Past::fold(engine.log(), engine.partitions(), prefix,
                                     [&](std::uint64_t done) { folding.at(done); }));
  return query({.args = args,
                .context = {.store = past->store(),
                            .registry = past->registry().now(),
                            .known = past->registry(),
                            .partitions = engine.partitions(),
                            .now = args.globals.now.value_or(prefix.at)},
                .session = session});
}

Result<int> ask_live(const Args& args, Query query, Session& session) {
  auto& engine = session.engine();
  return query({.args = args,
                .context = {.store = engine.store(),
                            .registry = engine.registry().now(),
                            .known = engine.registry(),
                            .partitions = engine.partitions(),
                            .now = session.now()},
                .session = session});
}

}  // namespace

bool is_position(std::string_view text) {
  return text.find(':') != std::string_view::npos && text.find('-') == std::string_view::npos;
}

Result<AsOf> parse_position(std::string_view text, PartitionNumber partitions) {
  auto number = [](std::string_view digits, auto& value) {
    auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return problem == std::errc() && end == digits.data() + digits.size() && !digits.empty();
  };
  auto colon = text.find(':'), second = text.find(':', colon + 1);
  auto partition = text.substr(0, colon);
  AsOf place{.at = {}, .partition = partitions};
  bool known = partition == "r" || (number(partition, place.partition) && place.partition < partitions);
  std::uint32_t index = 0;
  bool whole = second == std::string_view::npos || number(text.substr(second + 1), index);
  if (known && whole && number(text.substr(colon + 1, second - colon - 1), place.seq)) return place;
  return unexpected({ErrorCode::usage, "this is not a position", std::string(text),
                     fmt::format("say PARTITION:SEQ with a partition from 0 to {}, or r for the registry's",
                                 partitions - 1)});
}

Query find_query(std::string_view name) {
  for (const auto& row : kQueries)
    if (row.name == name) return row.query;
  return nullptr;
}

std::vector<std::string_view> query_names() {
  std::vector<std::string_view> names;
  names.reserve(kQueries.size());
  for (const auto& row : kQueries) names.push_back(row.name);
  return names;
}

Result<int> ask(const Args& args, Query query) {
  TOONO_ASSIGN(auto session, Session::open(args.globals));
  TOONO_ASSIGN(int code,
               args.as_of.empty() ? ask_live(args, query, *session) : ask_past(args, query, *session));
  TOONO_TRY(session->close());
  return code;
}

Result<int> print_answer(const Asking& asking, std::string_view data) {
  TOONO_ASSIGN(auto text, answer_json(asking.context.store, asking.context.partitions, data));
  print(text);
  return 0;
}

std::string station_label(const QueryContext& context, StationId station) {
  if (is_none(station)) return {};
  const auto* record = context.registry.station(station, context.day());
  return record ? fmt::format("{} {}", station.code(), record->name) : std::to_string(station.code());
}

std::string local_text(Instant at) {
  if (is_none(at)) return {};
  auto text = to_text(at);
  text[10] = ' ';
  return text.substr(0, 16);
}

Result<StationId> station_asked(const Asking& asking, std::string_view typed) {
  return parse_station(typed, asking.context.registry, asking.context.day());
}

Result<int> run_show(const Args& args) { return ask(args, query_show); }
Result<int> run_find(const Args& args) { return ask(args, query_find); }
Result<int> run_history(const Args& args) { return ask(args, query_history); }
Result<int> run_worklist(const Args& args) { return ask(args, query_worklist); }
Result<int> run_workload(const Args& args) { return ask(args, query_workload); }
Result<int> run_assess(const Args& args) { return ask(args, query_assess); }
Result<int> run_rank(const Args& args) { return ask(args, query_rank); }
Result<int> run_explain(const Args& args) { return ask(args, query_explain); }
Result<int> run_deadline(const Args& args) { return ask(args, query_deadline); }
Result<int> run_export(const Args& args) { return ask(args, query_export); }
Result<int> run_stations(const Args& args) { return ask(args, query_stations); }
Result<int> run_staff(const Args& args) { return ask(args, query_staff); }
Result<int> run_policies(const Args& args) { return ask(args, query_policies); }
Result<int> run_calendars(const Args& args) { return ask(args, query_calendars); }

}  // namespace toono::cli
