// SHA-256 (FIPS 180-4) over stored bytes: what the chain, derived ids and fingerprints are made of.
#pragma once

#include <initializer_list>

#include "core/ids.h"

namespace toono {

/// Of the parts, one after the other. Any thread.
Digest sha256(std::initializer_list<Bytes> parts);
inline Digest sha256(Bytes bytes) { return sha256({bytes}); }

}  // namespace toono
