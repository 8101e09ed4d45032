// What is changed, cut or missing in the files is found; what was only cut off in writing is dropped.
#include "tests/log/faults.h"
#include "tests/log/fixture.h"

namespace toono {
namespace {

QuickFiles quick;

EmbeddedOptions options(std::uint32_t segment_bytes = 64u << 20) {
  EmbeddedOptions chosen;
  chosen.files = &quick;
  chosen.segment_bytes = segment_bytes;
  chosen.prepare_ahead = false;
  return chosen;
}

// A store with a few decisions; the files as they are before and after it is closed.
struct SmallStore {
  TemporaryDirectory dir;
  std::filesystem::path file = embedded::segment_path(dir.path(), 0);
  Buffer open_bytes, closed_bytes;
  std::uint32_t used = 0;
  std::string text;

  explicit SmallStore(std::size_t decisions = 3) {
    auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options()));
    must(log->append(1, bytes_of("genesis")));
    must(log->settle());
    for (std::size_t i = 0; i < decisions; ++i)
      must(decide(*log, 0, "command", "decision " + std::to_string(i)));
    text = must(whole_text(*log, 2));
    open_bytes = file_bytes(file);
    must(log->close());
    closed_bytes = file_bytes(file);
    used = static_cast<std::uint32_t>(closed_bytes.rend() - std::find_if(closed_bytes.rbegin(),
                                                                         closed_bytes.rend(),
                                                                         [](auto b) { return b != 0; }));
  }
};

// "found", or what can be read.
std::string outcome(const std::filesystem::path& dir, PartitionNumber partitions,
                    const EmbeddedOptions& chosen) {
  auto log = EmbeddedLog::open(dir, chosen);
  if (!log) return log.error().code == ErrorCode::damaged ? "found" : "another error: " + log.error().what;
  auto text = whole_text(**log, partitions);
  if (!text) return "found";
  bool found = false;
  must((*log)->verify([&](const Finding&) { return found = true; }));
  return found ? "found" : *text;
}

std::vector<Finding> findings(const std::filesystem::path& dir) {
  std::vector<Finding> all;
  auto reader = must(SegmentReader::open_damaged(dir));
  must(reader.verify([&](const Finding& finding) { return all.push_back(finding), true; }));
  return all;
}

// Four or so segments of small frames.
struct LongStore {
  TemporaryDirectory dir;
  std::string text;
  explicit LongStore(int decisions = 100) {
    auto log = must(EmbeddedLog::create(dir.path(), test_log_id(), 2, options(8192)));
    for (int i = 0; i < decisions; ++i) must(decide(*log, i % 2, "command", std::string(100, 'd')));
    text = must(whole_text(*log, 2));
  }
  std::filesystem::path segment(std::uint32_t number) const {
    return embedded::segment_path(dir.path(), number);
  }
};

}  // namespace

TEST_CASE("every bit of a small journal may flip and it is found or changes no answer") {
  SmallStore store;
  for (bool closed : {true, false}) {
    CAPTURE(closed);
    const Buffer& good = closed ? store.closed_bytes : store.open_bytes;
    int found = 0, wrong = 0;
    for (std::size_t bit = 0; bit < (store.used + 64) * std::size_t{8}; ++bit) {
      Buffer bytes = good;
      bytes[bit / 8] ^= 1 << bit % 8;
      write_file(store.file, bytes);
      std::string seen = outcome(store.dir.path(), 2, options());
      if (seen == "found")
        ++found;
      else if (seen != store.text && ++wrong < 5)
        FAIL_CHECK("bit " << bit << ": " << seen);
    }
    CHECK(wrong == 0);
    CHECK(found > 5000);
  }
}

