// How a long fold comes along, told now and then: at what rate, and how long it still takes at that rate.
#pragma once

#include <optional>

#include "adapters/engine/bulk_fold.h"

namespace toono::cli {

struct Pace {
  FoldProgress at;
  std::uint64_t per_second = 0;
  std::optional<std::int64_t> seconds_left = {};  // of this stage; none: nobody knows how much there is
};

/// For the first time after two seconds of a stage, then every ten: a short fold is not worth a line.
class FoldPace {
 public:
  std::optional<Pace> at(const FoldProgress& progress, std::int64_t now_ms) {
    if (stage_ != progress.what) {
      stage_ = progress.what;
      began_ms_ = now_ms;
      began_at_ = progress.done;
      next_ms_ = now_ms + kFirstMs;
    }
    if (now_ms < next_ms_) return std::nullopt;
    next_ms_ = now_ms + kEveryMs;
    Pace pace{.at = progress};
    pace.per_second = (progress.done - began_at_) * 1000 / static_cast<std::uint64_t>(now_ms - began_ms_);
    if (progress.of >= progress.done && progress.of > 0 && pace.per_second > 0)
      pace.seconds_left = static_cast<std::int64_t>((progress.of - progress.done) / pace.per_second);
    return pace;
  }

 private:
  static constexpr std::int64_t kFirstMs = 2'000, kEveryMs = 10'000;
  std::string_view stage_ = {};
  std::int64_t began_ms_ = 0, next_ms_ = 0;
  std::uint64_t began_at_ = 0;
};

}  // namespace toono::cli
