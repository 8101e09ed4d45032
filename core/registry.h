// The registry: stations with dated parents, staff, policies, calendars. Bitemporal: every look-up is made as
// of a position of the registry (what was known) and for a day (what was valid), never "the latest", so that
// live and rebuilt rows are the same.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/calendar.h"
#include "core/evolve.h"
#include "schemas/journal_generated.h"
#include "schemas/registry_generated.h"

namespace toono {

struct Station {
  StationId id;
  std::string name;
  Tier tier = Tier::none;
  StationKind kind = StationKind::region;
  StationId parent;
  bool suspended = false;
};

class Registry;

/// The registry as it was known at one position. Cheap to copy; valid as long as the registry.
class RegistryView {
 public:
  RegistryView(const Registry& registry, std::uint64_t position)
      : registry_(&registry), position_(position) {}
  std::uint64_t position() const { return position_; }
  /// Null: never opened, or not yet on that day.
  const Station* station(StationId id, Day day) const;
  /// Where this member of staff works on that day; none: nowhere.
  StationId station_of(StaffId staff, Day day) const;
  bool knows_staff(StaffId staff) const;
  /// True for the station itself and everything below it on that day.
  bool is_within(StationId id, StationId ancestor, Day day) const;
  /// The policy valid on that day; null before the first.
  const PolicyT* policy(Day day) const;
  /// The calendar of the station: its own layer, else its nearest ancestor's, else the national one.
  const WorkingCalendar& calendar(StationId id, Day day) const;
  const std::string& calendar_version(StationId id, Day day) const;
  /// Every station open on that day, by code.
  std::vector<const Station*> stations(Day day) const;
  /// Every member of staff at work on that day, by number.
  std::vector<std::pair<StaffId, StationId>> staff(Day day) const;
  /// Calendars as published up to the position, in order.
  std::vector<const CalendarT*> calendars() const;
  std::vector<const PolicyT*> policies() const;
  /// Where the last calendar or policy was published that came after the first of its kind; 0: none did. Open
  /// deadlines are worked out anew from there.
  std::uint64_t deadlines_changed_at() const;

 private:
  const Registry* registry_;
  std::uint64_t position_;
};

/// Folded from the registry's partition; all of it is kept in memory. One thread writes; views are for the
/// same thread.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Applies one event of the decision at `position`. False: not an event of the registry.
  [[nodiscard]] bool apply(std::uint64_t position, const Event& event);
  /// Applies all events of a decision that was accepted. False: not all are events of the registry.
  [[nodiscard]] bool apply(const Decision& decision);
  /// The last position applied, also of decisions without events.
  std::uint64_t position() const { return position_; }
  /// Forgets everything, to be folded again from the beginning. Views of before are no longer valid.
  void clear();
  void advance(std::uint64_t position) { position_ = position; }
  RegistryView at(std::uint64_t position) const { return {*this, position}; }
  RegistryView now() const { return at(position_); }

 private:
  friend class RegistryView;
  struct StationVersion {
    std::uint64_t position;
    Day valid_from;
    Station station;
  };
  struct StaffVersion {
    std::uint64_t position;
    Day valid_from;
    StationId station;
  };
  struct PolicyVersion {
    std::uint64_t position;
    Day valid_from;
    std::unique_ptr<PolicyT> policy;
  };
  struct CalendarVersion {
    std::uint64_t position;
    std::unique_ptr<WorkingCalendar> calendar;
    std::string version;
  };
  struct Published {
    std::uint64_t position;
    CalendarT calendar;
  };

  void on(std::uint64_t position, const StationOpened& event);
  void on(std::uint64_t position, const StationParentChanged& event);
  void on(std::uint64_t position, const StationSuspended& event);
  void on(std::uint64_t position, const StaffAppointed& event);
  void on(std::uint64_t position, const StaffLeft& event);
  void on(std::uint64_t position, const PolicyPublished& event);
  void on(std::uint64_t position, const CalendarPublished& event);
  void change_station(std::uint64_t position, StationId id, Day from, void (*change)(Station&, StationId),
                      StationId to);
  CalendarT merged(StationId layer) const;
  void compile_layer(std::uint64_t position, StationId layer);
  const CalendarVersion& layer_of(StationId id, Day day, std::uint64_t position) const;

  std::uint64_t position_ = 0;
  std::map<std::uint32_t, std::vector<StationVersion>> stations_;
  std::map<std::uint32_t, std::vector<StaffVersion>> staff_;
  std::vector<PolicyVersion> policies_;
  std::vector<Published> published_;
  std::unordered_map<std::uint32_t, std::vector<CalendarVersion>> layers_;
};

}  // namespace toono
