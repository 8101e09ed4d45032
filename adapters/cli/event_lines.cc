#include "adapters/cli/event_lines.h"

#include <fmt/format.h>

#include "adapters/cli/event_names.h"
#include "projections/journal_reader.h"

namespace toono::cli {

std::vector<EventLine> event_lines_of(const Decision& decision, const std::string& position,
                                      const JsonOptions& options) {
  std::vector<EventLine> list;
  for (const auto* event : events_of(decision)) {
    EventLine one{.id = fmt::format("{}:{}", position, list.size()),
                  .type = event->body_type(),
                  .occurred_at = *decision.occurred_at(),
                  .recorded_at = *decision.decided_at(),
                  .actor = decision.actor()->number(),
                  .station = *decision.station(),
                  .body = {}};
    append_json(one.body, *static_cast<const flatbuffers::Table*>(event->body()), EnumNameEventBody(one.type),
                options);
    list.push_back(std::move(one));
  }
  return list;
}

void append_event_lines(JsonWriter& out, const std::vector<EventLine>& list) {
  out.begin_list();
  for (const auto& one : list) {
    out.begin_object().field("id", one.id).field("type", EnumNameEventBody(one.type));
    out.field("occurred_at", to_text(one.occurred_at)).field("recorded_at", to_text(one.recorded_at));
    out.field("actor", std::to_string(one.actor)).field("station", std::to_string(one.station.code()));
    out.key("body").raw(one.body).end_object();
  }
  out.end_list();
}

std::string actor_text(const Asking& asking, std::uint32_t actor, StationId station) {
  if (actor == 0) return asking.say("the clock", "系统时钟");
  return fmt::format("{} · {}", actor, station_label(asking.context, station));
}

std::string text_of(const Asking& asking, const std::vector<EventLine>& list) {
  std::string out;
  for (const auto& one : list) {
    out += fmt::format("{}  {}  {}  {}\n", local_text(one.occurred_at), one.id,
                       event_text(one.type, asking.language()), actor_text(asking, one.actor, one.station));
    if (!(one.occurred_at == one.recorded_at))
      out += fmt::format("    {} {}\n", asking.say("recorded", "记录于"), local_text(one.recorded_at));
    if (one.body != "{}") out += "    " + one.body + "\n";
  }
  return out;
}

}  // namespace toono::cli
