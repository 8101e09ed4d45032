// The pure part of the vault: words and keys in, ciphertext and digests out. No file, no clock, no chance of
// its own.
#pragma once

#include <sodium.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/digest.h"
#include "core/vault.h"

namespace toono {

inline constexpr std::size_t kKeySize = 32;
inline constexpr std::size_t kNonceSize = 24;  // XChaCha20: long enough to be drawn at random for ever
inline constexpr std::size_t kTagSize = 16;    // Poly1305
using KeyBytes = std::array<std::uint8_t, kKeySize>;

/// Starts libsodium, once a process. Any thread.
void ready_sodium();

/// A key on the stack that is wiped when it goes.
struct Secret {
  Secret() = default;
  ~Secret() { sodium_memzero(bytes.data(), bytes.size()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  KeyBytes bytes{};
};

/// HMAC-SHA256 (RFC 2104) with its two padded keys ready.
struct Hmac {
  std::array<std::uint8_t, 64> inner{};
  std::array<std::uint8_t, 64> outer{};
};
Hmac hmac_for(const KeyBytes& key);
Digest hmac(const Hmac& with, Bytes message);

/// Binds words to their context under a key with a fresh nonce.
SealedT seal_words(const KeyBytes& key, KeyId key_id, const SealContext& context, std::string_view words,
                   Entropy& entropy);

/// None: the seal does not fit the key, or lacks a part.
std::optional<std::string> open_words(const KeyBytes& key, const Sealed& sealed);

}  // namespace toono
