// Stations, staff, policies, calendars.
#include "core/default_policy.h"
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

constexpr std::uint32_t kNew = 150300, kImportRoot = 900000;
const CivilDate kToday{2026, 3, 2}, kSummer{2026, 7, 1};

Step open(std::uint32_t station, Tier tier, StationKind kind, std::uint32_t parent, CivilDate from = kToday) {
  return say<OpenStationT>([=](OpenStationT& body) {
    body.station = StationId(station);
    body.tier = tier;
    body.kind = kind;
    body.parent = StationId(parent);
    body.valid_from = day_of(from);
  });
}
Step open_league(CivilDate from = kToday) { return open(kNew, Tier::II, StationKind::league, kRegion, from); }
/// What an edge sends when the optional fields are left out: a body without them.
Step open_from_today() {
  Step step;
  step.record = [](const Story&, const CommandHeader& header) {
    flatbuffers::FlatBufferBuilder builder;
    StationId station(kNew), parent(kRegion);
    OpenStationBuilder body(builder);
    body.add_station(&station);
    body.add_parent(&parent);
    body.add_tier(Tier::II);
    body.add_kind(StationKind::league);
    finish_command(builder, header, CommandBody::OpenStation, body.Finish().Union());
    return Buffer(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  };
  return step;
}
Step move(std::uint32_t station, std::uint32_t parent) {
  return say<ChangeStationParentT>([=](ChangeStationParentT& body) {
    body.station = StationId(station);
    body.parent = StationId(parent);
    body.valid_from = day_of(kToday);
  });
}
Step suspend_station(std::uint32_t station) {
  return say<SuspendStationT>([=](SuspendStationT& body) {
    body.station = StationId(station);
    body.valid_from = day_of(kToday);
  });
}
Step appoint(std::uint32_t staff, std::uint32_t station) {
  return say<AppointStaffT>([=](AppointStaffT& body) {
    body.staff = StaffId(staff);
    body.station = StationId(station);
    body.valid_from = day_of(kToday);
  });
}
Step leave(std::uint32_t staff) {
  return say<RecordStaffDepartureT>([=](RecordStaffDepartureT& body) {
    body.staff = StaffId(staff);
    body.valid_from = day_of(kToday);
  });
}
template <class Change>
Step policy(Change change) {
  return say<PublishPolicyT>([=](PublishPolicyT& body) {
    body.policy = std::make_unique<PolicyT>(default_policy());
    body.policy->version = "2026-1";
    body.valid_from = day_of(kToday);
    change(*body.policy);
  });
}
Step policy_without(TimerKind timer) {
  return policy([=](PolicyT& made) {
    std::erase_if(made.rows, [=](const PolicyRowT& row) { return row.timer == timer; });
  });
}
template <class Change>
Step calendar(Change change) {
  return say<PublishCalendarT>([=](PublishCalendarT& body) {
    body.calendar = std::make_unique<CalendarT>();
    body.calendar->version = "2027";
    body.calendar->first_year = body.calendar->last_year = 2027;
    body.calendar->days.resize(1);
    body.calendar->days[0].date = day_of(CivilDate{2027, 1, 1});
    change(*body.calendar);
  });
}

Rows station_rows() {
  using enum Rejection;
  const auto region = StationKind::region, league = StationKind::league, banner = StationKind::banner;
  return {
      {"a league under the region",
       {},
       open_league(),
       {"StationOpened station=150300 parent=150000 tier=II"}},
      {"from the day of the command if no other is given",
       {},
       open_from_today(),
       {"StationOpened valid_from=2026-03-02"}},
      {"a banner under its league", {}, open(kNew, Tier::III, banner, kLeague), {"StationOpened tier=III"}},
      {"a city under the region",
       {},
       open(kNew, Tier::II, StationKind::direct_report_city, kRegion),
       {"StationOpened"}},
      {"an import opens a root of its own",
       {},
       open(kImportRoot, Tier::I, StationKind::import_root, 0),
       {"StationOpened parent=0 tier=I"}},
      {"and its stations under that",
       {open(kImportRoot, Tier::I, StationKind::import_root, 0)},
       imported(open(kImportRoot + 1, Tier::II, StationKind::imported, kImportRoot)),
       {"StationOpened"}},
      {"opened once", {open_league()}, open_league(), station_exists},
      {"a code that opens later is taken", {open_league(kSummer)}, open_league(), station_exists},
      {"a station has a code", {}, open(0, Tier::II, league, kRegion), station_unknown},
      {"under a station that exists", {}, open(kNew, Tier::II, league, 159999), parent_unknown},
      {"a parent that opens later is not there yet",
       {open_league(kSummer)},
       open(150301, Tier::III, banner, kNew),
       parent_unknown},
      {"a league stands under the region", {}, open(kNew, Tier::II, league, kLeague), parent_of_wrong_tier},
      {"a banner stands under a league", {}, open(kNew, Tier::III, banner, kRegion), parent_of_wrong_tier},
      {"the region stands under none", {}, open(kNew, Tier::I, region, kRegion), parent_of_wrong_tier},
      {"a kind has its tier", {}, open(kNew, Tier::II, banner, kRegion), parent_of_wrong_tier},
      {"a station has a tier", {}, open(kNew, Tier::none, banner, kRegion), parent_of_wrong_tier},
      {"a league opens banners of its own",
       {},
       by(kLeagueStaff, kLeague, open(kNew, Tier::III, banner, kLeague)),
       {"StationOpened"}},
      {"and no one else's",
       {},
       by(kLeagueStaff, kLeague, open(kNew, Tier::III, banner, kOtherLeague)),
       not_this_station},
      {"a district is run by another city",
       {},
       move(kFarBanner, kLeague),
       {"StationParentChanged station=150202 parent=150100"}},
      {"no league takes a banner from another",
       {},
       by(kLeagueStaff, kLeague, move(kFarBanner, kLeague)),
       not_this_station},
      {"a station that exists", {}, move(159999, kLeague), station_unknown},
      {"to a station that exists", {}, move(kBanner, 159999), parent_unknown},
      {"of the tier above", {}, move(kBanner, kRegion), parent_of_wrong_tier},
      {"not under itself", {}, move(kLeague, kLeague), would_make_a_ring},
      {"not under one below it", {}, move(kLeague, kBanner), would_make_a_ring},
      {"suspended", {}, suspend_station(kLeague), {"StationSuspended station=150100"}},
      {"suspended once", {}, suspend_station(kSuspendedLeague), station_suspended},
      {"a station that exists is suspended", {}, suspend_station(159999), station_unknown},
  };
}

Rows staff_rows() {
  using enum Rejection;
  return {
      {"appointed", {}, appoint(30, kBanner), {"StaffAppointed staff=30 station=150102"}},
      {"moved to another station", {}, appoint(kLeagueStaff, kBanner), {"StaffAppointed"}},
      {"back after having left", {}, appoint(kLeftStaff, kRegion), {"StaffAppointed"}},
      {"at work there already", {}, appoint(kLeagueStaff, kLeague), staff_exists},
      {"at a station that exists", {}, appoint(30, 159999), station_unknown},
      {"at a station that works", {}, appoint(30, kSuspendedBanner), station_suspended},
      {"the clock is no one", {}, appoint(0, kBanner), staff_unknown},
      {"a league appoints its own", {}, by(kLeagueStaff, kLeague, appoint(30, kBanner)), {"StaffAppointed"}},
      {"and no one else's", {}, by(kLeagueStaff, kLeague, appoint(30, kFarBanner)), not_this_station},
      {"left", {}, leave(kLeagueStaff), {"StaffLeft staff=10 valid_from=2026-03-02"}},
      {"left once", {}, leave(kLeftStaff), staff_unknown},
      {"no one of that number", {}, leave(kNobody), staff_unknown},
  };
}

Rows policy_and_calendar_rows() {
  using enum Rejection;
  Rows rows = {
      {"a policy with every row", {}, policy([](PolicyT&) {}), {"PolicyPublished valid_from=2026-03-02"}},
      {"a policy has a version", {}, policy([](PolicyT& made) { made.version.clear(); }), policy_incomplete},
      {"a row for each priority",
       {},
       policy([](PolicyT& made) { made.rows[2].priority = {Priority::pressing}; }),
       policy_incomplete},
      {"follow-ups come one after the other",
       {},
       policy([](PolicyT& made) {
         made.follow_up_high_days = {7, 7};
       }),
       policy_incomplete},
      {"high risk is followed up",
       {},
       policy([](PolicyT& made) { made.follow_up_high_days.clear(); }),
       policy_incomplete},
      {"there is at least one try",
       {},
       policy([](PolicyT& made) { made.callback_tries = 0; }),
       policy_incomplete},
      {"what holds for everyone is the region's to publish",
       {},
       by(kLeagueStaff, kLeague, policy([](PolicyT&) {})),
       not_this_station},
      {"of a policy, also where it is marked as imported",
       {},
       imported(by(kLeagueStaff, kLeague, policy([](PolicyT&) {}))),
       not_this_station},
      {"and of a calendar", {}, by(kLeagueStaff, kLeague, calendar([](CalendarT&) {})), not_this_station},
      {"who is known publishes it", {}, by(kNobody, kRegion, policy([](PolicyT&) {})), actor_unknown},
      {"a calendar", {}, calendar([](CalendarT&) {}), {"CalendarPublished"}},
      {"a calendar has a version",
       {},
       calendar([](CalendarT& made) { made.version.clear(); }),
       calendar_invalid},
      {"years in order", {}, calendar([](CalendarT& made) { made.last_year = 2026; }), calendar_invalid},
      {"days of its years",
       {},
       calendar([](CalendarT& made) {
         made.days[0].date = day_of(CivilDate{2029, 1, 1});
       }),
       calendar_invalid},
      {"a day once",
       {},
       calendar([](CalendarT& made) { made.days.push_back(made.days[0]); }),
       calendar_invalid},
      {"hours in order",
       {},
       calendar([](CalendarT& made) {
         made.hours = {Shift(870, 1080), Shift(510, 720)};
       }),
       calendar_invalid},
      {"hours within the day",
       {},
       calendar([](CalendarT& made) { made.hours = {Shift(510, 1500)}; }),
       calendar_invalid},
      {"a local layer of a station",
       {},
       calendar([](CalendarT& made) { made.station = StationId(kLeague); }),
       {"CalendarPublished"}},
      {"which the station sets itself",
       {},
       by(kLeagueStaff, kLeague, calendar([](CalendarT& made) { made.station = StationId(kLeague); })),
       {"CalendarPublished"}},
      {"and no other beside it",
       {},
       by(kOtherLeagueStaff, kOtherLeague,
          calendar([](CalendarT& made) { made.station = StationId(kLeague); })),
       not_this_station},
      {"nor one below it, though it is marked as imported",
       {},
       imported(
           by(kBannerStaff, kBanner, calendar([](CalendarT& made) { made.station = StationId(kLeague); }))),
       not_this_station},
      {"of a station that exists",
       {},
       calendar([](CalendarT& made) { made.station = StationId(159999); }),
       station_unknown},
  };
  return rows;
}

}  // namespace

