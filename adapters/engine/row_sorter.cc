#include "adapters/engine/row_sorter.h"

#include <algorithm>

namespace toono {
namespace {

constexpr std::size_t kPrefetchRows = 8;
constexpr std::size_t kWriteBytes = 1u << 20;
constexpr std::size_t kLeastReadBytes = 16u << 10;
constexpr std::size_t kMostReadBytes = 512u << 10;

/// Before each row of a run in the file: how long it is.
struct RowHeader {
  std::uint32_t key_size;
  std::uint32_t value_size;
  std::size_t bytes() const { return std::size_t{key_size} + value_size; }
};

}  // namespace

Result<void> RowSorter::add(std::string_view key, std::string_view value) {
  auto size = key.size() + value.size();
  bool is_full = held() + size > memory_bytes_ || used_ + size > room_;
  if (is_full && !entries_.empty()) TOONO_TRY(spill());
  if (used_ + size > room_) {
    room_ = std::max(size, memory_bytes_);
    bytes_ = std::make_unique_for_overwrite<char[]>(room_);
  }
  char* at = bytes_.get() + used_;
  std::memcpy(at, key.data(), key.size());
  if (!value.empty()) std::memcpy(at + key.size(), value.data(), value.size());
  auto entry = probe_of({at, key.size()});
  entry.value_size = static_cast<std::uint32_t>(value.size()) & 0x7FFFFFFF;
  entries_.push_back(entry);
  used_ += size;
  return {};
}

void RowSorter::sort() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const RunEntry& a, const RunEntry& b) { return compare(a, b) < 0; });
}

Result<void> RowSorter::spill() {
  if (!file_) {
    TOONO_ASSIGN(file_, embedded::open_file(path_, true));
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  sort();
  Span run{runs_.empty() ? 0 : runs_.back().end, 0};
  run.end = run.begin;
  Buffer out;
  out.reserve(kWriteBytes + kWriteBytes / 2);
  auto write = [&]() -> Result<void> {
    TOONO_TRY(embedded::write_all(embedded::system_files(), file_, path_, out, run.end));
    run.end += out.size();
    out.clear();
    return {};
  };
  for (const auto& entry : entries_) {
    RowHeader header{entry.key_size, entry.value_size};
    const auto* head = reinterpret_cast<const std::uint8_t*>(&header);
    const auto* row = reinterpret_cast<const std::uint8_t*>(entry.bytes);
    out.insert(out.end(), head, head + sizeof header);
    out.insert(out.end(), row, row + header.bytes());
    if (out.size() >= kWriteBytes) TOONO_TRY(write());
  }
  TOONO_TRY(write());
  runs_.push_back(run);
  entries_.clear();
  used_ = 0;
  return {};
}

/// Reads one run of the file, some rows ahead.
class RowSorter::Reader {
 public:
  Reader(const RowSorter& sorter, Span rest, std::size_t buffer_bytes)
      : sorter_(&sorter), rest_(rest), buffer_(buffer_bytes) {}
  /// False: the run has ended. The row lasts until the next call.
  Result<bool> next() {
    at_ += row_bytes_;
    row_bytes_ = 0;
    RowHeader header;
    TOONO_TRY(have(sizeof header));
    if (filled_ - at_ < sizeof header) return false;
    std::memcpy(&header, buffer_.data() + at_, sizeof header);
    TOONO_TRY(have(sizeof header + header.bytes()));
    row_bytes_ = sizeof header + header.bytes();
    if (filled_ - at_ < row_bytes_)
      return unexpected(embedded::damaged("a file of sorted rows is cut", sorter_->path_, rest_.begin));
    row_ = probe_of({reinterpret_cast<const char*>(buffer_.data() + at_ + sizeof header), header.key_size});
    row_.value_size = header.value_size & 0x7FFFFFFF;
    return true;
  }
  const RunEntry& row() const { return row_; }

 private:
  Result<void> have(std::size_t wanted) {
    if (filled_ - at_ >= wanted || rest_.begin == rest_.end) return {};
    std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
    filled_ -= std::exchange(at_, 0);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    auto part = std::min<std::uint64_t>(buffer_.size() - filled_, rest_.end - rest_.begin);
    auto into = std::span(buffer_).subspan(filled_, part);
    TOONO_ASSIGN(std::size_t got, embedded::read_at(sorter_->file_, sorter_->path_, into, rest_.begin));
    filled_ += got;
    rest_.begin = got == part ? rest_.begin + got : rest_.end;
    return {};
  }
  const RowSorter* sorter_;
  Span rest_;
  Buffer buffer_;
  std::size_t at_ = 0, row_bytes_ = 0, filled_ = 0;
  RunEntry row_{};
};

Result<void> RowSorter::merge(const Visitor& visit) {
  TOONO_TRY(spill());
  bytes_.reset();
  room_ = 0;
  entries_.shrink_to_fit();
  std::vector<Reader> readers;
  std::vector<std::size_t> heap;
  auto buffer_bytes = std::clamp(memory_bytes_ / runs_.size(), kLeastReadBytes, kMostReadBytes);
  for (const auto& run : runs_) {
    readers.emplace_back(*this, run, buffer_bytes);
    TOONO_ASSIGN(bool has_row, readers.back().next());
    if (has_row) heap.push_back(readers.size() - 1);
  }
  auto after = [&](std::size_t a, std::size_t b) {
    int order = compare(readers[a].row(), readers[b].row());
    return order != 0 ? order > 0 : a > b;
  };
  std::make_heap(heap.begin(), heap.end(), after);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), after);
    auto& reader = readers[heap.back()];
    TOONO_TRY(visit(reader.row().key(), reader.row().value()));
    TOONO_ASSIGN(bool has_row, reader.next());
    if (has_row)
      std::push_heap(heap.begin(), heap.end(), after);
    else
      heap.pop_back();
  }
  file_ = {};
  return {};
}

Result<void> RowSorter::drain(const Visitor& visit) {
  if (!runs_.empty()) return merge(visit);
  sort();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    // The bytes lie in the order of their coming, so each row would be a miss or more.
    const char* ahead = entries_[std::min(i + kPrefetchRows, entries_.size() - 1)].bytes;
    for (std::size_t line = 0; line < 6; ++line) __builtin_prefetch(ahead + 64 * line);
    TOONO_TRY(visit(entries_[i].key(), entries_[i].value()));
  }
  entries_ = {};
  bytes_.reset();
  room_ = used_ = 0;
  return {};
}

}  // namespace toono
