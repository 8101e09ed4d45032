// That the format is open: a reader in Python that knows nothing but the schemas proves the same chain and
// works out the same states as the program.
#include "tests/integrators/year.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

/// A copy of its files that a test may break.
struct Copy {
  TemporaryDirectory place;
  Copy() { fs::copy(simulated_year(), place.path(), fs::copy_options::recursive); }
  fs::path segment() const { return embedded::segment_path(place.path(), 0); }
};

Ran toono(const fs::path& dir, std::vector<std::string> words) {
  words.insert(words.begin(), {toono_program(), "--log", "embedded:" + dir.string(), "--json"});
  return run(words);
}
Ran reader(const fs::path& dir, std::vector<std::string> words = {}) {
  words.insert(words.begin(), {"python3", example("verify_journal.py"), "embedded:" + dir.string()});
  return run(words);
}

std::string text(const boost::json::value& object, const char* key) {
  return std::string(object.at(key).as_string());
}

/// What both say of a case, in one form.
std::string in_words(const boost::json::value& shown) {
  std::string words = text(shown, "state") + " v" + std::to_string(shown.at("version").to_number<int>()) +
                      " " + text(shown, "number");
  for (const auto& order : shown.at("orders").as_array()) {
    const auto& station = order.at("station");
    words += "\n  order " + text(order, "id") + " " + text(order, "role") + " " + text(order, "tier") + " " +
             (station.is_string() ? std::string(station.as_string()) : boost::json::serialize(station)) +
             " " + text(order, "status");
  }
  for (const auto& referral : shown.at("referrals").as_array())
    words += "\n  referral " + text(referral, "id") + " " + text(referral, "line") + " " +
             text(referral, "status");
  return words;
}

/// Turns a bit of the last byte of one journal record and makes the checksums of its frame fit again.
bool forge(const fs::path& dir, PartitionNumber partition, std::uint64_t offset, Topic topic) {
  auto log = must(SegmentReader::open(dir));
  auto path = embedded::segment_path(dir, 0);
  auto file = file_bytes(path);
  for (auto at = embedded::segment_header_bytes(log.partitions());;) {
    embedded::Position here{0, static_cast<std::uint32_t>(at)};
    auto header = embedded::decode_frame_header(Bytes(file).subspan(at), log.log_id(), here);
    if (!header) return false;
    Buffer frame(file.begin() + static_cast<std::ptrdiff_t>(at),
                 file.begin() + static_cast<std::ptrdiff_t>(at + header->frame_bytes()));
    auto groups = embedded::decode_groups(
        Bytes(frame).subspan(embedded::kFrameHeaderBytes, header->body_bytes), log.partitions());
    bool found = false;
    for (const auto& group : *groups)
      embedded::visit_group(group, 0, 0, [&](const LogRecord& record) {
        if (record.topic != topic || record.partition != partition || record.offset != offset) return true;
        const_cast<std::uint8_t*>(record.bytes.data())[record.bytes.size() - 1] ^= 0x20;
        found = true;
        return false;
      });
    if (found) {
      embedded::seal_frame(frame, *header, log.log_id(), here);
      std::copy(frame.begin(), frame.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
      write_file(path, file);
      return true;
    }
    at += header->frame_bytes();
  }
}

}  // namespace

TEST_CASE("a reader that knows only the schemas finds the heads that verify finds") {
  auto theirs = reader(simulated_year());
  REQUIRE_MESSAGE(theirs.code == 0, theirs.err);
  auto ours = toono(simulated_year(), {"verify"});
  REQUIRE(ours.code == 0);
  CHECK(parsed(theirs.out) == parsed(ours.out));
  CHECK(parsed(ours.out).at("decisions").to_number<int>() > 2000);
}

TEST_CASE("it works out the same state of a case as show") {
  auto folded = reader(simulated_year(), {"--cases"});
  REQUIRE_MESSAGE(folded.code == 0, folded.err);
  auto cases = parsed_lines(folded.out);
  REQUIRE(cases.size() == 200);
  std::size_t compared = 0, with_referral = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    bool special = !cases[i].at("referrals").as_array().empty() || text(cases[i], "state") != "closed";
    if (!special && i % 10 != 0) continue;
    auto shown = toono(simulated_year(), {"show", text(cases[i], "case")});
    REQUIRE_MESSAGE(shown.code == 0, shown.err);
    CHECK(in_words(cases[i]) == in_words(parsed(shown.out).at("data")));
    ++compared;
    with_referral += cases[i].at("referrals").as_array().empty() ? 0 : 1;
  }
  CHECK(compared > 20);
  CHECK(with_referral > 0);
}

