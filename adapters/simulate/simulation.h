// A seeded year of hotline work, played as commands through the real edge and engine into a new store.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "core/ids.h"
#include "core/result.h"
#include "schemas/journal_generated.h"

namespace toono::simulate {

struct SimulationOptions {
  std::filesystem::path dir;
  /// Empty: DIR.key beside the directory.
  std::string master_key;
  std::uint64_t seed = 0;
  std::int64_t year = 2026;
  std::uint64_t contacts = 60'000;
  /// At most as many as contacts.
  std::uint64_t cases = 20'000;
  std::uint16_t partitions = 12;
  /// Called with how many days of the year have been played.
  std::function<void(std::uint64_t)> on_day;
};

/// 0, 1, ... 11, r.
struct ByPartition {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::tuple(a == "r", a.size(), a) < std::tuple(b == "r", b.size(), b);
  }
};

struct SimulationReport {
  /// Sent by people; what the agenda sent is apart.
  std::uint64_t commands = 0;
  std::uint64_t from_clock = 0;
  std::uint64_t rejected = 0;
  /// In the journal: every counted record behind the geneses, the registry's too.
  std::uint64_t decisions = 0;
  /// By partition ("r" is the registry): `seq:hash` of the last record.
  std::map<std::string, std::string, ByPartition> heads;
  std::map<std::string, std::uint64_t> by_command;
  std::map<std::string, std::uint64_t> by_event;
  std::map<Rejection, std::uint64_t> by_rejection;
  Instant ended_at;
};

/// Founds a simulated deployment in `dir` and plays the year. The same options give the same journal, byte
/// for byte, on every machine. Error refused: there is a deployment already; usage: more cases than contacts,
/// or a year outside 1990..2099.
Result<SimulationReport> simulate(const SimulationOptions& options);

}  // namespace toono::simulate
