// Numbers are little-endian at fixed offsets; each slot ends in a CRC-32C and an end mark.
#include "adapters/vault/slots.h"

#include <algorithm>
#include <cstring>

#include "core/crc32c.h"

namespace toono {
namespace {

constexpr std::uint32_t kStartMark = 0x31534B56;  // "VKS1"
constexpr std::uint32_t kEndMark = 0x31444E65;    // "eND1"
constexpr std::string_view kMagic = "TOONOVLT";
constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kSlotDomain = "toono.slot.1";
constexpr std::string_view kHeaderDomain = "toono.vault.1";

enum SlotAt : std::size_t {
  kStartAt = 0,
  kKindAt = 4,
  kClassAt = 5,
  kZeroAt = 6,
  kGroupAt = 8,
  kTargetAt = 12,
  kPersonAt = 16,
  kKeyIdAt = 32,
  kBodyAt = 48,
  kCrcAt = 120,
  kEndAt = 124
};
enum HeaderAt : std::size_t {
  kMagicAt = 0,
  kVersionAt = 8,
  kSizeAt = 12,
  kVaultAt = 16,
  kHeaderNonceAt = 32,
  kHeaderBoxAt = 56,
  kHeaderCrcAt = kHeaderSize - 4
};
constexpr std::size_t kHeaderBoxSize = 2 * kKeySize + kTagSize;

void put32(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}
std::uint32_t get32(const std::uint8_t* at) {
  return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
}

/// What a body is bound to. The number's hash is added where there is one: its bytes stand in clear beside
/// the tag.
struct Bound {
  std::array<std::uint8_t, 12 + 2 + 16 + 16 + 16 + 32> bytes{};
  std::size_t size = 62;
  Bound(const Uuid& vault, const Slot& slot, const std::uint8_t* number = nullptr) {
    std::memcpy(bytes.data(), kSlotDomain.data(), 12);
    bytes[12] = static_cast<std::uint8_t>(slot.kind);
    bytes[13] = slot.seal_class;
    std::memcpy(bytes.data() + 14, &slot.person, 16);
    std::memcpy(bytes.data() + 30, &slot.key_id, 16);
    std::memcpy(bytes.data() + 46, &vault, 16);
    if (!number) return;
    std::memcpy(bytes.data() + 62, number, 32);
    size = bytes.size();
  }
};

/// A fresh nonce, and the tag of an empty text under it.
void mark(const KeyBytes& master, const Bound& bound, Slot& slot, Entropy& entropy) {
  auto* nonce = slot.body.data();
  entropy.fill({nonce, kNonceSize});
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceSize, nullptr, nullptr, 0, bound.bytes.data(),
                                             bound.size, nullptr, nonce, master.data());
}

bool mark_fits(const KeyBytes& master, const Bound& bound, const Slot& slot) {
  const auto* nonce = slot.body.data();
  return crypto_aead_xchacha20poly1305_ietf_decrypt(nullptr, nullptr, nullptr, nonce + kNonceSize, kTagSize,
                                                    bound.bytes.data(), bound.size, nonce,
                                                    master.data()) == 0;
}

bool shape_is_known(const Slot& slot) {
  bool of_key = slot.seal_class <= static_cast<std::uint8_t>(SealClass::MAX);
  switch (slot.kind) {
    case SlotKind::none:
      return false;
    case SlotKind::key:
    case SlotKind::key_tombstone:
      return of_key;
    case SlotKind::telephone:
    case SlotKind::telephone_tombstone:
      return slot.seal_class == kNoClass;
    case SlotKind::destroyed:
      return of_key || slot.seal_class == kNoClass;
  }
  return false;
}

}  // namespace

SlotBytes encode_slot(const Slot& slot) {
  SlotBytes bytes{};
  put32(&bytes[kStartAt], kStartMark);
  bytes[kKindAt] = static_cast<std::uint8_t>(slot.kind);
  bytes[kClassAt] = slot.seal_class;
  put32(&bytes[kGroupAt], slot.group_start);
  put32(&bytes[kTargetAt], slot.target);
  std::memcpy(&bytes[kPersonAt], &slot.person, 16);
  std::memcpy(&bytes[kKeyIdAt], &slot.key_id, 16);
  std::memcpy(&bytes[kBodyAt], slot.body.data(), kBodySize);
  put32(&bytes[kCrcAt], crc32c(Bytes(bytes).first(kCrcAt)));
  put32(&bytes[kEndAt], kEndMark);
  return bytes;
}

std::optional<Slot> decode_slot(std::span<const std::uint8_t, kSlotSize> bytes) {
  if (get32(&bytes[kStartAt]) != kStartMark || get32(&bytes[kEndAt]) != kEndMark) return std::nullopt;
  if (get32(&bytes[kCrcAt]) != crc32c(bytes.first(kCrcAt))) return std::nullopt;
  Slot slot;
  slot.kind = static_cast<SlotKind>(bytes[kKindAt]);
  slot.seal_class = bytes[kClassAt];
  slot.group_start = get32(&bytes[kGroupAt]);
  slot.target = get32(&bytes[kTargetAt]);
  slot.person = id_from<PersonId>(bytes.subspan(kPersonAt));
  slot.key_id = id_from<KeyId>(bytes.subspan(kKeyIdAt));
  std::memcpy(slot.body.data(), &bytes[kBodyAt], kBodySize);
  if (!shape_is_known(slot)) return std::nullopt;
  return slot;
}

