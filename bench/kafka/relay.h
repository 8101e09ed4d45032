// The relay: inbox topic, a thread that copies, journal topic, read back. It is the way every command must go
// and decides nothing, so it is the limit of an engine on the same broker.
#pragma once

#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "bench/kafka/client.h"

namespace toono::bench {

/// Random bytes, so that nothing compresses; the first eight carry the time of sending.
class Records {
 public:
  explicit Records(std::size_t bytes);
  Bytes next(std::int64_t stamp);
  static std::int64_t stamp_of(Bytes record);

 private:
  static constexpr std::size_t kDistinct = 1024;
  std::size_t bytes_;
  std::vector<std::uint8_t> all_;
  std::size_t count_ = 0;
};

struct RelaySetting {
  std::string brokers, inbox, journal;
  int broker_pid = 0;
  std::size_t inbox_bytes = 300, journal_bytes = 300;
  /// How long a record waits for others. 0: what piles up while a request is under way makes the batches, and
  /// nobody waits alone.
  std::string linger_ms = "0";
};

/// Runs `work` and takes its time, and the CPU of this process and of the broker.
template <class Work>
Figure measured(std::string measure, int broker_pid, Work work) {
  Figure figure{.measure = std::move(measure)};
  auto client = cpu_seconds_here(), broker = cpu_seconds_of(broker_pid);
  auto began = now_ns();
  figure.records = work(figure);
  figure.seconds = static_cast<double>(now_ns() - began) / 1e9;
  figure.client_cpu = cpu_seconds_here() - client;
  figure.broker_cpu = cpu_seconds_of(broker_pid) - broker;
  return figure;
}

/// When the i-th of `per_second` is due that began at `began`.
inline std::int64_t due_at(std::int64_t began, std::uint64_t per_second, std::uint64_t i) {
  return began + static_cast<std::int64_t>(i * 1'000'000'000 / per_second);
}
inline void wait_until_ns(std::int64_t due) {
  if (auto wait = due - now_ns(); wait > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
}

/// Sends into the relay and reads back what comes out. Both topics must be there.
class TwoHops {
 public:
  explicit TwoHops(const RelaySetting& setting);
  ~TwoHops();
  TwoHops(const TwoHops&) = delete;
  TwoHops& operator=(const TwoHops&) = delete;

  Figure in_flight(std::uint64_t most, double seconds);
  Figure at_rate(std::uint64_t per_second, double seconds);

 private:
  class Copier;
  void send(std::int64_t stamp);
  std::size_t read_back(Figure& figure);

  const RelaySetting& setting_;
  std::unique_ptr<Copier> copier_;
  Producer producer_;
  Consumer consumer_;
  Records records_;
  std::uint64_t count_ = 0;
};

}  // namespace toono::bench
