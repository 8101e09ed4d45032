#include "adapters/rocksdb/checksum.h"

#include "core/crc32c.h"

namespace toono {
namespace {

class Generator final : public rocksdb::FileChecksumGenerator {
 public:
  void Update(const char* data, std::size_t size) override {
    value_ = crc32c(bytes_of(std::string_view(data, size)), value_);
  }
  void Finalize() override {
    for (int shift = 24; shift >= 0; shift -= 8) checksum_ += static_cast<char>(value_ >> shift & 0xff);
  }
  std::string GetChecksum() const override { return checksum_; }
  const char* Name() const override { return rocksdb::kStandardDbFileChecksumFuncName; }

 private:
  std::uint32_t value_ = 0;
  std::string checksum_;
};

class Factory final : public rocksdb::FileChecksumGenFactory {
 public:
  std::unique_ptr<rocksdb::FileChecksumGenerator> CreateFileChecksumGenerator(
      const rocksdb::FileChecksumGenContext& context) override {
    const auto& wanted = context.requested_checksum_func_name;
    if (!wanted.empty() && wanted != rocksdb::kStandardDbFileChecksumFuncName) return nullptr;
    return std::make_unique<Generator>();
  }
  const char* Name() const override { return "FileChecksumGenCrc32cFactory"; }
};

}  // namespace

std::shared_ptr<rocksdb::FileChecksumGenFactory> crc32c_file_checksums() {
  return std::make_shared<Factory>();
}

}  // namespace toono
