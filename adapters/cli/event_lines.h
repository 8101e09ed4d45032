// The events of decisions as a person and a program read them: `toono history` lists those of an entity,
// `toono show POSITION` those of one decision.
#pragma once

#include <string>
#include <vector>

#include "adapters/cli/ask.h"
#include "adapters/json/print.h"
#include "adapters/json/writer.h"

namespace toono::cli {

struct EventLine {
  std::string id;  // its place in the journal
  EventBody type = EventBody::NONE;
  Instant occurred_at;
  Instant recorded_at;
  std::uint32_t actor = 0;
  StationId station;
  std::string body;  // JSON
};

/// Every event of the decision, in order. `position` is where the decision stands.
std::vector<EventLine> event_lines_of(const Decision& decision, const std::string& position,
                                      const JsonOptions& options);

void append_event_lines(JsonWriter& out, const std::vector<EventLine>& list);
std::string text_of(const Asking& asking, const std::vector<EventLine>& list);

/// Who acted, and at which station; 0 is the clock.
std::string actor_text(const Asking& asking, std::uint32_t actor, StationId station);

}  // namespace toono::cli
