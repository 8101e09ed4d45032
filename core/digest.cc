// One context and one fetched algorithm a thread: three times faster than EVP_Digest for records of this
// size.
#include "core/digest.h"

#include <openssl/evp.h>

#include <memory>

namespace toono {
namespace {
struct Hasher {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                            &EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};
}  // namespace

Digest sha256(std::initializer_list<Bytes> parts) {
  thread_local Hasher hasher;
  std::array<std::uint8_t, 32> out{};
  bool done = EVP_DigestInit_ex2(hasher.context.get(), hasher.algorithm.get(), nullptr) == 1;
  for (const auto& part : parts)
    done = done && EVP_DigestUpdate(hasher.context.get(), part.data(), part.size()) == 1;
  done = done && EVP_DigestFinal_ex(hasher.context.get(), out.data(), nullptr) == 1;
  check(done, "SHA-256 is not to be had from libcrypto");
  return id_from<Digest>(out);
}

}  // namespace toono
