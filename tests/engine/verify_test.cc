// What verify finds, and against what: checksums, the chain, the inbox, heads kept elsewhere.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/engine/backup.h"
#include "adapters/engine/heads.h"
#include "tests/engine/deployment.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

/// Changes records of the first segment and makes every checksum fit again, as someone would who knows the
/// format. `change` gets each record with its bytes and says whether it changed them.
template <class Change>
std::size_t forge(const fs::path& dir, Change change) {
  auto reader = must(SegmentReader::open(dir));
  auto path = embedded::segment_path(dir, 0);
  auto file = file_bytes(path);
  std::size_t changed = 0;
  for (std::size_t at = embedded::segment_header_bytes(reader.partitions());
       at + embedded::kEmptyFrameBytes <= file.size();) {
    embedded::Position here{0, static_cast<std::uint32_t>(at)};
    auto header = embedded::decode_frame_header(Bytes(file).subspan(at), reader.log_id(), here);
    if (!header) break;
    Buffer frame(file.begin() + static_cast<std::ptrdiff_t>(at),
                 file.begin() + static_cast<std::ptrdiff_t>(at + header->frame_bytes()));
    auto groups = embedded::decode_groups(
        Bytes(frame).subspan(embedded::kFrameHeaderBytes, header->body_bytes), reader.partitions());
    bool touched = false;
    for (const auto& group : *groups)
      embedded::visit_group(group, 0, 0, [&](const LogRecord& record) {
        touched |= change(record, const_cast<std::uint8_t*>(record.bytes.data()));
        return true;
      });
    if (touched) {
      embedded::seal_frame(frame, *header, reader.log_id(), here);
      std::copy(frame.begin(), frame.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
      ++changed;
    }
    at += header->frame_bytes();
  }
  write_file(path, file);
  return changed;
}

struct Worked {
  Deployment place;
  std::vector<JournalHead> heads;
  explicit Worked(std::size_t commands = 60) {
    Load load(11, 3);
    auto engine = place.found();
    place.work(*engine, load, commands);
    for (PartitionNumber p = 0; p <= 3; ++p)
      heads.push_back({p, engine->follower().head(p).chain.seq, engine->follower().head(p).chain.hash});
    must(engine->close());
  }
};

}  // namespace

TEST_CASE("a journal as the engine wrote it has no findings and the heads of the follower") {
  Worked worked;
  VerifyOptions options;
  options.expected = worked.heads;
  auto verified = must(verify_journal(worked.place.dir(), options));
  CHECK(findings_text(verified) == "");
  CHECK(verified.void_count == 0);
  REQUIRE(verified.heads.size() == 4);
  for (std::size_t p = 0; p < 4; ++p) CHECK(head_text(verified.heads[p]) == head_text(worked.heads[p]));
  auto parsed = must(parse_heads(R"({"decisions":1,"heads":)" + heads_json(verified.heads, 3) + "}", 3));
  REQUIRE(parsed.size() == 4);
  CHECK(head_text(parsed[3]) == head_text(worked.heads[3]));
  CHECK_FALSE(parse_heads(R"({"7":"1:00"})", 3));
  CHECK_FALSE(parse_heads(R"({"0":"1:0g"})", 3));
  CHECK_FALSE(parse_heads("{}", 3));
}

TEST_CASE("verify needs no store and no vault") {
  Worked worked;
  fs::remove_all(DataPaths(worked.place.dir()).rows());
  fs::remove(DataPaths(worked.place.dir()).vault());
  CHECK(findings_text(must(verify_journal(worked.place.dir()))) == "");
}

TEST_CASE("a decision that was changed under a new checksum breaks the chain behind it") {
  for (std::uint64_t seq : {1u, 3u}) {
    Worked worked;
    auto changed = forge(worked.place.dir(), [&](const LogRecord& record, std::uint8_t* bytes) {
      if (record.topic != Topic::journal || record.partition != 1 || record.offset != seq) return false;
      bytes[record.bytes.size() - 1] ^= 0x20;
      return true;
    });
    REQUIRE(changed == 1);
    auto verified = must(verify_journal(worked.place.dir()));
    REQUIRE(verified.findings.size() >= 1);
    CHECK(verified.findings[0].partition == 1);
    // The record itself when it can be told, else the one behind it.
    CHECK(verified.findings[0].seq.value_or(0) <= seq + 1);
  }
}

