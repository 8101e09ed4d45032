// The bytes on disk: checksums, headers, frames, and that a frame counts only where it was written.
#include "adapters/embedded/format.h"

#include "core/crc32c.h"
#include "tests/log/faults.h"
#include "tests/log/fixture.h"

namespace toono::embedded {

TEST_CASE("crc32c gives the value of the RFC with and without the processor's instruction") {
  CHECK(crc32c(bytes_of("123456789")) == 0xE3069283u);
  CHECK(crc32c_by_table(bytes_of("123456789")) == 0xE3069283u);
  CHECK(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))) == 0xE3069283u);
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    Buffer bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    CHECK(crc32c(bytes) == crc32c_by_table(bytes));
  }
}

TEST_CASE("a segment header comes back as it was written and no bit of it may change") {
  SegmentHeader header{{test_log_id(), 3}, 5, 77, LogEnds(3)};
  header.ends.of(Topic::inbox, 1) = 10;
  header.ends.of(Topic::journal, 2) = 20;
  Buffer bytes = encode_segment_header(header);
  CHECK(bytes.size() == 512);
  auto read = decode_segment_header(bytes);
  REQUIRE(read.has_value());
  CHECK(read->segment == 5);
  CHECK(read->first_frame == 77);
  CHECK(read->ends.of(Topic::inbox, 1) == 10);
  CHECK(read->ends.of(Topic::journal, 2) == 20);
  for (std::size_t bit = 0; bit < (48 + 3 * 16 + 4) * 8; ++bit) {
    bytes[bit / 8] ^= 1 << bit % 8;
    CHECK_FALSE(decode_segment_header(bytes).has_value());
    bytes[bit / 8] ^= 1 << bit % 8;
  }
}

TEST_CASE("a frame groups its records and counts only at the place it was written for") {
  std::string a = "command", b(300, 'x'), c = "decision";
  std::vector<LogRecord> records = {{Topic::inbox, 1, 4, 0, 1234, bytes_of(a)},
                                    {Topic::journal, 0, 9, 0, 0, bytes_of(b)},
                                    {Topic::inbox, 1, 5, 0, 1235, bytes_of(b)},
                                    {Topic::journal, 1, 5, 0, 0, bytes_of(c)}};
  Buffer frame = encode_frame(records, 2);
  Position at{3, 4096};
  seal_frame(frame, {42, 0, FrameKind::records, 0}, test_log_id(), at);
  auto header = decode_frame_header(frame, test_log_id(), at);
  REQUIRE(header.has_value());
  CHECK(header->number == 42);
  CHECK(header->frame_bytes() == frame.size());
  CHECK(frame.size() % kAlignBytes == 0);
  CHECK(frame_problem(frame, *header) == nullptr);
  CHECK_FALSE(decode_frame_header(frame, test_log_id(), {3, 4112}).has_value());
  CHECK_FALSE(decode_frame_header(frame, test_log_id(), {4, 4096}).has_value());
  CHECK_FALSE(decode_frame_header(frame, test_log_id(8), at).has_value());
  auto groups = decode_groups(Bytes(frame).subspan(kFrameHeaderBytes, header->body_bytes), 2);
  REQUIRE(groups.has_value());
  REQUIRE(groups->size() == 3);
  std::string seen;
  for (const Group& group : *groups)
    visit_group(group, 5, at.place(), [&](const LogRecord& record) {
      CHECK(reinterpret_cast<std::uintptr_t>(record.bytes.data()) % kAlignBytes == 0);
      seen += std::to_string(int(record.topic)) + ":" + std::to_string(record.partition) + ":" +
              std::to_string(record.offset) + "/" + std::to_string(record.appended_at_ms) + "=" +
              std::to_string(record.bytes.size()) + " ";
      return true;
    });
  CHECK(seen == "0:1:5/1235=300 1:0:9/0=300 1:1:5/0=8 ");
}

TEST_CASE("a directory that does not fit its bytes is refused whatever stands in it") {
  Bytes large = bytes_of("0123456789abcdefghijklmnopqrstuvwxyz");
  std::vector<LogRecord> records = {{Topic::inbox, 1, 4, 0, 1, large}, {Topic::journal, 1, 4, 0, 0, large}};
  Buffer frame = encode_frame(records, 2);
  Buffer body(frame.begin() + kFrameHeaderBytes, frame.end() - kEndMarkBytes);
  std::uint64_t seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20000; ++round) {
    Buffer changed(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(random() % (body.size() + 1)));
    for (int i = random() % 4; i >= 0 && !changed.empty(); --i)
      changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    auto groups = decode_groups(changed, 2);
    if (!groups) continue;
    for (const Group& group : *groups)
      visit_group(group, 0, 0, [&](const LogRecord& record) {
        CHECK(record.bytes.data() >= changed.data());
        CHECK(record.bytes.data() + record.bytes.size() <= changed.data() + changed.size());
        return true;
      });
  }
}

}  // namespace toono::embedded
