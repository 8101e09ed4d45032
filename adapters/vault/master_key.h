// The master key's file: one line of text, readable by its owner only.
#pragma once

#include <string>

#include "adapters/vault/sealing.h"

namespace toono {

/// Error not_found: no such file. Error refused: others than the owner can read or write it. Error damaged:
/// not a key.
Result<void> read_master_key(const std::string& path, Secret& key);

/// For a new vault: draws a key and writes it with mode 0600, synced with its directory. One that a creation
/// cut short has left there is read: nothing else could be under it that this would harm.
Result<void> make_master_key(const std::string& path, Entropy& entropy, Secret& key);

/// Writes a whole file under another name, syncs it, and gives it its name: it is there whole or not at all.
/// Mode 0600. Error refused: there is a file of that name.
Result<void> write_new_file(const std::string& path, Bytes bytes);
/// The same in the place of what is there, in one step, and no secret: mode 0640, as the journal's. Its bytes
/// are durable, its name once its directory is synced: until then a loss of power may bring the old file
/// back.
Result<void> replace_file(const std::string& path, Bytes bytes);

/// Makes the names in the file's directory durable.
Result<void> sync_directory_of(const std::string& path);

}  // namespace toono
