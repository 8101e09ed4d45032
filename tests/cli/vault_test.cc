// A vault that is older than the journal, or has lost keys: erased words stay erased, and what is lost is
// found.
#include <doctest/doctest.h>

#include <filesystem>

#include "adapters/engine/backup.h"
#include "adapters/vault/system_entropy.h"
#include "tests/cli/fixture.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLater = "03-02 12:00";
constexpr const char* kWords = "lunch money";

/// A desk with a copy of its vault from before one person was erased.
struct ErasedDesk {
  Desk desk;
  MorningStory story{desk};
  fs::path data = desk.dir() / "data", older = desk.dir() / "older";

  ErasedDesk() {
    fs::copy_file(data / "vault", older);
    CHECK(has(history(data), kWords));
    erase();
    CHECK_FALSE(has(history(data), kWords));
  }
  void erase() {
    auto erased = desk.ask(kLater, {"erase", story.person, "--ground", "asked for", "--yes"});
    REQUIRE_MESSAGE(erased.code == 0, erased.err);
  }
  std::string history(const fs::path& where) {
    auto reply = desk.ask(kLater, {"--log", "embedded:" + where.string(), "--as", "15000001@150000", "--json",
                                   "history", story.first, "--purpose", "complaint"});
    REQUIRE_MESSAGE(reply.code == 0, reply.err);
    return reply.out;
  }
  void put_older() { fs::copy_file(older, data / "vault", fs::copy_options::overwrite_existing); }
};

}  // namespace

TEST_CASE("an older vault under the journal brings no erased words back") {
  ErasedDesk erased;
  auto& desk = erased.desk;
  CHECK(desk.ask(kLater, {"verify", "--full"}).code == 0);
  erased.put_older();
  auto verified = desk.ask(kLater, {"verify", "--full"});
  CHECK(verified.code == 1);
  CHECK(has(verified.out, "the vault has not erased person " + erased.story.person));
  auto backup = desk.ask(kLater, {"backup", (desk.dir() / "backup").string()});
  CHECK(backup.code == 3);
  CHECK_FALSE(fs::exists(desk.dir() / "backup" / "manifest.json"));
  CHECK_FALSE(has(erased.history(erased.data), kWords));
  CHECK(desk.ask(kLater, {"verify", "--full"}).code == 0);

  // Nor when its rows have to be made first.
  erased.put_older();
  fs::remove_all(erased.data / "rows");
  CHECK_FALSE(has(erased.history(erased.data), kWords));
}

TEST_CASE("keys that a cut vault has lost are found and no backup is made of it") {
  Desk desk;
  MorningStory story(desk);
  CHECK(desk.ask(kLater, {"verify", "--full"}).code == 0);
  auto vault = desk.dir() / "data" / "vault";
  auto header = 512, slot = 128;
  REQUIRE(fs::file_size(vault) >= static_cast<std::uintmax_t>(header + 2 * slot));
  for (auto left : {header + slot, header}) {
    CAPTURE(left);
    fs::resize_file(vault, static_cast<std::uintmax_t>(left));
    auto verified = desk.ask(kLater, {"verify", "--full"});
    CHECK(verified.code == 1);
    CHECK_MESSAGE(has(verified.out, "the vault has lost"), verified.out);
    CHECK(has(verified.out, "the vault has lost a key of person " + story.person));
    // Those of the person's record and call, and of the case's narrative: no event with seals is passed over.
    if (left == header)
      CHECK_MESSAGE(has(verified.out, "the vault has lost 2 keys of 1 people"), verified.out);
    auto backup = desk.ask(kLater, {"backup", (desk.dir() / "backup").string()});
    CHECK(backup.code == 3);
    CHECK(has(backup.err, "so this is no backup"));
    CHECK_FALSE(fs::exists(desk.dir() / "backup" / "manifest.json"));
    fs::remove_all(desk.dir() / "backup");
  }
}

TEST_CASE("a restore that was cut short shows no words and is begun again") {
  ErasedDesk erased;
  auto& desk = erased.desk;
  auto backup = desk.dir() / "backup", to = desk.dir() / "to";
  REQUIRE(desk.ask(kLater, {"backup", backup.string()}).code == 0);
  fs::copy_file(erased.older, backup / "vault", fs::copy_options::overwrite_existing);
  fs::copy_file(desk.dir() / "data.key", desk.dir() / "to.key");
  SystemEntropy entropy;
  struct Killed {};
  RestoreOptions options{.from = backup, .to = to, .master_key = {}};
  options.progress = [](std::string_view, std::uint64_t, std::uint64_t) { throw Killed(); };
  CHECK_THROWS_AS((void)copy_back(options, entropy), Killed);
  CHECK(fs::exists(to / "journal"));
  CHECK_FALSE(fs::exists(to / "vault"));
  auto log = "embedded:" + to.string();
  auto refused = desk.ask(kLater, {"--log", log, "status"});
  CHECK(refused.code == 1);
  CHECK_MESSAGE(has(refused.err, "a restore into this directory was cut short"), refused.err);

  options.progress = {};
  auto restored = copy_back(options, entropy);
  REQUIRE_MESSAGE(restored.has_value(), restored.error().what);
  CHECK(restored->erased == 1);
  CHECK(desk.ask(kLater, {"--log", log, "verify"}).code == 0);
  CHECK_FALSE(has(erased.history(to), kWords));
  CHECK(desk.ask(kLater, {"--log", log, "restore", backup.string()}).code == 1);
}

TEST_CASE("a backup into the data directory itself is refused") {
  Desk desk;
  for (auto inside : {"data", "data/backup", "data/../data/backup"}) {
    CAPTURE(inside);
    auto asked = desk.ask(kNow, {"backup", (desk.dir() / inside).string()});
    CHECK(asked.code == 1);
    CHECK_MESSAGE(has(asked.err, "the backup would lie in the data directory itself"), asked.err);
  }
  CHECK_FALSE(fs::exists(desk.dir() / "data" / "backup"));
}

}  // namespace toono
