// Paths, rights and whole files around the slots.
#include "adapters/vault/file_vault.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "adapters/vault/master_key.h"

namespace toono {
namespace {

std::string vault_path(const std::string& dir) { return (std::filesystem::path(dir) / "vault").string(); }

Result<void> must_be_outside(const std::string& dir, const std::string& key_path) {
  std::error_code failed;
  auto inside = std::filesystem::weakly_canonical(std::filesystem::absolute(dir), failed) / "";
  auto key = std::filesystem::weakly_canonical(std::filesystem::absolute(key_path), failed);
  auto last = std::prev(inside.end());  // the empty part behind the last slash
  auto [end, rest] = std::mismatch(inside.begin(), last, key.begin(), key.end());
  if (end != last) return {};
  return unexpected({ErrorCode::usage,
                     "the master key would lie in the data directory, and go wherever that goes", key_path,
                     "give a path outside the data directory"});
}

Result<void> make_directory(const std::string& dir) {
  std::error_code failed;
  std::filesystem::create_directories(dir, failed);
  if (!failed) return {};
  errno = failed.value();
  return unexpected(system_error("cannot make the directory", dir));
}

Result<std::unique_ptr<Medium>> open_slots(const std::string& path, Access access) {
  int flags = access == Access::read_write ? O_RDWR : O_RDONLY;
  int file = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && errno == ENOENT)
    return unexpected({ErrorCode::not_found, "there is no vault", path,
                       "run init for a new deployment, or restore a backup"});
  if (file < 0) return unexpected(system_error("cannot open the vault", path));
  auto medium = std::make_unique<FileMedium>(file, path);
  struct stat found {};
  if (::fstat(file, &found) != 0) return unexpected(system_error("cannot look at the vault", path));
  if (!S_ISREG(found.st_mode))
    return unexpected({ErrorCode::damaged, "the vault is no file but a directory, a pipe or a device", path,
                       "put back the file that belongs here, from a backup if need be"});
  return std::unique_ptr<Medium>(std::move(medium));
}

}  // namespace

std::string FileVault::default_master_key_path(const std::string& dir) {
  auto path = dir;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path + ".key";
}

Result<std::unique_ptr<FileVault>> FileVault::create(const std::string& dir,
                                                     const std::string& master_key_path, Entropy& entropy) {
  ready_sodium();
  auto path = vault_path(dir);
  TOONO_TRY(must_be_outside(dir, master_key_path));
  if (::access(path.c_str(), F_OK) == 0)
    return unexpected(
        {ErrorCode::refused, "there is a vault already", path, "open it, or choose another directory"});
  TOONO_TRY(make_directory(dir));
  Secret master;
  TOONO_TRY(make_master_key(master_key_path, entropy, master));
  TOONO_TRY(write_new_file(path, new_vault_header(master.bytes, entropy)));
  return open(dir, master_key_path, entropy);
}

Result<std::unique_ptr<FileVault>> FileVault::open(const std::string& dir, const std::string& master_key_path,
                                                   Entropy& entropy, Access access) {
  ready_sodium();
  auto path = vault_path(dir);
  TOONO_ASSIGN(auto medium, open_slots(path, access));
  Secret master;
  TOONO_TRY(read_master_key(master_key_path, master));
  std::unique_ptr<FileVault> vault(new FileVault(std::move(medium), path, access, entropy));
  TOONO_TRY(vault->load(master.bytes));
  return vault;
}

Result<void> FileVault::copy_to(const std::string& path) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST)
    return unexpected(
        {ErrorCode::refused, "there is a file already", path, "give another path for the copy"});
  if (file < 0) return unexpected(system_error("cannot make the copy", path));
  FileMedium target(file, path);
  auto outcome = copy_to(target);
  if (!outcome) {
    ::unlink(path.c_str());
    return outcome;
  }
  return sync_directory_of(path);
}

}  // namespace toono
