// Programs run as a person would run them: words in, exit code and both streams out.
#pragma once

#include <sys/wait.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "tests/log/fixture.h"

namespace toono {

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string shell_quoted(const std::string& word) {
  std::string quoted = "'";
  for (char letter : word) quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

/// Runs the words as a program, at most two minutes; code 124 says that it was ended.
inline Ran run(const std::vector<std::string>& words) {
  TemporaryDirectory scratch;
  auto out = scratch.path().string() + ".out", err = scratch.path().string() + ".err";
  std::string line = "exec timeout 120";
  for (const auto& word : words) line += " " + shell_quoted(word);
  line += " >" + shell_quoted(out) + " 2>" + shell_quoted(err) + " </dev/null";
  int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of_file(out), text_of_file(err)};
}

inline std::string toono_program() { return TOONO_BINARY_DIR "/toono"; }
inline std::string example(const std::string& name) { return TOONO_SOURCE_DIR "/docs/examples/" + name; }

inline boost::json::value parsed(const std::string& text) {
  boost::system::error_code problem;
  auto value = boost::json::parse(text, problem);
  REQUIRE_MESSAGE(!problem, text.substr(0, 300));
  return value;
}
inline std::vector<boost::json::value> parsed_lines(const std::string& text) {
  std::vector<boost::json::value> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(parsed(line));
  return lines;
}

}  // namespace toono
