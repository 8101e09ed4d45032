// `toono history`: every event of an entity, in order.
#include "adapters/cli/access.h"
#include "adapters/cli/event_lines.h"
#include "adapters/query/history.h"

namespace toono::cli {
namespace {

/// An order's or referral's history: the events of its case that name it.
bool concerns(const Found& found, std::string_view body) {
  return !found.part || body.find(to_text(*found.part)) != std::string_view::npos;
}

}  // namespace

Result<int> query_history(const Asking& asking) {
  const auto& context = asking.context;
  TOONO_ASSIGN(auto found, find_entity(context.store, context.partitions, asking.args.words.front()));
  Result<void> problem;
  JsonOptions options;
  if (!asking.args.purpose.empty()) {
    TOONO_TRY(record_access(asking, found));
    options = opening_seals(asking, problem);
  }
  std::vector<EventLine> events;
  TOONO_TRY(each_decision(context.store, found.partition, found.entity, [&](const Decision& decision) {
    auto position = position_name(found.partition, context.partitions, decision.seq());
    for (auto& event : event_lines_of(decision, position, options))
      if (concerns(found, event.body)) events.push_back(std::move(event));
    return problem.has_value();
  }));
  TOONO_TRY(problem);
  if (asking.args.globals.json) {
    JsonWriter out;
    append_event_lines(out, events);
    return print_answer(asking, out.str());
  }
  print(events.empty() ? asking.say("Nothing has happened here yet.", "尚无记录。")
                       : text_of(asking, events));
  return 0;
}

}  // namespace toono::cli
