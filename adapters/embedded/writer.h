// Writes frames at the end of the log: finds them room, goes on to the next segment, and makes them durable.
#pragma once

#include "adapters/embedded/spare.h"
#include "adapters/embedded/walk.h"

namespace toono::embedded {

struct WriterOptions {
  FileOps* files = nullptr;
  std::uint32_t segment_bytes = 64u << 20;
  /// Prepare the next segment on a thread while this one fills.
  bool prepare_ahead = true;
};

/// One thread. After an error of any call the state of the files is unknown: throw the writer away.
class SegmentWriter {
 public:
  /// Makes DIR/journal with an empty first segment, all or nothing. Error refused: there is one.
  static Result<void> create(const std::filesystem::path& dir, const LogIdentity& log);

  /// Goes on where a walk has ended. Unless the log was closed, all behind it is zeroed; what may be in
  /// memory only is written again: both are durable when it returns.
  static Result<std::unique_ptr<SegmentWriter>> open(const std::filesystem::path& dir, const LogIdentity& log,
                                                     const LogTail& tail, Position unsure,
                                                     const LogEnds& ends, const WriterOptions& options);

  /// Writes one frame (from encode_frame) and returns where it stands. `ends`: before it.
  Result<Position> write(Buffer& frame, FrameKind kind, const LogEnds& ends);
  /// Makes all frames durable.
  Result<void> sync();

  /// Where the next frame will stand, unless it does not fit there.
  Position end() const { return end_; }

 private:
  SegmentWriter(const std::filesystem::path& dir, const LogIdentity& log, const WriterOptions& options)
      : dir_(dir), log_(log), options_(options), spare_(dir, *options.files) {}
  Result<void> repair(const LogTail& tail, Position unsure);
  Result<void> put(Buffer& frame, FrameKind kind);
  Result<void> write_again(std::uint64_t from, std::uint64_t to);
  Result<void> make_room(std::uint64_t to);
  Result<void> next_segment(const LogEnds& ends);
  Result<void> begin_segment(const LogEnds& ends, SpareSegment::Taken taken);

  std::filesystem::path dir_;
  LogIdentity log_;
  WriterOptions options_;
  SpareSegment spare_;
  FileHandle file_;
  std::filesystem::path path_;
  /// The file's size; from end_ on it is zero.
  std::uint64_t room_ = 0;
  Position end_;
  std::uint64_t next_frame_ = 1;
  std::uint32_t unsynced_ = 0;
};

}  // namespace toono::embedded
