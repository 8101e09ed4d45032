// RocksDB's objects, owned, and its way of failing made into Errors.
#pragma once

#include <memory>

#include "core/result.h"
#include "rocksdb/db.h"
#include "rocksdb/iterator.h"
#include "rocksdb/sst_file_writer.h"

namespace toono {

using DatabasePtr = std::unique_ptr<rocksdb::DB>;
using IteratorPtr = std::unique_ptr<rocksdb::Iterator>;
using SstWriterPtr = std::unique_ptr<rocksdb::SstFileWriter>;

inline rocksdb::Slice slice_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view text_of(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

/// `path` is the store's directory. Damage is `damaged`, all else `world`; RocksDB's own words name the file.
inline Error store_error(std::string doing, const std::string& path, const rocksdb::Status& status) {
  bool damaged = status.IsCorruption();
  std::string next =
      damaged || status.IsInvalidArgument()
          ? "run `toono rebuild`: it makes the store anew from the journal"
          : "put right what the system says and start again; `toono rebuild` makes the store anew from the "
            "journal";
  return {damaged ? ErrorCode::damaged : ErrorCode::world, std::move(doing) + ": " + status.ToString(), path,
          std::move(next)};
}

}  // namespace toono
