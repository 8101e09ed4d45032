// The region as it is played: its stations with their habits, good and bad, and the people who work there.
#pragma once

#include <map>
#include <vector>

#include "adapters/simulate/chance.h"
#include "adapters/simulate/line.h"
#include "core/registry.h"
#include "schemas/commands_generated.h"

namespace toono::simulate {

/// What a station is like; drawn once a seed, so that some stand out in the year's measures.
struct Habits {
  /// Of the usual time; 1000 is usual, less is quicker.
  std::int64_t slowness = 1000;
  /// Returns asked, of a thousand orders.
  std::uint32_t returns = 45;
  /// Results that do not hold, of a thousand.
  std::uint32_t careless = 70;
};

struct Post {
  StaffId staff;
  /// The first day on which the person is no longer there.
  Day left = Day(INT32_MAX);
  Day from = Day(INT32_MIN);
};

struct SimStation {
  StationId id;
  Tier tier = Tier::none;
  StationId parent;
  std::vector<StationId> children;
  std::vector<Post> posts;
  Habits habits;
  /// How many cases come from there, against the others.
  std::uint32_t weight = 1;
};

/// A change of staff in the course of the year.
struct Departure {
  StationId station;
  StaffId leaves;
  StaffId follows;
  Day day;
};

class Region {
 public:
  /// From the stations of the founding commands; the staff whom founding appoints are counted in.
  Region(const std::vector<CommandBodyUnion>& founding, std::uint64_t seed, std::int64_t year);

  /// The appointments beyond founding's.
  std::vector<CommandBodyUnion> appointments() const;
  const std::vector<Departure>& departures() const { return departures_; }

  const SimStation& station(StationId id) const { return stations_.at(id.code()); }
  StationId top() const { return top_; }
  const std::vector<StationId>& leagues() const { return leagues_; }
  /// Where a case comes from: a league or city, and the banner in it (the league itself when it has none).
  struct Origin {
    StationId league;
    StationId banner;
  };
  Origin origin(Chance& chance) const;
  /// Somebody at work there on that day.
  Who somebody(StationId id, Instant at, Chance& chance) const;
  /// Another than `not_this` at the same station; the same when there is none.
  StaffId colleague(const Who& not_this, Instant at, Chance& chance) const;
  bool works(StaffId staff, StationId id, Instant at) const;

 private:
  void staff(SimStation& station, Chance& chance, std::int64_t year);
  void give_habits(std::uint64_t seed);

  std::map<std::uint32_t, SimStation> stations_;
  std::vector<StationId> leagues_;
  std::vector<std::uint32_t> weights_;
  std::vector<Departure> departures_;
  StationId top_;
};

}  // namespace toono::simulate