TEST_CASE("a frame whose writing stopped at any byte is dropped and the log goes on") {
  SmallStore before(2), after(3);
  // The clock differs between the two, the sizes do not.
  auto log_text = before.text;
  std::size_t from = before.used - embedded::kEmptyFrameBytes;
  std::size_t to = after.used - embedded::kEmptyFrameBytes;
  for (std::size_t cut = from; cut < to; ++cut) {
    CAPTURE(cut);
    TemporaryDirectory dir;
    std::filesystem::create_directories(embedded::journal_directory(dir.path()));
    Buffer bytes = after.open_bytes;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), std::uint8_t{0});
    auto file = embedded::segment_path(dir.path(), 0);
    write_file(file, bytes);
    auto log = must(EmbeddedLog::open(dir.path(), options()));
    CHECK(log->journal_end(0) == 2);
    CHECK((log->dropped_bytes() > 0) == (cut > from));
    CHECK(log->dropped_bytes() <= cut - from);
    must(decide(*log, 0, "command", "again"));
    log.reset();
    log = must(EmbeddedLog::open(dir.path(), options()));
    CHECK(log->journal_end(0) == 3);
    CHECK(log->dropped_bytes() == 0);
  }
}

TEST_CASE("a bad frame with a good one behind it is refused and named and nothing is changed") {
  SmallStore store;
  Buffer bytes = store.open_bytes;
  std::size_t at = 512;
  SUBCASE("a byte differs") { bytes[at + 60] ^= 0x40; }
  SUBCASE("the frame is all zero") { std::fill_n(bytes.begin() + 512, 80, std::uint8_t{0}); }
  SUBCASE("its end mark is gone") {
    auto header = embedded::decode_frame_header(Bytes(bytes).subspan(at), test_log_id(), {0, 512});
    REQUIRE(header.has_value());
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + header->frame_bytes() - 16), 16,
                std::uint8_t{0});
  }
  write_file(store.file, bytes);
  auto log = EmbeddedLog::open(store.dir.path(), options());
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == ErrorCode::damaged);
  CHECK(log.error().where == store.file.string() + " at byte 512");
  CHECK(file_bytes(store.file) == bytes);
}

TEST_CASE("a segment that is missing in the middle or at the end is named") {
  LongStore store;
  REQUIRE(std::filesystem::exists(store.segment(3)));
  std::uint32_t last = must(embedded::count_segments(store.dir.path())) - 1;
  std::uint32_t gone = 0;
  SUBCASE("the first") { gone = 0; }
  SUBCASE("the second") { gone = 1; }
  SUBCASE("the last") { gone = last; }
  std::filesystem::remove(store.segment(gone));
  auto log = EmbeddedLog::open(store.dir.path(), options(8192));
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == ErrorCode::damaged);
  CHECK(log.error().where.starts_with(store.segment(gone).string()));
}

TEST_CASE("a file that was cut is refused or loses only what was not yet durable") {
  LongStore store;
  std::uint32_t last = must(embedded::count_segments(store.dir.path())) - 1;
  SUBCASE("in the middle of the log") {
    std::filesystem::resize_file(store.segment(1), 4096);
    CHECK(outcome(store.dir.path(), 2, options(8192)) == "found");
    CHECK(findings(store.dir.path()).size() >= 2);
  }
  SUBCASE("at its end") {
    std::filesystem::resize_file(store.segment(last), std::filesystem::file_size(store.segment(last)) - 100);
    CHECK(outcome(store.dir.path(), 2, options(8192)) == "found");
  }
}

