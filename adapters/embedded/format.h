// What stands in a segment file, byte by byte; docs/log_format.md says the same in words. Everything that
// writes or reads the embedded log's files goes through here.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/log.h"

namespace toono::embedded {

// Numbers on disk: never reused, never given another meaning.
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kSectorBytes = 512;
inline constexpr std::size_t kFileUnitBytes = 4096;
inline constexpr std::size_t kAlignBytes = 16;
inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::size_t kEndMarkBytes = 16;
inline constexpr std::size_t kEmptyFrameBytes = kFrameHeaderBytes + kAlignBytes + kEndMarkBytes;
inline constexpr std::size_t kGroupEntryBytes = 24;
inline constexpr std::uint16_t kMaxPartitions = 4096;
inline constexpr std::uint32_t kMaxBodyBytes = 1u << 30;

enum class FrameKind : std::uint32_t {
  records = 0,
  /// No records: the writer closed the log in good order.
  closed = 1,
  /// No records: the next frame begins the next segment.
  continued = 2,
};

/// Where a frame stands: segment number times 2^32 plus the byte in its file.
struct Position {
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;
  std::uint64_t place() const { return (std::uint64_t{segment} << 32) | offset; }
  static Position of(std::uint64_t place) {
    return {static_cast<std::uint32_t>(place >> 32), static_cast<std::uint32_t>(place)};
  }
  auto operator<=>(const Position&) const = default;
};

/// What all segments of one log have in common.
struct LogIdentity {
  LogId log_id;
  /// The registry's included.
  PartitionNumber partitions = 0;
};
inline bool operator==(const LogIdentity& a, const LogIdentity& b) {
  return a.log_id == b.log_id && a.partitions == b.partitions;
}

/// How many records each topic and partition has.
class LogEnds {
 public:
  explicit LogEnds(PartitionNumber partitions = 0) : ends_(std::size_t{partitions} * 2) {}
  std::uint64_t& of(Topic topic, PartitionNumber partition) { return ends_[slot(topic, partition)]; }
  std::uint64_t of(Topic topic, PartitionNumber partition) const { return ends_[slot(topic, partition)]; }

 private:
  static std::size_t slot(Topic topic, PartitionNumber partition) {
    return std::size_t{partition} * 2 + (topic == Topic::journal ? 1 : 0);
  }
  std::vector<std::uint64_t> ends_;
};

struct SegmentHeader {
  LogIdentity log;
  std::uint32_t segment = 0;
  std::uint64_t first_frame = 0;
  /// As they were when the segment was begun.
  LogEnds ends;
};
std::size_t segment_header_bytes(PartitionNumber partitions);
Buffer encode_segment_header(const SegmentHeader& header);
/// None when the bytes are no header of this format or its checksum does not fit.
std::optional<SegmentHeader> decode_segment_header(Bytes bytes);

struct FrameHeader {
  /// Counts from 1 over all segments, without gaps.
  std::uint64_t number = 0;
  std::uint32_t body_bytes = 0;
  FrameKind kind = FrameKind::records;
  /// How many of the frames just before this one were not known to be durable when it was written.
  std::uint32_t unsynced = 0;
  std::size_t frame_bytes() const { return kFrameHeaderBytes + body_bytes + kEndMarkBytes; }
};

/// A frame with its body filled in and the rest left empty. `records` of one topic and partition must be in
/// order.
Buffer encode_frame(std::span<const LogRecord> records, PartitionNumber partitions);
/// Completes a frame for the place at which it will stand.
void seal_frame(Buffer& frame, FrameHeader header, const LogId& log_id, Position at);

/// None when the bytes are no frame header or were not written for this place in this log.
std::optional<FrameHeader> decode_frame_header(Bytes bytes, const LogId& log_id, Position at);
/// What is wrong with a frame whose header is good; null when nothing is. `frame` is header.frame_bytes()
/// long.
const char* frame_problem(Bytes frame, const FrameHeader& header);
/// True unless the writing of the frame stopped before its last byte.
bool has_end_mark(Bytes end_mark);
/// True if the bytes are the end mark of that frame, whatever the checksum.
bool is_end_mark_of(Bytes end_mark, std::uint64_t number);

/// The records of one topic and partition in a frame; views into its bytes.
struct Group {
  Topic topic = Topic::journal;
  PartitionNumber partition = 0;
  std::uint32_t count = 0;
  std::uint64_t first_offset = 0;
  const std::uint8_t* lengths = nullptr;
  /// Null in the journal.
  const std::uint8_t* times = nullptr;
  const std::uint8_t* records = nullptr;
  std::uint64_t end() const { return first_offset + count; }
};
/// None when the body's directory does not fit its bytes.
std::optional<std::vector<Group>> decode_groups(Bytes body, PartitionNumber partitions);

/// Visits the records of a group from `from` on; false when the visitor stopped.
template <class Visitor>
bool visit_group(const Group& group, std::uint64_t from, std::uint64_t place, const Visitor& visit) {
  const std::uint8_t* at = group.records;
  for (std::uint32_t i = 0; i < group.count; ++i) {
    std::uint32_t length;
    std::memcpy(&length, group.lengths + std::size_t{4} * i, 4);
    LogRecord record{group.topic, group.partition, group.first_offset + i, place, 0, Bytes(at, length)};
    if (group.times) std::memcpy(&record.appended_at_ms, group.times + std::size_t{8} * i, 8);
    if (record.offset >= from && !visit(record)) return false;
    at += (std::size_t{length} + kAlignBytes - 1) / kAlignBytes * kAlignBytes;
  }
  return true;
}

bool is_zero(Bytes bytes);
inline std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace toono::embedded
