// How far a fold has come, as lines of progress: one a step.
#pragma once

#include <optional>

#include "adapters/cli/print.h"
#include "adapters/engine/bulk_fold.h"

namespace toono::cli {

/// The watch must not outlast it.
class FoldLine {
 public:
  FoldWatch watch() {
    return [this](const FoldProgress& progress) { at(progress); };
  }

 private:
  void at(const FoldProgress& progress) {
    if (what_ != progress.what) line_.emplace(what_ = progress.what, progress.of);
    line_->at(progress.done);
  }
  std::string what_;
  std::optional<Progress> line_;
};

}  // namespace toono::cli
