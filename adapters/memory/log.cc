// The log in memory, for tests.
#include "adapters/memory/log.h"

namespace toono {
namespace {

Unexpected no_partition(PartitionNumber partition) {
  return unexpected({ErrorCode::usage, "there is no partition " + std::to_string(partition),
                     "the log in memory", "name one of the log's own"});
}

}  // namespace

LogRecord MemoryLog::record(Topic topic, std::size_t partition, std::size_t offset, const Stored& stored) {
  return {topic, static_cast<PartitionNumber>(partition), offset, 0, stored.appended_at_ms, stored.bytes};
}

Result<void> MemoryLog::send(PartitionNumber partition, Bytes command) {
  if (!knows(partition)) return no_partition(partition);
  std::scoped_lock guard(mutex_);
  if (arrivals_.size() >= inbox_records_)
    return unexpected({ErrorCode::busy, "the inbox is full", "partition " + std::to_string(partition),
                       "wait until some commands have been decided, then send again"});
  partitions_[partition].inbox.push_back(
      {clock_ ? clock_->now().ms() : 0, Buffer(command.begin(), command.end())});
  arrivals_.push_back(partition);
  return {};
}

Result<std::vector<LogRecord>> MemoryLog::receive(std::size_t limit) {
  std::scoped_lock guard(mutex_);
  std::vector<LogRecord> records;
  for (; records.size() < limit && !arrivals_.empty(); arrivals_.pop_front()) {
    Partition& partition = partitions_[arrivals_.front()];
    std::size_t offset = partition.received++;
    records.push_back(record(Topic::inbox, arrivals_.front(), offset, partition.inbox[offset]));
  }
  return records;
}

Result<void> MemoryLog::append(PartitionNumber partition, Bytes decision) {
  if (!knows(partition)) return no_partition(partition);
  partitions_[partition].appended.emplace_back(decision.begin(), decision.end());
  return {};
}

Result<std::vector<LogRecord>> MemoryLog::settle(Wait /*wait*/) {
  std::vector<LogRecord> records;
  for (std::size_t p = 0; p < partitions_.size(); ++p) {
    Partition& partition = partitions_[p];
    partition.settled = partition.received;
    for (Buffer& decision : partition.appended) partition.journal.push_back({0, std::move(decision)});
    partition.appended.clear();
    for (; partition.returned < partition.journal.size(); ++partition.returned)
      records.push_back(record(Topic::journal, p, partition.returned, partition.journal[partition.returned]));
  }
  return records;
}

Result<void> MemoryLog::scan(Topic topic, const std::vector<From>& from, const Visitor& visit) {
  for (const From& start : from) {
    if (!knows(start.partition)) return no_partition(start.partition);
    std::unique_lock guard(mutex_);
    const Partition& partition = partitions_[start.partition];
    const auto& stored = topic == Topic::inbox ? partition.inbox : partition.journal;
    std::size_t end = topic == Topic::inbox ? partition.settled : stored.size();
    for (std::size_t offset = start.offset; offset < end; ++offset) {
      LogRecord found = record(topic, start.partition, offset, stored[offset]);
      guard.unlock();
      if (!visit(found)) return {};
      guard.lock();
    }
  }
  return {};
}

void MemoryLog::inject(PartitionNumber partition, Bytes decision) {
  check(knows(partition), "a test named a partition that is not there");
  partitions_[partition].journal.push_back({0, Buffer(decision.begin(), decision.end())});
}

void MemoryLog::reopen() {
  std::scoped_lock guard(mutex_);
  arrivals_.clear();
  for (Partition& partition : partitions_) {
    partition.inbox.resize(partition.settled);
    partition.received = partition.settled;
    partition.appended.clear();
    partition.returned = partition.journal.size();
  }
}

}  // namespace toono
