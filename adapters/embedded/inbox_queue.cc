// The commands between send() and the frame that makes them durable.
#include "adapters/embedded/inbox_queue.h"

namespace toono::embedded {

Result<void> InboxQueue::send(PartitionNumber partition, Bytes command, std::int64_t now_ms) {
  Buffer bytes(command.begin(), command.end());
  std::scoped_lock guard(mutex_);
  if (waiting_.size() >= limit_records_ || waiting_bytes_ + bytes.size() > limit_bytes_)
    return unexpected({ErrorCode::busy, "the inbox is full", "partition " + std::to_string(partition),
                       "wait until some commands have been decided, then send again"});
  waiting_bytes_ += bytes.size();
  waiting_.push_back({partition, next_[partition]++, now_ms, std::move(bytes)});
  return {};
}

InboxQueue::Waiting InboxQueue::waiting() {
  std::scoped_lock guard(mutex_);
  return {waiting_.size() + unsettled_.size(), waiting_bytes_ + unsettled_bytes_};
}

std::vector<LogRecord> InboxQueue::receive(std::size_t limit) {
  settled_.clear();
  std::vector<LogRecord> records;
  std::scoped_lock guard(mutex_);
  for (; records.size() < limit && !waiting_.empty() && unsettled_bytes_ < limit_bytes_;
       waiting_.pop_front()) {
    waiting_bytes_ -= waiting_.front().bytes.size();
    // What a record costs in a frame beside its bytes, at most.
    unsettled_bytes_ += waiting_.front().bytes.size() + 32;
    unsettled_.push_back(std::move(waiting_.front()));
    records.push_back(unsettled_.back().record());
  }
  return records;
}

std::vector<LogRecord> InboxQueue::unsettled() const {
  std::vector<LogRecord> records;
  records.reserve(unsettled_.size());
  for (const Sent& sent : unsettled_) records.push_back(sent.record());
  return records;
}

void InboxQueue::clear_unsettled() {
  settled_.swap(unsettled_);
  unsettled_.clear();
  unsettled_bytes_ = 0;
}

}  // namespace toono::embedded
