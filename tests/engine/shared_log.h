// One log that several engines share, in memory: what a broker does, with the races at the test's command.
#pragma once

#include <deque>
#include <functional>

#include "core/log.h"
#include "tests/log/fixture.h"

namespace toono {

/// The topics. Everything it holds stays where it is.
struct SharedTopics {
  struct Stored {
    std::int64_t at = 0;
    Buffer bytes;
  };
  explicit SharedTopics(PartitionNumber partitions) : inbox(partitions), journal(partitions) {}
  std::vector<std::deque<Stored>> inbox, journal;
};

/// One engine's view of them: what it appends reaches the journal when it settles, or later.
class SharedLog final : public Log {
 public:
  SharedLog(SharedTopics& topics, Clock& clock)
      : topics_(topics),
        clock_(clock),
        read_(topics.journal.size()),
        given_(topics.inbox.size()),
        sent_(topics.journal.size()) {}

  /// Called at the beginning of settle(): here others may be quicker.
  std::function<void()> before_settle;
  /// Asked not to wait: how many of so many records of a partition that are on their way arrive, and how many
  /// of those in the journal are read back. Without it all.
  std::function<std::size_t(std::size_t)> some;
  /// What is on its way is lost with its sender.
  void lose_what_was_sent() {
    for (auto& sent : sent_) sent.clear();
  }
  /// From the next receive() on this partition's inbox is handed out from `next` on.
  void take(PartitionNumber partition, std::uint64_t next) { given_[partition] = next; }
  void give_up(PartitionNumber partition) { given_[partition].reset(); }

  Result<void> send(PartitionNumber partition, Bytes command) override {
    topics_.inbox[partition].push_back({clock_.now().ms(), Buffer(command.begin(), command.end())});
    return {};
  }
  Result<std::vector<LogRecord>> receive(std::size_t limit) override {
    std::vector<LogRecord> records;
    for (PartitionNumber p = 0; p < given_.size(); ++p)
      while (given_[p] && *given_[p] < topics_.inbox[p].size() && records.size() < limit)
        records.push_back(record(Topic::inbox, p, (*given_[p])++));
    return records;
  }
  Result<void> append(PartitionNumber partition, Bytes decision) override {
    sent_[partition].emplace_back(decision.begin(), decision.end());
    return {};
  }
  Result<std::vector<LogRecord>> settle(Wait wait = Wait::for_all) override {
    if (before_settle) before_settle();
    auto part = [&](std::size_t all) { return some && wait == Wait::for_none ? some(all) : all; };
    std::vector<LogRecord> records;
    for (PartitionNumber p = 0; p < read_.size(); ++p) {
      for (auto arriving = part(sent_[p].size()); arriving > 0; --arriving, sent_[p].pop_front())
        topics_.journal[p].push_back({0, std::move(sent_[p].front())});
      for (auto read = part(topics_.journal[p].size() - read_[p]); read > 0; --read)
        records.push_back(record(Topic::journal, p, read_[p]++));
    }
    return records;
  }
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override {
    for (const auto& start : from) {
      auto end = (topic == Topic::inbox ? topics_.inbox : topics_.journal)[start.partition].size();
      for (auto offset = start.offset; offset < end; ++offset) {
        if (!visit(record(topic, start.partition, offset))) return {};
      }
    }
    return {};
  }

 private:
  LogRecord record(Topic topic, PartitionNumber partition, std::uint64_t offset) const {
    const auto& stored = (topic == Topic::inbox ? topics_.inbox : topics_.journal)[partition][offset];
    return {topic, partition, offset, 0, stored.at, stored.bytes};
  }

  SharedTopics& topics_;
  Clock& clock_;
  std::vector<std::uint64_t> read_;
  std::vector<std::optional<std::uint64_t>> given_;
  std::vector<std::deque<Buffer>> sent_;
};

}  // namespace toono
