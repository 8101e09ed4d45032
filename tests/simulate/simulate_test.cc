// A simulated year: one seed, one journal; and nothing of the engine that a year of work does not touch.
#include "adapters/simulate/simulation.h"

#include <unistd.h>

#include <fstream>
#include <set>

#include "adapters/engine/clocks.h"
#include "adapters/engine/engine.h"
#include "adapters/vault/seeded_entropy.h"
#include "commands/table.h"
#include "core/time.h"
#include "doctest/doctest.h"
#include "schemas/commands_generated.h"
#include "schemas/events_generated.h"

namespace toono::simulate {
namespace {

namespace fs = std::filesystem;

/// A directory of its own, with the master key beside the store.
class Place {
 public:
  Place() {
    static int count = 0;
    root_ = fs::temp_directory_path() /
            ("toono_simulate_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    fs::create_directories(root_);
  }
  ~Place() { fs::remove_all(root_); }
  fs::path store() const { return root_ / "store"; }
  fs::path key() const { return root_ / "store.key"; }

 private:
  fs::path root_;
};

SimulationOptions small(const Place& place, std::uint64_t seed) {
  return {.dir = place.store(), .master_key = {}, .seed = seed, .contacts = 300, .cases = 100, .on_day = {}};
}

SimulationReport played(const SimulationOptions& options) {
  auto report = simulate(options);
  if (!report) FAIL(report.error().what << ": " << report.error().where);
  return *report;
}

Error refused(const SimulationOptions& options) {
  auto report = simulate(options);
  REQUIRE_FALSE(report.has_value());
  return report.error();
}

}  // namespace

TEST_CASE("the same seed gives the same heads and another seed gives others") {
  Place one, two, three;
  auto first = played(small(one, 7));
  auto second = played(small(two, 7));
  auto other = played(small(three, 8));
  CHECK(first.heads.size() == 13);
  CHECK(first.heads == second.heads);
  CHECK(first.commands == second.commands);
  for (const auto& [partition, head] : first.heads) {
    INFO(partition);
    CHECK(head != other.heads.at(partition));
  }
}

TEST_CASE("a master key that was left from before changes no head") {
  Place place;
  auto first = played(small(place, 7));
  fs::remove_all(place.store());
  REQUIRE(fs::exists(place.key()));
  CHECK(played(small(place, 7)).heads == first.heads);
  fs::remove_all(place.store());
  fs::remove(place.key());
  played(small(place, 9));
  fs::remove_all(place.store());
  CHECK(played(small(place, 7)).heads == first.heads);
}

TEST_CASE("a simulation begins in an empty place only") {
  Place place;
  auto options = small(place, 1);
  options.contacts = 3;
  options.cases = 1;
  fs::create_directories(place.store());
  played(options);
  auto error = refused(options);
  CHECK(error.code == ErrorCode::refused);
  CHECK(error.where == place.store().string());
  Place other;
  auto beside = small(other, 1);
  std::ofstream(other.store()) << "a file";
  CHECK(refused(beside).code == ErrorCode::refused);
  CHECK_FALSE(fs::exists(other.key()));
}

TEST_CASE("more cases than contacts and years without a calendar are wrong use") {
  Place place;
  auto options = small(place, 1);
  options.cases = 301;
  CHECK(refused(options).code == ErrorCode::usage);
  options = small(place, 1);
  options.year = 2100;
  CHECK(refused(options).code == ErrorCode::usage);
  CHECK_FALSE(fs::exists(place.store()));
}

TEST_CASE("a simulated store says that it is one and its clock stands where the year ended") {
  Place place;
  auto report = played(small(place, 3));
  auto last = after(start_of_year(2027), -1);
  CHECK(report.ended_at == last);
  SetClock clock(last);
  SeededEntropy entropy(1);
  auto engine = Engine::open({.dir = place.store(), .master_key = {}, .clock = &clock, .entropy = &entropy});
  REQUIRE(engine.has_value());
  auto& follower = (*engine)->follower();
  CHECK(follower.genesis().simulated);
  CHECK(follower.genesis().created_at == start_of_year(2026));
  Instant latest;
  std::uint64_t decisions = 0;
  for (PartitionNumber partition = 0; partition <= follower.partitions(); ++partition) {
    latest = std::max(latest, follower.head(partition).chain.decided_at);
    decisions += follower.head(partition).chain.seq;
  }
  CHECK(latest == last);
  CHECK(decisions == report.decisions);
  auto next = (*engine)->processor().agenda().next_due();
  CHECK((!next || *next > last));
}

TEST_CASE("two thousand cases meet every command and every event of the backbone") {
  Place place;
  auto options = small(place, 20260101);
  options.contacts = 6000;
  options.cases = 2000;
  auto report = played(options);
  CHECK(report.by_command.at("RegisterCase") == 2000);
  CHECK(report.by_command.at("OfferContact") == 6001);
  CHECK(report.rejected * 100 < report.commands);

  // No calendar is published within the year, so no open deadline is worked out anew.
  const std::set<std::string> not_sent = {"RecalculateDeadlines"};
#define TOONO_MET(Name, id) \
  if (!not_sent.contains(#Name)) CHECK_MESSAGE(report.by_command.contains(#Name), #Name);
  TOONO_CONTACT_COMMANDS(TOONO_MET)
  TOONO_PERSON_COMMANDS(TOONO_MET)
  TOONO_CASE_COMMANDS(TOONO_MET)
  TOONO_COMMON_COMMANDS(TOONO_MET)
#undef TOONO_MET

  const std::set<std::string> not_met = {
      "NONE", "DeadlineRecalculated", "RegistryAdvanced",
      // Stations, policy and calendar are founded before the year begins and stay as they are.
      "StationOpened", "StationParentChanged", "StationSuspended", "PolicyPublished", "CalendarPublished"};
  for (auto type : EnumValuesEventBody()) {
    std::string name = EnumNameEventBody(type);
    if (!not_met.contains(name)) CHECK_MESSAGE(report.by_event.contains(name), name);
  }
}

}  // namespace toono::simulate
