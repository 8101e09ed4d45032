// A directory that goes away.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "doctest/doctest.h"

namespace toono {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "toono-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  /// Not made yet.
  std::filesystem::path path() const { return path_ / "data"; }

 private:
  std::filesystem::path path_;
};

}  // namespace toono
