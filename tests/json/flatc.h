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

/// `name` must be the test's own: tests run side by side in one folder.
inline Buffer compiled(const std::string& name, const std::string& text) {
  const auto folder = std::filesystem::path(TOONO_BINARY_DIR) / "flatc_tests";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / (name + ".fbs")) << text;
  const auto command = "cd '" + folder.string() +
                       "' && flatc --binary --schema --bfbs-comments --bfbs-builtins " + name + ".fbs >" +
                       name + ".log 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  return read_file(folder / (name + ".bfbs"));
}

}  // namespace toono