TEST_CASE("it names the record of a decision that was changed under fitting checksums") {
  Copy copy;
  REQUIRE(forge(copy.place.path(), 2, 5, Topic::journal));
  auto found = reader(copy.place.path());
  CHECK(found.code == 1);
  auto report = parsed(found.out);
  REQUIRE_FALSE(report.at("findings").as_array().empty());
  const auto& first = report.at("findings").as_array().front();
  CHECK(text(first, "partition") == "2");
  // The record itself when it can be told, else the one behind it.
  auto seq = first.at("seq").to_number<int>();
  CHECK((seq == 5 || seq == 6));
}

TEST_CASE("it sees that the command of a decision was changed") {
  Copy copy;
  REQUIRE(forge(copy.place.path(), 3, 4, Topic::inbox));
  auto found = reader(copy.place.path());
  CHECK(found.code == 1);
  CHECK(found.err.find("partition 3, record 5: the command that it decides was changed") !=
        std::string::npos);
}

TEST_CASE("it tells a changed frame from the end of the log") {
  Copy copy;
  auto file = file_bytes(copy.segment());
  file[9000] ^= 1;
  write_file(copy.segment(), file);
  auto found = reader(copy.place.path());
  CHECK(found.code == 1);
  CHECK(found.err.find("the frame was changed") != std::string::npos);
}

TEST_CASE("a frame that was never written whole is where the log ends") {
  Copy copy;
  auto file = file_bytes(copy.segment());
  auto log = must(SegmentReader::open(copy.place.path()));
  std::size_t last = 0, end = 0;  // the last frame with records; behind it one says that the log was closed
  for (auto at = embedded::segment_header_bytes(log.partitions());;) {
    embedded::Position here{0, static_cast<std::uint32_t>(at)};
    auto header = embedded::decode_frame_header(Bytes(file).subspan(at), log.log_id(), here);
    if (!header) break;
    if (header->kind == embedded::FrameKind::records && header->frame_bytes() > 1024) last = at, end = at;
    at += header->frame_bytes();
    if (end == last) end = at;
  }
  auto fill = [&](std::size_t from, std::size_t to) {
    std::fill(file.begin() + static_cast<std::ptrdiff_t>(from),
              file.begin() + static_cast<std::ptrdiff_t>(to), std::uint8_t{0});
    write_file(copy.segment(), file);
  };
  fill(end, file.size());
  auto sector = embedded::round_up(last, embedded::kSectorBytes);
  fill(sector, sector + embedded::kSectorBytes);
  // A log that ends so was never closed behind this frame.
  std::filesystem::remove(copy.place.path() / "heads");
  auto found = reader(copy.place.path());
  CHECK_MESSAGE(found.code == 0, found.err);
  CHECK(parsed(found.out) == parsed(toono(copy.place.path(), {"verify"}).out));
  CHECK(parsed(found.out) != parsed(reader(simulated_year()).out));
  // The same frame with one byte wrong and nothing missing was written to its end: that is damage.
  Copy other;
  file = file_bytes(other.segment());
  file[sector + 7] ^= 1;
  std::fill(file.begin() + static_cast<std::ptrdiff_t>(end), file.end(), std::uint8_t{0});
  write_file(other.segment(), file);
  CHECK(reader(other.place.path()).code == 1);
}

TEST_CASE("heads kept elsewhere show that the journal was cut or made anew") {
  TemporaryDirectory scratch;
  auto kept = scratch.path().string();
  {
    std::ofstream file(kept);
    file << toono(simulated_year(), {"verify"}).out;
  }
  CHECK(reader(simulated_year(), {"--expect", kept}).code == 0);
  TemporaryDirectory other;
  REQUIRE(toono(other.path(), {"simulate", "--seed", "8", "--contacts", "20", "--cases", "5"}).code == 0);
  auto found = reader(other.path(), {"--expect", kept});
  CHECK(found.code == 1);
  CHECK(found.err.find("the chain does not have the expected head") != std::string::npos);
}

TEST_CASE("where there is no journal nothing is called damaged") {
  TemporaryDirectory empty;
  for (const auto& dir : {empty.path(), empty.path().parent_path()}) {
    auto found = reader(dir);
    CHECK(found.code == 3);
    CHECK_MESSAGE(found.err.find("there is no journal in " + dir.string()) != std::string::npos, found.err);
  }
}

TEST_CASE("a case that is not there is named and nothing is printed for it") {
  auto found = reader(simulated_year(), {"--case", "0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f"});
  CHECK(found.code == 1);
  CHECK(found.out.empty());
  CHECK(found.err.find("there is no case 0197f0c2") != std::string::npos);
}

}  // namespace toono
