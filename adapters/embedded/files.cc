// The operating system as the embedded log sees it: open files, reading, writing, syncing, and its errors in
// words.
#include "adapters/embedded/files.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace toono::embedded {
namespace {

constexpr std::size_t kZeroChunkBytes = 1u << 20;

Bytes zeros() {
  static const Buffer chunk(kZeroChunkBytes);
  return chunk;
}

std::string user_name(uid_t user) {
  const auto* known = ::getpwuid(user);
  return known ? known->pw_name : std::to_string(user);
}

}  // namespace

FileHandle::~FileHandle() {
  if (fd_ >= 0) ::close(fd_);
}

ssize_t FileOps::write_at(int fd, Bytes bytes, std::uint64_t offset) {
  return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
}
int FileOps::sync(int fd) { return ::fdatasync(fd); }

FileOps& system_files() {
  static FileOps files;
  return files;
}

Error io_error(const char* doing, const std::filesystem::path& path, int error_number) {
  if (error_number == ENOSPC || error_number == EDQUOT)
    return {
        ErrorCode::world, "the disk is full", path.string(),
        "free some room, then start again; every decision that was answered is safe, and queries still work"};
  if (error_number == ENOTDIR)
    return {ErrorCode::world, std::string(doing) + " failed: a file stands where a directory must be",
            path.string(), "name another directory, or move that file away"};
  return {ErrorCode::world, std::string(doing) + " failed: " + std::generic_category().message(error_number),
          path.string(), "see to the disk and the permissions, then try again"};
}

Error damaged(std::string what, const std::filesystem::path& path, std::uint64_t offset) {
  return {ErrorCode::damaged, std::move(what), path.string() + " at byte " + std::to_string(offset),
          "keep the directory as it is, run toono verify, and restore from a backup"};
}

Result<FileHandle> open_file(const std::filesystem::path& path, bool writable) {
  // A pipe would wait for who writes to it: it is opened all the same, and told by what it is.
  int fd = ::open(path.c_str(), (writable ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NONBLOCK, 0640);
  if (fd < 0) return unexpected(io_error("opening", path, errno));
  FileHandle file(fd);
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return unexpected(io_error("asking what it is", path, errno));
  if (!S_ISREG(facts.st_mode))
    return unexpected({ErrorCode::damaged, "this is no file but a directory, a pipe or a device",
                       path.string(), "put back the file that belongs here, or restore a backup"});
  return file;
}

Result<std::uint64_t> file_size(const FileHandle& file, const std::filesystem::path& path) {
  struct stat facts {};
  if (::fstat(file.fd(), &facts) != 0) return unexpected(io_error("asking for the size", path, errno));
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<void> resize_file(const FileHandle& file, const std::filesystem::path& path, std::uint64_t bytes) {
  if (::ftruncate(file.fd(), static_cast<off_t>(bytes)) != 0)
    return unexpected(io_error("growing", path, errno));
  return {};
}

Result<std::size_t> read_at(const FileHandle& file, const std::filesystem::path& path,
                            std::span<std::uint8_t> into, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < into.size()) {
    ssize_t got =
        ::pread(file.fd(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unexpected(io_error("reading", path, errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> write_all(FileOps& files, const FileHandle& file, const std::filesystem::path& path, Bytes bytes,
                       std::uint64_t offset) {
  while (!bytes.empty()) {
    ssize_t put = files.write_at(file.fd(), bytes, offset);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return unexpected(io_error("writing", path, put < 0 ? errno : EIO));
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> sync_file(FileOps& files, const FileHandle& file, const std::filesystem::path& path) {
  // Never tried again, not even after EINTR: a second sync can succeed without having written anything.
  if (files.sync(file.fd()) != 0) return unexpected(io_error("syncing", path, errno));
  return {};
}

Result<void> sync_directory(const std::filesystem::path& path) {
  FileHandle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.fd()) != 0) return unexpected(io_error("syncing", path, errno));
  return {};
}

Result<void> write_zeros(FileOps& files, const FileHandle& file, const std::filesystem::path& path,
                         std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kZeroChunkBytes));
    TOONO_TRY(write_all(files, file, path, zeros().first(bytes), from));
    from += bytes;
  }
  return {};
}

bool is_writable(const std::filesystem::path& dir) {
  constexpr mode_t kAnybody = S_IWUSR | S_IWGRP | S_IWOTH;
  struct stat found {};
  if (::stat(dir.c_str(), &found) != 0) return true;
  return (found.st_mode & kAnybody) != 0 && ::faccessat(AT_FDCWD, dir.c_str(), W_OK, AT_EACCESS) == 0;
}

Result<FileHandle> lock_directory(const std::filesystem::path& dir) {
  if (!is_writable(dir))
    return unexpected({ErrorCode::world, "nothing may be written into this directory, and this would write",
                       dir.string(),
                       "ask it questions, or `toono verify`, which read it as it is; what writes, --purpose "
                       "and verify --full too, wants the deployment itself or a copy"});
  auto path = dir / "lock";
  TOONO_ASSIGN(FileHandle file, open_file(path, true));
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unexpected(io_error("locking", path, errno));
    std::uint8_t text[32];
    TOONO_ASSIGN(std::size_t size, read_at(file, path, text, 0));
    std::string pid(text_of(Bytes(text, size)));
    pid.erase(std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; }), pid.end());
    return unexpected({ErrorCode::busy, "another process (pid " + pid + ") is using this directory",
                       dir.string(), "wait until it has ended, or stop it"});
  }
  struct stat made {};
  if (::fstat(file.fd(), &made) != 0) return unexpected(io_error("looking at", path, errno));
  if (made.st_uid != ::geteuid())
    return unexpected({ErrorCode::world,
                       "this directory is another user's, who could not go on with what is written here",
                       dir.string() + ", of " + user_name(made.st_uid),
                       "be that user: runuser -u " + user_name(made.st_uid) +
                           " -- toono ..., or give all of it to yours (chown -R)"});
  // Always the same length, over the old one: cutting a file first makes ext4 flush it when it is closed.
  std::string pid = std::to_string(::getpid());
  pid.resize(15, ' ');
  pid += '\n';
  TOONO_TRY(write_all(system_files(), file, path, bytes_of(pid), 0));
  return file;
}

}  // namespace toono::embedded
