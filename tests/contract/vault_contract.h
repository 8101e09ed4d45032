// What every vault must do, whatever it stands on: run over each implementation.
#pragma once

#include <functional>
#include <memory>

#include "core/ids.h"
#include "core/vault.h"
#include "doctest/doctest.h"

namespace toono::test {

template <ByteId Id>
Id numbered(std::uint32_t number) {
  std::array<std::uint8_t, sizeof(Id)> bytes{};
  for (std::size_t i = 0; i < 4; ++i)
    bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  bytes[0] = 0x5A;
  return id_from<Id>(bytes);
}
inline PersonId person(std::uint32_t number) { return numbered<PersonId>(number); }

inline SealContext context_of(std::uint32_t number, SealClass seal_class = SealClass::identity) {
  return {.person = person(number),
          .seal_class = seal_class,
          .origin = numbered<CommandId>(900),
          .path = "caller.name"};
}

/// A seal as it stands in a record.
class Record {
 public:
  explicit Record(const SealedT& sealed) {
    builder_.Finish(Sealed::Pack(builder_, &sealed));
    view_ = flatbuffers::GetRoot<Sealed>(builder_.GetBufferPointer());
  }
  const Sealed& operator*() const { return *view_; }

 private:
  flatbuffers::FlatBufferBuilder builder_;
  const Sealed* view_;
};

inline std::string error_text(const Error& error) {
  return error.what + ": " + error.where + ": " + error.next;
}

/// "words", "none", or the error's code.
inline std::string opened(Vault& vault, const SealedT& sealed) {
  auto words = vault.open(*Record(sealed));
  if (!words)
    return words.error().code == ErrorCode::damaged ? "damaged"
                                                    : "another error: " + error_text(words.error());
  return words->has_value() ? "words: " + **words : "none";
}

inline bool is_error(const Error& error, ErrorCode code) {
  return error.code == code && !error.what.empty() && !error.where.empty() && !error.next.empty();
}

inline void seals_are_bound(Vault& vault) {
  auto good = vault.seal(context_of(1), "Сайн уу 你好").value();
  CHECK(opened(vault, good) == "words: Сайн уу 你好");
  CHECK(good.nonce.size() == 24);
  CHECK(good.nonce != vault.seal(context_of(1), "Сайн уу 你好")->nonce);
  CHECK(good.key_id == vault.seal(context_of(1), "")->key_id);
  CHECK_FALSE(good.key_id == vault.seal(context_of(1, SealClass::health), "")->key_id);
  REQUIRE(vault.seal(context_of(2), "another").has_value());

  struct Row {
    const char* name;
    std::function<void(SealedT&)> change;
  };
  const Row rows[] = {
      {"another person", [](SealedT& seal) { seal.person = person(2); }},
      {"a person without a key", [](SealedT& seal) { seal.person = person(77); }},
      {"another class", [](SealedT& seal) { seal.class_ = SealClass::health; }},
      {"no such class", [](SealedT& seal) { seal.class_ = static_cast<SealClass>(9); }},
      {"another key", [](SealedT& seal) { seal.key_id = numbered<KeyId>(5); }},
      {"another command", [](SealedT& seal) { seal.origin = numbered<CommandId>(901); }},
      {"another path", [](SealedT& seal) { seal.path = "caller.nam"; }},
      {"a longer path", [](SealedT& seal) { seal.path += "e"; }},
      {"a short nonce", [](SealedT& seal) { seal.nonce.pop_back(); }},
      {"another nonce", [](SealedT& seal) { seal.nonce[0] ^= 1; }},
      {"no ciphertext", [](SealedT& seal) { seal.ciphertext.clear(); }},
      {"cut ciphertext", [](SealedT& seal) { seal.ciphertext.pop_back(); }},
      {"changed ciphertext", [](SealedT& seal) { seal.ciphertext[0] ^= 1; }},
      {"changed tag", [](SealedT& seal) { seal.ciphertext.back() ^= 1; }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto changed = good;
    row.change(changed);
    CHECK(opened(vault, changed) == "damaged");
  }
  CHECK(opened(vault, good) == "words: Сайн уу 你好");
}

inline void destruction_is_for_ever(Vault& vault) {
  auto identity = vault.seal(context_of(1), "name").value();
  auto narrative = vault.seal(context_of(1, SealClass::narrative), "story").value();
  auto other = vault.seal(context_of(2), "another").value();
  REQUIRE(vault.settle().has_value());

  REQUIRE(vault.destroy(person(1), SealClass::identity).has_value());
  CHECK(opened(vault, identity) == "none");
  CHECK(opened(vault, narrative) == "words: story");
  auto again = vault.seal(context_of(1), "new name");
  REQUIRE_FALSE(again.has_value());
  CHECK(is_error(again.error(), ErrorCode::refused));
  CHECK(error_text(again.error()).find("new name") == std::string::npos);
  CHECK(vault.seal(context_of(1, SealClass::narrative), "more").has_value());

  REQUIRE(vault.destroy(person(1), std::nullopt).has_value());
  CHECK(opened(vault, narrative) == "none");
  REQUIRE(vault.destroy(person(1), std::nullopt).has_value());
  CHECK_FALSE(vault.seal(context_of(1, SealClass::health), "never had a key").has_value());
  REQUIRE(vault.destroy(person(3), std::nullopt).has_value());
  CHECK_FALSE(vault.seal(context_of(3), "erased before the first word").has_value());
  CHECK(opened(vault, other) == "words: another");

  auto of_another_key = identity;
  of_another_key.key_id = numbered<KeyId>(5);
  CHECK(opened(vault, of_another_key) == "damaged");

  // A key that was never settled is destroyed as well.
  auto fresh = vault.seal(context_of(4), "fresh").value();
  REQUIRE(vault.destroy(person(4), std::nullopt).has_value());
  CHECK(opened(vault, fresh) == "none");
}

inline void callers_are_known_again(Vault& vault) {
  CHECK_FALSE(vault.find_caller("13800138000")->has_value());
  CHECK(*vault.caller("13800138000", person(1)) == person(1));
  CHECK(*vault.caller("+86 138-0013-8000", person(2)) == person(1));
  CHECK(*vault.caller("0471 1234567", person(2)) == person(2));
  CHECK(*vault.caller("0471 7654321", person(1)) == person(1));
  CHECK(**vault.find_caller("１３８００１３８０００") == person(1));
  REQUIRE(vault.settle().has_value());
  CHECK(**vault.find_caller("+86 471 1234567") == person(2));

  REQUIRE(vault.destroy(person(1), SealClass::narrative).has_value());
  CHECK(**vault.find_caller("13800138000") == person(1));
  REQUIRE(vault.destroy(person(1), std::nullopt).has_value());
  CHECK_FALSE(vault.find_caller("13800138000")->has_value());
  CHECK_FALSE(vault.find_caller("0471 7654321")->has_value());
  CHECK(**vault.find_caller("0471 1234567") == person(2));
  CHECK(is_error(vault.caller("13800138000", person(1)).error(), ErrorCode::refused));
  CHECK(*vault.caller("13800138000", person(5)) == person(5));

  auto bad = vault.caller("12 or 1234567890123456", person(6));
  REQUIRE_FALSE(bad.has_value());
  CHECK(is_error(bad.error(), ErrorCode::usage));
  CHECK(error_text(bad.error()).find("1234") == std::string::npos);
  CHECK(is_error(vault.find_caller("12").error(), ErrorCode::usage));
}

inline void people_are_known(Vault& vault) {
  CHECK_FALSE(*vault.knows(person(1)));
  REQUIRE(vault.seal(context_of(1, SealClass::health), "note").has_value());
  CHECK(*vault.knows(person(1)));
  REQUIRE(vault.caller("13800138000", person(2)).has_value());
  CHECK(*vault.knows(person(2)));
  REQUIRE(vault.settle().has_value());
  CHECK(*vault.knows(person(1)));
  CHECK(*vault.knows(person(2)));
  for (std::uint64_t number : {1, 2}) {
    REQUIRE(vault.destroy(person(number), std::nullopt).has_value());
    CHECK(*vault.knows(person(number)));
  }
  CHECK_FALSE(*vault.knows(person(3)));
}

inline void fingerprints_are_keyed(Vault& vault, Vault& another) {
  auto first = vault.fingerprint(bytes_of("a command"));
  CHECK(first == vault.fingerprint(bytes_of("a command")));
  CHECK_FALSE(first == vault.fingerprint(bytes_of("a commanD")));
  CHECK_FALSE(first == another.fingerprint(bytes_of("a command")));
}

/// `fresh` makes a new and empty vault each time; they live side by side.
inline void vault_contract(const std::function<std::unique_ptr<Vault>()>& fresh) {
  SUBCASE("a seal opens in its place only") { seals_are_bound(*fresh()); }
  SUBCASE("what is destroyed stays destroyed") { destruction_is_for_ever(*fresh()); }
  SUBCASE("a caller is known again") { callers_are_known_again(*fresh()); }
  SUBCASE("who had words or a number is known") { people_are_known(*fresh()); }
  SUBCASE("a fingerprint needs the vault's key") {
    auto one = fresh();
    fingerprints_are_keyed(*one, *fresh());
  }
}

}  // namespace toono::test
