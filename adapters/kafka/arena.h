// Copies of records out of librdkafka's buffers: unaligned there, and each would hold a whole fetch in
// memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/bytes.h"

namespace toono {

/// Holds copies, each at a multiple of 8 bytes, until clear(); then the same memory again. One thread.
class RecordArena {
 public:
  Bytes keep(const void* data, std::size_t size) {
    const std::size_t room = std::max<std::size_t>((size + 7) & ~std::size_t{7}, 8);
    while (chunk_ < chunks_.size() && chunks_[chunk_].size - used_ < room) next_chunk();
    if (chunk_ == chunks_.size()) add_chunk(std::max(room, kChunkBytes));
    auto* copy = reinterpret_cast<std::uint8_t*>(chunks_[chunk_].words.get()) + used_;
    if (size > 0) std::memcpy(copy, data, size);
    used_ += room;
    held_ += room;
    return {copy, size};
  }
  void clear() {
    // After a long backlog the memory goes back.
    if (chunks_.size() > kKeptChunks) chunks_.resize(kKeptChunks);
    chunk_ = used_ = held_ = 0;
  }
  std::size_t held_bytes() const { return held_; }

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  static constexpr std::size_t kKeptChunks = 8;
  struct Chunk {
    std::unique_ptr<std::uint64_t[]> words;
    std::size_t size = 0;
  };
  void next_chunk() { ++chunk_, used_ = 0; }
  void add_chunk(std::size_t size) {
    chunks_.push_back({std::make_unique_for_overwrite<std::uint64_t[]>(size / 8), size / 8 * 8});
    used_ = 0;
  }

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0, used_ = 0, held_ = 0;
};

}  // namespace toono