TEST_CASE("a command that was changed under a new checksum no longer fits its decision") {
  Worked worked;
  REQUIRE(forge(worked.place.dir(), [&](const LogRecord& record, std::uint8_t* bytes) {
            if (record.topic != Topic::inbox || record.partition != 2 || record.offset != 1) return false;
            bytes[record.bytes.size() - 1] ^= 0x20;
            return true;
          }) == 1);
  auto verified = must(verify_journal(worked.place.dir()));
  REQUIRE(verified.findings.size() == 1);
  CHECK(verified.findings[0].partition == 2);
  CHECK(verified.findings[0].seq == 2);
  CHECK(verified.findings[0].problem == "the command that it decides was changed");
}

TEST_CASE("a genesis that does not follow from the registrys is found") {
  Worked worked;
  REQUIRE(forge(worked.place.dir(), [&](const LogRecord& record, std::uint8_t* bytes) {
            if (record.topic != Topic::journal || record.partition != 0 || record.offset != 0) return false;
            GenesisFacts facts{.log_id = test_log_id(), .partitions = 3, .created_at = first_moment()};
            auto other = genesis_record(facts, 0);
            REQUIRE(other.size() == record.bytes.size());
            std::copy(other.begin(), other.end(), bytes);
            return true;
          }) == 1);
  CHECK(findings_text(must(verify_journal(worked.place.dir()))).find("genesis does not follow") !=
        std::string::npos);
}

TEST_CASE("a journal made anew is whole in itself and differs from a head that was kept") {
  Worked worked;
  VerifyOptions options;
  options.expected = worked.heads;
  options.expected[1].hash = sha256(bytes_of("another history"));
  auto verified = must(verify_journal(worked.place.dir(), options));
  REQUIRE(verified.findings.size() == 1);
  CHECK(verified.findings[0].partition == 1);
  CHECK(verified.findings[0].seq == worked.heads[1].seq);
  options.expected = {worked.heads[2]};
  options.expected[0].seq += 5;
  verified = must(verify_journal(worked.place.dir(), options));
  REQUIRE(verified.findings.size() == 1);
  CHECK(verified.findings[0].problem.find("shorter") != std::string::npos);
}

TEST_CASE("heads of before are on the chain when it has grown") {
  Worked worked;
  Load load(12, 3);
  {
    auto engine = worked.place.open();
    worked.place.work(*engine, load, 60);
    must(engine->close());
  }
  VerifyOptions options;
  options.expected = worked.heads;
  CHECK(findings_text(must(verify_journal(worked.place.dir(), options))) == "");
}

/// The same records in segments of 8 KiB.
void write_in_small_segments(const fs::path& from, const fs::path& to) {
  auto reader = must(SegmentReader::open(from));
  auto log = must(EmbeddedLog::create(to, reader.log_id(), reader.partitions(), {.segment_bytes = 8192}));
  for (PartitionNumber partition = 0; partition < reader.partitions(); ++partition) {
    std::vector<Buffer> commands, decisions;
    auto gather = [&](Topic topic, std::vector<Buffer>& into) {
      must(reader.scan(topic, {{partition}}, [&](const LogRecord& record) {
        into.emplace_back(record.bytes.begin(), record.bytes.end());
        return true;
      }));
    };
    gather(Topic::inbox, commands);
    gather(Topic::journal, decisions);
    REQUIRE(decisions.size() == commands.size() + 1);  // genesis
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      if (i > 0) must(log->send(partition, commands[i - 1]));
      if (i > 0) (void)must(log->receive(1));
      must(log->append(partition, decisions[i]));
      (void)must(log->settle());
    }
  }
  must(log->close());
}

TEST_CASE("a journal cut back behind the heads of when it was last closed is named without other heads") {
  Worked worked;
  auto dir = worked.place.dir();
  auto kept = file_bytes(dir / "heads");
  auto before = file_bytes(embedded::segment_path(dir, 0));
  Load load(12, 3);
  {
    auto engine = worked.place.open();
    worked.place.work(*engine, load, 30);
    must(engine->close());
  }
  SUBCASE("an older journal under the heads of now") {
    write_file(embedded::segment_path(dir, 0), before);
    auto verified = must(verify_journal(dir));
    REQUIRE(verified.findings.size() >= 1);
    auto problem = verified.findings[0].problem;
    CHECK_MESSAGE(
        problem.find("shorter than the head kept when the store was last closed") != std::string::npos,
        problem);
    CHECK(verified.findings[0].seq.has_value());
  }
  SUBCASE("heads of before, as a crash leaves them, are a lower bound") {
    write_file(dir / "heads", kept);
    CHECK(findings_text(must(verify_journal(dir))) == "");
  }
  SUBCASE("there are none") {
    fs::remove(dir / "heads");
    write_file(embedded::segment_path(dir, 0), before);
    CHECK(findings_text(must(verify_journal(dir))) == "");
  }
  SUBCASE("they were changed") {
    kept[40] ^= 1;
    write_file(dir / "heads", kept);
    auto verified = must(verify_journal(dir));
    REQUIRE(verified.findings.size() == 1);
    CHECK(verified.findings[0].file == (dir / "heads").string());
  }
  SUBCASE("they are another journal's") {
    Deployment other;
    must(other.found()->close());
    write_file(dir / "heads", file_bytes(other.dir() / "heads"));
    auto verified = must(verify_journal(dir));
    REQUIRE(verified.findings.size() == 1);
    CHECK(verified.findings[0].problem.find("the journal is of log") != std::string::npos);
  }
}

