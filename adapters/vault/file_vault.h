// The vault of an embedded deployment: DIR/vault on the disk, and its master key in a file outside DIR.
#pragma once

#include "adapters/vault/slot_vault.h"

namespace toono {

/// See adapters/vault/slot_vault.h. Two processes must not write one vault: the lock of the directory is the
/// caller's.
class FileVault final : public SlotVault {
 public:
  /// DIR.key
  static std::string default_master_key_path(const std::string& dir);

  /// Makes DIR/vault (and DIR), and the master key file unless a well-formed one is there already. Error
  /// refused: there is a vault already, or others can read the key file. Error usage: the key file would
  /// stand inside DIR. `entropy` must outlive the vault. Losing the key file loses all words: say so to
  /// whoever calls this.
  static Result<std::unique_ptr<FileVault>> create(const std::string& dir, const std::string& master_key_path,
                                                   Entropy& entropy);
  /// Error not_found: there is no vault, or no key file. Error refused: the key file is another vault's, or
  /// others than its owner can read it. Error damaged: a file is not what it should be, and which slot.
  static Result<std::unique_ptr<FileVault>> open(const std::string& dir, const std::string& master_key_path,
                                                 Entropy& entropy, Access access = Access::read_write);

  using SlotVault::copy_to;
  using SlotVault::open;
  /// A new file with the settled slots, synced; works on a reader while another process writes. Error
  /// refused: the file is there already. A backup keeps the keys that are destroyed after it: destroy them
  /// again after a restore.
  Result<void> copy_to(const std::string& path);

 private:
  FileVault(std::unique_ptr<Medium> medium, std::string where, Access access, Entropy& entropy)
      : SlotVault(std::move(medium), std::move(where), access, entropy) {}
};

}  // namespace toono
