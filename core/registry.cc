#include "core/registry.h"

#include <algorithm>

#include "core/chain.h"
#include "core/events.h"

namespace toono {
namespace {

/// Of what was known at `position` and valid on `day`, what became valid last; of the same day, what was
/// recorded last.
template <class Version>
const Version* pick(const std::vector<Version>& versions, std::uint64_t position, Day day) {
  const Version* best = nullptr;
  for (const auto& version : versions) {
    if (version.position > position || version.valid_from > day) continue;
    if (!best || version.valid_from >= best->valid_from) best = &version;
  }
  return best;
}

Day day_or_min(const Day* day) { return day ? *day : Day{0}; }
std::string text(const flatbuffers::String* field) { return field ? field->str() : std::string(); }

/// decide() lets no calendar in that cannot be used; one that came in all the same counts as none.
std::unique_ptr<WorkingCalendar> build(const CalendarT& national, const CalendarT* local) {
  auto calendar = WorkingCalendar::build(national, local);
  return std::make_unique<WorkingCalendar>(calendar ? *std::move(calendar) : WorkingCalendar::plain());
}

}  // namespace

Registry::Registry() { compile_layer(0, StationId{0}); }
Registry::~Registry() = default;

void Registry::clear() {
  position_ = 0;
  stations_.clear();
  staff_.clear();
  policies_.clear();
  published_.clear();
  layers_.clear();
  compile_layer(0, StationId{0});
}

bool Registry::apply(std::uint64_t position, const Event& event) {
  position_ = std::max(position_, position);
#define TOONO_APPLY(Name) \
  if (const auto* body = event.body_as_##Name()) return on(position, *body), true;
  TOONO_REGISTRY_EVENTS(TOONO_APPLY)
#undef TOONO_APPLY
  return false;
}

bool Registry::apply(const Decision& decision) {
  if (decision.outcome() != Outcome::accepted) return true;
  bool readable = true;
  for (const auto* event : events_of(decision)) readable &= apply(decision.seq(), *event);
  return readable;
}

void Registry::on(std::uint64_t position, const StationOpened& event) {
  Station station{.id = *event.station(),
                  .name = text(event.name()),
                  .tier = event.tier(),
                  .kind = event.kind(),
                  .parent = *event.parent()};
  stations_[station.id.code()].push_back({position, day_or_min(event.valid_from()), station});
}
void Registry::change_station(std::uint64_t position, StationId id, Day from,
                              void (*change)(Station&, StationId), StationId to) {
  auto& versions = stations_[id.code()];
  const auto* before = pick(versions, position, from);
  if (!before) return;
  Station station = before->station;
  change(station, to);
  versions.push_back({position, from, std::move(station)});
}
void Registry::on(std::uint64_t position, const StationParentChanged& event) {
  change_station(
      position, *event.station(), day_or_min(event.valid_from()),
      [](Station& station, StationId parent) { station.parent = parent; }, *event.parent());
}
void Registry::on(std::uint64_t position, const StationSuspended& event) {
  change_station(
      position, *event.station(), day_or_min(event.valid_from()),
      [](Station& station, StationId) { station.suspended = true; }, StationId{});
}
void Registry::on(std::uint64_t position, const StaffAppointed& event) {
  staff_[event.staff()->number()].push_back({position, day_or_min(event.valid_from()), *event.station()});
}
void Registry::on(std::uint64_t position, const StaffLeft& event) {
  staff_[event.staff()->number()].push_back({position, day_or_min(event.valid_from()), StationId{0}});
}
void Registry::on(std::uint64_t position, const PolicyPublished& event) {
  auto policy = std::make_unique<PolicyT>();
  event.policy()->UnPackTo(policy.get());
  policies_.push_back({position, day_or_min(event.valid_from()), std::move(policy)});
}
void Registry::on(std::uint64_t position, const CalendarPublished& event) {
  CalendarT calendar;
  event.calendar()->UnPackTo(&calendar);
  auto layer = calendar.station;
  published_.push_back({position, std::move(calendar)});
  compile_layer(position, layer);
  if (!is_none(layer)) return;
  // Every local layer lies over the national one.
  for (auto& [code, versions] : layers_)
    if (code != 0) compile_layer(position, StationId{code});
}

/// All that was published for a layer, a later notice replacing the years that it covers.
CalendarT Registry::merged(StationId layer) const {
  CalendarT result;
  for (const auto& [position, calendar] : published_) {
    if (!(calendar.station == layer)) continue;
    std::erase_if(result.days, [&](const CalendarDayT& day) {
      auto year = year_of(day.date);
      return year >= calendar.first_year && year <= calendar.last_year;
    });
    result.days.insert(result.days.end(), calendar.days.begin(), calendar.days.end());
    result.first_year =
        result.first_year == 0 ? calendar.first_year : std::min(result.first_year, calendar.first_year);
    result.last_year = std::max(result.last_year, calendar.last_year);
    result.version = calendar.version;
    if (!calendar.hours.empty()) result.hours = calendar.hours;
  }
  return result;
}

void Registry::compile_layer(std::uint64_t position, StationId layer) {
  auto national = merged(StationId{0});
  if (is_none(layer)) {
    layers_[0].push_back({position, build(national, nullptr), national.version});
    return;
  }
  auto local = merged(layer);
  auto version = national.version + "+" + local.version;
  layers_[layer.code()].push_back({position, build(national, &local), version});
}

const Registry::CalendarVersion& Registry::layer_of(StationId id, Day day, std::uint64_t position) const {
  auto last = [&](std::uint32_t code) -> const CalendarVersion* {
    auto found = layers_.find(code);
    if (found == layers_.end()) return nullptr;
    const CalendarVersion* best = nullptr;
    for (const auto& version : found->second)
      if (version.position <= position) best = &version;
    return best;
  };
  if (layers_.size() > 1) {
    for (int steps = 0; !is_none(id) && steps < 8; ++steps) {
      if (const auto* found = last(id.code())) return *found;
      const auto* station = at(position).station(id, day);
      id = station ? station->parent : StationId{};
    }
  }
  return *last(0);
}

const Station* RegistryView::station(StationId id, Day day) const {
  auto found = registry_->stations_.find(id.code());
  if (found == registry_->stations_.end()) return nullptr;
  const auto* version = pick(found->second, position_, day);
  return version ? &version->station : nullptr;
}
StationId RegistryView::station_of(StaffId staff, Day day) const {
  auto found = registry_->staff_.find(staff.number());
  if (found == registry_->staff_.end()) return StationId{};
  const auto* version = pick(found->second, position_, day);
  return version ? version->station : StationId{};
}
bool RegistryView::knows_staff(StaffId staff) const {
  auto found = registry_->staff_.find(staff.number());
  return found != registry_->staff_.end() && found->second.front().position <= position_;
}
bool RegistryView::is_within(StationId id, StationId ancestor, Day day) const {
  // A tree of three tiers; the bound keeps a ring, which no guard lets in, from being walked for ever.
  for (int steps = 0; !is_none(id) && steps < 8; ++steps) {
    if (id == ancestor) return true;
    const auto* record = station(id, day);
    if (!record) return false;
    id = record->parent;
  }
  return false;
}
const PolicyT* RegistryView::policy(Day day) const {
  const auto* version = pick(registry_->policies_, position_, day);
  return version ? version->policy.get() : nullptr;
}
const WorkingCalendar& RegistryView::calendar(StationId id, Day day) const {
  return *registry_->layer_of(id, day, position_).calendar;
}
const std::string& RegistryView::calendar_version(StationId id, Day day) const {
  return registry_->layer_of(id, day, position_).version;
}
std::vector<const Station*> RegistryView::stations(Day day) const {
  std::vector<const Station*> open;
  for (const auto& [code, versions] : registry_->stations_)
    if (const auto* version = pick(versions, position_, day)) open.push_back(&version->station);
  return open;
}
std::vector<std::pair<StaffId, StationId>> RegistryView::staff(Day day) const {
  std::vector<std::pair<StaffId, StationId>> at_work;
  for (const auto& [number, versions] : registry_->staff_)
    if (const auto* version = pick(versions, position_, day); version && !is_none(version->station))
      at_work.emplace_back(StaffId{number}, version->station);
  return at_work;
}
std::vector<const CalendarT*> RegistryView::calendars() const {
  std::vector<const CalendarT*> known;
  for (const auto& published : registry_->published_)
    if (published.position <= position_) known.push_back(&published.calendar);
  return known;
}
std::vector<const PolicyT*> RegistryView::policies() const {
  std::vector<const PolicyT*> known;
  for (const auto& version : registry_->policies_)
    if (version.position <= position_) known.push_back(version.policy.get());
  return known;
}
std::uint64_t RegistryView::deadlines_changed_at() const {
  std::uint64_t last = 0;
  auto look = [&](const auto& versions) {
    for (std::size_t i = 1; i < versions.size(); ++i)
      if (versions[i].position <= position_) last = std::max(last, versions[i].position);
  };
  look(registry_->published_);
  look(registry_->policies_);
  return last;
}

}  // namespace toono
