// CRC32C (Castagnoli, RFC 3720 §12.1): what tells bytes that were written whole from others. Against
// accidents, not against people.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace toono {

/// Of `bytes`, going on from `before` (the value of the bytes in front of them; 0 to begin). Any thread.
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0);

/// The same without the processor's own instruction: what other machines run, and what the tests compare
/// with.
std::uint32_t crc32c_by_table(Bytes bytes, std::uint32_t before = 0);

}  // namespace toono
