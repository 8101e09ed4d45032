// Binary schemas of small texts, made by flatc while the test runs.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "core/bytes.h"
#include "tests/temporary_directory.h"

namespace toono {

inline Buffer read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// In a directory of its own: test cases run side by side.
inline Buffer compiled(const std::string& text) {
  TemporaryDirectory folder;
  const auto schema = folder / "schema";
  std::ofstream(schema.string() + ".fbs") << text;
  const auto command = "cd '" + schema.parent_path().string() +
                       "' && flatc --binary --schema --bfbs-comments --bfbs-builtins schema.fbs >log 2>&1";
  const bool made = std::system(command.c_str()) == 0;
  REQUIRE(made);
  return read_file(schema.string() + ".bfbs");
}

}  // namespace toono
