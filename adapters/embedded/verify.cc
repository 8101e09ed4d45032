// Reads every byte of a log's segments and lists what is wrong, going on after each finding.
#include "adapters/embedded/reader.h"

namespace toono::embedded {
namespace {

class Verifier {
 public:
  Verifier(const std::filesystem::path& dir, const LogIdentity& log,
           const SegmentReader::FindingVisitor& visit)
      : dir_(dir), log_(log), visit_(visit), ends_(log.partitions) {}

  Result<void> run() {
    TOONO_ASSIGN(auto numbers, segment_numbers(dir_));
    TOONO_ASSIGN(std::size_t begun, count_begun(numbers));
    for (std::size_t i = 0; i < numbers.size() && !stopped_; ++i) {
      miss(numbers[i]);
      auto file = SegmentFile::open(dir_, numbers[i]);
      if (!file && file.error().code != ErrorCode::damaged) return unexpected(file.error());
      if (!file) {
        find(segment_path(dir_, numbers[i]), 0, file.error().what);
        continued_ = false;
        skipped_ = true;
      } else {
        TOONO_TRY(i < begun ? read(*file, i + 1 == begun) : read_unbegun(*file));
      }
      next_segment_ = std::uint64_t{numbers[i]} + 1;
    }
    if (begun == numbers.size() && continued_) miss(next_segment_ + 1);
    return {};
  }

 private:
  // Segments up to the last one with a header that can be read.
  Result<std::size_t> count_begun(const std::vector<std::uint32_t>& numbers) const {
    std::size_t count = numbers.size();
    for (; count > 1; --count) {
      auto file = SegmentFile::open(dir_, numbers[count - 1]);
      if (!file && file.error().code != ErrorCode::damaged) return unexpected(file.error());
      if (file && file->header()) break;
    }
    return count;
  }

  // The files in front of this segment that are not there.
  void miss(std::uint64_t segment) {
    if (stopped_ || segment <= next_segment_) return;
    auto count = segment - next_segment_;
    find(segment_path(dir_, static_cast<std::uint32_t>(next_segment_)), 0,
         count == 1 ? "a segment file is missing"
                    : std::to_string(count) + " segment files are missing, this one and those behind it");
    continued_ = false;
    skipped_ = true;
  }

  Result<void> read(SegmentFile& file, bool last) {
    enter(file);
    return walk(file, last);
  }

  // What was not begun holds nothing; one whose header was being written may hold a part of that.
  Result<void> read_unbegun(SegmentFile& file) {
    TOONO_ASSIGN(bool zero, file.zero_from(continued_ ? segment_header_bytes(log_.partitions) : 0));
    if (!zero) find(file.path(), 0, "a segment header that cannot be read");
    return {};
  }

  void find(const std::filesystem::path& file, std::uint64_t byte, std::string problem,
            const Group* group = nullptr, std::uint64_t first = 0) {
    Finding finding;
    if (group) finding.partition = group->partition, finding.topic = group->topic, finding.offset = first;
    finding.file = file.string();
    finding.byte = byte;
    finding.problem = std::move(problem);
    if (!stopped_) stopped_ = !visit_(finding);
  }

  void enter(const SegmentFile& file) {
    continued_ = false;
    offset_ = segment_header_bytes(log_.partitions);
    if (!file.header()) return find(file.path(), 0, "a segment header that cannot be read");
    const SegmentHeader& header = *file.header();
    if (!(header.log == log_)) return find(file.path(), 0, "a segment of another log");
    if (file.size() % kFileUnitBytes != 0) find(file.path(), file.size(), "a segment file that was cut");
    Group group;
    for (group.partition = 0; group.partition < log_.partitions; ++group.partition)
      for (Topic topic : {Topic::inbox, Topic::journal}) {
        group.topic = topic;
        group.first_offset = header.ends.of(topic, group.partition);
        follow(file, 0, group);
      }
    next_frame_ = header.first_frame;
  }

  // Says which records are missing in front of a group, and goes on behind it.
  void follow(const SegmentFile& file, std::uint64_t byte, const Group& group) {
    std::uint64_t& end = ends_.of(group.topic, group.partition);
    if (group.first_offset > end)
      find(file.path(), byte,
           "records " + std::to_string(end) + " to " + std::to_string(group.first_offset - 1) +
               " cannot be read",
           &group, end);
    if (group.first_offset < end)
      find(file.path(), byte, "records that were there before", &group, group.first_offset);
    end = group.end();
  }

  Result<void> walk(SegmentFile& file, bool last) {
    while (!stopped_ && !continued_) {
      TOONO_ASSIGN(Slot slot, file.slot_at(offset_, log_.log_id));
      if (slot.state == Slot::State::good) {
        take(file, slot.frame);
        continue;
      }
      if (last) {
        TOONO_ASSIGN(Buffer rest, file.rest(offset_));
        Position at{file.segment(), static_cast<std::uint32_t>(offset_)};
        if (!judge_tail(rest, at, next_frame_, log_.log_id).damage) return {};
      }
      find(file.path(), offset_, slot.problem ? slot.problem : "a frame is missing");
      TOONO_ASSIGN(bool found, skip_to_next(file, slot));
      if (!found) return {};
    }
    return {};
  }

  void take(const SegmentFile& file, const Frame& frame) {
    if (next_frame_ != 0 && frame.header.number < next_frame_)
      find(file.path(), offset_, "a frame that was there before");
    else if (next_frame_ != 0 && frame.header.number > next_frame_ && !skipped_)
      find(file.path(), offset_, "frames are missing before this one");
    skipped_ = false;
    auto groups = decode_groups(frame.body, log_.partitions);
    if (!groups) find(file.path(), offset_, "a frame whose directory does not fit");
    if (groups)
      for (const Group& group : *groups) follow(file, offset_, group);
    next_frame_ = frame.header.number + 1;
    continued_ = frame.header.kind == FrameKind::continued;
    offset_ = frame.end();
  }

  // To the next place in the file where a frame header stands. A bad frame whose header can be trusted is
  // jumped over.
  Result<bool> skip_to_next(SegmentFile& file, const Slot& bad) {
    skipped_ = true;
    offset_ = bad.header_good ? bad.frame.end() : offset_ + kAlignBytes;
    if (bad.header_good && bad.frame.header.kind == FrameKind::records) ++next_frame_;
    for (; offset_ + kEmptyFrameBytes <= file.size(); offset_ += kAlignBytes) {
      TOONO_ASSIGN(Slot slot, file.slot_at(offset_, log_.log_id));
      if (slot.state == Slot::State::good || slot.header_good) return true;
    }
    return false;
  }

  const std::filesystem::path& dir_;
  const LogIdentity& log_;
  const SegmentReader::FindingVisitor& visit_;
  LogEnds ends_;
  std::uint64_t next_segment_ = 0;
  std::uint64_t next_frame_ = 1;
  std::uint64_t offset_ = 0;
  bool continued_ = false;
  bool skipped_ = false;
  bool stopped_ = false;
};

}  // namespace

Result<void> SegmentReader::verify(const FindingVisitor& visit) const {
  return Verifier(dir_, log_, visit).run();
}

}  // namespace toono::embedded
