// murmur2 by Austin Appleby (public domain algorithm), with the seed and the sign handling of Kafka's Java
// clients.
#include "core/partition.h"

namespace toono {

std::uint32_t murmur2(Bytes bytes) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  auto length = static_cast<std::uint32_t>(bytes.size());
  std::uint32_t hash = 0x9747b28cu ^ length;
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
                         static_cast<std::uint32_t>(bytes[at + 3]) << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  std::size_t left = bytes.size() - at;
  if (left >= 3) hash ^= static_cast<std::uint32_t>(bytes[at + 2]) << 16;
  if (left >= 2) hash ^= static_cast<std::uint32_t>(bytes[at + 1]) << 8;
  if (left >= 1) {
    hash ^= bytes[at];
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

PartitionNumber partition_of(const EntityId& entity, PartitionNumber partitions) {
  auto text = to_text(entity);
  return static_cast<PartitionNumber>((murmur2(bytes_of(text)) & 0x7fffffff) % partitions);
}

}  // namespace toono
