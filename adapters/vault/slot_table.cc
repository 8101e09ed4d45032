// A million people fit in about 100 MiB with their slots.
#include "adapters/vault/slot_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace toono {

std::uint64_t mix_bits(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0x9E3779B97F4A7C15u;
  return value ^ value >> 29;
}

std::uint64_t class_hash(const PersonId& person, std::uint8_t seal_class) {
  std::uint64_t half[2];
  std::memcpy(half, &person, 16);
  return mix_bits(half[0] ^ mix_bits(half[1] + seal_class));
}

void SlotTable::reserve(std::size_t count) {
  places_.assign(std::bit_ceil(std::max<std::size_t>(64, count * 10 / 7 + 1)), kNoSlot);
  count_ = 0;
}

void SlotTable::insert(std::uint64_t hash, std::uint32_t slot) {
  auto mask = places_.size() - 1;
  auto at = hash & mask;
  while (places_[at] != kNoSlot) at = (at + 1) & mask;
  places_[at] = slot;
  ++count_;
}

}  // namespace toono
