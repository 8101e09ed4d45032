// One segment file, read: its name, its header, and its frames one after the other.
#pragma once

#include <filesystem>
#include <string>

#include "adapters/embedded/files.h"
#include "adapters/embedded/format.h"

namespace toono::embedded {

/// DIR/journal, where the segments are.
std::filesystem::path journal_directory(const std::filesystem::path& dir);
/// DIR/journal/000000000042.seg
std::filesystem::path segment_path(const std::filesystem::path& dir, std::uint32_t segment);
/// The numbers of the segment files that are there, in order. Error not_found: there is no log here.
Result<std::vector<std::uint32_t>> segment_numbers(const std::filesystem::path& dir);
/// How many segment files there are. Error not_found: there is no log here; damaged: a number is missing.
Result<std::uint32_t> count_segments(const std::filesystem::path& dir);

/// A frame as it was read. Its bytes last until the next call on the file that it came from.
struct Frame {
  Position at;
  FrameHeader header;
  Bytes body;
  std::uint64_t end() const { return at.offset + header.frame_bytes(); }
};

/// What stands at a place where a frame may begin.
struct Slot {
  enum class State { good, zero, bad };
  State state = State::zero;
  Frame frame;
  /// Null unless bad.
  const char* problem = nullptr;
  /// The bad frame's header can be trusted.
  bool header_good = false;
};

/// A segment file open for reading. One thread at a time.
class SegmentFile {
 public:
  static Result<SegmentFile> open(const std::filesystem::path& dir, std::uint32_t segment);

  const std::filesystem::path& path() const { return path_; }
  std::uint32_t segment() const { return segment_; }
  /// None: not begun, or damaged.
  const std::optional<SegmentHeader>& header() const { return header_; }
  std::uint64_t size() const { return size_; }
  std::uint32_t first_offset() const;

  /// Reads what stands at `offset`.
  Result<Slot> slot_at(std::uint64_t offset, const LogId& log_id);
  /// Forgets what was read ahead: another process may have written since.
  Result<void> refresh();
  /// True if there is nothing but zeros from `offset` to `end` (or the file's).
  Result<bool> zero_from(std::uint64_t offset, std::uint64_t end = UINT64_MAX);
  /// All bytes from `offset` to the end of the file.
  Result<Buffer> rest(std::uint64_t offset);

 private:
  Result<Bytes> window(std::uint64_t offset, std::size_t bytes);

  std::filesystem::path path_;
  FileHandle file_;
  std::uint32_t segment_ = 0;
  std::optional<SegmentHeader> header_;
  std::uint64_t size_ = 0;
  Buffer read_;
  std::uint64_t read_from_ = 0;
  std::size_t read_bytes_ = 0;
};

}  // namespace toono::embedded
