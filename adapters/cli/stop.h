// Ctrl-C and SIGTERM end a long command in good order.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>

namespace toono::cli {

/// While it lives, Ctrl-C and SIGTERM are heard here and do not end the process; afterwards they end it as
/// ever. One at a time; asked from any thread.
class StopSignals {
 public:
  StopSignals() {
    came_ = false;
    struct sigaction hear {};
    hear.sa_handler = [](int) { came_ = true; };
    hear.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &hear, &interrupt_);
    ::sigaction(SIGTERM, &hear, &terminate_);
  }
  ~StopSignals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  static bool came() { return came_; }
  /// True: one came within that time, or before.
  static bool wait(std::int64_t ms) {
    // A signal wakes one thread, and not always this one.
    constexpr std::int64_t kLookEveryMs = 50;
    for (; !came_ && ms > 0; ms -= kLookEveryMs)
      std::this_thread::sleep_for(std::chrono::milliseconds(std::min(ms, kLookEveryMs)));
    return came_;
  }

 private:
  static inline std::atomic<bool> came_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);  // a signal's handler may write it
  struct sigaction interrupt_ {
  }, terminate_{};
};

}  // namespace toono::cli
