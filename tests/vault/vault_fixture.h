// Vaults in a directory that goes away, and the bytes of their files.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>

#include "adapters/vault/file_vault.h"
#include "adapters/vault/memory_vault.h"
#include "adapters/vault/seeded_entropy.h"
#include "tests/contract/vault_contract.h"
#include "tests/temporary_directory.h"

namespace toono::test {

inline std::string bytes_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// DIR and its key file side by side.
struct Place {
  TemporaryDirectory root;
  SeededEntropy entropy{1};
  std::string dir = root / "data";
  std::string key = FileVault::default_master_key_path(dir);
  std::string file = dir + "/vault";

  auto create() { return FileVault::create(dir, key, entropy); }
  auto open(Access access = Access::read_write) { return FileVault::open(dir, key, entropy, access); }
};

}  // namespace toono::test
