// Published vectors and the frozen bytes of what a seal is bound to.
#include "adapters/vault/sealing.h"

#include "adapters/vault/number.h"
#include "adapters/vault/system_entropy.h"
#include "tests/vault/vault_fixture.h"

namespace toono::test {

TEST_CASE("HMAC-SHA256 gives the vectors of RFC 4231") {
  KeyBytes key{};
  std::string_view jefe =
      "Jefe";  // a key shorter than a block is padded with zeros: the same as 32 bytes with zeros
  std::copy(jefe.begin(), jefe.end(), key.begin());
  CHECK(to_hex(bytes_of(hmac(hmac_for(key), bytes_of("what do ya want for nothing?")))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  key.fill(0);
  std::fill_n(key.begin(), 20, 0x0b);
  CHECK(to_hex(bytes_of(hmac(hmac_for(key), bytes_of("Hi There")))) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST_CASE("a seal is bound to exactly the bytes that the format says") {
  ready_sodium();
  SeededEntropy entropy(3);
  Secret key;
  entropy.fill(key.bytes);
  auto key_id = numbered<KeyId>(4);
  auto sealed = seal_words(key.bytes, key_id, context_of(1, SealClass::health), "words", entropy);
  auto origin = numbered<CommandId>(900);
  auto whose = person(1);
  std::string bound = "toono.seal.1";
  bound += text_of(bytes_of(origin));
  bound += text_of(bytes_of(whose));
  bound += '\x02';
  bound += text_of(bytes_of(key_id));
  bound += "caller.name";
  std::string words(5, '\0');
  CHECK(crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(words.data()), nullptr,
                                                   nullptr, sealed.ciphertext.data(),
                                                   sealed.ciphertext.size(), bytes_of(bound).data(),
                                                   bound.size(), sealed.nonce.data(), key.bytes.data()) == 0);
  CHECK(words == "words");
}

TEST_CASE("a telephone number has one spelling") {
  struct Row {
    const char* written;
    const char* normal;
  };
  const Row rows[] = {
      {"13800138000", "13800138000"},
      {"138 0013 8000", "13800138000"},
      {"(138) 0013-8000", "13800138000"},
      {"+8613800138000", "13800138000"},
      {"＋８６１３８００１３８０００", "13800138000"},
      {"008613800138000", "13800138000"},
      {"8613800138000", "13800138000"},
      {"013800138000", "13800138000"},
      {"+86 013800138000", "13800138000"},
      {"0471-1234567", "4711234567"},
      {"471 1234567", "4711234567"},
      {"+86 0471 1234567", "4711234567"},
      {"+86 (471) 1234567", "4711234567"},
      {"1234567", "1234567"},
      {"110", "110"},
      {"+86 110", "110"},
      {"8612000138000", "8612000138000"},  // not a mobile behind 86
      {"86123456", "86123456"},            // a local number may begin with 86
      {"+976 11 123456", "+97611123456"},
      {"0097611123456", "+97611123456"},
      {"0976 11 123456", "97611123456"},
      {"12345678901234 5", "123456789012345"},
      {"tel: 12355", "12355"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.written);
    auto normal = normalise_number(row.written);
    REQUIRE(normal.has_value());
    CHECK(*normal == row.normal);
  }
  for (const char* bad :
       {"", "no number", "12", "000", "+86 12", "0000000012", "1234567890123456", "+", "\xEF\xBC"}) {
    CAPTURE(bad);
    auto normal = normalise_number(bad);
    REQUIRE_FALSE(normal.has_value());
    CHECK(is_error(normal.error(), ErrorCode::usage));
  }
}

TEST_CASE("seeded chance is one stream however it is cut") {
  std::array<std::uint8_t, 5000> whole{};
  SeededEntropy(42).fill(whole);
  SeededEntropy cut(42);
  std::array<std::uint8_t, 5000> pieces{};
  for (std::size_t at = 0, size = 1; at < pieces.size(); at += size, size = size * 3 % 701 + 1)
    cut.fill(std::span(pieces).subspan(at, std::min(size, pieces.size() - at)));
  CHECK(std::equal(whole.begin(), whole.end(), pieces.begin()));
  CHECK(std::count(whole.begin(), whole.end(), 0) < 60);
}

TEST_CASE("the system's chance does not repeat itself") {
  SystemEntropy entropy;
  std::vector<std::array<std::uint8_t, 24>> drawn(1000);
  for (auto& one : drawn) entropy.fill(one);
  std::sort(drawn.begin(), drawn.end());
  CHECK(std::adjacent_find(drawn.begin(), drawn.end()) == drawn.end());
}

}  // namespace toono::test
