// What a deployment begins with: the built-in station tree, calendar and policy, or the files of the user's
// own.
#pragma once

#include <string>
#include <string_view>

#include "adapters/engine/engine.h"

namespace toono {

/// Contents of the files of `toono init`; an empty text stands for what is built in.
struct FoundingTexts {
  std::string stations_csv;
  std::string calendar_csv;
  std::string policy_json;
};

/// The registry commands: policy, calendar, stations (parents before children), and two members of staff a
/// station, so that the four-eyes rules can be kept from the first day. Error usage: the file, line and field
/// that is wrong.
Result<std::vector<CommandBodyUnion>> founding_registry(const FoundingTexts& texts);

/// The n-th of them as it is sent; its id follows from the log's.
Buffer founding_record(const LogId& log_id, std::uint32_t n, const CommandBodyUnion& body, Instant at);

/// What the registry would say to these commands at its founding, before anything is made. Error refused: the
/// command that would be refused, the station that it is about, and why.
Result<void> check_registry(const std::vector<CommandBodyUnion>& registry, Instant at);

/// The number of the n-th member of staff whom founding appoints at a station.
inline StaffId founding_staff(StationId station, std::uint32_t n) {
  return StaffId(station.code() * 100 + n);
}

}  // namespace toono
