// From triage to the result of the lead order: who gets the case, and who gets it next.
#include "adapters/simulate/stories.h"

namespace toono::simulate {
namespace {

constexpr Spread kDanger = {1 * kMinuteMs, 6 * kMinuteMs, 25 * kMinuteMs, 90 * kMinuteMs};
constexpr Spread kPressing = {3 * kMinuteMs, 25 * kMinuteMs, 95 * kMinuteMs, 200 * kMinuteMs};
constexpr Spread kOrdinary = {5 * kMinuteMs, 70 * kMinuteMs, 14 * kHourMs, 34 * kHourMs};

/// Where the next lead order goes. After a rework to whom it was; after a return to the right league.
StationId choose(CaseFile& file, bool again) {
  auto& chance = file.course.chance;
  const auto& region = file.world.stage.region();
  if (!(file.home == region.top())) return file.home;
  if (again && !is_none(file.last_station) && region.station(file.last_station).tier != Tier::III)
    return file.last_station;
  if (file.tier == Tier::I) return region.top();
  if (!again && chance.in_1000(38)) return chance.one_of(region.leagues());
  return file.origin.league;
}

/// The order's id; nil when the case can no longer be dispatched.
Part<OrderId> dispatch(CaseFile& file, StationId target) {
  auto& course = file.course;
  const auto& spread = file.in_danger()                      ? kDanger
                       : file.priority == Priority::pressing ? kPressing
                                                             : kOrdinary;
  co_await course.pause(course.chance.of(spread));
  auto line = about("DispatchOrder", file);
  line.station("station", target).text("rule", target == file.origin.league ? "territory" : "tier");
  auto posted = course.post(line);
  auto answer = co_await course.answer(posted);
  if (!answer.accepted) co_return OrderId{};
  file.last_station = target;
  co_return derive<OrderId>(posted.id, "order");
}

}  // namespace

Part<bool> work_on(CaseFile& file) {
  auto& course = file.course;
  bool again = !is_none(file.last_station);
  while (true) {
    auto target = choose(file, again);
    auto id = co_await dispatch(file, target);
    if (is_nil(id)) co_return false;
    Job job{.id = id, .station = target, .dispatcher = file.home};
    auto end = co_await work_order(file, job);
    while (end == OrderEnd::escalated) {
      file.last_station = job.station;
      end = co_await work_order(file, job);
    }
    if (end == OrderEnd::accepted) co_return true;
    again = false;
    if (end == OrderEnd::returned) {
      // A station without the means is not asked twice: the region takes the case over now and then.
      if (target == file.origin.league && file.home == file.world.stage.region().top() &&
          course.chance.in_1000(400))
        file.tier = Tier::I;
      continue;
    }
    if (!course.chance.in_1000(450)) continue;
    auto withdraw = about("WithdrawCase", file);
    withdraw.word("ground", course.chance.in_1000(700) ? "caller_request" : "duplicate");
    co_await course.send(withdraw);
    co_return false;
  }
}

}  // namespace toono::simulate
