// What verify says of a journal of which not even the files can be followed, and of a disk without room.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

fs::path segment(const Desk& desk, const char* name) { return desk.dir() / "data" / "journal" / name; }

}  // namespace

TEST_CASE("a segment that is missing or of which nothing can be read is a finding of verify") {
  Desk desk;
  auto first = segment(desk, "000000000000.seg");
  SUBCASE("the first one's header") {
    std::fstream(first, std::ios::in | std::ios::out | std::ios::binary).seekp(3).put('~');
  }
  SUBCASE("one is missing") { fs::rename(first, segment(desk, "000000000001.seg")); }
  SUBCASE("one too many") { fs::copy_file(first, segment(desk, "000000000005.seg")); }
  auto said = desk.ask(kNow, {"--json", "verify"});
  CHECK(said.code == 1);
  REQUIRE_MESSAGE(said.json().is_object(), said.out, said.err);
  auto findings = said.json().at("findings");
  REQUIRE(findings.as_array().size() >= 1);
  CHECK(has(text(findings.as_array().front(), "file"), "data/journal/"));
  CHECK_FALSE(has(said.err, "run toono verify"));
  CHECK(desk.ask(kNow, {"verify", "--full"}).code == 1);
}

TEST_CASE("what stands in a file's place and is none is named, and nobody waits for it") {
  for (const char* name : {"journal/000000000000.seg", "journal/000000000001.seg", "heads", "vault"})
    for (bool pipe : {true, false}) {
      CAPTURE(name);
      CAPTURE(pipe);
      Desk desk;
      auto file = desk.dir() / "data" / name;
      fs::remove(file);
      if (pipe)
        REQUIRE(mkfifo(file.c_str(), 0600) == 0);
      else
        REQUIRE(fs::create_directory(file));
      auto said = desk.ask(kNow, {"--json", "verify", "--full"});
      CHECK_MESSAGE(has(said.out + said.err, file.string()), said.out, said.err);
      CHECK(said.code != 0);
      auto asked = desk.ask(kNow, {"status"});
      CHECK(asked.code == 3);
      CHECK_MESSAGE(has(asked.err, file.string()), asked.err);
    }
}

TEST_CASE("verify without room for its own files is the world failing and no finding") {
  Desk desk;
  REQUIRE(desk.ask(kNow, {"verify", "--full"}).code == 0);
  auto child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit most{.rlim_cur = 1024, .rlim_max = 1024};
    ::setrlimit(RLIMIT_FSIZE, &most);
    ::_exit(desk.ask(kNow, {"verify", "--full"}).code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
}

}  // namespace toono
