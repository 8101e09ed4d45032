// What a command writes to: nothing of value is written over, and what does not arrive is said.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}
void put(const fs::path& path, const std::string& all) { std::ofstream(path, std::ios::binary) << all; }

/// A log of which every row is refused.
struct BadLog {
  explicit BadLog(const Desk& desk) : log(desk.dir() / "bad.csv"), map(desk.dir() / "bad.toml") {
    put(log, "case,id,what,when\n1,1,a,yesterday\n");
    put(map,
        "[log]\nname = \"t\"\ntime_format = \"%Y-%m-%d %H:%M\"\n[columns]\ncase = \"case\"\nrow_id = \"id\"\n"
        "activity = \"what\"\ntime = \"when\"\n[stations]\ncreate = true\n[activities]\n\"*\" = "
        "\"LogProgress\"\n");
  }
  fs::path log, map;
};

/// The program itself, in a shell that has set its descriptors and limits.
int in_shell(const Desk& desk, const std::string& before, const std::string& words) {
  auto line = before +
              " exec '" TOONO_BINARY_DIR "/toono' --log 'embedded:" + (desk.dir() / "data").string() + "' " +
              words;
  int status = std::system(("exec 2>'" + (desk.dir() / "err").string() + "'; " + line).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("neither an export nor the rejects of an import write over what they did not make") {
  Desk desk;
  BadLog bad(desk);
  auto key = desk.dir() / "data.key", other = desk.dir() / "other.txt";
  put(other, "a letter\n");
  auto segment = fs::directory_iterator(desk.dir() / "data" / "journal")->path();
  fs::create_symlink(key, desk.dir() / "link");
  const fs::path refused[] = {key,
                              segment,
                              desk.dir() / "data" / "new.csv",
                              desk.dir() / "data" / "rows" / "new.csv",
                              other,
                              desk.dir() / "link",
                              bad.log,
                              bad.map,
                              desk.dir()};
  for (const auto& path : refused) {
    CAPTURE(path.string());
    auto before = fs::is_regular_file(path) ? content(path) : std::string();
    auto exported = desk.ask(kNow, {"export", "cases", "-o", path.string()});
    CHECK_MESSAGE(exported.code == 2, exported.err);
    auto imported =
        desk.ask(kNow, {"import", "--map", bad.map.string(), "--rejects", path.string(), bad.log.string()});
    CHECK_MESSAGE(imported.code == 2, imported.err);
    CHECK((fs::is_regular_file(path) ? content(path) : std::string()) == before);
  }
  fs::rename(key, desk.dir() / "kept");
  CHECK(
      desk.ask(kNow, {"--master-key", (desk.dir() / "kept").string(), "export", "cases", "-o", key.string()})
          .code == 2);
  CHECK_FALSE(fs::exists(key));
}

TEST_CASE("an earlier export and earlier rejects are replaced, and keep or get their mode") {
  Desk desk;
  BadLog bad(desk);
  auto out = desk.dir() / "cases.csv", link = desk.dir() / "link.csv";
  fs::create_symlink(out, link);
  REQUIRE(desk.ask(kNow, {"export", "cases", "-o", link.string()}).code == 0);
  CHECK(fs::is_symlink(link));
  CHECK(has(content(out), "case,number,"));
  ::chmod(out.c_str(), 0640);
  REQUIRE(desk.ask(kNow, {"export", "orders", "-o", out.string()}).code == 0);
  CHECK(has(content(out), "order,case,"));
  struct stat about = {};
  REQUIRE(::stat(out.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0640);
  auto rejects = bad.log.string() + ".rejects.csv";
  for (int run = 0; run < 2; ++run)
    CHECK(desk.ask(kNow, {"import", "--map", bad.map.string(), bad.log.string()}).code == 1);
  REQUIRE(::stat(rejects.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  for (const auto& entry : fs::directory_iterator(desk.dir()))
    CHECK_FALSE(has(entry.path().filename().string(), ".part"));
}

TEST_CASE("a device and a pipe are written through and stay what they are") {
  Desk desk;
  BadLog bad(desk);
  auto pipe = desk.dir() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0644) == 0);
  int reading = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reading >= 0);
  CHECK(desk.ask(kNow, {"export", "cases", "-o", pipe.string()}).code == 0);
  char begin[12] = {};
  CHECK(::read(reading, begin, 11) == 11);
  CHECK(std::string(begin) == "case,number");
  CHECK(desk.ask(kNow, {"import", "--map", bad.map.string(), "--rejects", pipe.string(), bad.log.string()})
            .code == 1);
  ::close(reading);
  struct stat about = {};
  REQUIRE(::stat(pipe.c_str(), &about) == 0);
  CHECK(S_ISFIFO(about.st_mode));
  CHECK((about.st_mode & 0777) == 0644);
  // By links: should this ever fail, the machine keeps its devices.
  auto full = desk.dir() / "full", printed = desk.dir() / "printed";
  fs::create_symlink("/dev/full", full);
  fs::create_symlink("/proc/self/fd/1", printed);
  CHECK(desk.ask(kNow, {"export", "cases", "-o", full.string()}).code == 3);
  CHECK(fs::is_symlink(full));
  auto out = desk.ask(kNow, {"export", "cases", "-o", printed.string()});
  CHECK(out.code == 0);
  CHECK(has(out.out, "case,number,"));
}

TEST_CASE("an answer that does not arrive ends with 3") {
  Desk desk;
  for (const char* words : {"stations", "--help", "--version", "--json stations", "schema --asyncapi"}) {
    CAPTURE(words);
    CHECK(in_shell(desk, "", std::string(words) + " >/dev/full") == 3);
    CHECK(has(content(desk.dir() / "err"), "cannot write to standard output"));
    CHECK(in_shell(desk, "", std::string(words) + " >/dev/null") == 0);
  }
  // A limit on the size of files strikes in the middle; the last flush alone has nothing to say of it.
  auto out = (desk.dir() / "out").string();
  CHECK(in_shell(desk, "ulimit -f 8;", "schema --asyncapi >'" + out + "'") == 3);
  CHECK(has(content(desk.dir() / "err"), "cannot write to standard output"));
}

TEST_CASE("words that nobody can read, on a standard error that is full, change nothing") {
  Desk desk;
  CHECK(in_shell(desk, "", "statsu 2>/dev/full") == 2);
  CHECK(in_shell(desk, "", "show 00000000-0000-4000-8000-000000000000 2>/dev/full") == 1);
  CHECK(in_shell(desk, "", "send </dev/null >/dev/null 2>/dev/full") == 0);
}

TEST_CASE("closed descriptors are nobody's file") {
  Desk desk;
  CHECK(in_shell(desk, "", "send <&- >'" + (desk.dir() / "out").string() + "'") == 0);
  CHECK(has(content(desk.dir() / "err"), "there is no line with a command in it"));
  CHECK(in_shell(desk, "", "status >&- 2>&- <&-") == 3);
  CHECK(in_shell(desk, "", "status >&-") == 3);
  CHECK(has(content(desk.dir() / "err"), "cannot write to standard output"));
  CHECK(in_shell(desk, "", "--now '' status") == 2);
  CHECK(desk.ask(kNow, {"verify", "--full"}).code == 0);
}

TEST_CASE("an init without room leaves nothing behind and is run again") {
  Desk desk;
  auto dir = desk.dir() / "new";
  auto found = [&](const std::string& before) {
    auto line = before + " exec '" TOONO_BINARY_DIR "/toono' --log 'embedded:" + dir.string() + "' init";
    int status = std::system(("exec >'" + (desk.dir() / "err").string() + "' 2>&1; " + line).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  SUBCASE("where nothing was") {}
  SUBCASE("in a directory that was there") {
    fs::create_directory(dir);
    put(dir / "note", "mine");
  }
  bool was_there = fs::exists(dir);
  CHECK(found("trap '' XFSZ; ulimit -f 40;") == 3);
  auto said = content(desk.dir() / "err");
  CHECK_MESSAGE(has(said, "nothing was left behind"), said);
  CHECK(fs::exists(dir) == was_there);
  if (was_there) CHECK(std::distance(fs::directory_iterator(dir), {}) == 1);
  CHECK_FALSE(fs::exists(dir.string() + ".key"));
  CHECK(found("") == 0);
  // What is there already is nobody's to take away.
  CHECK(found("trap '' XFSZ; ulimit -f 40;") == 1);
  CHECK(fs::exists(dir / "journal" / "000000000000.seg"));
  CHECK(fs::exists(dir.string() + ".key"));
}

}  // namespace toono