TEST_CASE("behind a segment that is gone the chain is read on and what is not proved is said") {
  Worked worked(200);
  TemporaryDirectory small;
  write_in_small_segments(worked.place.dir(), small.path());
  auto before = must(verify_journal(small.path()));
  REQUIRE(findings_text(before) == "");
  auto last = must(embedded::count_segments(small.path())) - 1;
  REQUIRE(last > 8);
  auto bytes = file_bytes(embedded::segment_path(small.path(), last - 1));
  bytes[1000] ^= 1;
  write_file(embedded::segment_path(small.path(), last - 1), bytes);
  SUBCASE("one in the middle is missing") { fs::remove(embedded::segment_path(small.path(), 5)); }
  SUBCASE("the first one's header is damaged and one is missing") {
    auto first = file_bytes(embedded::segment_path(small.path(), 0));
    first[3] ^= 1;
    write_file(embedded::segment_path(small.path(), 0), first);
    fs::remove(embedded::segment_path(small.path(), 5));
  }
  auto text = findings_text(must(verify_journal(small.path())));
  CHECK_MESSAGE(text.find("a segment file is missing") != std::string::npos, text);
  CHECK_MESSAGE(text.find("not proved to go on from record") != std::string::npos, text);
  CHECK_MESSAGE(text.find(embedded::segment_path(small.path(), last - 1).string()) != std::string::npos,
                text);
  auto verified = must(verify_journal(small.path()));
  CHECK(head_text(verified.heads[3]) == head_text(before.heads[3]));
}

TEST_CASE("the heads of when it was last closed say which log it is when no header can be read") {
  Worked worked;
  auto path = embedded::segment_path(worked.place.dir(), 0);
  auto bytes = file_bytes(path);
  bytes[3] ^= 1;
  write_file(path, bytes);
  auto verified = must(verify_journal(worked.place.dir()));
  REQUIRE(verified.findings.size() == 1);
  CHECK(verified.findings[0].problem.starts_with("a segment header that cannot be read"));
  for (std::size_t p = 0; p < 4; ++p) CHECK(head_text(verified.heads[p]) == head_text(worked.heads[p]));
  fs::remove(worked.place.dir() / "heads");
  CHECK(verify_journal(worked.place.dir()).error().code == ErrorCode::damaged);
}

