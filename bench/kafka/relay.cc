#include "bench/kafka/relay.h"

#include <algorithm>
#include <cstring>

namespace toono::bench {

Records::Records(std::size_t bytes) : bytes_(std::max<std::size_t>(bytes, 8)), all_(bytes_ * kDistinct) {
  std::mt19937_64 chance(12355);
  for (auto& byte : all_) byte = static_cast<std::uint8_t>(chance());
}

Bytes Records::next(std::int64_t stamp) {
  auto* at = all_.data() + bytes_ * (count_++ % kDistinct);
  std::memcpy(at, &stamp, sizeof stamp);
  return {at, bytes_};
}

std::int64_t Records::stamp_of(Bytes record) {
  std::int64_t stamp = 0;
  std::memcpy(&stamp, record.data(), sizeof stamp);
  return stamp;
}

/// The thread that copies, for as long as it lives. What it writes may have another size than what it read.
class TwoHops::Copier {
 public:
  Copier(const RelaySetting& setting, const Properties& producing)
      : same_size_(setting.inbox_bytes == setting.journal_bytes),
        records_(setting.journal_bytes),
        consumer_(setting.brokers, setting.inbox, {}),
        producer_(setting.brokers, setting.journal, producing),
        thread_([this] {
          while (!done_)
            consumer_.poll(50, [this](std::int32_t partition, Bytes record) {
              producer_.send(partition, same_size_ ? record : records_.next(Records::stamp_of(record)));
            });
          producer_.flush();
        }) {}
  ~Copier() {
    done_ = true;
    thread_.join();
  }
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;

 private:
  std::atomic<bool> done_ = false;
  bool same_size_;
  Records records_;
  Consumer consumer_;
  Producer producer_;
  std::thread thread_;
};

TwoHops::TwoHops(const RelaySetting& setting)
    : setting_(setting),
      copier_(std::make_unique<Copier>(setting, Properties{{"linger.ms", setting.linger_ms}})),
      producer_(setting.brokers, setting.inbox, {{"linger.ms", setting.linger_ms}}),
      consumer_(setting.brokers, setting.journal, {}),
      records_(setting.inbox_bytes) {}
TwoHops::~TwoHops() = default;

Figure TwoHops::in_flight(std::uint64_t most, double seconds) {
  return measured(fmt::format("relay, {} in flight", most), setting_.broker_pid, [&](Figure& figure) {
    std::uint64_t sent = 0, back = 0;
    auto end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    for (bool more = true; more || back < sent; more = now_ns() < end) {
      for (; more && sent - back < most; ++sent) send(now_ns());
      back += read_back(figure);
    }
    return sent;
  });
}

Figure TwoHops::at_rate(std::uint64_t per_second, double seconds) {
  return measured(fmt::format("relay, at {}/s", per_second), setting_.broker_pid, [&](Figure& figure) {
    auto total = static_cast<std::uint64_t>(static_cast<double>(per_second) * seconds);
    std::thread sender([&] {
      // Each is sent when it is due and timed from then: a late sender makes no latency look better.
      auto began = now_ns();
      for (std::uint64_t i = 0; i < total; ++i) {
        auto due = due_at(began, per_second, i);
        wait_until_ns(due);
        send(due);
      }
    });
    for (std::uint64_t back = 0; back < total;) back += read_back(figure);
    sender.join();
    return total;
  });
}

void TwoHops::send(std::int64_t stamp) {
  producer_.send(static_cast<std::int32_t>(count_++ % kPartitions), records_.next(stamp));
}

std::size_t TwoHops::read_back(Figure& figure) {
  auto count = consumer_.poll(10'000, [&](std::int32_t, Bytes record) {
    figure.latencies.push_back(now_ns() - Records::stamp_of(record));
  });
  if (count == 0) stop("the relay", "nothing came back for ten seconds");
  return count;
}

}  // namespace toono::bench
