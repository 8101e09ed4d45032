// When contacts come: by season, day of the week, holiday and hour.
#pragma once

#include <vector>

#include "adapters/simulate/chance.h"
#include "core/calendar.h"

namespace toono::simulate {

struct Period {
  Instant begin;
  Instant end;
};

/// So many moments of the period, ascending.
std::vector<Instant> arrivals(const Period& period, std::uint64_t count, const WorkingCalendar& calendar,
                              Chance& chance);

}  // namespace toono::simulate
