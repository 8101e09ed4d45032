// Questions on a directory that nothing may be written into, and without its key: they are answered as where
// both are had, and no byte there changes; what would write is refused.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

void allow(const fs::path& dir, bool writing) {
  output_of(std::string("chmod -R ") + (writing ? "u+w" : "a-w") + " '" + dir.string() + "'");
}

/// Every file under a directory: what stands in it, and when that was written.
using Tree = std::map<std::string, std::pair<std::string, fs::file_time_type>>;
Tree tree_of(const fs::path& dir) {
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    std::ostringstream text;
    if (entry.is_regular_file()) text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    tree[entry.path().string()] = {text.str(), entry.last_write_time()};
  }
  return tree;
}

/// The desk's directory as it is handed to an auditor: read only, the key elsewhere.
struct HandedOver {
  Desk desk;
  MorningStory story{desk};
  fs::path data = desk.dir() / "data", key = desk.dir() / "kept.key", passing = desk.dir() / "passing";

  HandedOver() { fs::create_directory(passing); }
  void take() {
    fs::rename(desk.dir() / "data.key", key);
    allow(data, false);
    ::setenv("TMPDIR", passing.c_str(), 1);
  }
  ~HandedOver() {
    ::unsetenv("TMPDIR");
    allow(data, true);
  }
  HandedOver(const HandedOver&) = delete;
  bool left_nothing() const { return fs::is_empty(passing); }
};

const char* const kAsked = "03-02 18:00";

std::vector<std::vector<std::string>> questions(const MorningStory& story) {
  return {{"show", story.first},
          {"show", story.first_order},
          {"show", "r:3"},
          {"history", story.first},
          {"history", story.person},
          {"find"},
          {"find", "--number", story.first_number},
          {"worklist", "150100"},
          {"workload", "--tier", "II"},
          {"deadline", story.first_order},
          {"assess", "--year", "2026"},
          {"rank", "sign_on_time", "--year", "2026"},
          {"explain", "sign_on_time", "--year", "2026"},
          {"export", "orders"},
          {"stations"},
          {"staff"},
          {"policies"},
          {"calendars"},
          {"verify"},
          {"replay", "--as-of", "2026-03-02T09:45:00+08:00", "--", "show", story.first}};
}

std::string program() { return std::string(TOONO_BINARY_DIR) + "/toono"; }

}  // namespace

TEST_CASE("questions on read-only files without a key are answered as on the live ones and change nothing") {
  HandedOver evidence;
  auto& desk = evidence.desk;
  auto each = [&](const auto& visit) {
    for (auto words : questions(evidence.story)) {
      visit(desk.ask(kAsked, words));
      words.insert(words.begin(), "--json");
      visit(desk.ask(kAsked, words));
    }
  };
  std::vector<Reply> live;
  each([&](Reply reply) { live.push_back(std::move(reply)); });
  evidence.take();
  auto before = tree_of(evidence.data);
  std::size_t i = 0;
  each([&](const Reply& reply) {
    CAPTURE(i);
    CHECK_MESSAGE(reply.code == 0, reply.err);
    CHECK(reply.err == live[i].err);
    CHECK(reply.out == live[i++].out);
  });
  auto status = desk.ask(kAsked, {"--json", "status"});
  CHECK_MESSAGE(status.code == 0, status.err);
  CHECK(tree_of(evidence.data) == before);
  CHECK(evidence.left_nothing());
}

TEST_CASE("of all questions only a telephone number needs the key of read-only files") {
  HandedOver evidence;
  auto& desk = evidence.desk;
  std::vector<std::string> words{"find", "--phone", "13812345678"};
  auto live = desk.ask(kAsked, words);
  REQUIRE(has(live.out, evidence.story.first_number));
  evidence.take();
  auto without = desk.ask(kAsked, words);
  CHECK(without.code == 3);
  CHECK_MESSAGE(has(without.err, "the master key is not there: " + evidence.data.string() + ".key"),
                without.err);
  words.insert(words.begin(), {"--master-key", evidence.key.string()});
  auto with = desk.ask(kAsked, words);
  CHECK_MESSAGE(with.out == live.out, with.err);
}

TEST_CASE("what would write is refused on read-only files and changes nothing") {
  HandedOver evidence;
  auto& desk = evidence.desk;
  evidence.take();
  auto before = tree_of(evidence.data);
  auto file = (desk.dir() / "line").string(), key = evidence.key.string();
  std::ofstream(file) << R"({"command":"RegisterCase","body":{"programme":"legal_rights"}})"
                         "\n";
  const std::vector<std::vector<std::string>> writes{
      {"send", file},
      {"run", "--once"},
      {"erase", evidence.story.person, "--ground", "asked", "--yes"},
      {"rebuild"},
      {"verify", "--full"},
      {"--as", "15000001@150000", "show", evidence.story.person, "--purpose", "audit"},
      {"--as", "15000001@150000", "replay", "--as-of", "2026-03-02T09:45:00+08:00", "--", "history",
       evidence.story.first, "--purpose", "audit"}};
  for (auto words : writes) {
    CAPTURE(words.front());
    words.insert(words.begin(), {"--master-key", key});
    auto refused = desk.ask(kAsked, words);
    CHECK(refused.code == 3);
    CHECK_MESSAGE(has(refused.err, "nothing may be written into this directory, and this would write: " +
                                       evidence.data.string()),
                  refused.err);
    // With rows elsewhere it would still be written there.
    words.insert(words.begin(), {"--data", (desk.dir() / "own").string()});
    CHECK(desk.ask(kAsked, words).code >= 2);
  }
  CHECK(tree_of(evidence.data) == before);
  CHECK(evidence.left_nothing());
  CHECK_FALSE(fs::exists(desk.dir() / "own"));
}

