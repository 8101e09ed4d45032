// The checksum of a whole file of rows.
#pragma once

#include <memory>

#include "rocksdb/file_checksum.h"

namespace toono {

/// RocksDB's own CRC32C, under its name and with its bytes, but by the processor's instruction: as Debian
/// builds RocksDB, it goes by a table, which takes seven hundredths of a rebuild.
std::shared_ptr<rocksdb::FileChecksumGenFactory> crc32c_file_checksums();

}  // namespace toono
