// Wakes a thread that waits for whichever of several queues of librdkafka has something first.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "adapters/kafka/handles.h"

namespace toono {

/// Outlives the queues that ring it. A queue rings when it was empty and something comes: who has waited
/// empties all of them before it waits again.
class Bell {
 public:
  void hang_on(rd_kafka_queue_t* queue) {
    rd_kafka_queue_cb_event_enable(
        queue, [](rd_kafka_t*, void* bell) { static_cast<Bell*>(bell)->ring(); }, this);
  }
  /// From any thread.
  void ring() {
    {
      std::scoped_lock guard(mutex_);
      has_rung_ = true;
    }
    rung_.notify_one();
  }
  /// Until it rings, or has rung since the last wait; at most so long.
  void wait(int ms) {
    std::unique_lock lock(mutex_);
    rung_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return has_rung_; });
    has_rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool has_rung_ = false;
};

}  // namespace toono
