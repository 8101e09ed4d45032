// `toono history`: every event of an entity, in order.
#include <fmt/format.h>

#include "adapters/cli/access.h"
#include "adapters/cli/event_names.h"
#include "adapters/json/writer.h"
#include "adapters/query/history.h"

namespace toono::cli {
namespace {

struct HistoryEvent {
  std::string id;
  EventBody type = EventBody::NONE;
  Instant occurred_at;
  Instant recorded_at;
  std::uint32_t actor = 0;
  StationId station;
  std::string body;
};

/// An order's or referral's history: the events of its case that name it.
bool concerns(const Found& found, std::string_view body) {
  return !found.part || body.find(to_text(*found.part)) != std::string_view::npos;
}

std::vector<HistoryEvent> events_of(const Decision& decision, const Found& found,
                                    const JsonOptions& options) {
  std::vector<HistoryEvent> list;
  std::size_t index = 0;
  for (const auto* event : events_of(decision)) {
    HistoryEvent entry{.id = event_name(found.partition, decision.seq(), index++),
                       .type = event->body_type(),
                       .occurred_at = *decision.occurred_at(),
                       .recorded_at = *decision.decided_at(),
                       .actor = decision.actor()->number(),
                       .station = *decision.station(),
                       .body = {}};
    append_json(entry.body, *static_cast<const flatbuffers::Table*>(event->body()),
                EnumNameEventBody(entry.type), options);
    if (concerns(found, entry.body)) list.push_back(std::move(entry));
  }
  return list;
}

std::string json_of(const std::vector<HistoryEvent>& events) {
  JsonWriter out;
  out.begin_list();
  for (const auto& event : events) {
    out.begin_object().field("id", event.id).field("type", EnumNameEventBody(event.type));
    out.field("occurred_at", to_text(event.occurred_at)).field("recorded_at", to_text(event.recorded_at));
    out.field("actor", std::to_string(event.actor)).field("station", std::to_string(event.station.code()));
    out.key("body").raw(event.body).end_object();
  }
  return out.end_list().str();
}

std::string text_of(const Asking& asking, const std::vector<HistoryEvent>& events) {
  if (events.empty()) return asking.say("Nothing has happened here yet.", "尚无记录。");
  std::string out;
  for (const auto& event : events) {
    auto who = event.actor == 0
                   ? asking.say("the clock", "系统时钟")
                   : fmt::format("{} · {}", event.actor, station_label(asking.context, event.station));
    out += fmt::format("{}  {}  {}  {}\n", local_text(event.occurred_at), event.id,
                       event_text(event.type, asking.language()), who);
    if (!(event.occurred_at == event.recorded_at))
      out += fmt::format("    {} {}\n", asking.say("recorded", "记录于"), local_text(event.recorded_at));
    if (event.body != "{}") out += "    " + event.body + "\n";
  }
  return out;
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
  std::vector<HistoryEvent> events;
  TOONO_TRY(each_decision(context.store, found.partition, found.entity, [&](const Decision& decision) {
    for (auto& event : events_of(decision, found, options)) events.push_back(std::move(event));
    return problem.has_value();
  }));
  TOONO_TRY(problem);
  if (asking.args.globals.json) return print_answer(asking, json_of(events));
  print(text_of(asking, events));
  return 0;
}

}  // namespace toono::cli
