// Timers of the default policy on the real calendar, pauses, and near-due, held against minute by minute
// counting.
#include "core/deadline.h"

#include <algorithm>

#include "core/default_policy.h"
#include "doctest/doctest.h"
#include "tests/core/calendar_fixture.h"
#include "tests/core/slow_calendar.h"

using namespace toono;
using test::local;
using test::national;

namespace {

constexpr TimerRule kTwoWorkingHours{ClockKind::working_time, 2, TimeUnit::hours};
constexpr TimerRule kFiveWorkingDays{ClockKind::working_time, 5, TimeUnit::days};
constexpr TimerRule kOneDay{ClockKind::around_the_clock, 24, TimeUnit::hours};

struct PolicyCase {
  const char* name;
  RowQuery query;
  const char* due;  // from Friday 2026-02-13 17:00, the last evening but one before Spring Festival
};

struct PauseCase {
  const char* name;
  TimerRule rule;
  std::vector<Pause> pauses;
  const char* due;
};

Pause pause(const char* from, const char* to) { return {local(from), local(to)}; }

/// Stops its watch while paused: what moved() says in one sum.
Instant slow_paused(const test::SlowCalendar& slow, Instant start, std::int64_t minutes,
                    const std::vector<Pause>& pauses) {
  std::int64_t minute = test::SlowCalendar::minute_of(start);
  for (; minutes > 0; ++minute) {
    const Instant now = test::SlowCalendar::instant_of(minute);
    const bool paused = std::any_of(pauses.begin(), pauses.end(),
                                    [&](const Pause& p) { return p.from <= now && now < p.to; });
    minutes -= slow.works(minute) && !paused;
  }
  return test::SlowCalendar::instant_of(minute);
}

std::vector<Pause> random_pauses(test::Chance& chance, Instant start) {
  std::vector<Pause> pauses(static_cast<std::size_t>(chance.between(0, 4)));
  for (Pause& each : pauses) {
    each.from = after(start, chance.between(-2 * 1440, 12 * 1440) * kMinuteMs);
    each.to = after(each.from, chance.between(-60, 4 * 1440) * kMinuteMs);
  }
  return pauses;
}

Instant random_start(test::Chance& chance) {
  return Instant(
      chance.between(local("2018-01-01 00:00").ms() / kMinuteMs, local("2026-10-01 00:00").ms() / kMinuteMs) *
      kMinuteMs);
}

}  // namespace

TEST_CASE("every timer of the default policy ends when the field expects it") {
  using enum TimerKind;
  const PolicyCase rows[] = {
      {"dispatch danger", {.timer = dispatch, .priority = Priority::danger}, "2026-02-13 18:00"},
      {"dispatch pressing", {.timer = dispatch, .priority = Priority::pressing}, "2026-02-13 19:00"},
      {"dispatch ordinary", {.timer = dispatch, .priority = Priority::ordinary}, "2026-02-14 17:00"},
      {"sign danger", {.timer = sign, .priority = Priority::danger}, "2026-02-13 17:15"},
      {"sign pressing", {.timer = sign, .priority = Priority::pressing}, "2026-02-14 09:30"},
      {"sign ordinary", {.timer = sign, .priority = Priority::ordinary}, "2026-02-14 18:00"},
      {"return ruling", {.timer = return_ruling}, "2026-02-14 11:30"},
      {"first contact", {.timer = first_contact}, "2026-02-14 18:00"},
      {"handle danger", {.timer = handle, .handling_class = HandlingClass::danger}, "2026-02-14 17:00"},
      {"handle consult", {.timer = handle, .handling_class = HandlingClass::consult}, "2026-02-25 18:00"},
      {"handle ordinary", {.timer = handle, .handling_class = HandlingClass::ordinary}, "2026-02-27 18:00"},
      {"handle complex", {.timer = handle, .handling_class = HandlingClass::complex}, "2026-02-28 17:00"},
      {"urge", {.timer = urge}, "2026-02-14 18:00"},
      {"level raise", {.timer = level_raise}, "2026-02-27 18:00"},
      {"result review", {.timer = result_review}, "2026-02-14 18:00"},
      {"reply", {.timer = reply}, "2026-02-14 18:00"},
      {"callback", {.timer = callback}, "2026-02-14 18:00"},
      {"110 received", {.timer = referral_received, .line = ReferralLine::line_110}, "2026-02-13 17:15"},
      {"hospital received", {.timer = referral_received, .line = ReferralLine::hospital}, "2026-02-14 18:00"},
      {"referral accepted", {.timer = referral_accepted}, "2026-02-14 18:00"},
      {"referral outcome", {.timer = referral_outcome}, "2026-03-05 18:00"},
      {"risk assessment", {.timer = risk_assessment}, "2026-02-13 17:30"},
      {"reopen window", {.timer = reopen_window}, "2026-02-23 17:00"},
  };
  const PolicyT policy = default_policy();
  for (const PolicyCase& row : rows) {
    CAPTURE(std::string(row.name));
    const PolicyRowT* found = find_row(policy, row.query);
    REQUIRE(found != nullptr);
    CHECK(deadline(local("2026-02-13 17:00"), rule_of(*found), national()) ==
          Deadline{local(row.due), false});
  }
  const PolicyRowT* answer_row = find_row(policy, {.timer = answer});
  REQUIRE(answer_row != nullptr);
  CHECK(deadline(Instant(1000), rule_of(*answer_row), national()).due == Instant(16000));
}

