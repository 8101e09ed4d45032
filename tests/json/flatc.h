// Binary schemas of small texts, made by flatc while the test runs.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/bytes.h"
#include "doctest/doctest.h"

namespace toono {

inline Buffer read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// In a directory of its own: test cases run side by side.
inline Buffer compiled(const std::string& text) {
  auto folder = (std::filesystem::temp_directory_path() / "toono-flatc-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const auto schema = std::filesystem::path(folder) / "schema";
  std::ofstream(schema.string() + ".fbs") << text;
  const auto command =
      "cd '" + folder + "' && flatc --binary --schema --bfbs-comments --bfbs-builtins schema.fbs >log 2>&1";
  const bool made = std::system(command.c_str()) == 0;
  auto bytes = read_file(schema.string() + ".bfbs");
  std::filesystem::remove_all(folder);
  REQUIRE(made);
  return bytes;
}

}  // namespace toono
