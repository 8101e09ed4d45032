// The rules of the house that a compiler does not see: which layer may include what, how long files and lines
// may be, what a reader of the code must never meet. Each message names the way out.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct SourceLine {
  std::string file;
  std::size_t number;
  std::string text;
};

std::vector<fs::path> sources(const std::vector<std::string>& folders) {
  std::vector<fs::path> found;
  for (const auto& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TOONO_SOURCE_DIR) / folder)) {
      auto extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".cc" || extension == ".h")) found.push_back(entry.path());
    }
  return found;
}

std::vector<SourceLine> lines_of(const fs::path& path) {
  std::vector<SourceLine> lines;
  std::ifstream in(path);
  auto name = fs::relative(path, TOONO_SOURCE_DIR).string();
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) lines.push_back({name, ++number, text});
  return lines;
}

/// What the pattern's group holds, in each line where it is found.
std::set<std::string> found_in(const std::string& file, const std::string& pattern) {
  std::set<std::string> found;
  std::regex wanted(pattern);
  for (const auto& line : lines_of(fs::path(TOONO_SOURCE_DIR) / file))
    for (std::sregex_iterator at(line.text.begin(), line.text.end(), wanted), end; at != end; ++at)
      found.insert(at->str(1));
  return found;
}

void must_be_same(const std::set<std::string>& said, const std::set<std::string>& there) {
  CHECK(there.size() > 5);
  for (const auto& name : there)
    CHECK_MESSAGE(said.contains(name), name, " is not in docs/operations.md: say there what it means");
  for (const auto& name : said)
    CHECK_MESSAGE(there.contains(name), name, " is in docs/operations.md, and the program has none");
}

/// A pattern that must not occur in these folders, and what to do instead.
struct Ban {
  std::string name;
  std::vector<std::string> folders;
  std::string pattern;
  std::string instead;
};

constexpr std::size_t kMostCharacters = 110;

/// Of UTF-8: every byte that begins one.
std::size_t characters_in(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

const std::vector<Ban> kBans = {
    {"core knows nothing of the layers above it",
     {"core"},
     R"(#include "(commands|projections|adapters)/)",
     "move what is shared into core, or the user of it up"},
    {"projections know nothing of commands",
     {"projections"},
     R"(#include "(commands|adapters)/)",
     "a projection is made from events and states alone"},
    {"commands know nothing of adapters", {"commands"}, R"(#include "adapters/)", "ask for a port of core"},
    {"no I/O library below the adapters",
     {"core", "commands", "projections"},
     R"(#include [<"](rocksdb|librdkafka|boost/asio|restinio|fstream|iostream|unistd|fcntl|sys/|filesystem|sodium))",  // NOLINT: a pattern
     "put a port in core and its implementation in adapters"},
    {"no clock below the adapters",
     {"core", "commands", "projections"},
     R"(::now\(\)|\btime\(nullptr\)|clock_gettime)",
     "take the time as a value, or core/clock.h's Clock"},
    {"no chance below the adapters",
     {"core", "commands", "projections"},
     R"(std::(random_device|mt19937)|\brand\()",
     "core/clock.h's Entropy"},
    {"RocksDB stays behind its adapter",
     {"adapters/cli", "adapters/engine", "adapters/json", "adapters/embedded"},
     R"(#include [<"]rocksdb)",
     "adapters/rocksdb/store.h"},
    {"no default in an exhaustive switch",
     {"core", "commands"},
     R"(^\s*default:)",
     "name every case: the compiler then points at what is missing"},
};

}  // namespace

TEST_CASE("layers include only what stands below them") {
  for (const auto& ban : kBans) {
    std::regex pattern(ban.pattern);
    std::size_t read = 0;
    for (const auto& path : sources(ban.folders))
      for (const auto& line : lines_of(path)) {
        ++read;
        bool allowed = line.text.find("NOLINT") != std::string::npos ||
                       line.text.find("clock_.now()") != std::string::npos;
        bool found = !allowed && std::regex_search(line.text, pattern);
        CHECK_MESSAGE(!found, line.file, ":", line.number, ": ", ban.name, ": ", line.text,
                      "\n  instead: ", ban.instead);
      }
    CHECK_MESSAGE(read > 100, "the rule '", ban.name, "' read nothing");
  }
}

TEST_CASE("files and lines stay readable") {
  std::size_t read = 0;
  for (const auto& path : sources({"core", "commands", "projections", "adapters", "tests", "bench"})) {
    auto lines = lines_of(path);
    ++read;
    bool is_test = path.string().find("/tests/") != std::string::npos;
    CHECK_MESSAGE(lines.size() <= (is_test ? 900u : 500u), path.string(), " has ", lines.size(),
                  " lines: split it by what it does");
    for (const auto& line : lines) {
      CHECK_MESSAGE(line.text.find('\t') == std::string::npos, line.file, ":", line.number,
                    ": a tab: use spaces");
      bool allowed = line.text.find("NOLINT") != std::string::npos;
      CHECK_MESSAGE((allowed || characters_in(line.text) <= kMostCharacters), line.file, ":", line.number,
                    ": ", characters_in(line.text),
                    " characters: break it, or NOLINT where a literal cannot be broken");
    }
  }
  CHECK(read > 50);
}

TEST_CASE("every file opens with a sentence on its place") {
  for (const auto& path : sources({"core", "commands", "projections", "adapters"})) {
    auto lines = lines_of(path);
    bool header = path.extension() == ".h";
    if (!header || lines.empty()) continue;
    CHECK_MESSAGE(lines.front().text.rfind("//", 0) == 0, path.string(), ": begin with // and one sentence");
  }
}

TEST_CASE("operators read of the metrics and log lines that there are, and of no others") {
  must_be_same(found_in("docs/operations.md", "\\b(toono_[a-z_]+)"),
               found_in("adapters/metrics/metrics.cc", "\"(toono_[a-z_]+)\""));
  std::set<std::string> events;
  for (const auto& name :
       found_in("adapters/cli/cmd_serve.cc", R"re(LogLine(?: line)?\("[a-z]+", ([^)]*)\))re"))
    for (std::size_t from = 0, to = 0; (from = name.find('"', to ? to + 1 : 0)) != std::string::npos;) {
      to = name.find('"', from + 1);
      events.insert(name.substr(from + 1, to - from - 1));
    }
  // A row of the table: names, a level, facts.
  std::set<std::string> said;
  for (const auto& cell :
       found_in("docs/operations.md", R"(^\| (`[a-z_`, ]+) \| (?:info|warning|error) \|)")) {
    std::regex word("`([a-z_]+)`");
    for (std::sregex_iterator at(cell.begin(), cell.end(), word), end; at != end; ++at)
      said.insert(at->str(1));
  }
  must_be_same(said, events);
}

TEST_CASE("test names have no character that ctest splits at") {
  std::regex name(R"re(TEST_CASE(?:_FIXTURE\([^,]+,|\()\s*"([^"]*)")re");
  std::size_t seen = 0;
  for (const auto& path : sources({"tests"}))
    for (const auto& line : lines_of(path)) {
      std::smatch match;
      if (!std::regex_search(line.text, match, name)) continue;
      ++seen;
      CHECK_MESSAGE(
          match[1].str().find_first_of(";[]") == std::string::npos, line.file, ":", line.number,
          ": a test's name may hold no ; [ or ]: ctest splits there and passes what it cannot find");
    }
  CHECK(seen > 50);
}
