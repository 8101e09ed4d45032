#include "adapters/engine/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace toono {

unsigned thread_count(unsigned wanted) {
  return wanted != 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

Result<void> in_parallel(std::size_t count, unsigned threads,
                         const std::function<Result<void>(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Result<void> outcome;
  auto work = [&] {
    for (auto i = next++; i < count; i = next++) {
      auto done = task(i);
      if (done) continue;
      next = count;
      std::lock_guard lock(mutex);
      if (outcome) outcome = done;
    }
  };
  std::vector<std::thread> others;
  others.reserve(thread_count(threads));
  // Where no more threads are to be had, those that are there do the work.
  try {
    for (std::size_t i = 1; i < std::min<std::size_t>(count, thread_count(threads)); ++i)
      others.emplace_back(work);
  } catch (const std::system_error&) {
  }
  work();
  for (auto& other : others) other.join();
  return outcome;
}

}  // namespace toono
