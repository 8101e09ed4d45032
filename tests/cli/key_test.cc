// A vault or a key that cannot be had is the world failing, and says so by its exit code.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

/// Ends with 3, in text and as JSON, and names the file.
void fails(Desk& desk, const std::vector<std::string>& words, const std::string& what,
           const fs::path& where) {
  CAPTURE(words.front());
  auto asked = desk.ask(kNow, words);
  CHECK(asked.code == 3);
  CHECK_MESSAGE(asked.err.find(what + ": " + where.string()) != std::string::npos, asked.err);
  auto json = words;
  json.insert(json.begin(), "--json");
  auto said = desk.ask(kNow, json);
  CHECK(said.code == 3);
  CHECK(text(said.json().at("error"), "code") == "world");
}

}  // namespace

TEST_CASE("a vault or master key that cannot be opened ends with 3") {
  Desk desk;
  auto data = desk.dir() / "data", key = desk.dir() / "data.key", kept = desk.dir() / "kept",
       backup = desk.dir() / "backup";
  REQUIRE(desk.ask(kNow, {"backup", backup.string()}).code == 0);
  auto fail_all = [&](const std::string& what, const fs::path& where) {
    fails(desk, {"status"}, what, where);
    fails(desk, {"send", "/dev/null"}, what, where);
    fails(desk, {"backup", (desk.dir() / "another").string()}, what, where);
    // Nothing is left behind of a backup that could not be made.
    CHECK_FALSE(fs::exists(desk.dir() / "another"));
  };
  fs::rename(key, kept);
  fail_all("the master key is not there", key);
  fs::copy_file(kept, key);
  ::chmod(key.c_str(), 0644);
  fail_all("others can read the master key", key);
  {
    Desk other;
    fs::copy_file(other.dir() / "data.key", key, fs::copy_options::overwrite_existing);
    ::chmod(key.c_str(), 0600);
  }
  fail_all("the master key is not this vault's", data / "vault");
  fs::rename(kept, key);
  fs::rename(data / "vault", kept);
  fail_all("there is no vault", data / "vault");
  fs::rename(kept, data / "vault");
  CHECK(desk.ask(kNow, {"status"}).code == 0);

  auto to = desk.dir() / "to";
  auto restored = desk.ask(kNow, {"--log", "embedded:" + to.string(), "restore", backup.string()});
  CHECK(restored.code == 3);
  CHECK(restored.err.find("the master key is not there: " + to.string() + ".key") != std::string::npos);
  fs::rename(backup / "vault", kept);
  auto without = desk.ask(
      kNow, {"--log", "embedded:" + to.string(), "--master-key", key.string(), "restore", backup.string()});
  CHECK(without.code == 3);
}

TEST_CASE("what is not there at all is refused with 1 as before") {
  Desk desk;
  auto nowhere = "embedded:" + (desk.dir() / "nowhere").string();
  CHECK(desk.ask(kNow, {"--log", nowhere, "status"}).code == 1);
  CHECK(desk.ask(kNow, {"init"}).code == 1);
  CHECK(desk.ask(kNow, {"backup", desk.dir().string()}).code == 1);
  CHECK(desk.ask(kNow, {"--log", nowhere, "restore", (desk.dir() / "none").string()}).code == 1);
}

}  // namespace toono
