// What the guide for auditors promises of the chain: other code, which knows only the format, finds the same.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/cli/fixture.h"

namespace toono {

TEST_CASE("the chain checked by hand ends where verify says") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto verified = desk.ask("03-20 09:00", {"--json", "verify"}).json();
  // The directory of the desk's store is the one that holds its journal.
  std::filesystem::path data;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(desk.dir()))
    if (entry.path().filename() == "journal") data = entry.path().parent_path();
  std::istringstream lines(
      output_of("python3 " TOONO_SOURCE_DIR "/docs/check_chain.py '" + data.string() + "'"));
  std::map<std::string, std::string> heads;
  std::string partition, count, head, word, voids;
  while (lines >> partition >> count >> head >> word >> voids) {
    heads[partition] = count + ":" + head;
    CHECK(voids == "0");
  }
  REQUIRE(heads.size() > 1);
  CHECK(heads.size() == verified.at("heads").as_object().size());
  for (const auto& [name, kept] : heads) CHECK(text(verified.at("heads"), name) == kept);
  auto ends_with = [](const std::string& words) {
    return std::system(
        ("python3 " TOONO_SOURCE_DIR "/docs/check_chain.py " + words + " >/dev/null 2>&1").c_str());
  };
  CHECK(ends_with("'" + data.string() + "'") == 0);
  CHECK(ends_with("/nowhere") == 2 << 8);
  CHECK(ends_with("") == 1 << 8);
  // A bit of one of the registry's first decisions: the chain does not go on behind it.
  auto segment = data / "journal" / "000000000000.seg";
  auto bytes = output_of("cat '" + segment.string() + "'");
  std::size_t at = 0;
  for (int record = 0; record < 30; ++record) at = bytes.find("TNJ1", at + 1);
  bytes[at + 40] = static_cast<char>(bytes[at + 40] ^ 1);
  std::ofstream(segment, std::ios::binary) << bytes;
  CHECK(ends_with("'" + data.string() + "'") == 1 << 8);
}

TEST_CASE("the reader in Python proves what verify proves and knows a flipped bit by its checksum") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  const std::string reader = "cd " TOONO_SOURCE_DIR "/docs/examples && PYTHONDONTWRITEBYTECODE=1 python3 ";
  auto data = (desk.dir() / "data").string();
  auto said = boost::json::parse(output_of(reader + "verify_journal.py 'embedded:" + data + "'"));
  auto verified = desk.ask("03-20 09:00", {"--json", "verify"}).json();
  for (const char* field : {"decisions", "heads", "void", "findings"})
    CHECK(said.at(field) == verified.at(field));
  // The fast checksum is the plain one, of every length that is folded in another way.
  output_of(reader + R"py(-c '
import random
from crc32c import crc32c, plain
assert plain(b"123456789") == 0xE3069283
for size in [*range(600), 1000, 4096, 65537]:
    data = random.Random(size).randbytes(size)
    assert crc32c(data) == plain(data), size
')py");
  auto segment = desk.dir() / "data" / "journal" / "000000000000.seg";
  auto bytes = output_of("cat '" + segment.string() + "'");
  auto at = bytes.find("TOONOFRM", bytes.find("TOONOFRM") + 1) + 9 * 128;
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::ofstream(segment, std::ios::binary) << bytes;
  CHECK(std::system((reader + "verify_journal.py 'embedded:" + data + "' >/dev/null 2>&1").c_str()) ==
        1 << 8);
}

TEST_CASE("a founding that the registry would refuse makes nothing") {
  Desk desk;
  auto stations = desk.dir() / "stations.csv", there = desk.dir() / "refused";
  std::ofstream(stations)
      << "code,tier,parent,name_zh,kind,note\n150000,I,,one,region,\n150102,III,150100,two,banner,\n";
  auto init = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"--log", "embedded:" + there.string(), "init"};
    words.insert(words.end(), more.begin(), more.end());
    return desk.ask(kNow, words);
  };
  auto refused = init({"--stations", stations.string()});
  CHECK(refused.code == 1);
  CHECK_MESSAGE(has(refused.err, "OpenStation of 150102"), refused.err);
  CHECK_FALSE(std::filesystem::exists(there));
  CHECK_FALSE(std::filesystem::exists(there.string() + ".key"));
  CHECK(init({}).code == 0);
}

TEST_CASE("a founding takes no file that says nothing and names the option whose file is wrong") {
  Desk desk;
  auto file = desk.dir() / "given", there = desk.dir() / "refused";
  struct Row {
    std::string option, content, says;
  };
  const std::string header = "code,tier,parent,name_zh,kind,note\n";
  const Row rows[] = {
      {"--stations", "", "the file is empty: --stations "},
      {"--calendar", "", "the file is empty: --calendar "},
      {"--policy", "", "the file is empty: --policy "},
      {"--stations", header, "there is no station in it: --stations, line 1"},
      {"--stations", header + "150000,IV,,one,region,\n", "`tier` is none of I, II, III: --stations, line 2"},
      {"--calendar", "date,kind,name_zh\n2026-13-01,holiday,x\n", ": --calendar, line 2"},
      {"--policy", "{", ": --policy, character 2: give the body of PublishPolicy"},
      {"--policy", "{}", ": --policy, $.body.policy: give"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.says);
    std::ofstream(file) << row.content;
    auto refused = desk.ask(kNow, {"--log", "embedded:" + there.string(), "init", row.option, file.string()});
    CHECK(refused.code == 2);
    CHECK_MESSAGE(has(refused.err, row.says), refused.err);
    CHECK_FALSE(std::filesystem::exists(there));
    std::filesystem::remove_all(there);
    std::filesystem::remove(there.string() + ".key");
  }
}

}  // namespace toono
