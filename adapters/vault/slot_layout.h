// Sizes that the parts of the slot file share.
#pragma once

#include "adapters/vault/slots.h"

namespace toono {

// What is written before one sync: bounds what is written again when the vault is opened.
inline constexpr std::uint32_t kGroupSlots = 8192;
inline constexpr std::size_t kChunkSlots = 4096;  // read at once: 512 KiB
inline constexpr int kLooks = 5;                  // at a slot that does not decode

inline std::uint64_t place_of(std::uint32_t slot) { return kHeaderSize + std::uint64_t{slot} * kSlotSize; }

}  // namespace toono
