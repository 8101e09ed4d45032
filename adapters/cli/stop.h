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

/// While it lives, Ctrl-C and SIGTERM are heard here and do not end the process; afterwards they end it as
/// ever. One at a time.
class StopHeard {
 public:
  StopHeard() {
    came_ = 0;
    struct sigaction hear {};
    hear.sa_handler = [](int) { came_ = 1; };
    hear.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &hear, &interrupt_);
    ::sigaction(SIGTERM, &hear, &terminate_);
  }
  ~StopHeard() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }
  StopHeard(const StopHeard&) = delete;
  StopHeard& operator=(const StopHeard&) = delete;
  static bool came() { return came_ != 0; }

 private:
  static inline volatile std::sig_atomic_t came_ = 0;
  struct sigaction interrupt_ {
  }, terminate_{};
};

}  // namespace toono::cli
