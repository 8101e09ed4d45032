// Goes through the frames of a log in order, over all segments, and knows how a log may end: in good order,
// or in a frame whose writing was cut off (torn). Everything else is damage.
#pragma once

#include <optional>

#include "adapters/embedded/segment.h"

namespace toono::embedded {

/// What follows the last good frame.
struct TailVerdict {
  /// Null: nothing, or a torn frame.
  const char* damage = nullptr;
  /// From the end of the last good frame to the last byte that is not zero.
  std::uint64_t torn_bytes = 0;
};
/// Judges the bytes from the end `at` of the last good frame to the end of its file, where frame `number`
/// should stand. Torn means: no good frame follows that was written when this one was known to be durable,
/// and a part of it is missing: its end mark, or a sector that is all zero. Pure.
TailVerdict judge_tail(Bytes rest, Position at, std::uint64_t number, const LogId& log_id);

/// How the readable part of the log ends.
struct LogTail {
  /// Where the next frame would stand.
  Position end;
  /// 0: there was no frame and no header to tell.
  std::uint64_t next_frame = 0;
  /// The kind of the last frame, if there was one.
  FrameKind last_kind = FrameKind::records;
  std::uint64_t torn_bytes = 0;
};

class FrameWalk {
 public:
  /// From the frame at `from`; an offset of 0 is the first frame of that segment. With a bound, everything
  /// before it must be there; without, the walk ends where the log does.
  static Result<FrameWalk> begin(const std::filesystem::path& dir, const LogIdentity& log, Position from,
                                 std::optional<Position> bound = std::nullopt);

  /// The next good frame, or none at the end. Its bytes last until the next call. Error damaged.
  Result<std::optional<Frame>> next();
  /// Meaningful once next() has returned none.
  const LogTail& tail() const { return tail_; }

 private:
  Result<void> enter(std::uint32_t segment);
  Result<bool> cross();
  Result<bool> ends_at(const Slot& slot);
  Error damage(const char* problem) const;

  std::filesystem::path dir_;
  LogIdentity log_;
  std::optional<Position> bound_;
  std::optional<SegmentFile> file_;
  LogTail tail_;
  int tries_ = 0;
};

}  // namespace toono::embedded
