// Founding, the plan of the year, the play, and what it came to.
#include "adapters/simulate/simulation.h"

#include <fmt/format.h>

#include "adapters/engine/founding.h"
#include "adapters/simulate/arrivals.h"
#include "adapters/simulate/stories.h"
#include "adapters/vault/master_key.h"
#include "adapters/vault/seeded_entropy.h"

namespace toono::simulate {
namespace {

constexpr std::uint64_t kArrivalStream = 3;

Result<void> check_options(const SimulationOptions& options) {
  if (options.cases > options.contacts)
    return unexpected({ErrorCode::usage, "there are more cases than contacts",
                       fmt::format("--cases {} --contacts {}", options.cases, options.contacts),
                       "every case begins with a contact: ask for fewer cases"});
  if (options.year < 1990 || options.year > 2099)
    return unexpected({ErrorCode::usage, "this year cannot be played", fmt::format("--year {}", options.year),
                       "give one from 1990 to 2099"});
  std::error_code problem;
  if (!std::filesystem::exists(options.dir, problem)) return {};
  if (std::filesystem::is_directory(options.dir, problem) && std::filesystem::is_empty(options.dir, problem))
    return {};
  return unexpected({ErrorCode::refused, "a simulation begins in an empty place, and there is something",
                     options.dir.string(), "give another directory: --log embedded:DIR"});
}

/// The master key is drawn apart: whether there is one from before changes no other draw, and the same seed
/// still gives the same journal.
Result<void> prepare_master_key(const SimulationOptions& options) {
  auto path = options.master_key.empty() ? FileVault::default_master_key_path(options.dir.string())
                                         : options.master_key;
  SeededEntropy entropy(~options.seed);
  Secret key;
  return make_master_key(path, entropy, key);
}

Result<Founding> found(const SimulationOptions& options, std::optional<Region>& region) {
  Founding founding;
  founding.partitions = options.partitions;
  founding.simulated = true;
  TOONO_ASSIGN(founding.registry, founding_registry({}));
  region.emplace(founding.registry, options.seed, options.year);
  for (auto& appointment : region->appointments()) founding.registry.push_back(std::move(appointment));
  return founding;
}

/// Every contact and every departure of the year, each a story that waits for its time.
void plan(World& world, const SimulationOptions& options, const WorkingCalendar& calendar) {
  Chance chance(options.seed, kArrivalStream);
  auto moments =
      arrivals({start_of_year(options.year), world.stage.end()}, options.contacts, calendar, chance);
  auto cases_left = options.cases;
  for (std::uint64_t i = 0; i < moments.size(); ++i) {
    bool becomes_case = chance.below(moments.size() - i) < cases_left;
    cases_left -= becomes_case ? 1 : 0;
    world.stage.begin(contact_story(world, {.number = i, .at = moments[i], .becomes_case = becomes_case}),
                      moments[i]);
  }
  for (const auto& departure : world.stage.region().departures())
    world.stage.begin(departure_story(world, departure), start_of_year(options.year));
  world.stage.begin(line_test_story(world), after(world.stage.end(), -25 * kSecondMs));
}

SimulationReport report_of(Engine& engine, const Tally& tally, Instant ended_at) {
  SimulationReport report;
  report.commands = tally.commands;
  report.from_clock = tally.from_clock;
  report.rejected = tally.rejected;
  report.by_rejection = tally.by_rejection;
  report.ended_at = ended_at;
  for (PartitionNumber partition = 0; partition <= engine.partitions(); ++partition) {
    const auto& head = engine.follower().head(partition).chain;
    report.decisions += head.seq;
    report.heads[partition_text(partition, engine.partitions())] =
        fmt::format("{}:{}", head.seq, to_hex(bytes_of(head.hash)));
  }
  for (auto type : EnumValuesCommandBody())
    if (auto count = tally.by_command[static_cast<std::size_t>(type)]; count != 0)
      report.by_command[EnumNameCommandBody(type)] = count;
  for (auto type : EnumValuesEventBody())
    if (auto count = tally.by_event[static_cast<std::size_t>(type)]; count != 0)
      report.by_event[EnumNameEventBody(type)] = count;
  return report;
}

}  // namespace

Result<SimulationReport> simulate(const SimulationOptions& options) {
  TOONO_TRY(check_options(options));
  TOONO_TRY(prepare_master_key(options));
  auto begin = start_of_year(options.year);
  SetClock clock(begin);
  SeededEntropy entropy(options.seed);
  std::optional<Region> region;
  TOONO_ASSIGN(auto founding, found(options, region));
  EngineOptions engine_options{
      .dir = options.dir, .master_key = options.master_key, .clock = &clock, .entropy = &entropy};
  TOONO_ASSIGN(auto engine, Engine::create(engine_options, founding));
  Tally tally;
  {
    People people;
    Stage stage(*engine, clock, *region, start_of_year(options.year + 1));
    World world{stage, people, options.seed};
    if (options.on_day)
      stage.on_progress(
          [&](Instant now) { options.on_day(static_cast<std::uint64_t>((now.ms() - begin.ms()) / kDayMs)); });
    plan(world, options, engine->registry().now().calendar(region->top(), day_of(begin)));
    TOONO_TRY(stage.play());
    tally = stage.tally();
  }
  auto report = report_of(*engine, tally, clock.now());
  TOONO_TRY(engine->close());
  return report;
}

}  // namespace toono::simulate
