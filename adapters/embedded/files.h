// The operating system as the embedded log sees it: open files, the two calls that can lose data behind a
// seam where tests put their faults, and its errors in words.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace toono::embedded {

/// An open file, closed at the end of its life.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle();
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Writing and syncing, as pwrite(2) and fdatasync(2) do it: -1 and errno on failure. Any thread.
class FileOps {
 public:
  virtual ~FileOps() = default;
  virtual ssize_t write_at(int fd, Bytes bytes, std::uint64_t offset);
  virtual int sync(int fd);
};
FileOps& system_files();

/// What errno says, as an error about that file; a full disk has its own words.
Error io_error(const char* doing, const std::filesystem::path& path, int error_number);
Error damaged(std::string what, const std::filesystem::path& path, std::uint64_t offset);

/// `writable` also creates the file when it is missing.
Result<FileHandle> open_file(const std::filesystem::path& path, bool writable);
Result<std::uint64_t> file_size(const FileHandle& file, const std::filesystem::path& path);
/// Sets the size; bytes beyond the old one read as zero.
Result<void> resize_file(const FileHandle& file, const std::filesystem::path& path, std::uint64_t bytes);
/// Reads until `into` is full or the file ends; the number of bytes read.
Result<std::size_t> read_at(const FileHandle& file, const std::filesystem::path& path,
                            std::span<std::uint8_t> into, std::uint64_t offset);
Result<void> write_all(FileOps& files, const FileHandle& file, const std::filesystem::path& path, Bytes bytes,
                       std::uint64_t offset);
Result<void> sync_file(FileOps& files, const FileHandle& file, const std::filesystem::path& path);
/// Makes the names in a directory durable.
Result<void> sync_directory(const std::filesystem::path& path);
/// Writes zeros over [from, to), a megabyte at a time.
Result<void> write_zeros(FileOps& files, const FileHandle& file, const std::filesystem::path& path,
                         std::uint64_t from, std::uint64_t to);

/// Whether this process may put files into the directory. What nobody may write into (chmod a-w), nor does
/// root. True of what is not there.
bool is_writable(const std::filesystem::path& dir);

/// Holds a directory for this process. Error busy: another one has it; world: nothing may be written there.
Result<FileHandle> lock_directory(const std::filesystem::path& dir);

}  // namespace toono::embedded
