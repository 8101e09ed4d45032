// Ctrl-C and SIGTERM end a long command in good order.
#pragma once

#include <csignal>
#include <cstdint>
#include <ctime>

namespace toono::cli {

/// From its construction on, in the whole process; make it before any other thread.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  /// True: one came within that time, or before.
  bool wait(std::int64_t ms) {
    if (came_) return true;
    timespec time{ms / 1000, ms % 1000 * 1'000'000};
    came_ = sigtimedwait(&set_, nullptr, &time) > 0;
    return came_;
  }
  bool came() { return wait(0); }

 private:
  sigset_t set_;
  bool came_ = false;
};

}  // namespace toono::cli
