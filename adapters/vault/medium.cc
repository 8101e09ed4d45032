// Positions, short reads and short writes of the file under the vault.
#include "adapters/vault/medium.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace toono {

Error system_error(std::string_view what, std::string where) {
  int number = errno;
  const char* next = number == ENOSPC || number == EDQUOT || number == EFBIG
                         ? "make room on the disk, then start again"
                         : "look at the disk and the rights of this file, then start again";
  return {ErrorCode::world, std::string(what) + " (" + std::strerror(number) + ")", std::move(where), next};
}

FileMedium::~FileMedium() { ::close(descriptor_); }

Result<std::uint64_t> FileMedium::size() {
  struct stat found {};
  if (::fstat(descriptor_, &found) != 0) return unexpected(system_error("cannot ask for the size", path_));
  return static_cast<std::uint64_t>(found.st_size);
}

Result<std::size_t> FileMedium::read_at(std::uint64_t at, std::span<std::uint8_t> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    auto got = ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unexpected(system_error("cannot read", path_));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> FileMedium::write_at(std::uint64_t at, Bytes bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto put = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return unexpected(system_error("cannot write", path_));
    done += static_cast<std::size_t>(put);
  }
  return {};
}

Result<void> FileMedium::sync() {
  if (::fdatasync(descriptor_) != 0) return unexpected(system_error("cannot sync", path_));
  return {};
}

Result<void> FileMedium::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
    return unexpected(system_error("cannot cut the torn end off", path_));
  return {};
}

Result<std::size_t> MemoryMedium::read_at(std::uint64_t at, std::span<std::uint8_t> into) {
  if (at >= bytes_.size()) return std::size_t{0};
  auto count = std::min<std::size_t>(into.size(), bytes_.size() - at);
  std::memcpy(into.data(), bytes_.data() + at, count);
  return count;
}

Result<void> MemoryMedium::write_at(std::uint64_t at, Bytes bytes) {
  if (bytes.empty()) return {};
  if (bytes_.size() < at + bytes.size()) bytes_.resize(at + bytes.size());
  std::memcpy(bytes_.data() + at, bytes.data(), bytes.size());
  return {};
}

Result<void> MemoryMedium::truncate(std::uint64_t size) {
  bytes_.resize(size);
  return {};
}

}  // namespace toono
