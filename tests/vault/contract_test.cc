// The contract of the port over both vaults.
#include <list>

#include "tests/vault/vault_fixture.h"

namespace toono::test {

TEST_CASE("the vault in memory keeps the contract") {
  std::list<SeededEntropy> chance;
  vault_contract([&] { return MemoryVault::create(chance.emplace_back(chance.size())); });
}

TEST_CASE("the vault in a file keeps the contract") {
  std::list<Place> places;
  vault_contract([&]() -> std::unique_ptr<Vault> {
    auto& place = places.emplace_back();
    place.entropy = SeededEntropy(places.size());
    return place.create().value();
  });
}

TEST_CASE("the same seed gives the same seals") {
  auto run = [](std::uint64_t seed) {
    SeededEntropy entropy(seed);
    auto vault = MemoryVault::create(entropy);
    auto sealed = vault->seal(context_of(1), "words").value();
    return std::string(text_of(sealed.nonce)) + std::string(text_of(sealed.ciphertext));
  };
  CHECK(run(7) == run(7));
  CHECK(run(7) != run(8));
}

}  // namespace toono::test
