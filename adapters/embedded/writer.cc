// Writes frames at the end of the log: finds them room, goes on to the next segment, and makes them durable.
#include "adapters/embedded/writer.h"

#include <algorithm>

namespace toono::embedded {
namespace {

// A new store is small, and grows faster the larger it is.
constexpr std::uint64_t kFirstRoomBytes = 64u << 10;
constexpr std::uint64_t kMostGrowthBytes = 1u << 20;

}  // namespace

Result<void> SegmentWriter::create(const std::filesystem::path& dir, const LogIdentity& log) {
  std::error_code failed;
  if (std::filesystem::exists(journal_directory(dir), failed))
    return unexpected(
        {ErrorCode::refused, "there is a log here already", dir.string(), "choose another directory"});
  auto making = dir / "journal.new";
  std::filesystem::remove_all(making, failed);
  if (!std::filesystem::create_directory(making, failed))
    return unexpected(io_error("making a directory", making, failed.value()));
  auto path = making / segment_path(dir, 0).filename();
  {
    TOONO_ASSIGN(FileHandle file, open_file(path, true));
    SegmentHeader header{log, 0, 1, LogEnds(log.partitions)};
    Buffer bytes = encode_segment_header(header);
    std::uint64_t size = round_up(bytes.size() + kFirstRoomBytes, kFileUnitBytes);
    TOONO_TRY(resize_file(file, path, size));
    TOONO_TRY(write_zeros(system_files(), file, path, 0, size));
    TOONO_TRY(write_all(system_files(), file, path, bytes, 0));
    TOONO_TRY(sync_file(system_files(), file, path));
  }
  TOONO_TRY(sync_directory(making));
  std::filesystem::rename(making, journal_directory(dir), failed);
  if (failed) return unexpected(io_error("renaming", making, failed.value()));
  return sync_directory(dir);
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::open(const std::filesystem::path& dir,
                                                           const LogIdentity& log, const LogTail& tail,
                                                           Position unsure, const LogEnds& ends,
                                                           const WriterOptions& options) {
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(dir, log, options));
  writer->end_ = tail.end;
  writer->next_frame_ = tail.next_frame;
  writer->path_ = segment_path(dir, tail.end.segment);
  TOONO_ASSIGN(writer->file_, open_file(writer->path_, true));
  TOONO_ASSIGN(writer->room_, file_size(writer->file_, writer->path_));
  TOONO_TRY(writer->repair(tail, unsure));
  if (tail.last_kind == FrameKind::continued) {
    // The header of the next segment was never completed; what there is of it stands in its own room.
    auto path = segment_path(dir, tail.end.segment + 1);
    TOONO_ASSIGN(FileHandle file, open_file(path, true));
    TOONO_TRY(write_zeros(*options.files, file, path, 0,
                          round_up(segment_header_bytes(log.partitions), kFileUnitBytes)));
    TOONO_TRY(sync_file(*options.files, file, path));
    TOONO_ASSIGN(SpareSegment::Taken taken, writer->spare_.take(tail.end.segment + 1));
    TOONO_TRY(writer->begin_segment(ends, std::move(taken)));
  }
  return writer;
}

Result<void> SegmentWriter::repair(const LogTail& tail, Position unsure) {
  // All to the end of the file, not what is seen to be torn: an earlier repair may have failed at its sync,
  // and then its zeros are in memory alone.
  bool was_closed = tail.last_kind == FrameKind::closed && tail.torn_bytes == 0;
  if (!was_closed) TOONO_TRY(write_zeros(*options_.files, file_, path_, end_.offset, room_));
  // After a failed sync the system may hold pages as clean that never reached the disk: a sync alone would
  // not write them, so they are written again, and the header with them.
  TOONO_TRY(write_again(0, segment_header_bytes(log_.partitions)));
  TOONO_TRY(write_again(unsure.offset, end_.offset));
  return sync_file(*options_.files, file_, path_);
}

Result<void> SegmentWriter::write_again(std::uint64_t from, std::uint64_t to) {
  Buffer bytes(to - from);
  TOONO_ASSIGN(std::size_t size, read_at(file_, path_, bytes, from));
  return write_all(*options_.files, file_, path_, Bytes(bytes).first(size), from);
}

Result<void> SegmentWriter::make_room(std::uint64_t to) {
  if (to <= room_) return {};
  std::uint64_t growth = std::clamp(room_, kFirstRoomBytes, kMostGrowthBytes);
  std::uint64_t room =
      round_up(std::max(to, std::min<std::uint64_t>(room_ + growth, options_.segment_bytes)), kFileUnitBytes);
  // The size first: a file whose size is no multiple of the unit was cut by somebody else.
  TOONO_TRY(resize_file(file_, path_, room));
  TOONO_TRY(write_zeros(*options_.files, file_, path_, room_, room));
  room_ = room;
  return {};
}

Result<void> SegmentWriter::put(Buffer& frame, FrameKind kind) {
  FrameHeader header;
  header.number = next_frame_;
  header.kind = kind;
  header.unsynced = unsynced_;
  seal_frame(frame, header, log_.log_id, end_);
  TOONO_TRY(write_all(*options_.files, file_, path_, frame, end_.offset));
  end_.offset += static_cast<std::uint32_t>(frame.size());
  ++next_frame_;
  ++unsynced_;
  return {};
}

Result<void> SegmentWriter::sync() {
  if (unsynced_ == 0) return {};
  TOONO_TRY(sync_file(*options_.files, file_, path_));
  unsynced_ = 0;
  return {};
}

Result<Position> SegmentWriter::write(Buffer& frame, FrameKind kind, const LogEnds& ends) {
  // Behind every frame there is room for the one that says that the next segment goes on.
  std::uint64_t to = std::uint64_t{end_.offset} + frame.size() + kEmptyFrameBytes;
  bool fresh = end_.offset == segment_header_bytes(log_.partitions);
  if (to > options_.segment_bytes && !fresh) {
    TOONO_TRY(next_segment(ends));
    to = std::uint64_t{end_.offset} + frame.size() + kEmptyFrameBytes;
  }
  TOONO_TRY(make_room(to));
  Position at = end_;
  TOONO_TRY(put(frame, kind));
  if (options_.prepare_ahead && end_.offset > options_.segment_bytes / 4)
    spare_.prepare(end_.segment + 1, options_.segment_bytes);
  return at;
}

// The name of the next file is durable before the frame that promises it, and that frame before the next
// file's header: so a segment that went missing, at the end too, is noticed.
Result<void> SegmentWriter::next_segment(const LogEnds& ends) {
  TOONO_ASSIGN(SpareSegment::Taken taken, spare_.take(end_.segment + 1));
  Buffer promise = encode_frame({}, log_.partitions);
  TOONO_TRY(put(promise, FrameKind::continued));
  TOONO_TRY(sync());
  return begin_segment(ends, std::move(taken));
}

Result<void> SegmentWriter::begin_segment(const LogEnds& ends, SpareSegment::Taken taken) {
  end_.segment += 1;
  path_ = segment_path(dir_, end_.segment);
  file_ = std::move(taken.file);
  room_ = taken.bytes;
  Buffer header = encode_segment_header({log_, end_.segment, next_frame_, ends});
  end_.offset = static_cast<std::uint32_t>(header.size());
  TOONO_TRY(make_room(header.size()));
  TOONO_TRY(write_all(*options_.files, file_, path_, header, 0));
  return sync_file(*options_.files, file_, path_);
}

}  // namespace toono::embedded
