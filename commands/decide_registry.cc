// The registry: stations, staff, policies, calendars. Everything is dated; what is refused here would make
// later decisions impossible or endless.
#include <algorithm>
#include <limits>

#include "commands/decide_detail.h"
#include "core/calendar.h"

namespace toono {
namespace {

const Day kLastDay{std::numeric_limits<std::int32_t>::max()};

Day valid_from(const Day* given, const Context& context) { return given ? *given : context.day(); }

/// The first staff of a new log are appointed by whoever set it up: until then there is no one to ask.
bool has_no_staff(const Context& context) { return context.registry.staff(kLastDay).empty(); }

Rejection registry_guard(const Context& context) {
  return has_no_staff(context) ? Rejection::none : may_act_for(context, context.station);
}

/// The actor's station must be `concerned` or stand above it. An import opens its stations under a root of
/// its own, outside the region's tree.
Rejection registry_guard(const Context& context, StationId concerned) {
  return has_no_staff(context) || context.imported ? registry_guard(context)
                                                   : may_act_for(context, concerned);
}

/// What holds for everyone is the region's, which directs the service; a layer is set locally, by its station
/// or one above it. That a command is marked as imported opens no way round: no import publishes.
Rejection publishing_guard(const Context& context, StationId layer) {
  // The clock's number stands for whoever founds a log.
  if (has_no_staff(context) || context.from_clock()) return Rejection::none;
  auto of_region = may_act_for_region(context);
  return of_region == Rejection::not_this_station && !is_none(layer) ? may_act_for(context, layer)
                                                                     : of_region;
}

/// none, or why a station of this tier may not stand under `parent` on that day: I under none, II under I,
/// III under II.
Rejection parent_guard(Tier tier, StationId parent, Day day, const Context& context) {
  if (tier == Tier::I) return is_none(parent) ? Rejection::none : Rejection::parent_of_wrong_tier;
  const auto* record = context.registry.station(parent, day);
  if (!record) return Rejection::parent_unknown;
  auto above = tier == Tier::III ? Tier::II : Tier::I;
  return record->tier == above ? Rejection::none : Rejection::parent_of_wrong_tier;
}

bool kind_fits(Tier tier, StationKind kind) {
  switch (kind) {
    case StationKind::region:
    case StationKind::import_root:
      return tier == Tier::I;
    case StationKind::league:
    case StationKind::direct_report_city:
      return tier == Tier::II;
    case StationKind::banner:
      return tier == Tier::III;
    case StationKind::imported:
      return tier == Tier::II || tier == Tier::III;
  }
  return false;
}

/// Every timer that due_after() is asked for.
constexpr TimerKind kTimers[] = {
    TimerKind::dispatch,
    TimerKind::sign,
    TimerKind::return_ruling,
    TimerKind::first_contact,
    TimerKind::handle,
    TimerKind::urge,
    TimerKind::level_raise,
    TimerKind::result_review,
    TimerKind::reply,
    TimerKind::callback,
    TimerKind::referral_received,
    TimerKind::referral_accepted,
    TimerKind::referral_outcome,
    TimerKind::risk_assessment,
    TimerKind::reopen_window,
};

bool has_row(const PolicyT& policy, TimerKind timer, Priority priority, HandlingClass handling_class) {
  for (auto line : EnumValuesReferralLine())
    if (!find_row(policy, {timer, priority, handling_class, line})) return false;
  return true;
}

bool has_every_row(const PolicyT& policy) {
  for (auto timer : kTimers)
    for (auto priority : EnumValuesPriority())
      for (auto handling_class : EnumValuesHandlingClass())
        if (!has_row(policy, timer, priority, handling_class)) return false;
  return true;
}

/// Each follow-up is later than the one before: the next is found by its day.
bool days_ascend(const std::vector<std::uint16_t>& days) {
  return !days.empty() && days.front() > 0 && std::is_sorted(days.begin(), days.end(), std::less_equal<>());
}

bool is_complete(const PolicyT& policy) {
  return !policy.version.empty() && policy.near_due_percent <= 100 && policy.callback_tries > 0 &&
         policy.rework_limit > 0 && days_ascend(policy.follow_up_high_days) &&
         days_ascend(policy.follow_up_medium_days) && has_every_row(policy);
}

}  // namespace

Effects decide(const OpenStation& command, const Context& context) {
  auto id = get(command.station());
  auto parent = get(command.parent());
  auto from = valid_from(command.valid_from(), context);
  if (auto no = registry_guard(context); no != Rejection::none) return no;
  if (is_none(id)) return Rejection::station_unknown;
  // Also one that opens later only: its code is taken.
  if (context.registry.station(id, kLastDay)) return Rejection::station_exists;
  if (command.tier() == Tier::none || !kind_fits(command.tier(), command.kind()))
    return Rejection::parent_of_wrong_tier;
  if (auto no = parent_guard(command.tier(), parent, from, context); no != Rejection::none) return no;
  auto above = is_none(parent) ? context.station : parent;
  if (auto no = registry_guard(context, above); no != Rejection::none) return no;
  StationOpenedT event;
  event.station = id;
  event.name = get(command.name());
  event.tier = command.tier();
  event.kind = command.kind();
  event.parent = parent;
  event.valid_from = from;
  event.note = get(command.note());
  return accept(std::move(event));
}

Effects decide(const ChangeStationParent& command, const Context& context) {
  auto id = get(command.station());
  auto parent = get(command.parent());
  auto from = valid_from(command.valid_from(), context);
  const auto* record = context.registry.station(id, from);
  if (!record) return Rejection::station_unknown;
  if (!context.registry.station(parent, from)) return Rejection::parent_unknown;
  // Who stands above both: no league takes a banner from another.
  for (auto concerned : {id, parent})
    if (auto no = registry_guard(context, concerned); no != Rejection::none) return no;
  if (context.registry.is_within(parent, id, from)) return Rejection::would_make_a_ring;
  if (auto no = parent_guard(record->tier, parent, from, context); no != Rejection::none) return no;
  StationParentChangedT event;
  event.station = id;
  event.parent = parent;
  event.valid_from = from;
  return accept(std::move(event));
}

Effects decide(const SuspendStation& command, const Context& context) {
  auto id = get(command.station());
  auto from = valid_from(command.valid_from(), context);
  const auto* record = context.registry.station(id, from);
  if (!record) return Rejection::station_unknown;
  if (auto no = registry_guard(context, id); no != Rejection::none) return no;
  if (record->suspended) return Rejection::station_suspended;
  StationSuspendedT event;
  event.station = id;
  event.valid_from = from;
  return accept(std::move(event));
}

Effects decide(const AppointStaff& command, const Context& context) {
  auto staff = get(command.staff());
  auto station = get(command.station());
  auto from = valid_from(command.valid_from(), context);
  const auto* record = context.registry.station(station, from);
  if (!record) return Rejection::station_unknown;
  if (auto no = registry_guard(context, station); no != Rejection::none) return no;
  if (record->suspended) return Rejection::station_suspended;
  // 0 is the engine itself.
  if (staff.number() == 0) return Rejection::staff_unknown;
  if (context.registry.station_of(staff, from) == station) return Rejection::staff_exists;
  StaffAppointedT event;
  event.staff = staff;
  event.station = station;
  event.valid_from = from;
  return accept(std::move(event));
}

Effects decide(const RecordStaffDeparture& command, const Context& context) {
  auto staff = get(command.staff());
  auto from = valid_from(command.valid_from(), context);
  auto station = context.registry.station_of(staff, from);
  if (is_none(station)) return Rejection::staff_unknown;
  if (auto no = registry_guard(context, station); no != Rejection::none) return no;
  StaffLeftT event;
  event.staff = staff;
  event.valid_from = from;
  return accept(std::move(event));
}

Effects decide(const PublishPolicy& command, const Context& context) {
  if (auto no = publishing_guard(context, {}); no != Rejection::none) return no;
  if (!command.policy()) return Rejection::policy_incomplete;
  PolicyPublishedT event;
  event.policy.reset(command.policy()->UnPack());
  if (!is_complete(*event.policy)) return Rejection::policy_incomplete;
  event.valid_from = valid_from(command.valid_from(), context);
  return accept(std::move(event));
}

Effects decide(const PublishCalendar& command, const Context& context) {
  if (!command.calendar()) return Rejection::calendar_invalid;
  CalendarPublishedT event;
  event.calendar.reset(command.calendar()->UnPack());
  auto layer = event.calendar->station;
  if (auto no = publishing_guard(context, layer); no != Rejection::none) return no;
  if (!is_none(layer) && !context.registry.station(layer, kLastDay)) return Rejection::station_unknown;
  if (event.calendar->version.empty() || !validate(*event.calendar)) return Rejection::calendar_invalid;
  return accept(std::move(event));
}

}  // namespace toono
