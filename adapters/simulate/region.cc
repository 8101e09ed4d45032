// Habits and staff by seed.
#include "adapters/simulate/region.h"

#include <algorithm>

#include "adapters/engine/founding.h"

namespace toono::simulate {
namespace {

constexpr std::uint64_t kHabitStream = 1, kStaffStream = 2;
constexpr std::uint32_t kFounded = 2;

bool is_there(const Post& post, Day day) { return post.from <= day && day < post.left; }

Habits usual(Chance& chance) {
  Habits habits;
  auto kind = chance.below(100);
  if (kind < 4)
    habits.slowness = chance.between(2600, 3400);
  else if (kind < 11)
    habits.slowness = chance.between(1500, 2100);
  else if (kind < 35)
    habits.slowness = chance.between(550, 800);
  else
    habits.slowness = chance.between(850, 1150);
  habits.returns =
      static_cast<std::uint32_t>(chance.in_1000(50) ? chance.between(160, 240) : chance.between(15, 55));
  habits.careless =
      static_cast<std::uint32_t>(chance.in_1000(60) ? chance.between(220, 320) : chance.between(30, 100));
  return habits;
}

}  // namespace

Region::Region(const std::vector<CommandBodyUnion>& founding, std::uint64_t seed, std::int64_t year) {
  for (const auto& command : founding) {
    const auto* opened = command.AsOpenStation();
    if (!opened) continue;
    auto& station = stations_[opened->station.code()];
    station.id = opened->station;
    station.tier = opened->tier;
    station.parent = opened->parent;
    if (station.tier == Tier::I) top_ = station.id;
    if (station.tier == Tier::II) leagues_.push_back(station.id);
    if (auto parent = stations_.find(opened->parent.code()); parent != stations_.end())
      parent->second.children.push_back(station.id);
  }
  give_habits(seed);
  Chance chance(seed, kStaffStream);
  for (auto& [code, station] : stations_) staff(station, chance, year);
  for (auto league : leagues_) weights_.push_back(station(league).weight);
}

/// Every station gets its habits; then one league each is made the slowest, the one that returns most, and
/// the best, so that a year of any seed has something to find.
void Region::give_habits(std::uint64_t seed) {
  Chance chance(seed, kHabitStream);
  for (auto& [code, station] : stations_) {
    station.habits = usual(chance);
    auto banners = static_cast<std::int64_t>(station.children.size());
    station.weight = static_cast<std::uint32_t>(
        station.tier == Tier::II ? 6 + 3 * banners + chance.between(0, 8) : chance.between(3, 12));
  }
  auto drawn = leagues_;
  for (std::size_t i = 0; i < drawn.size(); ++i)
    std::swap(drawn[i], drawn[i + chance.below(drawn.size() - i)]);
  if (drawn.size() < 3) return;
  stations_.at(drawn[0].code()).habits = {.slowness = 2900, .returns = 60, .careless = 150};
  stations_.at(drawn[1].code()).habits = {.slowness = 1100, .returns = 260, .careless = 120};
  stations_.at(drawn[2].code()).habits = {.slowness = 560, .returns = 12, .careless = 25};
  if (!is_none(top_)) stations_.at(top_.code()).habits = {.slowness = 800, .returns = 0, .careless = 50};
}

/// One in twelve leaves within the year and is followed by somebody new on the same day.
void Region::staff(SimStation& station, Chance& chance, std::int64_t year) {
  auto more = station.tier == Tier::I    ? 22
              : station.tier == Tier::II ? chance.between(4, 6)
                                         : chance.between(1, 3);
  auto count = kFounded + static_cast<std::uint32_t>(more);
  auto next = count;
  auto first = start_of_year(year);
  for (std::uint32_t n = 1; n <= count; ++n) {
    Post post{founding_staff(station.id, n)};
    if (chance.below(12) == 0) {
      auto day = day_of(after(first, chance.between(20, 350) * kDayMs));
      auto follows = founding_staff(station.id, ++next);
      departures_.push_back({station.id, post.staff, follows, day});
      post.left = day;
      station.posts.push_back({follows, Day(INT32_MAX), day});
    }
    station.posts.push_back(post);
  }
}

std::vector<CommandBodyUnion> Region::appointments() const {
  std::vector<CommandBodyUnion> commands;
  for (const auto& [code, station] : stations_)
    for (const auto& post : station.posts) {
      bool founded = post.staff.number() - code * 100 <= kFounded;
      if (founded || post.from.days() != INT32_MIN) continue;
      AppointStaffT appointment;
      appointment.staff = post.staff;
      appointment.station = station.id;
      commands.emplace_back().Set(std::move(appointment));
    }
  return commands;
}

Region::Origin Region::origin(Chance& chance) const {
  auto league = leagues_[chance.weighted(weights_)];
  const auto& children = station(league).children;
  if (children.empty()) return {league, league};
  std::vector<std::uint32_t> weights;
  for (auto child : children) weights.push_back(station(child).weight);
  return {league, children[chance.weighted(weights)]};
}

Who Region::somebody(StationId id, Instant at, Chance& chance) const {
  const auto& posts = station(id).posts;
  auto day = day_of(at);
  auto start = chance.below(posts.size());
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const auto& post = posts[(start + i) % posts.size()];
    if (is_there(post, day)) return {post.staff, id};
  }
  return {posts.front().staff, id};
}

StaffId Region::colleague(const Who& not_this, Instant at, Chance& chance) const {
  const auto& posts = station(not_this.station).posts;
  auto day = day_of(at);
  auto start = chance.below(posts.size());
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const auto& post = posts[(start + i) % posts.size()];
    if (is_there(post, day) && !(post.staff == not_this.staff)) return post.staff;
  }
  return not_this.staff;
}

bool Region::works(StaffId staff, StationId id, Instant at) const {
  for (const auto& post : station(id).posts)
    if (post.staff == staff) return is_there(post, day_of(at));
  return false;
}

}  // namespace toono::simulate
