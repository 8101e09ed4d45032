// What was typed, as values: the options of every command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace toono::cli {

/// CMakeLists.txt names it too.
inline constexpr char kVersion[] = "0.1.0";

enum class Language { en, zh };

/// Before the command.
struct Globals {
  std::string log;             // `embedded:DIR`, `kafka:HOST:PORT,...`, `kafka:FILE.toml`
  std::string data;            // where a node on Kafka keeps its rows; empty: ./toono-node
  std::string as;              // STAFF@STATION
  std::optional<Instant> now;  // stands still there
  bool json = false;
  Language language = Language::en;
  std::string master_key;                    // empty: DIR.key
  bool only_reads = false;                   // a question, of which silent brokers are given up sooner
  std::optional<std::uint64_t> inbox_limit;  // L; absent: as the TOML file says, else the default

  /// In the language asked for.
  std::string_view say(std::string_view en, std::string_view zh) const {
    return language == Language::zh ? zh : en;
  }
};

/// All options of all commands: each command reads its own.
struct Args {
  Globals globals;
  std::string command;
  std::vector<std::string> words;  // positional, in order
  // init
  std::optional<std::uint32_t> partitions;
  std::uint32_t replication = 0;
  std::string stations_file, calendar_file, policy_file, log_id;
  // send, import
  bool check = false, dry_run = false, with_rows = false;
  std::string map_file, rejects_file;
  // reading
  std::string purpose, state, station, tier, risk, since, phone, number, due_before, day, as_of, from, to,
      expect, output;
  std::optional<std::uint64_t> limit;
  std::optional<int> year;
  bool subtree = false, full = false;
  // erase
  std::string ground, seal_class;
  bool yes = false;
  // simulate
  std::uint64_t seed = 0, contacts = 60000, cases = 20000;
  bool once = false;
  // serve: HOST:PORT or PORT; empty: no metrics
  std::string metrics;
  std::uint32_t check_every_s = 60;
  std::uint32_t trim_inbox_days = 0;
  // schema, publish, subscribe
  bool events = false, asyncapi = false;
  std::string deployment;
  std::vector<std::string> types;
  std::string entity;
};

}  // namespace toono::cli
