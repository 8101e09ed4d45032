// A log that ends where somebody says, whatever is written behind it meanwhile.
#pragma once

#include <vector>

#include "core/log.h"

namespace toono {

/// For reading alone. `ends` by partition, the registry's last: the offset behind the last record of each.
/// The log must outlast it.
class LogUpTo final : public Log {
 public:
  LogUpTo(Log& log, std::vector<std::uint64_t> ends) : log_(log), ends_(std::move(ends)) {}
  Result<void> send(PartitionNumber, Bytes) override { return closed(); }
  Result<std::vector<LogRecord>> receive(std::size_t) override { return std::vector<LogRecord>(); }
  Result<void> append(PartitionNumber, Bytes) override { return closed(); }
  Result<std::vector<LogRecord>> settle(Wait) override { return std::vector<LogRecord>(); }
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override {
    return log_.scan(topic, from, [&](const LogRecord& record) {
      return record.offset >= ends_[record.partition] || visit(record);
    });
  }

 private:
  static Result<void> closed() {
    return unexpected(
        {ErrorCode::refused, "the past takes no records", "a replay", "send to the log itself"});
  }
  Log& log_;
  std::vector<std::uint64_t> ends_;
};

}  // namespace toono
