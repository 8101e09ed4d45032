// RocksDB's settings: many mid-sized files come in at the top, no log, and little memory.
#include "adapters/rocksdb/options.h"

#include <algorithm>

#include "adapters/rocksdb/checksum.h"
#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace toono {

rocksdb::Options database_options(const RocksStore::Options& options) {
  rocksdb::BlockBasedTableOptions table;
  // Few shards: an index block has up to half a MiB, and 64 shards of one MiB would throw each other's out
  // all the time.
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes, /*num_shard_bits=*/2);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.block_size = 8 << 10;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;

  rocksdb::Options db;
  db.create_if_missing = true;
  db.paranoid_checks = true;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  db.level_compaction_dynamic_level_bytes = true;
  // Not ZSTD at the bottom: it took 40 % of all CPU for rows that do not shrink, and a file writer would take
  // the bottom's compression for each window.
  db.compression = rocksdb::kLZ4Compression;
  db.max_background_jobs = 2;
  db.bytes_per_sync = 1 << 20;
  // Every window comes in at level 0. The windows themselves are the back-pressure, so RocksDB never has to
  // slow or stop.
  db.level0_file_num_compaction_trigger = 8;
  db.level0_slowdown_writes_trigger = 1000;
  db.level0_stop_writes_trigger = 2000;
  db.soft_pending_compaction_bytes_limit = 0;
  db.hard_pending_compaction_bytes_limit = 0;
  db.max_bytes_for_level_base = 512u << 20;
  db.target_file_size_base = 64u << 20;
  // Nothing is ever put there, but filters of level 0 are pinned only for files up to one and a half times
  // this size.
  db.write_buffer_size = std::max<std::size_t>(options.window_bytes, 1 << 20);
  db.arena_block_size = 64 << 10;
  db.file_checksum_gen_factory = crc32c_file_checksums();
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.keep_log_file_num = 2;
  return db;
}

rocksdb::Options file_options(const rocksdb::Options& database) {
  rocksdb::Options file = database;
  file.listeners.clear();
  return file;
}

rocksdb::Options window_file_options(const rocksdb::Options& database) {
  rocksdb::Options file = file_options(database);
  // Compaction takes it up soon, and compresses then: to do it here too took a tenth of all CPU.
  file.compression = rocksdb::kNoCompression;
  return file;
}

}  // namespace toono
