// Fetches that wait for each other: a broker and its client work by the request, and where records come fast
// a fetch that leaves a moment later brings more of them (docs/decisions/0016).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>

namespace toono {

/// The sockets of one consumer. From 4,000 records/s on the requests of each leave at most 300,000 bytes/s
/// together, by the kernel's pacing (SO_MAX_PACING_RATE, socket(7)): a fetch of twelve partitions has some
/// 500 bytes, so there is one in under 2 ms. Below 2,000/s they leave as they come. From any thread; heed()
/// from one.
class FetchPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// As socket(2), closed on exec. -1: errno says why.
  int open(int domain, int type, int protocol);
  /// As close(2).
  int close(int socket);

  /// A read gave so many records; one that gave none says nothing. `now` never goes back.
  void heed(std::size_t records, Time now = std::chrono::steady_clock::now());

 private:
  void hold(bool held);

  std::mutex mutex_;
  std::set<int> sockets_;
  std::atomic<bool> held_ = false;
  /// What was read since then.
  Time since_ = {};
  std::uint64_t records_ = 0;
};

}  // namespace toono
