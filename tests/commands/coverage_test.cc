// The story's machinery, and that the tables leave no event and no rejection out.
#include <map>

#include "core/default_policy.h"
#include "core/events.h"
#include "doctest/doctest.h"
#include "tests/commands/story.h"

namespace toono {
namespace {

std::string show(Instant at) {
  if (is_none(at)) return "none";
  auto text = to_text(at);
  text.resize(text.size() - 6);
  if (text.starts_with("2026-")) text = text.substr(5);
  return text.ends_with(":00") ? text.substr(0, text.size() - 3) : text;
}
std::string show(Day day) { return to_text(day); }
std::string show(StationId id) { return std::to_string(id.code()); }
std::string show(StaffId id) { return std::to_string(id.number()); }
std::string show(const std::string& text) { return text; }
std::string show(bool value) { return value ? "true" : "false"; }
std::string show(Language value) { return EnumNameLanguage(value); }
std::string show(ContactClass value) { return EnumNameContactClass(value); }
std::string show(SealClass value) { return EnumNameSealClass(value); }
std::string show(TimerKind value) { return EnumNameTimerKind(value); }
std::string show(DueSource value) { return EnumNameDueSource(value); }
std::string show(UrgeCause value) { return EnumNameUrgeCause(value); }
std::string show(RaiseCause value) { return EnumNameRaiseCause(value); }
std::string show(OrderRole value) { return EnumNameOrderRole(value); }
std::string show(RiskLevel value) { return EnumNameRiskLevel(value); }
std::string show(Answer value) { return EnumNameAnswer(value); }
std::string show(Tier value) { return EnumNameTier(value); }
template <class Number>
std::string show(Number value)
  requires std::is_integral_v<Number>
{
  return std::to_string(value);
}

template <class EventT>
std::string fields_of(const EventT& event) {
  std::string text;
  // clang-format off
#define TOONO_FIELD(name) \
  if constexpr (requires { show(event.name); }) text += " " #name "=" + show(event.name);
  TOONO_FIELD(station)
  TOONO_FIELD(parent)
  TOONO_FIELD(dispatched_by)
  TOONO_FIELD(tier)
  TOONO_FIELD(role)
  TOONO_FIELD(staff)
  TOONO_FIELD(handler)
  TOONO_FIELD(previous)
  TOONO_FIELD(second)
  TOONO_FIELD(by)
  TOONO_FIELD(territory)
  TOONO_FIELD(valid_from)
  TOONO_FIELD(number)
  TOONO_FIELD(language)
  TOONO_FIELD(class_)
  TOONO_FIELD(all_classes)
  TOONO_FIELD(waited_ms)
  TOONO_FIELD(level)
  TOONO_FIELD(cause)
  TOONO_FIELD(n)
  TOONO_FIELD(attempt)
  TOONO_FIELD(attempts)
  TOONO_FIELD(solved)
  TOONO_FIELD(satisfaction)
  TOONO_FIELD(unit_says_solved)
  TOONO_FIELD(step)
  TOONO_FIELD(timer)
  TOONO_FIELD(rung)
  TOONO_FIELD(due_source)
  TOONO_FIELD(provisional)
  TOONO_FIELD(calendar_version)
  TOONO_FIELD(policy_version)
  TOONO_FIELD(assess_by)
  TOONO_FIELD(dispatch_due)
  TOONO_FIELD(sign_due)
  TOONO_FIELD(first_contact_due)
  TOONO_FIELD(handle_due)
  TOONO_FIELD(near_due)
  TOONO_FIELD(ruling_due)
  TOONO_FIELD(review_due)
  TOONO_FIELD(reply_due)
  TOONO_FIELD(callback_due)
  TOONO_FIELD(due_at)
  TOONO_FIELD(old_due)
  TOONO_FIELD(new_due)
  TOONO_FIELD(urge_at)
  TOONO_FIELD(raise_at)
  TOONO_FIELD(reopen_until)
  TOONO_FIELD(receive_due)
  TOONO_FIELD(accept_due)
  TOONO_FIELD(outcome_due)
  TOONO_FIELD(happened_at)
  TOONO_FIELD(external_id)
  TOONO_FIELD(purpose)
#undef TOONO_FIELD
  // clang-format on
  return text;
}

/// The first word is the event's name; every other must be one of its fields.
bool fits(const std::string& actual, const std::string& expected) {
  std::size_t from = 0;
  bool first = true;
  while (from <= expected.size()) {
    auto to = std::min(expected.find(' ', from), expected.size());
    auto word = expected.substr(from, to - from);
    auto padded = actual + " ";
    if (first ? !padded.starts_with(word + " ") : padded.find(" " + word + " ") == std::string::npos)
      return false;
    first = false;
    from = to + 1;
  }
  return true;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "\n    " + line;
  return text.empty() ? " nothing" : text;
}

CalendarT calendar_of_2026() {
  CalendarT calendar;
  calendar.version = "2026";
  calendar.first_year = calendar.last_year = 2026;
  auto add = [&](int month, int day, DayKind kind) {
    CalendarDayT made;
    made.date = day_of(CivilDate{2026, month, day});
    made.kind = kind;
    calendar.days.push_back(made);
  };
  // National Day, and the two days that make up for it.
  for (int day = 1; day <= 7; ++day) add(10, day, DayKind::holiday);
  add(9, 20, DayKind::make_up_workday);
  add(10, 10, DayKind::make_up_workday);
  return calendar;
}

/// Which number belongs to whom when decide() is not asked.
const std::map<Rejection, const char*> kRejectedElsewhere = {
    {Rejection::none, "nothing was rejected"},
    {Rejection::unknown_command, "the processor reads the type before decide() is asked"},
    {Rejection::wrong_partition, "the processor"},
    {Rejection::conflicting_content, "the processor"},
    {Rejection::version_moved, "the processor"},
    {Rejection::occurred_too_early, "the processor's clock guard"},
    {Rejection::entity_quarantined, "the processor"},
    {Rejection::clock_ahead, "the processor"},
    {Rejection::decision_too_large, "the processor"},
    {Rejection::contact_not_ended, "no guard yet: kept for what follows the end of a contact"},
    {Rejection::order_still_open, "no guard yet: kept for assisting orders"},
    {Rejection::caller_already_contacted, "no guard: a second contact is CallerContactTried"},
};
const std::map<EventBody, const char*> kMadeElsewhere = {
    {EventBody::NONE, "no event"},
    {EventBody::RegistryAdvanced, "the processor: of a whole partition"},
};

}  // namespace

Instant moment_of(const std::string& text) {
  auto full = text;
  if (text.find('T') == std::string::npos) {
    full = "2026-" + text + (text.size() == 11 ? ":00" : "") + "+08:00";
    full[10] = 'T';
  }
  auto at = parse_instant(full);
  REQUIRE_MESSAGE(at.has_value(), full);
  return *at;
}

std::string text_of(const EventBodyUnion& event) {
  std::string name = EnumNameEventBody(event.type);
  switch (event.type) {
#define TOONO_TEXT(Name) \
  case EventBody::Name:  \
    return name + fields_of(*event.As##Name());
    TOONO_CONTACT_EVENTS(TOONO_TEXT)
    TOONO_PERSON_EVENTS(TOONO_TEXT)
    TOONO_CASE_EVENTS(TOONO_TEXT)
    TOONO_REGISTRY_EVENTS(TOONO_TEXT)
    TOONO_COMMON_EVENTS(TOONO_TEXT)
#undef TOONO_TEXT
    case EventBody::NONE:
      return name;
  }
  return name;
}

Story::Story() : occurred_at_(moment_of("03-02 09:00")), decided_at_(occurred_at_) { found_registry(); }

template <class EventT>
void Story::establish(EventT event) {
  Effects effects = accept(std::move(event));
  fold(EntityKind::registry, effects, {});
}

void Story::open(std::uint32_t station, Tier tier, StationKind kind, std::uint32_t parent) {
  StationOpenedT event;
  event.station = StationId(station);
  event.tier = tier;
  event.kind = kind;
  event.parent = StationId(parent);
  establish(std::move(event));
}

void Story::found_registry() {
  open(kRegion, Tier::I, StationKind::region, 0);
  for (auto league : {kLeague, kOtherLeague, kSuspendedLeague})
    open(league, Tier::II, StationKind::league, kRegion);
  for (auto banner : {kBanner, kOtherBanner, kSuspendedBanner})
    open(banner, Tier::III, StationKind::banner, kLeague);
  open(kFarBanner, Tier::III, StationKind::banner, kOtherLeague);
  for (auto suspended : {kSuspendedLeague, kSuspendedBanner}) {
    StationSuspendedT event;
    event.station = StationId(suspended);
    establish(std::move(event));
  }
  const std::pair<std::uint32_t, std::uint32_t> staff[] = {
      {kRegionStaff, kRegion},          {kRegionSecond, kRegion}, {kLeftStaff, kRegion},
      {kLeagueStaff, kLeague},          {kLeagueSecond, kLeague}, {kBannerStaff, kBanner},
      {kOtherLeagueStaff, kOtherLeague}};
  for (auto [number, station] : staff) {
    StaffAppointedT event;
    event.staff = StaffId(number);
    event.station = StationId(station);
    establish(std::move(event));
  }
  StaffLeftT left;
  left.staff = StaffId(kLeftStaff);
  left.valid_from = day_of(CivilDate{2026, 2, 1});
  establish(std::move(left));
  PolicyPublishedT policy;
  policy.policy = std::make_unique<PolicyT>(default_policy());
  establish(std::move(policy));
  CalendarPublishedT calendar;
  calendar.calendar = std::make_unique<CalendarT>(calendar_of_2026());
  establish(std::move(calendar));
}

Effects Story::decide_on(const Command& command, const Context& context) {
  auto kind = kind_of(command);
  if (kind == EntityKind::case_file) return decide(command, case_, context);
  if (kind == EntityKind::contact) return decide(command, contact_, context);
  if (kind == EntityKind::person) return decide(command, person_, context);
  REQUIRE(kind == EntityKind::registry);
  return decide_registry(command, context);
}

void Story::fold(EntityKind kind, const Effects& effects, const Stamp& stamp) {
  for (const auto& body : effects.events) {
    flatbuffers::FlatBufferBuilder builder;
    auto packed = body.Pack(builder);
    builder.Finish(CreateEvent(builder, body.type, packed));
    const auto& event = *flatbuffers::GetRoot<Event>(builder.GetBufferPointer());
    bool known = false;
    if (kind == EntityKind::case_file) known = evolve(case_, event, stamp);
    if (kind == EntityKind::contact) known = evolve(contact_, event, stamp);
    if (kind == EntityKind::person) known = evolve(person_, event, stamp);
    if (kind == EntityKind::registry) known = registry_.apply(registry_.position() + 1, event);
    REQUIRE_MESSAGE(known, text_of(body));
  }
  if (kind == EntityKind::case_file) ++case_.version;
  if (kind == EntityKind::contact) ++contact_.version;
  if (kind == EntityKind::person) ++person_.version;
}

Effects Story::tell(const Step& step) {
  if (!step.happened.empty()) occurred_at_ = moment_of(step.happened);
  decided_at_ =
      std::max({decided_at_, occurred_at_, step.recorded.empty() ? occurred_at_ : moment_of(step.recorded)});
  CommandHeader header;
  header.id = id_number<CommandId>(static_cast<std::uint8_t>(++commands_));
  header.occurred_at = occurred_at_;
  header.received_at = decided_at_;
  header.actor = StaffId(step.actor);
  header.station = StationId(step.station);
  header.imported = step.imported;
  auto record = step.record(*this, header);
  const auto& command = *GetCommand(record.data());
  Context context{.registry = registry_.now(),
                  .id = header.id,
                  .occurred_at = occurred_at_,
                  .decided_at = decided_at_,
                  .actor = header.actor,
                  .station = header.station,
                  .imported = step.imported,
                  .partition = 7,
                  .case_count = 41};
  auto effects = decide_on(command, context);
  if (effects.rejection != Rejection::none) return effects;
  ++seq_;
  auto kind = kind_of(command);
  auto entity = id_as<EntityId>(the_case());
  if (kind == EntityKind::contact) entity = id_as<EntityId>(the_contact());
  if (kind == EntityKind::person) entity = id_as<EntityId>(the_person());
  fold(kind, effects,
       {.occurred_at = occurred_at_,
        .decided_at = decided_at_,
        .event = {seq_, 0},
        .entity = entity,
        .actor = header.actor,
        .station = header.station,
        .imported = step.imported});
  return effects;
}

void run(const Rows& rows, Seen& seen) {
  for (const auto& row : rows) {
    Story story;
    auto tell = [&](const Step& step) {
      auto effects = story.tell(step);
      seen.rejections.insert(effects.rejection);
      for (const auto& event : effects.events) seen.events.insert(event.type);
      return effects;
    };
    for (std::size_t i = 0; i < row.given.size(); ++i) {
      auto effects = tell(row.given[i]);
      auto told = std::string(row.name) + ": given step " + std::to_string(i) + ": " +
                  EnumNameRejection(effects.rejection);
      REQUIRE_MESSAGE(effects.rejection == Rejection::none, told);
    }
    auto effects = tell(row.when);
    std::vector<std::string> actual;
    for (const auto& event : effects.events) actual.push_back(text_of(event));
    bool same = effects.rejection == row.then.rejection && actual.size() == row.then.events.size();
    for (std::size_t i = 0; same && i < actual.size(); ++i) same = fits(actual[i], row.then.events[i]);
    auto told = std::string(row.name) + "\n  expected " + EnumNameRejection(row.then.rejection) +
                joined(row.then.events) + "\n  but got " + EnumNameRejection(effects.rejection) +
                joined(actual);
    CHECK_MESSAGE(same, told);
  }
}
void run(const Rows& rows) {
  Seen seen;
  run(rows, seen);
}

namespace {

Rows rows_of_entities() {
  Rows all;
  for (auto family : {contact_rows, person_rows, case_rows, risk_rows, order_rows, deadline_rows,
                      feedback_rows, referral_rows})
    for (auto& row : family()) all.push_back(std::move(row));
  return all;
}

Rejection told_by_a_stranger(const Row& row) {
  Story story;
  for (const auto& step : row.given) story.tell(step);
  return story.tell(by(kNobody, row.when.station, row.when)).rejection;
}

}  // namespace

TEST_CASE("whatever is accepted is refused from a stranger") {
  auto rows = rows_of_entities();
  for (auto& row : registry_rows()) rows.push_back(std::move(row));
  for (const auto& row : rows) {
    if (row.then.rejection != Rejection::none || row.when.actor == 0) continue;
    INFO(std::string(row.name));
    CHECK(told_by_a_stranger(row) == Rejection::actor_unknown);
  }
}

TEST_CASE("whatever is accepted is refused of an entity that is not there") {
  // The last is what an answer to a match finds.
  const std::set<Rejection> unknown = {Rejection::case_unknown, Rejection::contact_unknown,
                                       Rejection::person_unknown, Rejection::no_match_pending};
  for (const auto& row : rows_of_entities()) {
    if (row.then.rejection != Rejection::none || row.given.empty()) continue;
    // Words may be kept for somebody whom nobody registered.
    if (row.then.events.front().starts_with("PersonErased")) continue;
    INFO(std::string(row.name));
    CHECK(unknown.contains(Story().tell(row.when).rejection));
  }
}

TEST_CASE("every event and every rejection has a row") {
  Seen seen;
  run(rows_of_entities(), seen);
  run(registry_rows(), seen);
  for (auto event : EnumValuesEventBody()) {
    INFO(std::string(EnumNameEventBody(event)));
    CHECK(seen.events.contains(event) != kMadeElsewhere.contains(event));
  }
  for (auto rejection : EnumValuesRejection()) {
    INFO(std::string(EnumNameRejection(rejection)));
    if (rejection == Rejection::none) continue;
    CHECK(seen.rejections.contains(rejection) != kRejectedElsewhere.contains(rejection));
  }
}

TEST_CASE("every rejection has its own sentence") {
  std::set<std::string_view> sentences;
  for (auto rejection : EnumValuesRejection()) {
    auto sentence = message_of(rejection);
    INFO(std::string(EnumNameRejection(rejection)));
    CHECK(sentence.size() > 10);
    CHECK(sentence.ends_with("."));
    CHECK(sentences.insert(sentence).second);
  }
}

}  // namespace toono