TEST_CASE("the default policy has its name and its plain numbers") {
  const PolicyT policy = default_policy();
  CHECK(policy.version == "default-1");
  CHECK(policy.rows.size() == 24);
  CHECK(policy.backdate_limit_minutes == 15);
  CHECK(policy.near_due_percent == 80);
  CHECK(policy.callback_tries == 3);
  CHECK(policy.rework_limit == 3);
  CHECK(policy.follow_up_high_days == std::vector<std::uint16_t>{1, 7, 30, 90});
  CHECK(policy.follow_up_medium_days == std::vector<std::uint16_t>{30});
}

TEST_CASE("the first row that fits counts and what is unknown fits only rows that do not ask") {
  const PolicyT policy = default_policy();
  CHECK(find_row(policy, {.timer = TimerKind::sign})->unit == TimeUnit::days);
  CHECK(find_row(policy, {.timer = TimerKind::referral_received})->unit == TimeUnit::days);
  CHECK(find_row(policy, {.timer = TimerKind::key_destruction}) == nullptr);
  CHECK(find_row(PolicyT(), {.timer = TimerKind::sign}) == nullptr);
  PolicyT narrow;
  narrow.rows.resize(2);
  narrow.rows[0].timer = narrow.rows[1].timer = TimerKind::sign;
  narrow.rows[0].priority = {Priority::danger, Priority::pressing};
  narrow.rows[0].handling_class = {HandlingClass::complex};
  narrow.rows[1].amount = 9;
  const auto found = [&](Priority priority, HandlingClass handling_class) {
    return find_row(narrow,
                    {.timer = TimerKind::sign, .priority = priority, .handling_class = handling_class});
  };
  CHECK(found(Priority::pressing, HandlingClass::complex) == &narrow.rows[0]);
  CHECK(found(Priority::pressing, HandlingClass::consult) == &narrow.rows[1]);
  CHECK(found(Priority::ordinary, HandlingClass::complex) == &narrow.rows[1]);
}

TEST_CASE("a pause moves a deadline by the time of its clock that it overlaps") {
  const PauseCase rows[] = {
      {"none", kTwoWorkingHours, {}, "2026-02-14 09:30"},
      {"over a holiday",
       kTwoWorkingHours,
       {pause("2026-02-13 18:00", "2026-02-14 08:30")},
       "2026-02-14 09:30"},
      {"half an hour", kTwoWorkingHours, {pause("2026-02-13 17:30", "2026-02-14 08:30")}, "2026-02-14 10:00"},
      {"before the start",
       kTwoWorkingHours,
       {pause("2026-02-13 09:00", "2026-02-13 17:00")},
       "2026-02-14 09:30"},
      {"into the start",
       kTwoWorkingHours,
       {pause("2026-02-13 09:00", "2026-02-13 17:15")},
       "2026-02-14 09:45"},
      {"from the due on",
       kTwoWorkingHours,
       {pause("2026-02-14 09:30", "2026-02-14 12:00")},
       "2026-02-14 09:30"},
      {"at the last minute",
       kTwoWorkingHours,
       {pause("2026-02-14 09:29", "2026-02-24 09:00")},
       "2026-02-24 09:01"},
      {"backwards", kTwoWorkingHours, {pause("2026-02-14 09:00", "2026-02-13 17:30")}, "2026-02-14 09:30"},
      {"reached only by the first",
       kTwoWorkingHours,
       {pause("2026-02-14 10:00", "2026-02-14 11:00"), pause("2026-02-14 09:00", "2026-02-14 10:00")},
       "2026-02-14 11:30"},
      {"overlapping count once",
       kTwoWorkingHours,
       {pause("2026-02-14 09:00", "2026-02-14 10:00"), pause("2026-02-14 09:15", "2026-02-14 09:45")},
       "2026-02-14 10:30"},
      {"working days", kFiveWorkingDays, {pause("2026-02-14 08:30", "2026-02-25 08:30")}, "2026-03-02 18:00"},
      {"half a day", kFiveWorkingDays, {pause("2026-02-14 08:30", "2026-02-14 13:00")}, "2026-02-28 12:00"},
      {"around the clock", kOneDay, {pause("2026-02-13 22:00", "2026-02-14 04:00")}, "2026-02-14 23:00"},
  };
  for (const PauseCase& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(deadline(local("2026-02-13 17:00"), row.rule, national(), row.pauses).due == local(row.due));
  }
  const Pause long_one = pause("2026-12-30 09:00", "2027-01-20 09:00");
  CHECK(deadline(local("2026-12-30 08:30"), kTwoWorkingHours, national(), {&long_one, 1}).provisional);
  CHECK_FALSE(deadline(local("2026-12-30 08:30"), kTwoWorkingHours, national()).provisional);
}

