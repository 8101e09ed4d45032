// The ends of the inbox and the journal as the brokers know them, asked now and then on a thread of its own:
// a broker that does not answer must not hold an engine up.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "adapters/kafka/client.h"

namespace toono {

struct PartitionEnds {
  PartitionNumber partition = 0;
  std::int64_t inbox = 0, journal = 0;
};

class EndWatch {
 public:
  /// `tell` gets the ends of every partition, the registry's last, or nothing when no broker answered. It is
  /// called on the watch's thread.
  using Tell = std::function<void(const std::vector<PartitionEnds>&)>;
  EndWatch(KafkaAddress address, PartitionNumber partitions, Tell tell);
  ~EndWatch();
  EndWatch(const EndWatch&) = delete;
  EndWatch& operator=(const EndWatch&) = delete;

 private:
  void run();

  KafkaAddress address_;
  PartitionNumber partitions_;
  Tell tell_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// The ends of all partitions; `partitions` does not count the registry's.
Result<std::vector<PartitionEnds>> partition_ends(const KafkaAddress& address, PartitionNumber partitions);

}  // namespace toono
