// The stories that are played: a contact and the case that comes of it, referrals, people, changes of staff.
#pragma once

#include "adapters/simulate/people.h"
#include "adapters/simulate/stage.h"
#include "core/derive.h"

namespace toono::simulate {

/// What all stories share.
struct World {
  Stage& stage;
  People& people;
  std::uint64_t seed;
};

/// What is drawn of a contact before the year begins.
struct ContactPlan {
  std::uint64_t number = 0;
  Instant at;
  bool becomes_case = false;
};

/// One case as its story knows it.
struct CaseFile {
  World& world;
  Course& course;
  CaseId id;
  /// Where it was registered: who triages, dispatches, replies and calls back.
  StationId home;
  Region::Origin origin;
  Person* youth = nullptr;
  Language language = Language::zh;
  Programme programme = Programme::psychological_counselling;
  ServiceKind service = ServiceKind::none;
  Priority priority = Priority::ordinary;
  HandlingClass handling = HandlingClass::ordinary;
  Tier tier = Tier::II;
  RiskLevel risk = RiskLevel::unassessed;
  /// The matter is such that a first answer often does not settle it.
  bool stubborn = false;
  /// What the handling station said, and whether its result holds.
  bool holds = true;
  /// The station of the last lead order.
  StationId last_station = {};

  bool in_danger() const { return priority == Priority::danger; }
};

/// A command about the case, by somebody of its home.
inline Line about(std::string_view command, CaseFile& file) {
  Line line(command, file.course.somebody(file.home));
  line.id("case_id", file.id);
  return line;
}

/// An order of the case as the one who works on it has it.
struct Job {
  OrderId id;
  StationId station;
  /// Who rules on returns and reviews the result.
  StationId dispatcher;
  bool is_child = false;
  bool finally_designated = false;
};

enum class OrderEnd { accepted, returned, recalled, escalated };

/// From the first ring to the end of the matter.
Story contact_story(World& world, ContactPlan plan);
/// The line is tested as the year ends; the last command stands at the year's last instant.
Story line_test_story(World& world);
Story referral_story(World& world, CaseId case_id, StationId home, Person* youth, ReferralLine line,
                     Instant from, std::uint64_t number);
/// Two records turn out to be one person.
Story match_story(World& world, Person* alias, Person* person, Instant from, std::uint64_t number);
Story departure_story(World& world, Departure departure);

/// Registers the case, assesses, classifies, triages. False: it ended there (declined, answered on the spot
/// and closed, withdrawn).
enum class Intake { to_dispatch, answered, over };
Part<Intake> take_in(CaseFile& file, const Posted& contact, Channel channel);
/// Dispatches until a lead order's result is accepted. False: the case was withdrawn.
Part<bool> work_on(CaseFile& file);
/// Plays one order to its end. On `escalated` the job is the order that follows.
Part<OrderEnd> work_order(CaseFile& file, Job& job);
/// From the unified reply to the close. True: it goes back to dispatch (rework or reopened).
Part<bool> bring_home(CaseFile& file, bool is_replied);

}  // namespace toono::simulate