TEST_CASE("near is when a share of the clock's own time has passed") {
  const Term working{local("2026-11-23 08:30"), local("2026-11-27 18:00"),
                     ClockKind::working_time};  // 35 hours
  CHECK(near(working, 80, national()) == local("2026-11-26 18:00"));
  CHECK(near(working, 50, national()) == local("2026-11-25 12:00"));
  CHECK(near(working, 0, national()) == working.start);
  CHECK(near(working, 100, national()) == working.due);
  CHECK(near(working, 250, national()) == working.due);
  const Term plain{local("2026-11-23 00:00"), local("2026-11-24 00:00"), ClockKind::around_the_clock};
  CHECK(near(plain, 75, national()) == local("2026-11-23 18:00"));
  CHECK(near({plain.due, plain.start, ClockKind::working_time}, 80, national()) == plain.start);
  const Pause stop = pause("2026-11-23 06:00", "2026-11-23 10:00");
  CHECK(near(plain, 50, national(), {&stop, 1}) == local("2026-11-23 14:00"));
  const Pause over_the_due = pause("2026-11-23 18:00", "2026-11-24 06:00");
  CHECK(near(plain, 50, national(), {&over_the_due, 1}) == local("2026-11-23 09:00"));
  const Term long_one{local("1900-01-01 00:00"), local("9998-01-01 00:00"), ClockKind::around_the_clock};
  CHECK(near(long_one, std::numeric_limits<std::uint32_t>::max(), national()) == long_one.due);
}

TEST_CASE("pauses agree with a watch that is stopped and never shorten") {
  INFO("TOONO_SEED=" << test::seed());
  test::Chance chance;
  const test::SlowCalendar slow;
  for (int i = 0; i < 300; ++i) {
    const Instant start = random_start(chance);
    const auto minutes = static_cast<std::uint32_t>(chance.between(1, 10 * 420));
    const auto days = static_cast<std::uint32_t>(chance.between(1, 10));
    const std::vector<Pause> pauses = random_pauses(chance, start);
    CAPTURE(start);
    CAPTURE(minutes);
    CAPTURE(days);
    const TimerRule by_minutes{ClockKind::working_time, minutes, TimeUnit::minutes};
    const TimerRule by_days{ClockKind::working_time, days, TimeUnit::days};
    REQUIRE(deadline(start, by_minutes, national(), pauses).due == slow_paused(slow, start, minutes, pauses));
    const Instant close = slow.add_days(start, days).due;
    REQUIRE(deadline(start, by_days, national(), pauses).due ==
            slow_paused(slow, start, slow.minutes_between(start, close), pauses));
  }
}

TEST_CASE("for any rule a later start is never due earlier and near lies between start and due") {
  INFO("TOONO_SEED=" << test::seed());
  test::Chance chance;
  for (int i = 0; i < 5000; ++i) {
    const Instant start = random_start(chance);
    const Instant later = after(start, chance.between(0, 3 * kDayMs));
    const TimerRule rule{static_cast<ClockKind>(chance.between(0, 1)),
                         static_cast<std::uint32_t>(chance.between(0, 40)),
                         static_cast<TimeUnit>(chance.between(0, 3))};
    const std::vector<Pause> pauses = random_pauses(chance, start);
    CAPTURE(start);
    CAPTURE(later);
    const Deadline plain = deadline(start, rule, national());
    const Deadline moved = deadline(start, rule, national(), pauses);
    REQUIRE(plain.due >= start);
    REQUIRE(plain.due <= deadline(later, rule, national()).due);
    REQUIRE(moved.due >= plain.due);
    const auto percent = static_cast<std::uint32_t>(chance.between(0, 100));
    const Term term{start, moved.due, rule.clock};
    const Instant soon = near(term, percent, national(), pauses);
    REQUIRE(soon >= start);
    REQUIRE(soon <= moved.due);
    REQUIRE(soon <= near(term, percent + 1, national(), pauses));
  }
}
