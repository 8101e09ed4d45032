// Sorts more rows than memory holds: sorted runs in a file that has no name, merged when they are read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "adapters/embedded/files.h"
#include "adapters/rocksdb/run.h"

namespace toono {

/// One thread at a time.
class RowSorter {
 public:
  /// `spill` is where the file is made, once more than `memory_bytes` of rows have come; it is unlinked at
  /// once, so that nothing stays behind.
  RowSorter(std::filesystem::path spill, std::size_t memory_bytes)
      : path_(std::move(spill)), memory_bytes_(memory_bytes) {}

  /// More room from the next run on.
  void set_memory(std::size_t bytes) { memory_bytes_ = bytes; }

  /// Error world: the file cannot be written.
  Result<void> add(std::string_view key, std::string_view value);

  /// All rows in the order of their keys, those of one key in the order in which they came; once. An Error of
  /// the visitor ends it.
  using Visitor = std::function<Result<void>(std::string_view key, std::string_view value)>;
  Result<void> drain(const Visitor& visit);

 private:
  struct Span {
    std::uint64_t begin, end;  // in the file
  };
  class Reader;
  std::size_t held() const { return used_ + entries_.size() * sizeof(RunEntry); }
  void sort();
  Result<void> spill();
  Result<void> merge(const Visitor& visit);

  std::filesystem::path path_;
  std::size_t memory_bytes_;
  std::unique_ptr<char[]> bytes_;  // touched page by page, so what is not needed costs nothing
  std::size_t room_ = 0;
  std::size_t used_ = 0;
  std::vector<RunEntry> entries_;
  embedded::FileHandle file_;
  std::vector<Span> runs_;
};

}  // namespace toono
