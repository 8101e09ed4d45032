// What stands in a segment file, byte by byte; docs/log_format.md says the same in words.
#include "adapters/embedded/format.h"

#include <algorithm>
#include <bit>

#include "core/crc32c.h"

namespace toono::embedded {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian, and so is this code");

constexpr std::string_view kSegmentMagic = "TOONOSEG";
constexpr std::string_view kFrameMagic = "TOONOFRM";
// Its last byte is never zero: a frame whose last byte is zero was not written to its end.
constexpr std::uint32_t kEndMagic = 0x6B72614D;
constexpr std::size_t kSegmentFixedBytes = 48;

template <class T>
void put(std::uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}
template <class T>
T get(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

std::uint32_t header_crc(Bytes header, const LogId& log_id, Position at) {
  // The place is part of the sum: bytes of a frame that stand anywhere else, inside a record for one, are no
  // frame.
  std::uint64_t place = at.place();
  std::uint32_t crc = crc32c(bytes_of(log_id));
  crc = crc32c({reinterpret_cast<const std::uint8_t*>(&place), sizeof place}, crc);
  return crc32c(header.first(kFrameHeaderBytes - 4), crc);
}

std::size_t directory_bytes(const Group& group) {
  return std::size_t{group.count} * (group.topic == Topic::inbox ? 12 : 4);
}

}  // namespace

bool is_zero(Bytes bytes) {
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::size_t segment_header_bytes(PartitionNumber partitions) {
  return round_up(kSegmentFixedBytes + std::size_t{16} * partitions + 4, kSectorBytes);
}

Buffer encode_segment_header(const SegmentHeader& header) {
  Buffer bytes(segment_header_bytes(header.log.partitions));
  std::memcpy(bytes.data(), kSegmentMagic.data(), 8);
  put(&bytes[8], kFormatVersion);
  put(&bytes[12], header.log.partitions);
  std::memcpy(&bytes[16], &header.log.log_id, 16);
  put(&bytes[32], std::uint64_t{header.segment});
  put(&bytes[40], header.first_frame);
  std::size_t at = kSegmentFixedBytes;
  for (PartitionNumber p = 0; p < header.log.partitions; ++p, at += 16) {
    put(&bytes[at], header.ends.of(Topic::inbox, p));
    put(&bytes[at + 8], header.ends.of(Topic::journal, p));
  }
  put(&bytes[at], crc32c(Bytes(bytes).first(at)));
  return bytes;
}

std::optional<SegmentHeader> decode_segment_header(Bytes bytes) {
  if (bytes.size() < kSegmentFixedBytes) return std::nullopt;
  if (text_of(bytes.first(8)) != kSegmentMagic) return std::nullopt;
  if (get<std::uint32_t>(&bytes[8]) != kFormatVersion) return std::nullopt;
  auto partitions = get<PartitionNumber>(&bytes[12]);
  if (partitions == 0 || partitions > kMaxPartitions) return std::nullopt;
  if (bytes.size() < segment_header_bytes(partitions)) return std::nullopt;
  std::size_t end = kSegmentFixedBytes + std::size_t{16} * partitions;
  if (get<std::uint32_t>(&bytes[end]) != crc32c(bytes.first(end))) return std::nullopt;
  SegmentHeader header{{id_from<LogId>(bytes.subspan(16, 16)), partitions},
                       static_cast<std::uint32_t>(get<std::uint64_t>(&bytes[32])),
                       get<std::uint64_t>(&bytes[40]),
                       LogEnds(partitions)};
  for (PartitionNumber p = 0; p < partitions; ++p) {
    const std::uint8_t* at = &bytes[kSegmentFixedBytes + std::size_t{16} * p];
    header.ends.of(Topic::inbox, p) = get<std::uint64_t>(at);
    header.ends.of(Topic::journal, p) = get<std::uint64_t>(at + 8);
  }
  return header;
}

Buffer encode_frame(std::span<const LogRecord> records, PartitionNumber partitions) {
  auto slot = [partitions](const LogRecord& record) {
    return (record.topic == Topic::journal ? partitions : 0u) + record.partition;
  };
  struct Place {
    Group group;
    std::size_t bytes = 0, directory = 0, data = 0;
  };
  std::vector<Place> places(std::size_t{partitions} * 2);
  for (const LogRecord& record : records) {
    Place& place = places[slot(record)];
    if (place.group.count++ == 0) {
      place.group.topic = record.topic;
      place.group.partition = record.partition;
      place.group.first_offset = record.offset;
    }
    place.bytes += round_up(record.bytes.size(), kAlignBytes);
  }
  std::size_t groups = 0, at = 8;
  for (Place& place : places) groups += place.group.count ? 1 : 0;
  at += groups * kGroupEntryBytes;
  for (Place& place : places) {
    place.directory = at;
    at += directory_bytes(place.group);
  }
  at = round_up(at, kAlignBytes);
  for (Place& place : places) {
    place.data = at;
    at += place.bytes;
  }
  Buffer frame(kFrameHeaderBytes + at + kEndMarkBytes);
  std::uint8_t* body = frame.data() + kFrameHeaderBytes;
  put(body, static_cast<std::uint32_t>(groups));
  std::uint8_t* entry = body + 8;
  for (const Place& place : places) {
    if (place.group.count == 0) continue;
    entry[0] = static_cast<std::uint8_t>(place.group.topic);
    put(entry + 2, place.group.partition);
    put(entry + 4, place.group.count);
    put(entry + 8, place.group.first_offset);
    put(entry + 16, static_cast<std::uint32_t>(place.bytes));
    entry += kGroupEntryBytes;
  }
  for (const LogRecord& record : records) {
    Place& place = places[slot(record)];
    auto index = static_cast<std::size_t>(record.offset - place.group.first_offset);
    put(body + place.directory + 4 * index, static_cast<std::uint32_t>(record.bytes.size()));
    if (record.topic == Topic::inbox)
      put(body + place.directory + std::size_t{4} * place.group.count + 8 * index, record.appended_at_ms);
    if (!record.bytes.empty()) std::memcpy(body + place.data, record.bytes.data(), record.bytes.size());
    place.data += round_up(record.bytes.size(), kAlignBytes);
  }
  return frame;
}

void seal_frame(Buffer& frame, FrameHeader header, const LogId& log_id, Position at) {
  header.body_bytes = static_cast<std::uint32_t>(frame.size() - kFrameHeaderBytes - kEndMarkBytes);
  std::memcpy(frame.data(), kFrameMagic.data(), 8);
  put(&frame[8], header.number);
  put(&frame[16], header.body_bytes);
  put(&frame[20], static_cast<std::uint32_t>(header.kind));
  put(&frame[24], header.unsynced);
  put(&frame[28], header_crc(frame, log_id, at));
  std::uint8_t* mark = frame.data() + frame.size() - kEndMarkBytes;
  put(mark, header.number);
  put(mark + 8, crc32c(Bytes(frame).first(frame.size() - kEndMarkBytes)));
  put(mark + 12, kEndMagic);
}

std::optional<FrameHeader> decode_frame_header(Bytes bytes, const LogId& log_id, Position at) {
  if (bytes.size() < kFrameHeaderBytes || text_of(bytes.first(8)) != kFrameMagic) return std::nullopt;
  if (get<std::uint32_t>(&bytes[28]) != header_crc(bytes, log_id, at)) return std::nullopt;
  FrameHeader header{get<std::uint64_t>(&bytes[8]), get<std::uint32_t>(&bytes[16]),
                     static_cast<FrameKind>(get<std::uint32_t>(&bytes[20])), get<std::uint32_t>(&bytes[24])};
  bool fits = header.body_bytes >= kAlignBytes && header.body_bytes % kAlignBytes == 0 &&
              header.body_bytes <= kMaxBodyBytes && header.kind <= FrameKind::continued && header.number > 0;
  return fits ? std::optional(header) : std::nullopt;
}

const char* frame_problem(Bytes frame, const FrameHeader& header) {
  Bytes mark = frame.last(kEndMarkBytes);
  if (!is_end_mark_of(mark, header.number)) return "a frame without its end mark";
  if (get<std::uint32_t>(&mark[8]) != crc32c(frame.first(frame.size() - kEndMarkBytes)))
    return "a frame whose checksum does not fit";
  return nullptr;
}

bool has_end_mark(Bytes end_mark) { return end_mark.back() != 0; }

bool is_end_mark_of(Bytes end_mark, std::uint64_t number) {
  return get<std::uint64_t>(end_mark.data()) == number && get<std::uint32_t>(&end_mark[12]) == kEndMagic;
}

std::optional<std::vector<Group>> decode_groups(Bytes body, PartitionNumber partitions) {
  if (body.size() < 8) return std::nullopt;
  std::size_t count = get<std::uint32_t>(body.data());
  if (count > std::size_t{partitions} * 2 || body.size() < 8 + count * kGroupEntryBytes) return std::nullopt;
  std::vector<Group> groups(count);
  std::size_t directory = 8 + count * kGroupEntryBytes, data = directory;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* entry = &body[8 + i * kGroupEntryBytes];
    if (entry[0] > 1) return std::nullopt;
    groups[i].topic = static_cast<Topic>(entry[0]);
    groups[i].partition = get<PartitionNumber>(entry + 2);
    groups[i].count = get<std::uint32_t>(entry + 4);
    groups[i].first_offset = get<std::uint64_t>(entry + 8);
    if (groups[i].partition >= partitions || groups[i].count > body.size() / 4) return std::nullopt;
    data += directory_bytes(groups[i]);
  }
  data = round_up(data, kAlignBytes);
  if (data > body.size()) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    Group& group = groups[i];
    group.lengths = body.data() + directory;
    if (group.topic == Topic::inbox) group.times = group.lengths + std::size_t{4} * group.count;
    directory += directory_bytes(group);
    group.records = body.data() + data;
    std::size_t bytes = get<std::uint32_t>(&body[8 + i * kGroupEntryBytes + 16]);
    std::size_t sum = 0;
    for (std::uint32_t k = 0; k < group.count; ++k)
      sum += round_up(get<std::uint32_t>(group.lengths + std::size_t{4} * k), kAlignBytes);
    if (sum != bytes || bytes > body.size() - data) return std::nullopt;
    data += bytes;
  }
  return data == body.size() ? std::optional(std::move(groups)) : std::nullopt;
}

}  // namespace toono::embedded