TEST_CASE("behind damage the rest is still read") {
  Worked worked(200);
  auto before = must(verify_journal(worked.place.dir()));
  auto path = embedded::segment_path(worked.place.dir(), 0);
  auto bytes = file_bytes(path);
  // In the middle of the founding: one frame of the registry's partition.
  bytes[60'000] ^= 0x40;
  write_file(path, bytes);
  auto verified = must(verify_journal(worked.place.dir()));
  CHECK(verified.findings.size() >= 1);
  CHECK(verified.findings[0].file == path.string());
  for (PartitionNumber p = 0; p < 3; ++p) CHECK(head_text(verified.heads[p]) == head_text(before.heads[p]));
}

TEST_CASE(
    "a backup taken while the owner works opens as the same deployment and is proved against its manifest") {
  Deployment place;
  Load load(13, 3);
  auto engine = place.found();
  place.work(*engine, load, 80);
  auto backup = place.dir().parent_path() / "backup", other = place.dir().parent_path() / "other";
  SystemEntropy entropy;
  auto copied = must(back_up({place.dir(), backup, ""}, entropy));
  for (PartitionNumber p = 0; p <= 3; ++p) CHECK(copied.heads[p].seq == engine->follower().head(p).chain.seq);
  CHECK(back_up({place.dir(), backup, ""}, entropy).error().code == ErrorCode::refused);
  place.work(*engine, load, 20);
  auto key = FileVault::default_master_key_path(place.dir().string());
  CHECK(copy_back({backup, other, ""}, entropy).error().code == ErrorCode::not_found);
  CHECK_FALSE(fs::exists(other));
  auto manifest = must(copy_back({backup, other, key}, entropy)).manifest;
  CHECK(manifest.log_id == engine->log_id());
  Deployment restored(other);
  auto options = restored.options();
  options.master_key = key;
  auto again = must(Engine::open(options));
  for (PartitionNumber p = 0; p <= 3; ++p)
    CHECK(again->follower().head(p).chain.hash == copied.heads[p].hash);
  CHECK(copy_back({backup, other, key}, entropy).error().code == ErrorCode::refused);
}

TEST_CASE("a backup and a restore tell how far they are") {
  Worked worked;
  auto backup = worked.place.dir().parent_path() / "backup",
       other = worked.place.dir().parent_path() / "other";
  SystemEntropy entropy;
  std::uint64_t bytes = 0, of = 0;
  auto reader = must(SegmentReader::open(worked.place.dir()));
  fs::create_directories(other);
  must(reader.copy_to(other, [&](std::uint64_t done, std::uint64_t all) {
    CHECK(done > bytes);
    bytes = done;
    of = all;
  }));
  CHECK(bytes == of);
  CHECK(bytes > 50'000);
  fs::remove_all(other);
  std::vector<std::string> stages;
  auto note = [&](std::string_view what, std::uint64_t done, std::uint64_t all) {
    CHECK(done <= all);
    if (stages.empty() || stages.back() != what) stages.emplace_back(what);
  };
  auto key = FileVault::default_master_key_path(worked.place.dir().string());
  (void)must(back_up({worked.place.dir(), backup, "", note}, entropy));
  auto manifest = must(copy_back({backup, other, key, note}, entropy)).manifest;
  CHECK(stages == std::vector<std::string>{"MiB copied"});
  std::uint64_t decisions = 0;
  for (const auto& head : worked.heads) decisions += head.seq;
  CHECK(manifest.decisions() == decisions);
}

TEST_CASE("a store that is folded anew tells how much is done of how much") {
  Worked worked(1100);
  fs::remove_all(DataPaths(worked.place.dir()).rows());
  auto options = worked.place.options();
  std::uint64_t told = 0, last = 0, total = 0;
  options.on_fold = [&](const FoldProgress& progress) {
    CHECK(progress.done > last);
    CHECK(progress.done <= progress.of);
    ++told;
    last = progress.done;
    total = progress.of;
  };
  std::uint64_t records = worked.heads.size();  // every partition's genesis
  for (const auto& head : worked.heads) records += head.seq;
  must(must(Engine::open(options))->close());
  CHECK(told >= 1);
  CHECK(total == records);
}

TEST_CASE("a backup that was changed or cut short is not restored") {
  Worked worked;
  auto backup = worked.place.dir().parent_path() / "backup",
       other = worked.place.dir().parent_path() / "other";
  auto key = FileVault::default_master_key_path(worked.place.dir().string());
  SystemEntropy entropy;
  (void)must(back_up({worked.place.dir(), backup, ""}, entropy));
  SUBCASE("a byte of its journal") {
    auto bytes = file_bytes(embedded::segment_path(backup, 0));
    bytes[50'000] ^= 1;
    write_file(embedded::segment_path(backup, 0), bytes);
    CHECK(copy_back({backup, other, key}, entropy).error().code == ErrorCode::damaged);
  }
  SUBCASE("no manifest") {
    fs::remove(backup / "manifest.json");
    CHECK(copy_back({backup, other, key}, entropy).error().code == ErrorCode::not_found);
  }
  SUBCASE("a manifest of more") {
    auto manifest = file_bytes(backup / "manifest.json");
    std::string text(manifest.begin(), manifest.end());
    auto at = text.find("\"r\":\"") + 5;
    text[at] = '9';
    write_file(backup / "manifest.json", bytes_of(text));
    CHECK(copy_back({backup, other, key}, entropy).error().code == ErrorCode::damaged);
  }
  CHECK_FALSE(fs::exists(other));
}

TEST_CASE("heads that may not be read are not said to be changed") {
  TemporaryDirectory dir;
  std::filesystem::create_directory(dir.path());
  must(write_heads(dir.path(), {.log_id = test_log_id(), .heads = {}}));
  for (const auto& place : {dir.path().parent_path(), dir.path()})
    std::filesystem::permissions(place, std::filesystem::perms(0755));
  std::filesystem::permissions(dir.path() / "heads", std::filesystem::perms::none);
  pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(3);  // root may read everything
    auto kept = read_heads(dir.path());
    ::_exit(!kept && kept.error().code == ErrorCode::world ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

}  // namespace toono
