// File operations that fail on purpose, and a disk that forgets what was not synced.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "adapters/embedded/files.h"
#include "adapters/embedded/format.h"

namespace toono {

/// Syncs nothing: for tests in which no power is lost.
struct QuickFiles : embedded::FileOps {
  int sync(int) override { return 0; }
};

/// A disk with a cache. Each sector keeps the versions written since the last sync; a loss of power leaves
/// any one of them, sector by sector. A sync that fails makes the system believe that what was written is on
/// the disk, as Linux does.
class ForgetfulFiles : public embedded::FileOps {
 public:
  /// So many writes and syncs succeed; then one write stops half-way or one sync fails, and all that follow
  /// fail.
  void fail_after(std::size_t calls, std::mt19937_64& random) {
    left_ = calls;
    random_ = &random;
  }
  void heal() { left_ = SIZE_MAX; }

  ssize_t write_at(int fd, Bytes bytes, std::uint64_t offset) override {
    if (left_ == 0) return errno = EIO, -1;
    if (--left_ == 0) bytes = bytes.first((*random_)() % (bytes.size() + 1));
    std::uint64_t from = offset / embedded::kSectorBytes;
    std::uint64_t to = (offset + bytes.size() + embedded::kSectorBytes - 1) / embedded::kSectorBytes;
    auto& sectors = files_[name_of(fd)];
    for (std::uint64_t sector = from; sector < to; ++sector)
      if (sectors[sector].versions.empty()) sectors[sector].versions.push_back(read(fd, sector));
    ssize_t put = FileOps::write_at(fd, bytes, offset);
    for (std::uint64_t sector = from; sector < to; ++sector) {
      sectors[sector].versions.push_back(read(fd, sector));
      sectors[sector].dirty = true;
    }
    return left_ == 0 && put == 0 ? (errno = EIO, -1) : put;
  }

  int sync(int fd) override {
    auto& sectors = files_[name_of(fd)];
    if (left_ == 0 || --left_ == 0) {
      for (auto& [number, sector] : sectors) sector.dirty = false;
      return errno = EIO, -1;
    }
    std::erase_if(sectors, [](const auto& entry) { return entry.second.dirty; });
    return 0;
  }

  /// The oldest version of everything if `all_lost`, else any.
  void lose_power(std::mt19937_64& random, bool all_lost = false) {
    for (auto& [name, sectors] : files_) {
      embedded::FileHandle file = std::move(embedded::open_file(name, true)).value();
      for (auto& [number, sector] : sectors) {
        const Buffer& version = sector.versions[all_lost ? 0 : random() % sector.versions.size()];
        if (::pwrite(file.fd(), version.data(), version.size(), off_t(number * embedded::kSectorBytes)) < 0)
          std::abort();
      }
    }
    files_.clear();
  }

 private:
  struct Sector {
    std::vector<Buffer> versions;
    bool dirty = false;
  };
  static Buffer read(int fd, std::uint64_t sector) {
    Buffer bytes(embedded::kSectorBytes);
    if (::pread(fd, bytes.data(), bytes.size(), off_t(sector * embedded::kSectorBytes)) < 0) std::abort();
    return bytes;
  }
  static std::string name_of(int fd) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).string();
  }

  std::map<std::string, std::map<std::uint64_t, Sector>> files_;
  std::size_t left_ = SIZE_MAX;
  std::mt19937_64* random_ = nullptr;
};

/// A disk that is full once so many bytes were written.
struct FullDisk : QuickFiles {
  explicit FullDisk(std::size_t bytes) : left(bytes) {}
  std::size_t left;
  ssize_t write_at(int fd, Bytes bytes, std::uint64_t offset) override {
    if (left == 0) return errno = ENOSPC, -1;
    bytes = bytes.first(std::min(bytes.size(), left));
    left -= bytes.size();
    return FileOps::write_at(fd, bytes, offset);
  }
};

/// TOONO_SEED, or a new one; printed when a check fails.
inline std::uint64_t test_seed() {
  const char* given = std::getenv("TOONO_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

}  // namespace toono
