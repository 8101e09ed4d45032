// The vault held against the journal, which is the truth: erasures that it has not carried out, keys that it
// has lost.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/vault/file_vault.h"
#include "adapters/vault/topic_vault.h"
#include "core/log.h"
#include "core/store.h"

namespace toono {

/// Carries out again every erasure that the journal knows of: a vault may be older than it, or come from
/// elsewhere. `partitions` does not count the registry's. Returns how many there were.
Result<std::uint64_t> erase_again(Log& log, PartitionNumber partitions, Vault& vault,
                                  const Watch& watch = {});

/// The same of the people whom the rows, folded to the journal's end, name as erased: what an opened
/// deployment does, whatever vault was put under it. Where nothing is left to destroy, nothing is written.
Result<void> keep_erased(const Store& rows, PartitionNumber partitions, Vault& vault);

/// What of the journal's seals the vault cannot do justice to, in words, people by their ids: keys that it
/// should have and has not, words of erased people whose keys it still has. Erasures that wait for their hour
/// are neither.
Result<std::vector<std::string>> check_vault(const std::filesystem::path& dir, FileVault& vault,
                                             const Watch& watch = {});

/// The same of a journal that several processes write and its keys topic, which is read to its end once the
/// journal has been: keys are settled before what is sealed with them is sent. Void records are passed over.
Result<std::vector<std::string>> check_vault(Log& log, PartitionNumber partitions, TopicVault& vault,
                                             const Watch& watch = {});

}  // namespace toono
