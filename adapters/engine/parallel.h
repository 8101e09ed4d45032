// Work that falls into parts, shared out over some threads.
#pragma once

#include <functional>

#include "core/result.h"

namespace toono {

/// As many as there are cores, where `wanted` is 0.
unsigned thread_count(unsigned wanted);

/// Calls task(0) to task(count - 1), each once, on as many threads as thread_count(threads) says. The first
/// Error ends it.
Result<void> in_parallel(std::size_t count, unsigned threads,
                         const std::function<Result<void>(std::size_t)>& task);

}  // namespace toono