bool looks_torn(std::span<const std::uint8_t, kSlotSize> bytes) {
  return bytes[0] == 0 || bytes[kSlotSize - 1] == 0;
}

HeaderBytes encode_header(const KeyBytes& master, const Uuid& vault, const VaultSecrets& secrets,
                          Entropy& entropy) {
  HeaderBytes bytes{};
  std::memcpy(&bytes[kMagicAt], kMagic.data(), kMagic.size());
  put32(&bytes[kVersionAt], kVersion);
  put32(&bytes[kSizeAt], kSlotSize);
  std::memcpy(&bytes[kVaultAt], &vault, 16);
  entropy.fill(std::span(bytes).subspan(kHeaderNonceAt, kNonceSize));
  std::string bound(kHeaderDomain);
  bound += text_of(Bytes(bytes).first(kHeaderNonceAt));
  std::array<std::uint8_t, 2 * kKeySize> plain{};
  std::memcpy(plain.data(), secrets.fingerprint.data(), kKeySize);
  std::memcpy(plain.data() + kKeySize, secrets.number.data(), kKeySize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(&bytes[kHeaderBoxAt], nullptr, plain.data(), plain.size(),
                                             bytes_of(bound).data(), bound.size(), nullptr,
                                             &bytes[kHeaderNonceAt], master.data());
  sodium_memzero(plain.data(), plain.size());
  put32(&bytes[kHeaderCrcAt], crc32c(Bytes(bytes).first(kHeaderCrcAt)));
  return bytes;
}

HeaderFault decode_header(const KeyBytes& master, const HeaderBytes& bytes, Uuid& vault,
                          VaultSecrets& secrets) {
  bool sound = get32(&bytes[kHeaderCrcAt]) == crc32c(Bytes(bytes).first(kHeaderCrcAt));
  if (text_of(Bytes(bytes).first(kMagic.size())) != kMagic) return HeaderFault::not_a_vault;
  if (!sound) return HeaderFault::damaged;
  if (get32(&bytes[kVersionAt]) != kVersion) return HeaderFault::newer;
  if (get32(&bytes[kSizeAt]) != kSlotSize) return HeaderFault::damaged;
  std::string bound(kHeaderDomain);
  bound += text_of(Bytes(bytes).first(kHeaderNonceAt));
  std::array<std::uint8_t, 2 * kKeySize> plain{};
  int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      plain.data(), nullptr, nullptr, &bytes[kHeaderBoxAt], kHeaderBoxSize, bytes_of(bound).data(),
      bound.size(), &bytes[kHeaderNonceAt], master.data());
  if (opened != 0) return HeaderFault::wrong_key;
  vault = id_from<Uuid>(Bytes(bytes).subspan(kVaultAt));
  std::memcpy(secrets.fingerprint.data(), plain.data(), kKeySize);
  std::memcpy(secrets.number.data(), plain.data() + kKeySize, kKeySize);
  sodium_memzero(plain.data(), plain.size());
  return HeaderFault::none;
}

void wrap_key(const KeyBytes& master, const Uuid& vault, Slot& slot, const KeyBytes& key, Entropy& entropy) {
  auto* nonce = slot.body.data();
  entropy.fill({nonce, kNonceSize});
  Bound bound(vault, slot);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceSize, nullptr, key.data(), kKeySize,
                                             bound.bytes.data(), bound.size, nullptr, nonce, master.data());
}

bool unwrap_key(const KeyBytes& master, const Uuid& vault, const Slot& slot, KeyBytes& key) {
  const auto* nonce = slot.body.data();
  Bound bound(vault, slot);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(key.data(), nullptr, nullptr, nonce + kNonceSize,
                                                    kKeySize + kTagSize, bound.bytes.data(), bound.size,
                                                    nonce, master.data()) == 0;
}

void mark_number(const KeyBytes& master, const Uuid& vault, Slot& slot, const Digest& number,
                 Entropy& entropy) {
  auto* hash = slot.body.data() + kNonceSize + kTagSize;
  std::memcpy(hash, &number, sizeof number);
  mark(master, Bound(vault, slot, hash), slot, entropy);
}

bool number_is(const KeyBytes& master, const Uuid& vault, const Slot& slot, const Digest& number) {
  const auto* hash = slot.body.data() + kNonceSize + kTagSize;
  if (std::memcmp(hash, &number, sizeof number) != 0) return false;
  return mark_fits(master, Bound(vault, slot, hash), slot);
}

Digest number_of(const Slot& slot) {
  return id_from<Digest>(Bytes(slot.body).subspan(kNonceSize + kTagSize));
}

void mark_slot(const KeyBytes& master, const Uuid& vault, Slot& slot, Entropy& entropy) {
  slot.body.fill(0);
  mark(master, Bound(vault, slot), slot, entropy);
}

bool is_marked(const KeyBytes& master, const Uuid& vault, const Slot& slot) {
  auto rest = Bytes(slot.body).subspan(kNonceSize + kTagSize);
  bool zeros = std::all_of(rest.begin(), rest.end(), [](auto byte) { return byte == 0; });
  return zeros && mark_fits(master, Bound(vault, slot), slot);
}

std::uint64_t number_tag(const Slot& slot) {
  std::uint64_t tag;
  std::memcpy(&tag, slot.body.data() + kNonceSize + kTagSize, 8);
  return tag;
}
std::uint64_t number_tag(const Digest& number) {
  std::uint64_t tag;
  std::memcpy(&tag, &number, 8);
  return tag;
}

}  // namespace toono
