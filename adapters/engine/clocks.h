// The clocks: the system's, and one that stands until it is set.
#pragma once

#include <chrono>

#include "core/clock.h"

namespace toono {

class SystemClock final : public Clock {
 public:
  Instant now() override {
    using namespace std::chrono;
    return Instant(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  }
};

/// For simulations, tests and `--now`. One thread at a time.
class SetClock final : public Clock {
 public:
  explicit SetClock(Instant at) : at_(at) {}
  Instant now() override { return at_; }
  void set(Instant at) { at_ = at; }

 private:
  Instant at_;
};

}  // namespace toono