Rows registry_rows() {
  Rows rows;
  for (auto family : {station_rows, staff_rows, policy_and_calendar_rows})
    for (auto& row : family()) rows.push_back(std::move(row));
  return rows;
}

TEST_CASE("registry: stations stand in a tree of three tiers") { run(station_rows()); }
TEST_CASE("registry: staff come and go") { run(staff_rows()); }
TEST_CASE("registry: policies and calendars are complete") { run(policy_and_calendar_rows()); }

TEST_CASE("registry: of a new log anyone appoints the first staff") {
  Registry empty;
  OpenStationT body;
  body.station = StationId(kRegion);
  body.tier = Tier::I;
  CommandHeader header;
  auto record = command_record(header, body);
  Context context{.registry = empty.now(),
                  .id = {},
                  .occurred_at = moment_of("03-02 09:00"),
                  .decided_at = {},
                  .actor = StaffId(kRegionStaff),
                  .station = StationId(kRegion)};
  CHECK(decide_registry(*GetCommand(record.data()), context).rejection == Rejection::none);
}

TEST_CASE("registry: a policy that lacks the rows of one timer is refused") {
  for (auto timer :
       {TimerKind::dispatch, TimerKind::sign, TimerKind::return_ruling, TimerKind::first_contact,
        TimerKind::handle, TimerKind::urge, TimerKind::level_raise, TimerKind::result_review,
        TimerKind::reply, TimerKind::callback, TimerKind::referral_received, TimerKind::referral_accepted,
        TimerKind::referral_outcome, TimerKind::risk_assessment, TimerKind::reopen_window}) {
    INFO(std::string(EnumNameTimerKind(timer)));
    CHECK(Story().tell(policy_without(timer)).rejection == Rejection::policy_incomplete);
  }
}

}  // namespace toono
