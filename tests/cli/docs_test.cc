// What README.md and the guides tell a newcomer to type works as it is written.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// The text of each fenced block of that kind under a heading, up to the next one.
std::vector<std::vector<std::string>> blocks_of(const char* document, const std::string& heading,
                                                const std::string& kind) {
  std::vector<std::vector<std::string>> blocks;
  bool here = false, inside = false;
  for (const auto& line : lines_of(fs::path(TOONO_SOURCE_DIR) / document)) {
    if (!inside && line.starts_with("#")) here = line == heading;
    if (!here) continue;
    if (line.starts_with("```")) {
      inside = !inside && line == "```" + kind;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back().push_back(line);
    }
  }
  return blocks;
}

/// An empty directory that looks like a checkout with the program built.
struct Checkout {
  fs::path dir;
  Checkout() {
    auto pattern = (fs::temp_directory_path() / "toono-docs-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    dir = pattern;
    fs::create_directories(dir / "build" / "release");
    fs::create_symlink(fs::path(TOONO_BINARY_DIR) / "toono", dir / "build" / "release" / "toono");
  }
  Checkout(const Checkout&) = delete;
  ~Checkout() { fs::remove_all(dir); }

  /// Runs it as a shell does into which it is pasted; with `strict`, until something fails.
  int run(const std::vector<std::string>& script, std::string& said, bool strict = true) const {
    std::ofstream file(dir / "script");
    file << (strict ? "set -eo pipefail\n" : "") << "unset TOONO_LOG; export LC_ALL=C.UTF-8\n";
    file << "export PATH=$PWD/build/release:$PATH\n";
    for (const auto& line : script) file << line << "\n";
    file.close();
    auto typed = "cd '" + dir.string() + "' && bash script >out 2>&1";
    int status = std::system(typed.c_str());
    std::ostringstream all;
    all << std::ifstream(dir / "out", std::ios::binary).rdbuf();
    said = all.str();
    return status;
  }
};

/// What GitHub makes of a heading to link to.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (unsigned char c : heading.substr(heading.find_first_not_of("# ")))
    if (c == ' ')
      anchor += '-';
    else if (c == '-' || c == '_' || std::isalnum(c))
      anchor += static_cast<char>(std::tolower(c));
  return anchor;
}
std::set<std::string> anchors_of(const fs::path& document) {
  std::set<std::string> anchors;
  bool inside = false;
  for (const auto& line : lines_of(document)) {
    if (line.find("```") != std::string::npos) inside = !inside;
    if (!inside && line.starts_with("#")) anchors.insert(anchor_of(line));
  }
  return anchors;
}

/// All of the program's sources, with texts that go over several lines joined.
std::string program_text() {
  std::string all;
  for (const char* folder : {"adapters", "projections", "core", "commands"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TOONO_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
      for (const auto& line : lines_of(entry.path())) {
        auto text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
        if (all.ends_with('"') && text.starts_with('"')) {
          all.pop_back();
          text.erase(0, 1);
        }
        all += text;
      }
    }
  return all;
}

/// Numbers of cases and what fills a column up to their width come with the log's id.
std::string without_numbers(const std::string& text) {
  return std::regex_replace(text, std::regex("[0-9]{10}"), "NUMBER");
}

}  // namespace

TEST_CASE("the first sequence of the README works by copy and paste") {
  Checkout checkout;
  auto blocks = blocks_of("README.md", "## Start", "sh");
  std::erase_if(blocks, [](auto& block) {
    return std::none_of(block.begin(), block.end(),
                        [](auto& line) { return line.starts_with("$toono init"); });
  });
  REQUIRE(blocks.size() == 1);
  std::string said;
  CHECK_MESSAGE(checkout.run(blocks.front(), said) == 0, said);
  CHECK_FALSE(has(said, R"("outcome":"rejected")"));
  CHECK_MESSAGE(has(said, "dispatched  unassessed"), said);  // in the worklist
  CHECK(has(said, "OrderDispatched"));
  CHECK(has(said, "The chain is whole."));
}

TEST_CASE("run.sh plays its year over no store but a simulated one") {
  Checkout checkout;
  fs::copy_file(fs::path(TOONO_SOURCE_DIR) / "run.sh", checkout.dir / "run.sh");
  fs::create_directories(checkout.dir / ".ci");
  std::ofstream(checkout.dir / ".ci" / "setup.sh")
      << ". " TOONO_SOURCE_DIR "/.ci/setup.sh\ninstall() { :; }\nbuild() { :; }\n";
  std::string said;
  CHECK(checkout.run({"toono init", "./run.sh toono-data"}, said) != 0);
  CHECK_MESSAGE(has(said, "toono-data is there and is no simulated store"), said);
  CHECK_FALSE(has(said, "playing the year"));
  CHECK(checkout.run({"./run.sh my year"}, said) != 0);
  CHECK_MESSAGE(has(said, "run.sh takes one directory"), said);
  CHECK(checkout.run({"toono verify"}, said) == 0);
  CHECK(fs::exists(checkout.dir / "toono-data.key"));
}

TEST_CASE("the example of an import works by copy and paste and comes to what is printed there") {
  Checkout checkout;
  auto setup = blocks_of("docs/import.md", "## An example", "sh");
  auto session = blocks_of("docs/import.md", "## An example", "console");
  REQUIRE(setup.size() == 1);
  REQUIRE(session.size() == 1);
  auto script = setup.front();
  std::string expected;
  bool told = true;
  for (const auto& line : session.front()) {
    if (line == "...") {
      told = false;
    } else if (!line.starts_with("$ ")) {
      if (told) expected += line + "\n";
    } else {
      if (!told) script.back() += " >ignored";
      told = true;
      script.push_back(line.substr(2, line.find("  #") - 2));
    }
  }
  std::string said;
  (void)checkout.run(script, said, false);
  CHECK(without_numbers(said) == without_numbers(expected));
}

TEST_CASE("a link of a document leads somewhere") {
  std::vector<fs::path> documents{fs::path(TOONO_SOURCE_DIR) / "README.md"};
  for (const auto& entry : fs::directory_iterator(fs::path(TOONO_SOURCE_DIR) / "docs"))
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  std::regex link(R"(\]\(([^)\s#]*)(?:#([^)\s]*))?\))");
  std::size_t seen = 0;
  for (const auto& document : documents)
    for (const auto& line : lines_of(document))
      for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
        auto file = at->str(1), anchor = at->str(2);
        if (file.find("://") != std::string::npos) continue;
        CAPTURE(document.string());
        CAPTURE(at->str());
        ++seen;
        auto there = file.empty() ? document : document.parent_path() / file;
        CHECK(fs::exists(there));
        if (!anchor.empty()) CHECK(anchors_of(there).contains(anchor));
      }
  CHECK(seen > 20);
}

TEST_CASE("what the troubleshooting of operators says is what the program says") {
  auto program = program_text();
  std::regex code("`([^`]+)`");
  bool quotes = false;
  std::size_t seen = 0;
  for (const auto& line : lines_of(fs::path(TOONO_SOURCE_DIR) / "docs" / "operations.md")) {
    if (!line.starts_with("|")) quotes = false;
    if (line.starts_with("| it says |")) quotes = true;
    if (!quotes) continue;
    auto cell = line.substr(0, line.find('|', 1));
    for (std::sregex_iterator at(cell.begin(), cell.end(), code), end; at != end; ++at, ++seen)
      CHECK_MESSAGE(program.find(at->str(1)) != std::string::npos, "nothing says this: ", at->str(1));
  }
  CHECK(seen > 30);
}

}  // namespace toono
