// Goes through the frames of a log in order, over all segments, and knows how a log may end.
#include "adapters/embedded/walk.h"

#include <algorithm>

namespace toono::embedded {
namespace {

// A reader without the lock can meet a frame that is being written. Reading it again settles the matter.
constexpr int kTries = 4;

// True if a good frame behind says that the frame `number` was durable when it was written.
bool vouched_for(Bytes rest, Position at, std::uint64_t number, const LogId& log_id) {
  for (std::size_t skip = kAlignBytes; skip + kEmptyFrameBytes <= rest.size();) {
    Position here{at.segment, static_cast<std::uint32_t>(at.offset + skip)};
    auto header = decode_frame_header(rest.subspan(skip), log_id, here);
    bool good = header && header->frame_bytes() <= rest.size() - skip &&
                !frame_problem(rest.subspan(skip, header->frame_bytes()), *header);
    if (good && (header->number <= number || header->number - number > header->unsynced)) return true;
    skip += good ? header->frame_bytes() : kAlignBytes;
  }
  return false;
}

// How far a frame reaches whose header may be unreadable; 0 when its end is not there.
std::size_t extent_of(Bytes rest, Position at, std::uint64_t number, const LogId& log_id) {
  if (auto header = decode_frame_header(rest, log_id, at)) {
    std::size_t bytes = header->frame_bytes();
    return bytes <= rest.size() && has_end_mark(rest.first(bytes).last(kEndMarkBytes)) ? bytes : 0;
  }
  for (std::size_t skip = kFrameHeaderBytes; skip + kEndMarkBytes <= rest.size(); skip += kAlignBytes)
    if (is_end_mark_of(rest.subspan(skip, kEndMarkBytes), number)) return skip + kEndMarkBytes;
  return 0;
}

bool misses_a_sector(Bytes frame, std::uint64_t offset) {
  while (!frame.empty()) {
    std::size_t part = std::min<std::size_t>(frame.size(), kSectorBytes - offset % kSectorBytes);
    if (is_zero(frame.first(part))) return true;
    frame = frame.subspan(part);
    offset += part;
  }
  return false;
}

}  // namespace

TailVerdict judge_tail(Bytes rest, Position at, std::uint64_t number, const LogId& log_id) {
  auto last = std::find_if(rest.rbegin(), rest.rend(), [](std::uint8_t byte) { return byte != 0; });
  if (last == rest.rend()) return {};
  auto torn_bytes = static_cast<std::uint64_t>(rest.rend() - last);
  if (vouched_for(rest, at, number, log_id)) return {"a bad frame with good ones behind it"};
  std::size_t extent = extent_of(rest, at, number, log_id);
  if (extent == 0 || misses_a_sector(rest.first(extent), at.offset)) return {nullptr, torn_bytes};
  return {"a bad frame that was written to its end"};
}

Result<FrameWalk> FrameWalk::begin(const std::filesystem::path& dir, const LogIdentity& log, Position from,
                                   std::optional<Position> bound) {
  FrameWalk walk;
  walk.dir_ = dir;
  walk.log_ = log;
  walk.bound_ = bound;
  TOONO_TRY(walk.enter(from.segment));
  if (from.offset > walk.tail_.end.offset) {
    walk.tail_.end.offset = from.offset;
    walk.tail_.next_frame = 0;
  }
  return walk;
}

Error FrameWalk::damage(const char* problem) const {
  return damaged(problem, segment_path(dir_, tail_.end.segment), tail_.end.offset);
}

Result<void> FrameWalk::enter(std::uint32_t segment) {
  TOONO_ASSIGN(SegmentFile file, SegmentFile::open(dir_, segment));
  auto no = [&file](const char* problem) { return unexpected(damaged(problem, file.path(), 0)); };
  if (!file.header()) return no("a segment header that cannot be read");
  if (!(file.header()->log == log_)) return no("a segment of another log");
  if (file.size() % kFileUnitBytes != 0) return no("a segment file that was cut");
  if (tail_.next_frame != 0 && file.header()->first_frame != tail_.next_frame)
    return no("a segment that does not go on where the one before it ends");
  tail_.end = {segment, file.first_offset()};
  tail_.next_frame = file.header()->first_frame;
  file_ = std::move(file);
  return {};
}

// After a frame that says so: into the next segment. False: it has not been begun yet.
Result<bool> FrameWalk::cross() {
  std::uint32_t next = tail_.end.segment + 1;
  std::error_code failed;
  if (!std::filesystem::exists(segment_path(dir_, next), failed))
    return unexpected(damaged("a segment file is missing", segment_path(dir_, next), 0));
  // More than once: between the two looks of a try the writer may complete the header and write behind it.
  for (int tries = 1; !bound_; ++tries) {
    TOONO_ASSIGN(SegmentFile file, SegmentFile::open(dir_, next));
    if (file.header()) break;
    // The writer stopped between the frame and the header: then there is nothing behind the header's room.
    TOONO_ASSIGN(bool zero, file.zero_from(segment_header_bytes(log_.partitions)));
    if (zero) return false;
    if (tries == kTries) return unexpected(damaged("a segment header that cannot be read", file.path(), 0));
  }
  TOONO_TRY(enter(next));
  tail_.last_kind = FrameKind::records;
  return true;
}

// At a place without a good frame. True: the log ends here. False: look again.
Result<bool> FrameWalk::ends_at(const Slot& slot) {
  const char* problem = slot.problem ? slot.problem : "a frame is missing";
  if (bound_) return unexpected(damage(problem));
  std::uint32_t next = tail_.end.segment + 1;
  std::error_code failed;
  if (std::filesystem::exists(segment_path(dir_, next), failed)) {
    TOONO_ASSIGN(SegmentFile file, SegmentFile::open(dir_, next));
    TOONO_ASSIGN(bool zero, file.zero_from(0, segment_header_bytes(log_.partitions)));
    if (!zero) problem = "a segment that does not end where the next one begins";
    if (!zero && ++tries_ >= kTries) return unexpected(damage(problem));
    if (!zero) {
      TOONO_TRY(file_->refresh());
      return false;
    }
  }
  TOONO_TRY(file_->refresh());
  TOONO_ASSIGN(bool nothing, file_->zero_from(tail_.end.offset));
  if (nothing) return true;
  TOONO_ASSIGN(Buffer rest, file_->rest(tail_.end.offset));
  TailVerdict verdict = judge_tail(rest, tail_.end, tail_.next_frame, log_.log_id);
  tail_.torn_bytes = verdict.torn_bytes;
  if (!verdict.damage) return true;
  if (++tries_ >= kTries) return unexpected(damage(slot.problem ? slot.problem : verdict.damage));
  return false;
}

Result<std::optional<Frame>> FrameWalk::next() {
  for (;;) {
    if (bound_ && tail_.end >= *bound_) return std::optional<Frame>();
    if (tail_.last_kind == FrameKind::continued) {
      TOONO_ASSIGN(bool crossed, cross());
      if (!crossed) return std::optional<Frame>();
      continue;
    }
    TOONO_ASSIGN(Slot slot, file_->slot_at(tail_.end.offset, log_.log_id));
    if (slot.state != Slot::State::good) {
      TOONO_ASSIGN(bool ends, ends_at(slot));
      if (ends) return std::optional<Frame>();
      continue;
    }
    if (tail_.next_frame != 0 && slot.frame.header.number != tail_.next_frame)
      return unexpected(damage("a frame that does not follow the one before it"));
    tries_ = 0;
    tail_.torn_bytes = 0;
    tail_.end.offset = static_cast<std::uint32_t>(slot.frame.end());
    tail_.next_frame = slot.frame.header.number + 1;
    tail_.last_kind = slot.frame.header.kind;
    return std::optional(slot.frame);
  }
}

}  // namespace toono::embedded
