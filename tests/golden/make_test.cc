// Makes golden records: a simulated year, a registry that changes behind it, and of both the shortest
// histories that hold every event.
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "adapters/engine/clocks.h"
#include "adapters/engine/edge.h"
#include "adapters/engine/founding.h"
#include "adapters/simulate/simulation.h"
#include "adapters/vault/system_entropy.h"
#include "core/chain.h"
#include "core/time.h"
#include "tests/golden/golden.h"
#include "tests/log/fixture.h"

namespace toono {
namespace {

using Histories = std::map<std::string, std::vector<Buffer>>;

/// What no simulated year does.
const char* const kRegistryLines[] = {
    R"({"command":"ChangeStationParent","body":{"station":"150102","parent":"150200","valid_from":"2027-02-01"}})",  // NOLINT
    R"({"command":"SuspendStation","body":{"station":"150103","valid_from":"2027-03-01"}})",
    R"({"command":"AppointStaff","body":{"staff":"15010099","station":"150100","valid_from":"2027-01-02"}})",
    R"({"command":"RecordStaffDeparture","body":{"staff":"15010099","valid_from":"2027-02-01"}})",
};

std::string whole_january_off() {
  std::string days;
  for (int day = 1; day <= 31; ++day)
    days += fmt::format(R"({}{{"date":"2027-01-{:02}","kind":"holiday","name":"closed"}})",
                        day == 1 ? "" : ",", day);
  return R"({"command":"PublishCalendar","body":{"calendar":{"version":"golden","first_year":2027,)"
         R"("last_year":2027,"days":[)" +
         days + "]}}}";
}

/// By entity, in order of the chain; the registry and each partition count as entities.
Histories histories_of(Engine& engine) {
  Histories histories;
  std::vector<From> from(engine.partitions() + 1u);
  for (PartitionNumber p = 0; p <= engine.partitions(); ++p) from[p].partition = p;
  must(engine.log().scan(Topic::journal, from, [&](const LogRecord& record) {
    Buffer copy(record.bytes.begin(), record.bytes.end());
    const auto* decision = decision_of(copy);
    if (!decision || decision->outcome() != Outcome::accepted) return true;
    auto name =
        decision->entity_kind() == EntityKind::registry    ? "registry/" + to_text(*decision->command_id())
        : decision->entity_kind() == EntityKind::partition ? "partition/" + to_text(*decision->command_id())
                                                           : to_text(*decision->entity());
    histories[name].push_back(std::move(copy));
    return true;
  }));
  return histories;
}

std::set<EventBody> events_of(const std::vector<Buffer>& history) {
  std::set<EventBody> types;
  for (const auto& bytes : history)
    for (const auto* event : *decision_of(bytes)->events()) types.insert(event->body_type());
  return types;
}

/// Greedy: for the event that the fewest histories hold, the shortest of them; again, until none is missing.
std::vector<std::vector<Buffer>> chosen_from(Histories& histories, std::set<EventBody> known) {
  std::map<EventBody, std::vector<const std::vector<Buffer>*>> holders;
  for (const auto& [name, history] : histories)
    for (auto type : events_of(history)) holders[type].push_back(&history);
  std::vector<std::vector<Buffer>> chosen;
  while (true) {
    const std::vector<const std::vector<Buffer>*>* rarest = nullptr;
    for (const auto& [type, with] : holders)
      if (!known.contains(type) && (!rarest || with.size() < rarest->size())) rarest = &with;
    if (!rarest) return chosen;
    const auto* best = *std::min_element(rarest->begin(), rarest->end(),
                                         [](const auto* a, const auto* b) { return a->size() < b->size(); });
    known.merge(events_of(*best));
    chosen.push_back(*best);
  }
}

}  // namespace

std::filesystem::path golden_folder() { return std::filesystem::path(TOONO_SOURCE_DIR) / "tests" / "golden"; }

std::vector<std::vector<Buffer>> read_golden(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<std::vector<Buffer>> histories(1);
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      histories.emplace_back();
      continue;
    }
    Buffer bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2)
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    histories.back().push_back(std::move(bytes));
  }
  histories.pop_back();
  return histories;
}

void write_golden(const std::filesystem::path& path, const std::vector<std::vector<Buffer>>& histories) {
  std::ofstream out(path);
  for (const auto& history : histories) {
    for (const auto& bytes : history) out << to_hex(bytes) << "\n";
    out << "\n";
  }
  REQUIRE(out.good());
}

std::vector<std::vector<Buffer>> histories_with_every_event(const std::set<EventBody>& known) {
  TemporaryDirectory place;
  auto dir = place.path();
  auto played = simulate::simulate(
      {.dir = dir, .master_key = {}, .seed = 20260101, .contacts = 6000, .cases = 2000, .on_day = {}});
  REQUIRE(played.has_value());
  SetClock clock(must(parse_instant("2027-01-01T00:00:00+08:00")));
  SystemEntropy entropy;
  auto engine = must(Engine::open({.dir = dir, .clock = &clock, .entropy = &entropy}));
  Edge edge(*engine);
  engine->processor().on_answer([](const Answered& answered) {
    CHECK_MESSAGE(answered.decision->outcome() == Outcome::accepted,
                  std::string(EnumNameRejection(answered.decision->rejection())));
  });
  auto send = [&](const std::string& text) {
    auto line = must(parse_line(text));
    must(edge.send(line, Sender{}));
    must(engine->drain());
  };
  for (const auto* line : kRegistryLines) send(line);
  send(whole_january_off());
  engine->processor().on_answer({});
  must(engine->fire_due());
  auto histories = histories_of(*engine);
  must(engine->close());
  return chosen_from(histories, known);
}

}  // namespace toono
