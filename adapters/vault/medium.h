// What the slots of a vault stand in: a file, or memory in tests and simulations. Below the vault, above the
// disk.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace toono {

/// Bytes by position. After an error of write_at, sync or truncate what stands there is unknown. One thread
/// at a time.
class Medium {
 public:
  virtual ~Medium() = default;
  virtual Result<std::uint64_t> size() = 0;
  /// Fills `into` from `at` on and says how much there was: less than asked only at the end.
  virtual Result<std::size_t> read_at(std::uint64_t at, std::span<std::uint8_t> into) = 0;
  /// All of `bytes`, in place or beyond the end.
  virtual Result<void> write_at(std::uint64_t at, Bytes bytes) = 0;
  /// What was written is on the disk when this returns.
  virtual Result<void> sync() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
};

/// An open file; errors name its path.
class FileMedium final : public Medium {
 public:
  /// Takes the descriptor over.
  FileMedium(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~FileMedium() override;
  FileMedium(const FileMedium&) = delete;
  FileMedium& operator=(const FileMedium&) = delete;

  Result<std::uint64_t> size() override;
  Result<std::size_t> read_at(std::uint64_t at, std::span<std::uint8_t> into) override;
  Result<void> write_at(std::uint64_t at, Bytes bytes) override;
  Result<void> sync() override;
  Result<void> truncate(std::uint64_t size) override;

 private:
  int descriptor_;
  std::string path_;
};

/// Bytes that end with the program.
class MemoryMedium final : public Medium {
 public:
  Result<std::uint64_t> size() override { return std::uint64_t{bytes_.size()}; }
  Result<std::size_t> read_at(std::uint64_t at, std::span<std::uint8_t> into) override;
  Result<void> write_at(std::uint64_t at, Bytes bytes) override;
  Result<void> sync() override { return {}; }
  Result<void> truncate(std::uint64_t size) override;

 private:
  Buffer bytes_;
};

/// The world's no, in the words of errno.
Error system_error(std::string_view what, std::string where);

}  // namespace toono
