// A keys topic that ends with the program, for tests: any number of readers and writers, and a compaction
// that is done when it is asked for.
#pragma once

#include "adapters/vault/key_records.h"

namespace toono {

/// The records themselves. One thread at a time.
class MemoryKeysTopic {
 public:
  std::uint64_t append(std::string key, std::optional<Buffer> value);
  /// Drops what is superseded, and the names given up, below `end`; what the last records of a log do on a
  /// broker, they do here: stay.
  void compact(std::uint64_t end);

  std::uint64_t end() const { return end_; }
  const std::vector<KeyRecord>& records() const { return records_; }

 private:
  std::vector<KeyRecord> records_;
  std::uint64_t end_ = 0;
};

/// One process's view of the topic, which must outlive it.
class MemoryKeyRecords : public KeyRecords {
 public:
  explicit MemoryKeyRecords(MemoryKeysTopic& topic) : topic_(topic) {}
  Result<std::uint64_t> append(const std::vector<KeyRecord>& records) override;
  Result<std::uint64_t> end() override { return topic_.end(); }
  Result<void> read(std::uint64_t until, const Visit& visit) override;
  const std::string& where() const override { return where_; }

 private:
  MemoryKeysTopic& topic_;
  std::uint64_t next_ = 0;
  std::string where_ = "the keys topic in memory";
};

}  // namespace toono
