#include "adapters/cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "adapters/cli/session.h"

namespace toono::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;
constexpr unsigned kPermissions = 0777;

Error not_written(const OutputFile& file, int problem) {
  return {ErrorCode::world, fmt::format("the file cannot be written ({})", std::strerror(problem)), file.path,
          "check the directory, its rights and the space, or name another place with " + file.option};
}

Error not_there(std::string what, const std::string& path, const std::string& option) {
  return {ErrorCode::usage, std::move(what), path, "name another file with " + option};
}

/// Where a link leads, there or not yet.
fs::path target_of(fs::path path) {
  std::error_code problem;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, problem); ++links) {
    auto next = fs::read_symlink(path, problem);
    if (problem) break;
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  auto whole = fs::weakly_canonical(fs::absolute(path, problem), problem);
  return problem ? path : whole;
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
bool is_same_file(const fs::path& a, const fs::path& b) {
  struct stat first = {}, second = {};
  if (::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0) return is_same(first, second);
  return target_of(a) == target_of(b);
}

/// A store, a backup of one, or a node's rows on Kafka.
bool is_data_directory(const fs::path& dir) {
  std::error_code ignored;
  return (fs::is_directory(dir / "journal", ignored) && fs::exists(dir / "vault", ignored)) ||
         fs::exists(dir / "rows" / "CURRENT", ignored);
}

bool is_of_store(const fs::path& target) {
  for (auto dir = target; dir.has_relative_path(); dir = dir.parent_path())
    if (is_data_directory(dir)) return true;
  auto name = target.string();
  constexpr std::string_view kKey = ".key";
  return name.ends_with(kKey) && is_data_directory(name.substr(0, name.size() - kKey.size()));
}

std::vector<std::string> inputs_of(const Globals& globals, const OutputFile& file) {
  auto inputs = file.inputs;
  if (auto address = log_address(globals)) {
    inputs.push_back(
        master_key_of({.dir = address->dir, .kafka = address->kafka, .master_key = globals.master_key}));
    constexpr std::string_view kKafka = "kafka:";
    if (address->is_kafka()) inputs.push_back(globals.log.substr(kKafka.size()));
  }
  return inputs;
}

bool begins_as_ours(const OutputFile& file, const fs::path& path) {
  FILE* there = std::fopen(path.c_str(), "rbe");
  if (there == nullptr) return false;
  char begin[256];
  std::string_view text(begin, std::fread(begin, 1, sizeof begin, there));
  std::fclose(there);
  return text.empty() || std::any_of(file.beginnings.begin(), file.beginnings.end(),
                                     [&](std::string_view own) { return text.starts_with(own); });
}

/// `toono ... -o /dev/stdout >FILE`: the file is open already, and another name for it.
bool is_standard_output(const struct stat& about) {
  struct stat out = {};
  return ::fstat(STDOUT_FILENO, &out) == 0 && is_same(out, about);
}

int write_all(int to, std::string_view text) {
  while (!text.empty()) {
    auto written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Result<void> write_through(const OutputFile& file, std::string_view text) {
  int to = ::open(file.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  if (to < 0) return unexpected(not_written(file, errno));
  int problem = write_all(to, text);
  if (::close(to) != 0 && problem == 0) problem = errno;
  return problem == 0 ? Result<void>() : unexpected(not_written(file, problem));
}

/// Beside the file first, so that a reader never sees half of one, and nothing is lost that was there.
Result<void> replace(const OutputFile& file, const fs::path& target, const struct stat* there,
                     std::string_view text) {
  auto beside = fmt::format("{}.part{}", target.string(), ::getpid());
  int to = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file.mode);
  if (to < 0) return unexpected(not_written(file, errno));
  int problem = write_all(to, text);
  if (problem == 0 && there != nullptr && !file.is_private &&
      ::fchmod(to, there->st_mode & kPermissions) != 0)
    problem = errno;
  if (::close(to) != 0 && problem == 0) problem = errno;
  if (problem == 0 && std::rename(beside.c_str(), target.c_str()) != 0) problem = errno;
  if (problem == 0) return {};
  ::unlink(beside.c_str());
  return unexpected(not_written(file, problem));
}

}  // namespace

Result<void> check_place(const std::string& path, const std::string& option) {
  if (!is_of_store(target_of(path))) return {};
  return unexpected(not_there("this lies in a data directory of toono, or is its key", path, option));
}

Result<void> check_output(const Globals& globals, const OutputFile& file) {
  for (const auto& input : inputs_of(globals, file))
    if (is_same_file(file.path, input))
      return unexpected(not_there("this command reads that file", file.path, file.option));
  TOONO_TRY(check_place(file.path, file.option));
  struct stat there = {};
  if (::stat(file.path.c_str(), &there) != 0) return {};
  if (S_ISDIR(there.st_mode))
    return unexpected(not_there("this is a directory, not a file", file.path, file.option));
  if (!S_ISREG(there.st_mode) || is_standard_output(there) || begins_as_ours(file, file.path)) return {};
  auto error = not_there("there is another file of this name", file.path, file.option);
  error.next = "remove it first, or " + error.next;
  return unexpected(std::move(error));
}

Result<void> write_output(const Globals& globals, const OutputFile& file, const std::string& text) {
  TOONO_TRY(check_output(globals, file));
  struct stat there = {};
  if (::stat(file.path.c_str(), &there) != 0) return replace(file, target_of(file.path), nullptr, text);
  if (is_standard_output(there)) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return flush_output();
  }
  if (!S_ISREG(there.st_mode)) return write_through(file, text);
  return replace(file, target_of(file.path), &there, text);
}

Result<void> flush_output() {
  // An earlier flush, of a buffer that was full, may have failed: the stream remembers it, errno does not.
  errno = 0;
  bool arrived = std::fflush(stdout) == 0;
  int problem = errno;
  if (arrived && std::ferror(stdout) == 0) return {};
  auto why = problem == 0 ? std::string("a part of the answer is missing") : std::strerror(problem);
  return unexpected({ErrorCode::world, "cannot write to standard output", std::move(why),
                     "is the disk full, or the pipe closed?"});
}

}  // namespace toono::cli
