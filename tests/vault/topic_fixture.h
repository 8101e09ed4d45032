// Several processes on one keys topic in memory, whose log can fail and lag, and is interrupted at will.
#pragma once

#include <cstdlib>
#include <random>

#include "adapters/vault/memory_key_records.h"
#include "adapters/vault/seeded_entropy.h"
#include "adapters/vault/topic_vault.h"
#include "tests/contract/vault_contract.h"

namespace toono::test {

/// What happens to one process's view of the topic. Outlives the vault.
struct Weather {
  enum class Append { works, fails, works_unseen, works_half, arrives_late, lies };
  std::function<void()> before_append = [] {};
  std::function<void()> before_read_back = [] {};
  std::function<Append()> next = [] { return Append::works; };
  bool lags = false;    // nothing comes unless it is waited for
  bool is_cut = false;  // the log does not answer
  std::vector<KeyRecord>* late = nullptr;
};

class WeatheredRecords final : public KeyRecords {
 public:
  WeatheredRecords(MemoryKeysTopic& topic, Weather& weather) : calm_(topic), weather_(weather) {}

  Result<std::uint64_t> append(const std::vector<KeyRecord>& records) override {
    weather_.before_append();
    auto kind = weather_.is_cut ? Weather::Append::fails : weather_.next();
    auto outcome = append(records, kind);
    weather_.before_read_back();
    return outcome;
  }
  Result<std::uint64_t> end() override {
    if (weather_.is_cut) return unexpected(silent());
    return calm_.end();
  }
  Result<void> read(std::uint64_t until, const Visit& visit) override {
    if (weather_.is_cut && until != 0) return unexpected(silent());
    if (weather_.is_cut || (weather_.lags && until == 0)) return {};
    return calm_.read(until, visit);
  }
  const std::string& where() const override { return calm_.where(); }

 private:
  Error silent() const { return {ErrorCode::world, "the log does not answer", where(), "try again"}; }

  Result<std::uint64_t> append(const std::vector<KeyRecord>& records, Weather::Append kind) {
    switch (kind) {
      case Weather::Append::works:
        return calm_.append(records);
      case Weather::Append::fails:
        break;
      case Weather::Append::works_unseen:
        check(calm_.append(records).has_value(), "memory refuses");
        break;
      case Weather::Append::works_half:
        check(
            calm_.append({records.begin(), records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2)})
                .has_value(),
            "memory refuses");
        break;
      case Weather::Append::arrives_late:
        weather_.late->insert(weather_.late->end(), records.begin(), records.end());
        break;
      case Weather::Append::lies:
        return calm_.end();
    }
    return unexpected(silent());
  }

  MemoryKeyRecords calm_;
  Weather& weather_;
};

/// A deployment's keys topic, its master key, and processes that come and go.
struct SharedTopic {
  explicit SharedTopic(std::uint64_t seed = 1) : entropy(seed) {
    ready_sodium();
    entropy.fill(master.bytes);
    auto made = TopicVault::create(std::make_unique<MemoryKeyRecords>(topic), master.bytes, entropy);
    check(made.has_value(), "a new keys topic does not open");
  }

  std::unique_ptr<TopicVault> process() { return *try_process(); }
  Result<std::unique_ptr<TopicVault>> try_process(Access access = Access::read_write) {
    return TopicVault::open(std::make_unique<MemoryKeyRecords>(topic), master.bytes, entropy, access);
  }
  std::unique_ptr<TopicVault> process(Weather& weather) {
    auto opened = TopicVault::open(std::make_unique<WeatheredRecords>(topic, weather), master.bytes, entropy);
    return *std::move(opened);
  }
  /// All names and values, one after the other.
  std::string bytes() const {
    std::string all;
    for (const auto& record : topic.records()) {
      all += record.key;
      if (record.value) all += text_of(*record.value);
    }
    return all;
  }

  SeededEntropy entropy;
  Secret master;
  MemoryKeysTopic topic;
};

/// TOONO_SEED, or one of its own a run.
inline std::uint64_t topic_seed() {
  const char* given = std::getenv("TOONO_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace toono::test
