// How fast rows go through the store port: batches of 256 decisions of 8 rows, compaction included.
#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "adapters/rocksdb/store.h"

namespace {

using namespace toono;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return double(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         double(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

// Of this thread: what a read costs, however busy the machine is with compaction or other programs.
double thread_cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return double(used.tv_sec) + double(used.tv_nsec) * 1e-9;
}

std::string entity_prefix(std::uint64_t entity) {
  std::string key("p\x01", 2);
  for (std::uint64_t i = 0; i < 5; ++i) {
    std::uint64_t word = (entity * 5 + i) * 0x9E3779B97F4A7C15u;  // splitmix64
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    word ^= word >> 31;
    key.append(reinterpret_cast<const char*>(&word), 8);
  }
  return key;  // 42 bytes
}

struct Load {
  std::uint64_t entities;  // 0: every decision its own keys
  std::mt19937_64 random{7};
  std::string noise;

  void add_decision(RowBatch& batch, std::uint64_t number) {
    std::string key = entity_prefix(entities ? random() % entities : number);
    std::size_t common = key.size();
    std::uint64_t first = random();
    for (std::uint64_t row = 0; row < 8; ++row) {
      key.resize(common);
      std::uint64_t which = (first + row) % 10;
      key.append("row-of-entity-").append(1, static_cast<char>('0' + which)).append("xyz");
      std::uint64_t at = random();
      batch.put(key, std::string_view(noise).substr(at % (noise.size() - 300), 200 + (at >> 40) % 101));
    }
  }
};

template <class Read>
void time_reads(const char* what, int times, Read read) {
  auto begin = Clock::now();
  double cpu = thread_cpu_seconds();
  std::size_t found = 0;
  for (int i = 0; i < times; ++i) found += read(i);
  std::printf("%-24s %8.2f us, CPU %8.2f us (%zu rows)\n", what, seconds_since(begin) / times * 1e6,
              (thread_cpu_seconds() - cpu) / times * 1e6, found);
}

void read_all_ways(RocksStore& store, std::uint64_t entities) {
  std::mt19937_64 random(9);
  std::printf("files at level 0: %llu\n", static_cast<unsigned long long>(store.size().young_files));
  std::vector<std::string> missing;
  for (std::uint64_t i = 0; i < 20000; ++i) missing.push_back(entity_prefix(1ull << 50 | i) + "row");
  time_reads("get, a miss", 20000,
             [&](int i) { return std::size_t(store.get(missing[std::size_t(i)]).value().has_value()); });
  std::vector<std::string> keys;
  for (int i = 0; i < 20000; ++i) keys.push_back(entity_prefix(random() % entities));
  time_reads("get, any row", 20000, [&](int i) {
    return std::size_t(store.get(keys[std::size_t(i)] + "row-of-entity-3xyz").value().has_value());
  });
  time_reads("scan of an entity", 20000, [&](int i) {
    std::size_t rows = 0;
    const std::string& from = keys[std::size_t(i)];
    check(store.scan(from, from + "\xff", [&](auto, auto) { return ++rows > 0; }).has_value(), "scan");
    return rows;
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: store_bench DIRECTORY [decisions] [entities, 0 = new keys each time] [batch]\n",
               stderr);
    return 2;
  }
  std::uint64_t decisions = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 3'000'000;
  Load load{argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 500'000, std::mt19937_64(7), {}};
  std::uint64_t group = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 256;
  while (load.noise.size() < (64u << 20)) {
    std::uint64_t word = load.random();
    load.noise.append(reinterpret_cast<const char*>(&word), 8);
  }
  std::filesystem::remove_all(argv[1]);
  auto opened = RocksStore::open(argv[1], {});
  check(opened.has_value(), "open");
  RocksStore& store = **opened;

  RowBatch batch;
  double making = 0, longest = 0, cpu = cpu_seconds();
  auto begin = Clock::now();
  for (std::uint64_t done = 0; done < decisions; done += group) {
    double made = thread_cpu_seconds();
    batch.clear();
    for (std::uint64_t i = 0; i < group; ++i) load.add_decision(batch, done + i);
    making += thread_cpu_seconds() - made;
    auto applied = Clock::now();
    check(store.apply(batch).has_value(), "apply");
    longest = std::max(longest, seconds_since(applied));
  }
  double all = seconds_since(begin), cpu_applied = cpu_seconds() - cpu - making;
  std::printf(
      "applied %.0f decisions/s (%.0f without making the rows), longest apply %.1f ms, CPU %.1f us a "
      "decision\n",
      double(decisions) / all, double(decisions) / (all - making), longest * 1e3,
      cpu_applied / double(decisions) * 1e6);
  read_all_ways(store, load.entities ? load.entities : decisions);
  begin = Clock::now();
  cpu = cpu_seconds();
  check(store.flush().has_value(), "flush");
  while (store.size().compacting) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  double settled = seconds_since(begin);
  std::printf(
      "flush and compaction %.1f s more: %.0f decisions/s (%.0f without making), CPU %.1f us a decision\n",
      settled, double(decisions) / (all + settled), double(decisions) / (all + settled - making),
      (cpu_seconds() - cpu + cpu_applied) / double(decisions) * 1e6);
  read_all_ways(store, load.entities ? load.entities : decisions);
  auto size = store.size();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("rows %llu, %.2f GB, peak memory %ld MiB\n", static_cast<unsigned long long>(size.rows),
              double(size.bytes) / 1e9, used.ru_maxrss >> 10);
}
