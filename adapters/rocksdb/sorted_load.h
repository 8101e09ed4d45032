// One or more sorted files written beside the database, until it takes them over.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/rocksdb/handles.h"
#include "adapters/rocksdb/run.h"
#include "adapters/rocksdb/store.h"

namespace toono {

struct SortedFile {
  std::string path;
  std::string checksum;  // of the whole file, and the name of the function that made it
  std::string checksum_function;
};

/// Written, synced and closed, or an Error and no file. The run is not empty.
Result<SortedFile> write_run(const Run& run, const std::string& path, const rocksdb::Options& options);

struct SortedLoad::Impl {
  Result<void> start_file();
  Result<void> finish_file();

  rocksdb::Options options;
  std::filesystem::path directory;
  std::string name;  // files are called name, a dash and a number
  SstWriterPtr writer;
  std::vector<SortedFile> files;
  std::string last_key;
  std::uint64_t rows = 0;
  std::uint64_t file_bytes = 0;
};

}  // namespace toono
