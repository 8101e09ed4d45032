// Reads a log's segment files without owning them: scan, and the copy for a backup. verify is in verify.cc.
#include "adapters/embedded/reader.h"

#include <algorithm>

namespace toono::embedded {
namespace {

constexpr std::uint64_t kNotWanted = UINT64_MAX;

// What a scan wants, and what it has been given: the records of a partition must come without a gap.
struct Wanted {
  std::uint64_t from = kNotWanted;
  std::uint64_t next = kNotWanted;
};

Error gap(const Frame& frame, const std::filesystem::path& dir, const Group& group, std::uint64_t expected) {
  return damaged("records of partition " + std::to_string(group.partition) + " are missing from offset " +
                     std::to_string(expected),
                 segment_path(dir, frame.at.segment), frame.at.offset);
}

}  // namespace

Result<SegmentReader> SegmentReader::open(const std::filesystem::path& dir) {
  TOONO_TRY(count_segments(dir));
  TOONO_ASSIGN(SegmentFile first, SegmentFile::open(dir, 0));
  if (!first.header()) return unexpected(damaged("a segment header that cannot be read", first.path(), 0));
  SegmentReader reader;
  reader.dir_ = dir;
  reader.log_ = first.header()->log;
  return reader;
}

Result<SegmentReader> SegmentReader::open_damaged(const std::filesystem::path& dir,
                                                  const std::optional<LogIdentity>& otherwise) {
  TOONO_ASSIGN(auto numbers, segment_numbers(dir));
  SegmentReader reader;
  reader.dir_ = dir;
  for (auto number : numbers) {
    auto file = SegmentFile::open(dir, number);
    if (!file && file.error().code != ErrorCode::damaged) return unexpected(file.error());
    if (!file || !file->header()) continue;
    reader.log_ = file->header()->log;
    return reader;
  }
  if (!otherwise)
    return unexpected(damaged(numbers.empty() ? "a segment file is missing" : "no segment header can be read",
                              segment_path(dir, 0), 0));
  reader.log_ = *otherwise;
  return reader;
}

Result<void> SegmentReader::scan(Topic topic, const std::vector<From>& from, const Log::Visitor& visit,
                                 std::optional<Position> bound) const {
  std::vector<Wanted> wanted(log_.partitions);
  std::uint64_t place = UINT64_MAX;
  for (const From& start : from) {
    if (start.partition >= log_.partitions)
      return unexpected({ErrorCode::usage, "there is no partition " + std::to_string(start.partition),
                         dir_.string(), "this log has " + std::to_string(log_.partitions)});
    wanted[start.partition].from = start.offset;
    place = std::min(place, start.place);
  }
  if (from.empty()) return {};
  TOONO_ASSIGN(FrameWalk walk, FrameWalk::begin(dir_, log_, Position::of(place), bound));
  for (;;) {
    TOONO_ASSIGN(std::optional<Frame> frame, walk.next());
    if (!frame) return {};
    auto groups = decode_groups(frame->body, log_.partitions);
    if (!groups)
      return unexpected(damaged("a frame whose directory does not fit", segment_path(dir_, frame->at.segment),
                                frame->at.offset));
    for (const Group& group : *groups) {
      Wanted& want = wanted[group.partition];
      if (group.topic != topic || want.from == kNotWanted) continue;
      bool fits = want.next == kNotWanted ? group.first_offset <= want.from : group.first_offset == want.next;
      if (!fits) return unexpected(gap(*frame, dir_, group, want.next == kNotWanted ? want.from : want.next));
      want.next = group.end();
      if (group.end() <= want.from) continue;
      if (!visit_group(group, want.from, frame->at.place(), visit)) return {};
    }
  }
}

Result<void> SegmentReader::copy_to(const std::filesystem::path& to, const CopyProgress& progress) const {
  TOONO_ASSIGN(FrameWalk walk, FrameWalk::begin(dir_, log_, {}));
  for (;;) {
    TOONO_ASSIGN(std::optional<Frame> frame, walk.next());
    if (!frame) break;
  }
  std::error_code failed;
  if (!std::filesystem::create_directories(journal_directory(to), failed))
    return unexpected(
        {ErrorCode::refused, "there is a journal already", to.string(), "choose an empty directory"});
  Position end = walk.tail().end;
  std::uint64_t copied = 0, of = end.offset;
  for (std::uint32_t segment = 0; segment < end.segment; ++segment)
    of += std::filesystem::file_size(segment_path(dir_, segment), failed);
  for (std::uint32_t segment = 0; segment <= end.segment; ++segment) {
    auto source_path = segment_path(dir_, segment), target_path = segment_path(to, segment);
    TOONO_ASSIGN(FileHandle source, open_file(source_path, false));
    TOONO_ASSIGN(FileHandle target, open_file(target_path, true));
    TOONO_ASSIGN(std::uint64_t size, file_size(source, source_path));
    if (segment == end.segment) size = std::min<std::uint64_t>(size, end.offset);
    TOONO_TRY(resize_file(target, target_path, round_up(size, kFileUnitBytes)));
    Buffer chunk(1u << 20);
    for (std::uint64_t at = 0; at < size;) {
      auto wanted = std::span(chunk).first(std::min<std::uint64_t>(chunk.size(), size - at));
      TOONO_ASSIGN(std::size_t got, read_at(source, source_path, wanted, at));
      TOONO_TRY(write_all(system_files(), target, target_path, Bytes(chunk).first(got), at));
      if (got == 0) break;
      at += got;
      copied += got;
      if (progress) progress(copied, of);
    }
    TOONO_TRY(sync_file(system_files(), target, target_path));
  }
  if (walk.tail().last_kind == FrameKind::continued) {
    auto next = segment_path(to, end.segment + 1);
    TOONO_ASSIGN(FileHandle spare, open_file(next, true));
    TOONO_TRY(resize_file(spare, next, kFileUnitBytes));
  }
  TOONO_TRY(sync_directory(journal_directory(to)));
  return sync_directory(to);
}

}  // namespace toono::embedded
