// Writes zeros over the next segment file while the current one fills.
#include "adapters/embedded/spare.h"

#include <algorithm>

#include "adapters/embedded/segment.h"

namespace toono::embedded {
namespace {

// Synced piece by piece, so that the disk's queue never holds more than one before the log's own writes.
constexpr std::uint64_t kPieceBytes = 1u << 20;

}  // namespace

void SpareSegment::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  stopping_ = false;
}

Result<SpareSegment::Taken> SpareSegment::open_empty(std::uint32_t segment) const {
  auto path = segment_path(dir_, segment);
  std::error_code failed;
  bool existed = std::filesystem::exists(path, failed);
  Taken taken;
  TOONO_ASSIGN(taken.file, open_file(path, true));
  // Also when it existed: whoever made it may have failed to sync the name.
  TOONO_TRY(sync_directory(journal_directory(dir_)));
  if (!existed) return taken;
  TOONO_ASSIGN(SegmentFile file, SegmentFile::open(dir_, segment));
  TOONO_ASSIGN(bool zero, file.zero_from(0));
  if (!zero) return unexpected(damaged("a segment that was not begun holds something", path, 0));
  taken.bytes = file.size() / kFileUnitBytes * kFileUnitBytes;
  return taken;
}

Result<void> SpareSegment::fill(std::uint32_t segment, std::uint64_t bytes) {
  auto path = segment_path(dir_, segment);
  TOONO_ASSIGN(prepared_, open_empty(segment));
  while (prepared_.bytes < bytes && !stopping_) {
    std::uint64_t to = std::min(bytes, prepared_.bytes + kPieceBytes);
    TOONO_TRY(resize_file(prepared_.file, path, to));
    TOONO_TRY(write_zeros(files_, prepared_.file, path, prepared_.bytes, to));
    TOONO_TRY(sync_file(files_, prepared_.file, path));
    prepared_.bytes = to;
  }
  return {};
}

void SpareSegment::prepare(std::uint32_t segment, std::uint64_t bytes) {
  if (asked_ == segment) return;
  stop();
  asked_ = segment;
  prepared_ = {};
  thread_ = std::thread([this, segment, bytes] {
    if (!fill(segment, bytes)) return;
  });
}

Result<SpareSegment::Taken> SpareSegment::take(std::uint32_t segment) {
  stop();
  if (asked_ == segment && prepared_.file) return std::exchange(prepared_, {});
  return open_empty(segment);
}

}  // namespace toono::embedded