TEST_CASE("with --data a question keeps its rows there and follows what was added beside the owner") {
  HandedOver evidence;
  auto& desk = evidence.desk;
  auto own = (desk.dir() / "own").string();
  auto before = tree_of(evidence.data);
  auto asked = [&](const std::string& state) {
    auto reply = desk.ask(kAsked, {"--data", own, "show", evidence.story.first});
    CHECK_MESSAGE(reply.code == 0, reply.err);
    CHECK_MESSAGE(has(reply.out, state), reply.out);
  };
  asked("dispatching");
  CHECK(tree_of(evidence.data) == before);
  CHECK(fs::exists(own + "/heads"));
  fs::copy(evidence.data, desk.dir() / "older", fs::copy_options::recursive);
  evidence.story.finish_first();
  asked("closed");

  // An older state of the same journal is not gone back to in silence.
  auto older =
      desk.ask(kAsked, {"--log", "embedded:" + (desk.dir() / "older").string(), "--data", own, "find"});
  CHECK(older.code == 3);
  CHECK_MESSAGE(has(older.err, "the journal is shorter than what was applied"), older.err);
  CHECK_MESSAGE(has(older.err, "another --data reads it anew"), older.err);
  // Nor are the rows of one log those of another, or those of a log of its own.
  Desk other;
  auto mixed = other.ask(kAsked, {"--data", own, "find"});
  CHECK(mixed.code == 3);
  CHECK_MESSAGE(has(mixed.err, "the directory is a node's of log"), mixed.err);
  auto same = other.ask(kAsked, {"--data", (other.dir() / "data").string(), "find"});
  CHECK(same.code == 3);
  CHECK_MESSAGE(has(same.err, "the directory holds an embedded log"), same.err);
  auto sent = desk.ask(kAsked, {"--data", own, "run", "--once"});
  CHECK(sent.code == 2);
  CHECK_MESSAGE(has(sent.err, "it is for questions that write nothing"), sent.err);
}

TEST_CASE("read-only files that were cut or changed answer no question") {
  HandedOver evidence;
  auto& desk = evidence.desk;
  fs::copy(evidence.data, desk.dir() / "older", fs::copy_options::recursive);
  evidence.story.finish_first();
  fs::copy_file(evidence.data / "heads", desk.dir() / "older" / "heads",
                fs::copy_options::overwrite_existing);
  allow(desk.dir() / "older", false);
  auto cut = desk.ask(kAsked, {"--log", "embedded:" + (desk.dir() / "older").string(), "find"});
  allow(desk.dir() / "older", true);
  CHECK(cut.code == 3);
  CHECK_MESSAGE(has(cut.err, "the journal is shorter than what was applied"), cut.err);

  auto segment = evidence.data / "journal" / "000000000000.seg";
  auto bytes = output_of("cat '" + segment.string() + "'");
  auto at = bytes.find("TNJ1", bytes.size() / 4);
  bytes[at + 40] = static_cast<char>(bytes[at + 40] ^ 1);
  std::ofstream(segment, std::ios::binary) << bytes;
  evidence.take();
  auto damaged = desk.ask(kAsked, {"find"});
  CHECK_MESSAGE(damaged.code != 0, damaged.out);
  CHECK_MESSAGE(has(damaged.err, segment.string()), damaged.err);
}

TEST_CASE("a read-only mount and another user's files are read as they are") {
  HandedOver evidence;
  auto& desk = evidence.desk;
  const auto& story = evidence.story;
  auto live = desk.ask(kAsked, {"history", story.first}).out;
  fs::rename(desk.dir() / "data.key", evidence.key);
  auto data = "'" + evidence.data.string() + "'";
  auto asked = program() + " --lang en --now 2026-03-02T18:00:00+08:00 --log embedded:" + data;
  auto history = asked + " history " + story.first;
  auto run = asked + " run --once 2>&1 || true";
  auto before = tree_of(evidence.data);

  const std::string own_mounts = ::geteuid() == 0 ? "unshare -m" : "unshare -rm";
  auto mount = "mount --bind -o ro " + data + " " + data;
  if (std::system((own_mounts + " sh -c \"" + mount + "\" 2>/dev/null").c_str()) == 0) {
    auto mounted = [&](const std::string& command) {
      return output_of(own_mounts + " sh -c \"" + mount + " && " + command + "\"");
    };
    CHECK(mounted(history) == live);
    CHECK(has(mounted(run), "nothing may be written into this directory"));
  } else {
    MESSAGE("no mounts are to be had here: not tried on one");
  }
  // Who may read it and no more.
  const std::string nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
  if (::geteuid() == 0 && std::system((nobody + "test -x " + program()).c_str()) == 0) {
    output_of("chmod 755 '" + desk.dir().string() + "' && chmod -R a+rX " + data);
    fs::permissions(evidence.passing, fs::perms::all);
    const auto as_nobody = "TMPDIR='" + evidence.passing.string() + "' " + nobody;
    CHECK(output_of(as_nobody + history) == live);
    CHECK(has(output_of(as_nobody + run), "nothing may be written into this directory"));
  } else {
    MESSAGE("only root may ask as another user, of a program that others reach: not tried as one");
  }
  CHECK(tree_of(evidence.data) == before);
  CHECK(evidence.left_nothing());
}

TEST_CASE("who may read the journal may read the heads beside it, which every question looks at") {
  Desk desk;
  MorningStory story(desk);
  auto rights = [](const fs::path& path) { return fs::status(path).permissions(); };
  const auto data = desk.dir() / "data";
  const auto segment = fs::directory_iterator(data / "journal")->path();
  CHECK(rights(data / "heads") == rights(segment));
  CHECK(rights(desk.dir() / "data.key") == (fs::perms::owner_read | fs::perms::owner_write));
}

}  // namespace toono
