// Tables of rules: given what was told, when a command comes, then these events or this rejection. A story is
// one case, one contact, one person and a small registry, at work from Monday 2026-03-02, 09:00.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "commands/command_builder.h"
#include "commands/decide.h"
#include "core/registry.h"
#include "core/time.h"

namespace toono {

inline constexpr std::uint32_t kRegion = 150000, kLeague = 150100, kOtherLeague = 150200,
                               kSuspendedLeague = 150900;
inline constexpr std::uint32_t kBanner = 150102, kOtherBanner = 150103, kSuspendedBanner = 150104,
                               kFarBanner = 150202;
/// Two of the region, two of the league, one of its banner, one of the other league, and one of the region
/// who has left.
inline constexpr std::uint32_t kRegionStaff = 1, kRegionSecond = 2, kLeftStaff = 3, kLeagueStaff = 10,
                               kLeagueSecond = 11;
inline constexpr std::uint32_t kBannerStaff = 12, kOtherLeagueStaff = 20, kNobody = 99;

/// `n` as the last byte of an id.
template <class Id>
Id id_number(std::uint8_t n) {
  Uuid uuid;
  reinterpret_cast<std::uint8_t*>(&uuid)[15] = n;
  return id_as<Id>(uuid);
}
inline CaseId the_case() { return id_number<CaseId>(1); }
inline ContactId the_contact() { return id_number<ContactId>(2); }
inline PersonId the_person() { return id_number<PersonId>(3); }
inline PersonId other_person() { return id_number<PersonId>(4); }

/// `03-02 09:00`, `03-02 18:00:00.001` (of 2026), or RFC 3339 in full.
Instant moment_of(const std::string& text);

class Story;

/// A command that someone sends at some time. The region's staff, when and as the step before, unless said
/// otherwise.
struct Step {
  std::function<Buffer(const Story&, const CommandHeader&)> record;
  std::string happened;
  std::string recorded;
  std::uint32_t actor = kRegionStaff;
  std::uint32_t station = kRegion;
  bool imported = false;
};
using Steps = std::vector<Step>;
inline Steps operator+(Steps steps, Step next) {
  steps.push_back(std::move(next));
  return steps;
}
inline Steps operator+(Steps steps, const Steps& next) {
  steps.insert(steps.end(), next.begin(), next.end());
  return steps;
}

inline Step at(const std::string& time, Step step) {
  step.happened = time;
  return step;
}
/// Recorded later than it happened.
inline Step late(const std::string& recorded, Step step) {
  step.recorded = recorded;
  return step;
}
inline Step by(std::uint32_t actor, std::uint32_t station, Step step) {
  step.actor = actor;
  step.station = station;
  return step;
}
/// Sent by the agenda.
inline Step by_clock(Step step) { return by(0, 0, std::move(step)); }
inline Step imported(Step step) {
  step.imported = true;
  return step;
}

class Story {
 public:
  Story();
  /// Decides; what is accepted is folded.
  Effects tell(const Step& step);

  const CaseStateT& the_case_state() const { return case_; }
  const Registry& registry() const { return registry_; }
  /// Of the case's orders and referrals the last, or nil.
  OrderId last_order() const { return case_.orders.empty() ? OrderId{} : case_.orders.back().id; }
  ReferralId last_referral() const {
    return case_.referrals.empty() ? ReferralId{} : case_.referrals.back().id;
  }
  /// The event that the last accepted step led to.
  EventRef last_event() const { return {seq_, 0}; }

 private:
  Effects decide_on(const Command& command, const Context& context);
  void fold(EntityKind kind, const Effects& effects, const Stamp& stamp);
  void found_registry();
  void open(std::uint32_t station, Tier tier, StationKind kind, std::uint32_t parent);
  template <class EventT>
  void establish(EventT event);

  Registry registry_;
  CaseStateT case_;
  ContactStateT contact_;
  PersonStateT person_;
  std::uint64_t seq_ = 0;
  std::uint64_t commands_ = 0;
  Instant occurred_at_;
  Instant decided_at_;
};

/// A command whose ids are the story's own, unless `fill(body)` or `fill(body, story)` says otherwise.
template <class BodyT, class Fill>
Step say(Fill fill) {
  Step step;
  step.record = [fill](const Story& story, const CommandHeader& header) {
    BodyT body;
    if constexpr (requires { body.case_id; }) body.case_id = the_case();
    if constexpr (requires { body.contact_id; }) body.contact_id = the_contact();
    if constexpr (requires { body.person_id; }) body.person_id = the_person();
    if constexpr (requires { body.order_id; }) body.order_id = story.last_order();
    if constexpr (requires { body.referral_id; }) body.referral_id = story.last_referral();
    if constexpr (std::is_invocable_v<Fill, BodyT&, const Story&>)
      fill(body, story);
    else
      fill(body);
    return command_record(header, body);
  };
  return step;
}
template <class BodyT>
Step say() {
  return say<BodyT>([](BodyT&) {});
}

/// An event as its name and its fields: `OrderSigned order_id=...`. Times are those of 2026 unless they carry
/// a year.
std::string text_of(const EventBodyUnion& event);

/// Events by name and, where they matter, fields: `OrderDispatched handle_due=03-09T18:00`.
struct Then {
  Then(Rejection why) : rejection(why) {}  // NOLINT: reads as a table
  Then(std::initializer_list<const char*> expected) : events(expected.begin(), expected.end()) {}
  Rejection rejection = Rejection::none;
  std::vector<std::string> events;
};
struct Row {
  const char* name;
  Steps given;
  Step when;
  Then then;
};
using Rows = std::vector<Row>;

/// What a run of rows has led to.
struct Seen {
  std::set<EventBody> events;
  std::set<Rejection> rejections;
};
/// Checks every row; the second adds to `seen` what they led to.
void run(const Rows& rows);
void run(const Rows& rows, Seen& seen);

Rows contact_rows();
Rows person_rows();
Rows registry_rows();
Rows case_rows();
Rows risk_rows();
Rows order_rows();
Rows deadline_rows();
Rows feedback_rows();
Rows referral_rows();

}  // namespace toono
