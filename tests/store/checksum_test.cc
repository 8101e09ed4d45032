// The checksum of a file of rows is RocksDB's, whoever computes it.
#include "adapters/rocksdb/checksum.h"

#include <doctest/doctest.h>

#include <random>

#include "rocksdb/file_checksum.h"

namespace toono {
namespace {

std::string checksum(rocksdb::FileChecksumGenFactory& factory, const std::string& bytes, std::size_t part) {
  auto generator = factory.CreateFileChecksumGenerator({});
  for (std::size_t at = 0; at < bytes.size(); at += part)
    generator->Update(bytes.data() + at, std::min(part, bytes.size() - at));
  generator->Finalize();
  return std::string(generator->Name()) + " " + generator->GetChecksum();
}

}  // namespace

TEST_CASE("file checksums are byte for byte those that RocksDB computes itself") {
  std::mt19937_64 random(5);
  auto theirs = rocksdb::GetFileChecksumGenCrc32cFactory();
  auto ours = crc32c_file_checksums();
  CHECK(std::string(ours->Name()) == theirs->Name());
  for (std::size_t size : {0u, 1u, 7u, 8u, 1'000u, 100'003u}) {
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random());
    CHECK(checksum(*ours, bytes, 1 + random() % 4096) == checksum(*theirs, bytes, 4096));
  }
  rocksdb::FileChecksumGenContext other;
  other.requested_checksum_func_name = "another";
  CHECK(ours->CreateFileChecksumGenerator(other) == nullptr);
}

}  // namespace toono
