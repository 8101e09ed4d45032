// XChaCha20-Poly1305 (libsodium; draft-irtf-cfrg-xchacha-03) over words, bound to where they first came in.
#include "adapters/vault/sealing.h"

namespace toono {
namespace {

constexpr std::string_view kSealDomain = "toono.seal.1";

// All parts of fixed size come first and the path last: no two contexts have the same bytes
// (docs/vault_format.md).
void associated_data(std::string& into, const SealContext& context, KeyId key_id) {
  into.assign(kSealDomain);
  into += text_of(bytes_of(context.origin));
  into += text_of(bytes_of(context.person));
  into += static_cast<char>(context.seal_class);
  into += text_of(bytes_of(key_id));
  into += context.path;
}

}  // namespace

void ready_sodium() {
  static const bool ready = sodium_init() >= 0;
  check(ready, "libsodium does not start");
}

Hmac hmac_for(const KeyBytes& key) {
  Hmac made;
  made.inner.fill(0x36);
  made.outer.fill(0x5c);
  for (std::size_t i = 0; i < kKeySize; ++i) {
    made.inner[i] ^= key[i];
    made.outer[i] ^= key[i];
  }
  return made;
}

Digest hmac(const Hmac& with, Bytes message) {
  auto inside = sha256({Bytes(with.inner), message});
  return sha256({Bytes(with.outer), bytes_of(inside)});
}

SealedT seal_words(const KeyBytes& key, KeyId key_id, const SealContext& context, std::string_view words,
                   Entropy& entropy) {
  thread_local std::string bound;
  associated_data(bound, context, key_id);
  SealedT sealed;
  sealed.person = context.person;
  sealed.class_ = context.seal_class;
  sealed.key_id = key_id;
  sealed.origin = context.origin;
  sealed.path.assign(context.path);
  sealed.nonce.resize(kNonceSize);
  entropy.fill(sealed.nonce);
  sealed.ciphertext.resize(words.size() + kTagSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.ciphertext.data(), nullptr, bytes_of(words).data(),
                                             words.size(), bytes_of(bound).data(), bound.size(), nullptr,
                                             sealed.nonce.data(), key.data());
  return sealed;
}

std::optional<std::string> open_words(const KeyBytes& key, const Sealed& sealed) {
  if (!sealed.person() || !sealed.key_id() || !sealed.origin() || !sealed.path()) return std::nullopt;
  if (!sealed.nonce() || sealed.nonce()->size() != kNonceSize) return std::nullopt;
  if (!sealed.ciphertext() || sealed.ciphertext()->size() < kTagSize) return std::nullopt;
  thread_local std::string bound;
  associated_data(bound,
                  {.person = *sealed.person(),
                   .seal_class = sealed.class_(),
                   .origin = *sealed.origin(),
                   .path = {sealed.path()->c_str(), sealed.path()->size()}},
                  *sealed.key_id());
  std::string words(sealed.ciphertext()->size() - kTagSize, '\0');
  int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(words.data()), nullptr, nullptr, sealed.ciphertext()->data(),
      sealed.ciphertext()->size(), bytes_of(bound).data(), bound.size(), sealed.nonce()->data(), key.data());
  if (opened != 0) return std::nullopt;
  return words;
}

}  // namespace toono
