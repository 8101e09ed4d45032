// What every store keeps, run over each implementation: given its Fixture, store_contract<Fixture>() checks
// it against an ordered map through random histories.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/store.h"
#include "doctest/doctest.h"

namespace toono::contract {

using Model = std::map<std::string, std::string>;
using Rows = std::vector<std::pair<std::string, std::string>>;

inline Rows rows_between(const Store& store, std::string_view from, std::string_view to,
                         std::size_t most = SIZE_MAX) {
  Rows rows;
  auto done = store.scan(from, to, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return rows.size() < most;
  });
  REQUIRE(done.has_value());
  return rows;
}

inline Rows rows_between(const Model& model, const std::string& from, const std::string& to,
                         std::size_t most = SIZE_MAX) {
  Rows rows;
  for (auto at = model.lower_bound(from); at != model.end() && rows.size() < most; ++at) {
    if (!to.empty() && at->first >= to) break;
    rows.push_back(*at);
  }
  return rows;
}

/// TOONO_SEED takes a printed seed back.
inline std::uint64_t seed_of_run() {
  const char* given = std::getenv("TOONO_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

/// Keys that are near each other: shared beginnings around the 16 bytes that runs hold inline, zeros, 0xFF,
/// prefixes.
struct History {
  std::mt19937_64 random;

  std::uint64_t below(std::uint64_t bound) { return random() % bound; }
  std::string key() {
    static const std::string letters(
        "\x00\x01"
        "az\x7f\x80\xff",
        7);
    std::string key(std::string("sixteen-bytes-of").substr(0, below(3) == 0 ? below(17) : 16));
    for (std::uint64_t more = below(4) + key.empty(); more > 0; --more) key += letters[below(letters.size())];
    return key;
  }
  std::string value() { return std::string(below(3) == 0 ? 0 : below(60), static_cast<char>(random())); }
  void change(RowBatch& batch, Model& model) {
    for (std::uint64_t count = 1 + below(below(8) == 0 ? 200 : 12); count > 0; --count) {
      std::string changed = key();
      if (below(4) == 0) {
        batch.remove(changed);
        model.erase(changed);
      } else {
        std::string now = value();
        batch.put(changed, now);
        model[changed] = now;
      }
    }
  }
};

inline void compare_some(const Store& store, const Model& model, History& history) {
  for (int i = 0; i < 5; ++i) {
    std::string key = history.key();
    auto got = store.get(key);
    REQUIRE(got.has_value());
    auto at = model.find(key);
    REQUIRE(*got == (at == model.end() ? std::nullopt : std::optional(at->second)));
  }
  std::string from = history.below(4) == 0 ? "" : history.key(),
              to = history.below(4) == 0 ? "" : history.key();
  std::size_t most = history.below(2) == 0 ? SIZE_MAX : 1 + history.below(5);
  REQUIRE(rows_between(store, from, to, most) == rows_between(model, from, to, most));
}

/// A Fixture has `Store& store()`, and `void reopen()` that keeps what was flushed (or does nothing).
template <class Fixture>
void random_histories(int rounds, int steps) {
  for (int round = 0; round < rounds; ++round) {
    std::uint64_t seed = seed_of_run();
    std::printf("random history, TOONO_SEED=%llu\n", static_cast<unsigned long long>(seed));
    CAPTURE(seed);
    History history{std::mt19937_64(seed)};
    Fixture fixture;
    Model model;
    RowBatch batch;
    for (int step = 0; step < steps; ++step) {
      batch.clear();
      history.change(batch, model);
      REQUIRE(fixture.store().apply(batch).has_value());
      compare_some(fixture.store(), model, history);
      if (history.below(40) == 0) REQUIRE(fixture.store().flush().has_value());
      if (history.below(80) == 0) {
        REQUIRE(fixture.store().flush().has_value());
        fixture.reopen();
      }
    }
    CHECK(rows_between(fixture.store(), "", "") == rows_between(model, "", ""));
  }
}

template <class Fixture>
void later_changes_win() {
  Fixture fixture;
  Store& store = fixture.store();
  RowBatch batch;
  batch.put("a", "1");
  batch.put("b", "1");
  batch.remove("a");
  batch.put("b", "2");
  batch.remove("c");
  batch.put("c", "");
  REQUIRE(store.apply(batch).has_value());
  CHECK(rows_between(store, "", "") == Rows{{"b", "2"}, {"c", ""}});
  CHECK(store.get("a").value() == std::nullopt);
  CHECK(store.get("c").value() == std::optional<std::string>(""));
  CHECK(rows_between(store, "b", "c") == Rows{{"b", "2"}});
  CHECK(rows_between(store, "c", "b").empty());
  CHECK(rows_between(store, "b", "b").empty());
}

template <class Fixture>
void removals_hide_stored_rows() {
  Fixture fixture;
  RowBatch batch;
  for (char name = 'a'; name <= 'j'; ++name) batch.put(std::string(1, name), "old");
  REQUIRE(fixture.store().apply(batch).has_value());
  REQUIRE(fixture.store().flush().has_value());
  batch.clear();
  for (char name = 'b'; name <= 'i'; ++name) batch.remove(std::string(1, name));
  REQUIRE(fixture.store().apply(batch).has_value());
  Rows left{{"a", "old"}, {"j", "old"}};
  CHECK(rows_between(fixture.store(), "", "") == left);
  CHECK(fixture.store().get("c").value() == std::nullopt);
  REQUIRE(fixture.store().flush().has_value());
  CHECK(rows_between(fixture.store(), "", "") == left);
  CHECK(fixture.store().get("c").value() == std::nullopt);
  fixture.reopen();
  CHECK(rows_between(fixture.store(), "", "") == left);
}

/// Each apply() moves all rows to the next number, so a scan that sees two numbers is not of one moment.
template <class Fixture>
void readers_see_whole_calls(std::uint64_t calls, std::size_t filler_bytes) {
  Fixture fixture;
  Store& store = fixture.store();
  auto number = [](std::uint64_t n) { return std::to_string(1'000'000 + n); };
  auto apply = [&](std::uint64_t n) {
    RowBatch batch;
    for (int row = 0; row < 20; ++row) batch.put("row" + std::to_string(10 + row), number(n));
    batch.put("filler" + number(n), std::string(filler_bytes, 'x'));
    return store.apply(batch).has_value();
  };
  REQUIRE(apply(0));
  std::atomic<bool> writing = true;
  std::atomic<int> wrong = 0;
  std::atomic<std::uint64_t> scans = 0;
  auto read = [&] {
    std::string last = number(0);
    do {
      std::size_t rows = 0;
      std::string seen;
      auto done = store.scan("row", "rox", [&](std::string_view, std::string_view value) {
        if (seen.empty()) seen = value;
        wrong += seen != value;
        return ++rows > 0;
      });
      auto later = store.get("row15");
      wrong += !done || rows != 20 || seen < last || !later || !*later || **later < seen;
      last = seen;
      ++scans;
    } while (writing);
  };
  std::thread one(read), two(read);
  int refused = 0;
  for (std::uint64_t n = 1; n <= calls; ++n) refused += !apply(n);
  writing = false;
  one.join();
  two.join();
  CHECK(refused == 0);
  CHECK(wrong == 0);
  CHECK(scans > 0);
  CHECK(store.get("row29").value() == std::optional(number(calls)));
  CHECK(rows_between(store, "filler", "fillerz").size() == calls + 1);
}

}  // namespace toono::contract