TEST_CASE("a segment of another log is refused") {
  LongStore store;
  TemporaryDirectory other;
  { must(EmbeddedLog::create(other.path(), test_log_id(99), 2, options())); }
  std::filesystem::copy_file(embedded::segment_path(other.path(), 0), store.segment(1),
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(outcome(store.dir.path(), 2, options(8192)) == "found");
}

TEST_CASE("verify goes on after a finding and names the records that cannot be read") {
  LongStore store;
  CHECK(findings(store.dir.path()).empty());
  for (std::uint32_t segment : {0u, 2u}) {
    Buffer bytes = file_bytes(store.segment(segment));
    bytes[1000] ^= 1;
    write_file(store.segment(segment), bytes);
  }
  auto all = findings(store.dir.path());
  std::map<std::string, int> by_file;
  int named = 0;
  for (const Finding& finding : all) {
    ++by_file[std::filesystem::path(finding.file).filename().string()];
    if (finding.partition && finding.offset) ++named;
  }
  CHECK(by_file.size() == 2);
  CHECK(by_file.count("000000000000.seg") == 1);
  CHECK(by_file.count("000000000002.seg") == 1);
  // One frame in each: one inbox and one journal record.
  CHECK(named == 4);
  CHECK(all.size() == 6);
}

TEST_CASE("behind a segment that cannot be followed verify finds the damage of every other one") {
  LongStore store(200);
  REQUIRE(std::filesystem::exists(store.segment(4)));
  auto spoil = [&](std::uint32_t segment, std::size_t byte) {
    Buffer bytes = file_bytes(store.segment(segment));
    bytes[byte] ^= 1;
    write_file(store.segment(segment), bytes);
  };
  auto has = [&](const std::vector<Finding>& all, std::uint32_t segment, std::string_view problem) {
    return std::any_of(all.begin(), all.end(), [&](const Finding& finding) {
      return finding.file == store.segment(segment).string() &&
             finding.problem.find(problem) != std::string::npos;
    });
  };
  spoil(4, 1000);
  SUBCASE("the first has lost its header") {
    spoil(0, 3);
    auto all = findings(store.dir.path());
    CHECK(has(all, 0, "a segment header that cannot be read"));
    CHECK(has(all, 4, "checksum"));
    // Its frames are whole: no record is missing but those of the frame that was spoiled.
    CHECK(std::count_if(all.begin(), all.end(), [](auto& found) { return found.offset.has_value(); }) == 2);
  }
  SUBCASE("one in the middle is missing") {
    std::filesystem::remove(store.segment(1));
    auto all = findings(store.dir.path());
    CHECK(has(all, 1, "a segment file is missing"));
    CHECK(has(all, 2, "cannot be read"));
    CHECK(has(all, 4, "checksum"));
    CHECK_FALSE(has(all, 2, "frames are missing"));
  }
  SUBCASE("the first three are missing") {
    for (std::uint32_t gone : {0u, 1u, 2u}) std::filesystem::remove(store.segment(gone));
    auto all = findings(store.dir.path());
    CHECK(has(all, 0, "3 segment files are missing"));
    CHECK(has(all, 3, "records 0 to"));
    CHECK(has(all, 4, "checksum"));
  }
  SUBCASE("one too many stands behind a gap") {
    auto last = must(embedded::count_segments(store.dir.path())) - 1;
    std::filesystem::copy_file(store.segment(0), store.segment(last + 3));
    auto all = findings(store.dir.path());
    CHECK(has(all, last + 1, "2 segment files are missing"));
    CHECK(has(all, last + 3, "a segment header that cannot be read"));
    CHECK(has(all, 4, "checksum"));
  }
}

TEST_CASE("a flipped bit anywhere in a log of several segments is found or changes no answer") {
  LongStore store;
  std::uint64_t seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::uint32_t count = must(embedded::count_segments(store.dir.path()));
  std::vector<Buffer> good;
  for (std::uint32_t i = 0; i < count; ++i) good.push_back(file_bytes(store.segment(i)));
  for (int round = 0; round < 2000; ++round) {
    std::uint32_t segment = random() % count;
    std::size_t bit = random() % (good[segment].size() * 8);
    Buffer bytes = good[segment];
    bytes[bit / 8] ^= 1 << bit % 8;
    write_file(store.segment(segment), bytes);
    std::string seen = outcome(store.dir.path(), 2, options(8192));
    if (seen != "found" && seen != store.text)
      FAIL_CHECK("segment " << segment << " bit " << bit << ": " << seen);
    for (std::uint32_t i = 0; i < count; ++i) write_file(store.segment(i), good[i]);
  }
}

}  // namespace toono
