// People who turn out to be one, and staff who leave.
#include "adapters/simulate/stories.h"

namespace toono::simulate {
namespace {
constexpr std::uint64_t kMatchStream = 0x2000'0000, kDepartureStream = 0x3000'0000;
}

Story match_story(World& world, Person* alias, Person* person, Instant from, std::uint64_t number) {
  Course course(world.stage, Chance(world.seed, kMatchStream + number), from);
  co_await course.pause(course.chance.between(2, 9 * 24) * kHourMs);
  if (alias->is_alias || alias->is_erased || person->is_erased) co_return;
  Line line("MatchPerson", course.somebody(alias->home));
  line.id("person_id", alias->id).id("same_as", person->id);
  co_await course.send(line);
  // Whom the other record refuses (it is an alias itself) stays a person of its own.
  if (!person->is_alias) alias->is_alias = true;
}

Story departure_story(World& world, Departure departure) {
  Course course(world.stage, Chance(world.seed, kDepartureStream + departure.leaves.number()),
                after(start_of(departure.day), -6 * kHourMs));
  co_await course.until(course.now);
  // Known on the evening before, so that nobody acts who is not there.
  auto by = course.somebody(world.stage.region().top());
  Line follows("AppointStaff", by);
  follows.staff("staff", departure.follows)
      .station("station", departure.station)
      .day("valid_from", departure.day);
  course.post(follows);
  Line leaves("RecordStaffDeparture", by);
  leaves.staff("staff", departure.leaves).day("valid_from", departure.day);
  course.post(leaves);
}

}  // namespace toono::simulate
