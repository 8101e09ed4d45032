// Patience with brokers that refuse for a moment, for what is done once and must not stop half way.
#pragma once

#include <chrono>
#include <thread>

#include "adapters/kafka/client.h"

namespace toono {

/// Longer than brokers take to hear of what was created or granted, or of each other.
constexpr std::chrono::milliseconds kRefusalsPassWithin{10'000};

/// Asks again, every 200 ms, until it is not refused or the time is over. For questions whose answer may be
/// another once a broker has caught up; what is certain is no error of `ask`.
template <class Ask>
auto outlast_refusals(const KafkaAddress& address, Ask ask) -> decltype(ask()) {
  const auto until = std::chrono::steady_clock::now() + kRefusalsPassWithin;
  while (true) {
    auto answer = ask();
    if (answer || std::chrono::steady_clock::now() >= until || address.is_called_off()) return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace toono
