// Writes zeros over the next segment file while the current one fills: overwriting what is there costs half
// of what appending does, because a sync then has no change of the file's size or blocks to make durable.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>

#include "adapters/embedded/files.h"

namespace toono::embedded {

/// One thread calls; the zeroing runs on one of its own.
class SpareSegment {
 public:
  struct Taken {
    FileHandle file;
    /// Zeros, all of it.
    std::uint64_t bytes = 0;
  };

  SpareSegment(std::filesystem::path dir, FileOps& files) : dir_(std::move(dir)), files_(files) {}
  ~SpareSegment() { stop(); }

  /// Begins to prepare a segment of that size; nothing if it has been asked for before. A failure is not
  /// told: take() meets it again.
  void prepare(std::uint32_t segment, std::uint64_t bytes);

  /// The file of a segment that has not been begun, as far as it is prepared; its name is durable. Error
  /// damaged: there is something in it.
  Result<Taken> take(std::uint32_t segment);

 private:
  void stop();
  Result<void> fill(std::uint32_t segment, std::uint64_t bytes);
  Result<Taken> open_empty(std::uint32_t segment) const;

  std::filesystem::path dir_;
  FileOps& files_;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;
  std::optional<std::uint32_t> asked_;
  /// The thread's until it has been joined.
  Taken prepared_;
};

}  // namespace toono::embedded
