// Records as every released version wrote them, replayed by the code of today: the same words, the same
// states, the same rows. How they are made, and when: docs/adding.md.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "adapters/json/print.h"
#include "core/chain.h"
#include "core/digest.h"
#include "core/registry.h"
#include "projections/folder.h"
#include "projections/views.h"
#include "tests/golden/golden.h"

namespace toono {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// The records of one entity in order of the chain, and what they led to.
struct Replayed {
  std::vector<std::string> events;
  std::string state;
  std::string rows;
};

std::string state_json(const EntityState& state) {
  if (kind_of(state) == EntityKind::none) return "{}";
  auto row = pack_state(state).substr(8);
  Buffer bytes(row.begin(), row.end());
  if (std::holds_alternative<CaseStateT>(state)) return to_json(bytes, "CaseState");
  if (std::holds_alternative<ContactStateT>(state)) return to_json(bytes, "ContactState");
  if (std::holds_alternative<PersonStateT>(state)) return to_json(bytes, "PersonState");
  return "{}";
}

std::string rows_digest_of(const EntityState& state) {
  RowBatch rows;
  write_rows(state, 1, rows);
  std::string all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all += fmt::format("{}:{}:", rows[i].key.size(), rows[i].value.size());
    all.append(rows[i].key).append(rows[i].value);
  }
  return to_hex(bytes_of(sha256(bytes_of(all))));
}

Replayed replay(const std::vector<Buffer>& records) {
  Replayed replayed;
  EntityState state;
  Registry registry;
  for (const auto& bytes : records) {
    const auto* decision = decision_of(bytes);
    REQUIRE(decision != nullptr);
    replayed.events.push_back(to_json(bytes, "Record"));
    auto kind = decision->entity_kind();
    if (kind == EntityKind::registry) CHECK(registry.apply(*decision));
    if (kind == EntityKind::registry || kind == EntityKind::partition) continue;
    if (kind_of(state) == EntityKind::none) state = new_state(kind);
    CHECK(fold_decision(state, *decision));
  }
  replayed.state = state_json(state);
  replayed.rows = rows_digest_of(state);
  return replayed;
}

/// Everything that was said is still said; more may be: a field that was appended since.
bool holds(const json::value& now, const json::value& then) {
  if (then.is_object()) {
    if (!now.is_object()) return false;
    for (const auto& [key, value] : then.get_object()) {
      const auto* found = now.get_object().if_contains(key);
      if (!found || !holds(*found, value)) return false;
    }
    return true;
  }
  if (!then.is_array()) return now == then;
  if (!now.is_array() || now.get_array().size() != then.get_array().size()) return false;
  for (std::size_t i = 0; i < then.get_array().size(); ++i)
    if (!holds(now.get_array()[i], then.get_array()[i])) return false;
  return true;
}

json::object expected_of(const std::vector<Buffer>& records) {
  auto replayed = replay(records);
  json::array events;
  for (const auto& event : replayed.events) events.push_back(json::parse(event));
  return {{"rows", replayed.rows}, {"state", json::parse(replayed.state)}, {"records", events}};
}

std::vector<fs::path> versions() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(golden_folder()))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("golden records say and lead to what they did when they were written") {
  std::size_t entities = 0;
  for (const auto& version : versions()) {
    CAPTURE(version.string());
    auto histories = read_golden(version / "records.hex");
    std::ifstream expected(version / "expected.jsonl");
    for (const auto& history : histories) {
      std::string line;
      REQUIRE(std::getline(expected, line));
      auto then = json::parse(line).as_object(), now = expected_of(history);
      CAPTURE(then.at("records").as_array().at(0));
      for (std::size_t i = 0; i < history.size(); ++i) {
        const auto& was = then.at("records").as_array().at(i);
        const auto& is = now.at("records").as_array().at(i);
        CHECK_MESSAGE(holds(is, was), "was ", json::serialize(was), "\n is ", json::serialize(is));
      }
      CHECK_MESSAGE(holds(now.at("state"), then.at("state")), "was ", json::serialize(then.at("state")),
                    "\n is ", json::serialize(now.at("state")));
      // Another layout of the rows is a new kRowsVersion; then the digests alone are made anew.
      CHECK(now.at("rows") == then.at("rows"));
      ++entities;
    }
    std::string more;
    CHECK_FALSE(std::getline(expected, more));
  }
  CHECK(entities > 10);
}

TEST_CASE("there is a golden record of every event") {
  std::set<EventBody> seen;
  for (const auto& version : versions())
    for (const auto& history : read_golden(version / "records.hex"))
      for (const auto& bytes : history)
        for (const auto* event : *decision_of(bytes)->events()) seen.insert(event->body_type());
  for (auto type : EnumValuesEventBody())
    if (type != EventBody::NONE)
      CHECK_MESSAGE(seen.contains(type), std::string(EnumNameEventBody(type)),
                    ": no golden record; docs/adding.md says how one is made");
}

TEST_CASE("golden records are written when they are asked for") {
  const char* version = std::getenv("TOONO_GOLDEN");
  if (!version || !*version) return;
  auto folder = golden_folder() / version;
  auto records = folder / "records.hex";
  if (!fs::exists(records)) {
    std::set<EventBody> known;
    for (const auto& other : versions())
      if (fs::exists(other / "records.hex"))
        for (const auto& history : read_golden(other / "records.hex"))
          for (const auto& bytes : history)
            for (const auto* event : *decision_of(bytes)->events()) known.insert(event->body_type());
    fs::create_directories(folder);
    write_golden(records, histories_with_every_event(known));
  }
  // Records are never written again; what they lead to is, when the layout of the rows has changed.
  std::ofstream expected(folder / "expected.jsonl");
  for (const auto& history : read_golden(records)) expected << json::serialize(expected_of(history)) << "\n";
  REQUIRE(expected.good());
}

}  // namespace toono
