// Ctrl-C, SIGTERM and a terminal that is closed (SIGHUP) end a long command in good order.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>

#include "core/result.h"

namespace toono::cli {

/// While it lives, they are heard here and do not end the process; afterwards they end it as ever. One at a
/// time; asked from any thread.
class StopSignals {
 public:
  StopSignals() {
    came_ = false;
    struct sigaction hear {};
    hear.sa_handler = [](int) { came_ = true; };
    hear.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], is_to_be_heard(kSignals[i]) ? &hear : nullptr, &before_[i]);
  }
  ~StopSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
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
  /// What ended with this error was given up because one came.
  static bool ended(const Error& error) {
    return (error.code == ErrorCode::busy || error.code == ErrorCode::world) && came();
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
  /// `nohup` starts a program deaf to the terminal's end.
  static bool is_to_be_heard(int signal) {
    struct sigaction now {};
    return signal != SIGHUP || ::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_IGN;
  }

  static inline std::atomic<bool> came_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);  // a signal's handler may write it
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace toono::cli
