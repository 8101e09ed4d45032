// How RocksDB is set up, in one place.
#pragma once

#include "adapters/rocksdb/store.h"
#include "rocksdb/options.h"

namespace toono {

/// For the database itself.
rocksdb::Options database_options(const RocksStore::Options& options);
/// For the files that are written beside it and handed over.
rocksdb::Options file_options(const rocksdb::Options& database);
/// For those of them that come in at the top, one for each window.
rocksdb::Options window_file_options(const rocksdb::Options& database);

}  // namespace toono
