// Reading and writing of the master key's file, and of whole new files.
#include "adapters/vault/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "adapters/vault/medium.h"

namespace toono {
namespace {

constexpr std::string_view kWord = "toono-master-key-1 ";
constexpr std::size_t kFileSize = kWord.size() + 2 * kKeySize + 1;

struct Wiped {
  std::array<std::uint8_t, kFileSize + 1> bytes{};
  ~Wiped() { sodium_memzero(bytes.data(), bytes.size()); }
};

Result<void> read_text(int file, const std::string& path, Secret& key) {
  Wiped text;
  auto count = ::read(file, text.bytes.data(), text.bytes.size());
  if (count < 0) return unexpected(system_error("cannot read the master key", path));
  auto all = text_of(Bytes(text.bytes).first(static_cast<std::size_t>(count)));
  std::size_t made = 0;
  const char* end = nullptr;
  bool fits = all.size() == kFileSize && all.starts_with(kWord) && all.back() == '\n' &&
              sodium_hex2bin(key.bytes.data(), kKeySize, all.data() + kWord.size(), 2 * kKeySize, nullptr,
                             &made, &end) == 0 &&
              made == kKeySize && end == all.data() + kWord.size() + 2 * kKeySize;
  if (!fits)
    return unexpected({ErrorCode::damaged, "this is not a master key", path,
                       "give the key file that was made with this vault, or its copy"});
  return {};
}

}  // namespace

Result<void> read_master_key(const std::string& path, Secret& key) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && errno == ENOENT)
    return unexpected(
        {ErrorCode::not_found, "the master key is not there", path,
         "put the key file back, or name it with --master-key; without it no words can be read"});
  if (file < 0) return unexpected(system_error("cannot open the master key", path));
  struct stat found {};
  Result<void> outcome;
  if (::fstat(file, &found) != 0)
    outcome = unexpected(system_error("cannot look at the master key", path));
  else if (!S_ISREG(found.st_mode))
    outcome =
        unexpected({ErrorCode::damaged, "the master key is not a file", path, "give the key file's path"});
  else if ((found.st_mode & 077) != 0)
    outcome = unexpected({ErrorCode::refused, "others can read the master key", path,
                          "chmod 600 this file, and think about who has read it"});
  else
    outcome = read_text(file, path, key);
  ::close(file);
  return outcome;
}

Result<void> make_master_key(const std::string& path, Entropy& entropy, Secret& key) {
  auto known = read_master_key(path, key);
  if (known || known.error().code != ErrorCode::not_found) return known;
  entropy.fill(key.bytes);
  std::array<char, 2 * kKeySize + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), key.bytes.data(), kKeySize);
  Wiped text;
  std::copy(kWord.begin(), kWord.end(), text.bytes.begin());
  std::copy_n(hex.begin(), 2 * kKeySize, text.bytes.begin() + kWord.size());
  text.bytes[kFileSize - 1] = '\n';
  sodium_memzero(hex.data(), hex.size());
  return write_new_file(path, Bytes(text.bytes).first(kFileSize));
}

Result<void> sync_directory_of(const std::string& path) {
  auto directory = (std::filesystem::absolute(path).parent_path()).string();
  int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return unexpected(system_error("cannot open the directory", directory));
  bool synced = ::fsync(file) == 0;
  auto outcome = synced ? Result<void>() : unexpected(system_error("cannot sync the directory", directory));
  ::close(file);
  return outcome;
}

namespace {

/// Durable under a name of its own beside `path`, which is the answer.
Result<std::string> write_beside(const std::string& path, Bytes bytes, mode_t mode) {
  auto passing = path + ".new";
  ::unlink(passing.c_str());  // what a crash left, whatever its rights
  int file = ::open(passing.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return unexpected(system_error("cannot make the file", passing));
  FileMedium medium(file, passing);
  TOONO_TRY(medium.write_at(0, bytes));
  TOONO_TRY(medium.sync());
  return passing;
}

}  // namespace

Result<void> replace_file(const std::string& path, Bytes bytes) {
  TOONO_ASSIGN(auto passing, write_beside(path, bytes, 0640));
  if (::rename(passing.c_str(), path.c_str()) != 0)
    return unexpected(system_error("cannot name the file", path));
  return {};
}

Result<void> write_new_file(const std::string& path, Bytes bytes) {
  TOONO_ASSIGN(auto passing, write_beside(path, bytes, 0600));
  // A link, unlike a rename, never takes the place of a file that is there.
  if (::link(passing.c_str(), path.c_str()) != 0) {
    auto error = errno == EEXIST ? Error{ErrorCode::refused, "there is a file already", path,
                                         "move it away, or give another path"}
                                 : system_error("cannot name the file", path);
    ::unlink(passing.c_str());
    return unexpected(std::move(error));
  }
  ::unlink(passing.c_str());
  return sync_directory_of(path);
}

}  // namespace toono
