// A disk behind a cache: what was not synced is gone after a power cut, and a failed sync calls the cache
// clean, as Linux does.
#include <random>
#include <set>

#include "tests/vault/vault_fixture.h"

namespace toono::test {
namespace {

struct CachedDisk {
  std::string cache;
  std::string disk;
  std::vector<std::pair<std::size_t, std::size_t>> dirty;  // places and sizes
  int syncs_left = 1 << 30;
  int writes_left = 1 << 30;

  /// Writes the pieces that `keeps` says yes to, in any order, and forgets the others.
  template <class Keeps>
  void write_back(Keeps keeps) {
    for (auto [at, size] : dirty) {
      if (!keeps()) continue;
      if (disk.size() < at + size) disk.resize(at + size);
      disk.replace(at, size, cache.substr(at, size));
    }
    dirty.clear();
  }
  /// Some of what was not synced may have reached the disk all the same.
  template <class Keeps>
  void cut_power(Keeps keeps) {
    write_back(keeps);
    cache = disk;
    syncs_left = writes_left = 1 << 30;
  }
};

class CachedMedium final : public Medium {
 public:
  explicit CachedMedium(std::shared_ptr<CachedDisk> disk) : disk_(std::move(disk)) {}
  Result<std::uint64_t> size() override { return std::uint64_t{disk_->cache.size()}; }
  Result<std::size_t> read_at(std::uint64_t at, std::span<std::uint8_t> into) override {
    if (at >= disk_->cache.size()) return std::size_t{0};
    return disk_->cache.copy(reinterpret_cast<char*>(into.data()), into.size(), at);
  }
  Result<void> write_at(std::uint64_t at, Bytes bytes) override {
    if (disk_->writes_left-- <= 0) return failure();
    if (disk_->cache.size() < at + bytes.size()) disk_->cache.resize(at + bytes.size());
    disk_->cache.replace(at, bytes.size(), text_of(bytes));
    // The disk writes sectors: four slots at a time, in any order.
    for (std::size_t done = 0; done < bytes.size(); done += 512)
      disk_->dirty.emplace_back(at + done, std::min<std::size_t>(512, bytes.size() - done));
    return {};
  }
  Result<void> sync() override {
    if (disk_->syncs_left-- <= 0) {
      disk_->dirty.clear();
      return failure();
    }
    disk_->write_back([] { return true; });
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    disk_->cache.resize(size);
    disk_->disk.resize(std::min<std::size_t>(disk_->disk.size(), size));
    return {};
  }

 private:
  static Result<void> failure() {
    return unexpected({ErrorCode::world, "the disk fails", "the test's disk", "try the next step"});
  }
  std::shared_ptr<CachedDisk> disk_;
};

struct Machine {
  SeededEntropy entropy{21};
  KeyBytes master{};
  std::shared_ptr<CachedDisk> disk = std::make_shared<CachedDisk>();

  Machine() {
    entropy.fill(master);
    auto header = new_vault_header(master, entropy);
    disk->cache = disk->disk = text_of(header);
  }
  Result<std::unique_ptr<MemoryVault>> open() {
    return MemoryVault::open(std::make_unique<CachedMedium>(disk), master, entropy);
  }
};

}  // namespace

TEST_CASE("a key that a killed process left in the cache is durable before it is used again") {
  Machine machine;
  auto vault = machine.open().value();
  REQUIRE(vault->seal(context_of(1), "x").has_value());
  machine.disk->syncs_left = 0;  // the sync fails, and the cache forgets that the key is not on the disk
  REQUIRE_FALSE(vault->settle().has_value());
  machine.disk->syncs_left = 1 << 30;
  vault = machine.open().value();
  auto sealed = vault->seal(context_of(1), "words").value();
  REQUIRE(vault->settle().has_value());
  machine.disk->cut_power([] { return false; });
  CHECK(opened(**machine.open(), sealed) == "words: words");
}

TEST_CASE("a destruction that was left in the cache is durable before it is told") {
  Machine machine;
  auto vault = machine.open().value();
  for (std::uint32_t sync = 0; sync < 3; ++sync) {
    CAPTURE(sync);
    auto sealed = vault->seal(context_of(sync), "words").value();
    REQUIRE(vault->settle().has_value());
    auto body = machine.disk->disk.substr(machine.disk->disk.size() - kSlotSize + 48, kBodySize);
    machine.disk->syncs_left = static_cast<int>(sync);
    auto outcome = vault->destroy(person(sync), std::nullopt);
    CHECK(outcome.has_value() == (sync == 2));
    machine.disk->syncs_left = 1 << 30;
    if (!outcome) {
      vault = machine.open().value();
      REQUIRE(vault->destroy(person(sync), std::nullopt).has_value());
    }
    machine.disk->cut_power([] { return false; });
    CHECK(machine.disk->disk.find(body) == std::string::npos);
    vault = machine.open().value();
    CHECK(opened(*vault, sealed) == "none");
  }
}

TEST_CASE("random work with failing disks and power cuts keeps every promise") {
  std::uint64_t seed = std::random_device{}();
  if (const char* given = std::getenv("TOONO_SEED")) seed = std::strtoull(given, nullptr, 10);
  CAPTURE(seed);
  std::mt19937_64 chance(seed);
  Machine machine;
  auto vault = machine.open().value();
  std::vector<SealedT> promised;
  std::vector<SealedT> waiting;
  std::set<std::uint32_t> erased;   // a destroy() returned well
  std::set<std::uint32_t> touched;  // a destroy() was begun
  auto number_of = [](const SealedT& sealed) {
    auto bytes = bytes_of(sealed.person);
    return static_cast<std::uint32_t>(bytes[14] << 8 | bytes[15]);
  };
  for (int step = 0; step < 4000; ++step) {
    auto who = static_cast<std::uint32_t>(chance() % 200);
    auto what = chance() % 100;
    if (what < 60) {
      auto sealed = vault->seal(context_of(who), "w");
      if (sealed) waiting.push_back(*sealed);
      if (sealed && erased.contains(who)) FAIL("step " << step << ": sealed for an erased person");
    } else if (what < 80) {
      if (vault->settle()) promised.insert(promised.end(), waiting.begin(), waiting.end()), waiting.clear();
    } else if (what < 84) {
      touched.insert(who);
      if (vault->destroy(person(who), std::nullopt)) erased.insert(who);
    } else if (what < 92) {
      (chance() % 2 ? machine.disk->syncs_left : machine.disk->writes_left) = static_cast<int>(chance() % 4);
    } else {
      if (what < 96) machine.disk->cut_power([&] { return chance() % 2 == 0; });
      machine.disk->syncs_left = machine.disk->writes_left = 1 << 30;
      waiting.clear();
      auto again = machine.open();
      if (!again) FAIL("step " << step << ": " << error_text(again.error()));
      vault = *std::move(again);
    }
    if (step % 50 != 0) continue;
    for (const auto& sealed : promised) {
      auto answer = opened(*vault, sealed);
      bool fits = erased.contains(number_of(sealed))    ? answer == "none"
                  : touched.contains(number_of(sealed)) ? answer != "damaged"
                                                        : answer == "words: w";
      if (!fits) FAIL("step " << step << ": person " << number_of(sealed) << " answers " << answer);
    }
  }
  CHECK(promised.size() > 100);
}

}  // namespace toono::test
