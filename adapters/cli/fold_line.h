// How far a fold has come, as lines of progress: one a step.
#pragma once

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
  void at(const FoldProgress& progress) { stages_.at(progress.what, progress.done, progress.of); }
  Stages stages_;
};

}  // namespace toono::cli
