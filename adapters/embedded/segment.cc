// One segment file, read: its name, its header, and its frames one after the other.
#include "adapters/embedded/segment.h"

#include <fmt/format.h>

#include <algorithm>

namespace toono::embedded {
namespace {

// Large enough that a system call is nothing beside it, small enough for the processor's cache.
constexpr std::size_t kReadAheadBytes = 1u << 20;

// A place holds 32 bits of the number: what is beyond them is no segment of any log.
bool is_segment_name(const std::string& name) {
  return name.size() == 16 && name.ends_with(".seg") &&
         std::all_of(name.begin(), name.begin() + 12, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoull(name) <= UINT32_MAX;
}

}  // namespace

std::filesystem::path journal_directory(const std::filesystem::path& dir) { return dir / "journal"; }

std::filesystem::path segment_path(const std::filesystem::path& dir, std::uint32_t segment) {
  return journal_directory(dir) / fmt::format("{:012}.seg", segment);
}

Result<std::vector<std::uint32_t>> segment_numbers(const std::filesystem::path& dir) {
  std::error_code failed;
  std::filesystem::directory_iterator entries(journal_directory(dir), failed);
  if (failed == std::errc::no_such_file_or_directory)
    return unexpected(
        {ErrorCode::not_found, "there is no log here", dir.string(), "make one with toono init"});
  if (failed) return unexpected(io_error("listing", journal_directory(dir), failed.value()));
  std::vector<std::uint32_t> numbers;
  for (; entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
    if (failed) return unexpected(io_error("listing", journal_directory(dir), failed.value()));
    const std::string name = entries->path().filename().string();
    if (is_segment_name(name)) numbers.push_back(static_cast<std::uint32_t>(std::stoull(name)));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<std::uint32_t> count_segments(const std::filesystem::path& dir) {
  TOONO_ASSIGN(auto numbers, segment_numbers(dir));
  std::uint32_t count = 0;
  for (std::uint32_t number : numbers) {
    if (number != count) return unexpected(damaged("a segment file is missing", segment_path(dir, count), 0));
    ++count;
  }
  if (count == 0) return unexpected(damaged("a segment file is missing", segment_path(dir, 0), 0));
  return count;
}

Result<SegmentFile> SegmentFile::open(const std::filesystem::path& dir, std::uint32_t segment) {
  SegmentFile opened;
  opened.path_ = segment_path(dir, segment);
  opened.segment_ = segment;
  TOONO_ASSIGN(opened.file_, open_file(opened.path_, false));
  TOONO_TRY(opened.refresh());
  Buffer bytes(std::min<std::uint64_t>(segment_header_bytes(kMaxPartitions), opened.size_));
  TOONO_ASSIGN(std::size_t size, read_at(opened.file_, opened.path_, bytes, 0));
  opened.header_ = decode_segment_header(Bytes(bytes).first(size));
  if (opened.header_ && opened.header_->segment != segment) opened.header_.reset();
  return opened;
}

std::uint32_t SegmentFile::first_offset() const {
  check(header_.has_value(), "a segment without a header has no first frame");
  return static_cast<std::uint32_t>(segment_header_bytes(header_->log.partitions));
}

Result<void> SegmentFile::refresh() {
  TOONO_ASSIGN(size_, file_size(file_, path_));
  read_bytes_ = 0;
  return {};
}

Result<Bytes> SegmentFile::window(std::uint64_t offset, std::size_t bytes) {
  if (offset < read_from_ || offset + bytes > read_from_ + read_bytes_) {
    std::size_t wanted = std::max(bytes, kReadAheadBytes);
    if (read_.size() < wanted) read_.resize(wanted);
    TOONO_ASSIGN(read_bytes_, read_at(file_, path_, std::span(read_).first(wanted), offset));
    read_from_ = offset;
  }
  auto skip = static_cast<std::size_t>(offset - read_from_);
  return Bytes(read_).subspan(skip, std::min(bytes, read_bytes_ - skip));
}

Result<Slot> SegmentFile::slot_at(std::uint64_t offset, const LogId& log_id) {
  Slot slot;
  slot.frame.at = {segment_, static_cast<std::uint32_t>(offset)};
  TOONO_ASSIGN(Bytes head, window(offset, kFrameHeaderBytes));
  if (is_zero(head)) return slot;
  slot.state = Slot::State::bad;
  slot.problem = "bytes that are no frame";
  auto header = decode_frame_header(head, log_id, slot.frame.at);
  if (!header) return slot;
  slot.header_good = true;
  slot.frame.header = *header;
  slot.problem = "a frame that is cut short";
  if (offset + header->frame_bytes() > size_) return slot;
  TOONO_ASSIGN(Bytes frame, window(offset, header->frame_bytes()));
  if (frame.size() < header->frame_bytes()) return slot;
  slot.problem = frame_problem(frame, *header);
  if (slot.problem) return slot;
  slot.frame.body = frame.subspan(kFrameHeaderBytes, header->body_bytes);
  slot.state = Slot::State::good;
  return slot;
}

Result<bool> SegmentFile::zero_from(std::uint64_t offset, std::uint64_t end) {
  for (end = std::min(end, size_); offset < end;) {
    TOONO_ASSIGN(
        Bytes bytes,
        window(offset, static_cast<std::size_t>(std::min<std::uint64_t>(kReadAheadBytes, end - offset))));
    if (bytes.empty()) break;
    if (!is_zero(bytes)) return false;
    offset += bytes.size();
  }
  return true;
}

Result<Buffer> SegmentFile::rest(std::uint64_t offset) {
  Buffer bytes(offset < size_ ? static_cast<std::size_t>(size_ - offset) : 0);
  TOONO_ASSIGN(std::size_t size, read_at(file_, path_, bytes, offset));
  bytes.resize(size);
  return bytes;
}

}  // namespace toono::embedded
