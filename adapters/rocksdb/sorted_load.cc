// Rows in order of their keys on their way to RocksDB's files.
#include "adapters/rocksdb/sorted_load.h"

#include <algorithm>
#include <system_error>

namespace toono {
namespace {

constexpr std::uint64_t kFileBytes = 256u << 20;
constexpr std::size_t kPrefetchRows = 8;

// The writer drops its pages from the system's cache by default, and compaction would read them back from the
// disk.
SstWriterPtr new_writer(const rocksdb::Options& options) {
  return std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, nullptr,
                                                  /*invalidate_page_cache=*/false);
}

SortedFile described(const rocksdb::ExternalSstFileInfo& info) {
  return {info.file_path, info.file_checksum, info.file_checksum_func_name};
}

}  // namespace

Result<SortedFile> write_run(const Run& run, const std::string& path, const rocksdb::Options& options) {
  SstWriterPtr writer = new_writer(options);
  rocksdb::Status status = writer->Open(path);
  const std::vector<RunEntry>& rows = run.entries();
  for (std::size_t i = 0; status.ok() && i < rows.size(); ++i) {
    // The bytes lie in the order of their coming, so each row would be a miss or more.
    const char* ahead = rows[std::min(i + kPrefetchRows, rows.size() - 1)].bytes;
    for (std::size_t line = 0; line < 6; ++line) __builtin_prefetch(ahead + 64 * line);
    const RunEntry& row = rows[i];
    status = row.removed ? writer->Delete(slice_of(row.key()))
                         : writer->Put(slice_of(row.key()), slice_of(row.value()));
  }
  rocksdb::ExternalSstFileInfo info;
  if (status.ok()) status = writer->Finish(&info);
  if (!status.ok()) return unexpected(store_error("rows could not be written", path, status));
  return described(info);
}

Result<void> SortedLoad::Impl::start_file() {
  writer = new_writer(options);
  file_bytes = 0;
  std::string path = (directory / (name + "-" + std::to_string(files.size()) + ".sst")).string();
  files.push_back({path, "", ""});
  if (auto status = writer->Open(path); !status.ok()) {
    return unexpected(store_error("a file of rows could not be made", path, status));
  }
  return {};
}

Result<void> SortedLoad::Impl::finish_file() {
  if (!writer) return {};
  rocksdb::ExternalSstFileInfo info;
  auto status = writer->Finish(&info);
  writer.reset();
  if (!status.ok()) return unexpected(store_error("rows could not be written", files.back().path, status));
  files.back() = described(info);
  return {};
}

SortedLoad::SortedLoad(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SortedLoad::~SortedLoad() {
  impl_->writer.reset();
  std::error_code ignored;  // what stays behind goes when the store is next opened
  for (const SortedFile& file : impl_->files) std::filesystem::remove(file.path, ignored);
}

Result<void> SortedLoad::add(std::string_view key, std::string_view value) {
  if (key <= impl_->last_key) {
    return unexpected({ErrorCode::refused,
                       "rows of a sorted load must come in the order of their keys, each once",
                       impl_->directory.string(), "sort them first"});
  }
  if (impl_->file_bytes >= kFileBytes) TOONO_TRY(impl_->finish_file());
  if (!impl_->writer) TOONO_TRY(impl_->start_file());
  if (auto status = impl_->writer->Put(slice_of(key), slice_of(value)); !status.ok()) {
    return unexpected(store_error("rows could not be written", impl_->files.back().path, status));
  }
  impl_->last_key.assign(key);
  impl_->file_bytes += key.size() + value.size();
  ++impl_->rows;
  return {};
}

std::uint64_t SortedLoad::rows() const { return impl_->rows; }

}  // namespace toono
