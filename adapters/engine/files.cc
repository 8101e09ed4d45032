#include "adapters/engine/files.h"

#include "adapters/embed.h"

TOONO_EMBED(stations, TOONO_DATA_DIR "/stations.csv");
TOONO_EMBED(calendar, TOONO_DATA_DIR "/calendar.csv");

namespace toono {
namespace {
std::string_view text_between(const std::uint8_t* begin, const std::uint8_t* end) {
  return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
}
}  // namespace

std::string_view embedded_file(std::string_view name) {
  if (name == "stations.csv") return text_between(toono_embedded_stations, toono_embedded_stations_end);
  if (name == "calendar.csv") return text_between(toono_embedded_calendar, toono_embedded_calendar_end);
  return {};
}

}  // namespace toono
