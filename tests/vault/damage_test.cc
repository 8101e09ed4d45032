// Crashes and damage of the slot file: a torn group is dropped, a flipped bit is found, a destruction is
// finished.
#include "tests/vault/vault_fixture.h"

namespace toono::test {
namespace {

/// A medium whose bytes the test can reach while a vault stands on them.
class SharedMedium final : public Medium {
 public:
  explicit SharedMedium(std::shared_ptr<std::string> bytes) : bytes_(std::move(bytes)) {}
  Result<std::uint64_t> size() override { return std::uint64_t{bytes_->size()}; }
  Result<std::size_t> read_at(std::uint64_t at, std::span<std::uint8_t> into) override {
    if (at >= bytes_->size()) return std::size_t{0};
    return bytes_->copy(reinterpret_cast<char*>(into.data()), into.size(), at);
  }
  Result<void> write_at(std::uint64_t at, Bytes bytes) override {
    if (bytes_->size() < at + bytes.size()) bytes_->resize(at + bytes.size());
    bytes_->replace(at, bytes.size(), text_of(bytes));
    return {};
  }
  Result<void> sync() override { return {}; }
  Result<void> truncate(std::uint64_t size) override { return bytes_->resize(size), Result<void>(); }

 private:
  std::shared_ptr<std::string> bytes_;
};

struct Small {
  SeededEntropy entropy{11};
  KeyBytes master{};
  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();

  Small() {
    entropy.fill(master);
    auto header = new_vault_header(master, entropy);
    *bytes = text_of(header);
  }
  Result<std::unique_ptr<MemoryVault>> open(Access access = Access::read_write) {
    return MemoryVault::open(std::make_unique<SharedMedium>(bytes), master, entropy, access);
  }
};

/// Every answer that a small vault gives, as one text; or its errors.
std::string answers(Vault& vault, const std::vector<SealedT>& seals) {
  std::string all;
  for (const auto& sealed : seals) all += opened(vault, sealed) + "; ";
  for (const char* number : {"110", "13800138000", "0471 1234567"}) {
    auto who = vault.find_caller(number);
    if (!who) return error_text(who.error());
    all += *who ? to_text(**who) + "; " : "nobody; ";
  }
  all += to_hex(bytes_of(vault.fingerprint(bytes_of("x")))) + "; ";
  auto refused = vault.seal(context_of(2), "x");
  return all + (refused ? "sealed" : "refused");
}

std::vector<SealedT> fill(Vault& vault) {
  std::vector<SealedT> seals;
  seals.push_back(*vault.seal(context_of(1), "one"));
  seals.push_back(*vault.seal(context_of(1, SealClass::narrative), "two"));
  REQUIRE(vault.settle().has_value());
  seals.push_back(*vault.seal(context_of(2), "three"));
  REQUIRE(vault.caller("110", person(1)).has_value());
  REQUIRE(vault.caller("13800138000", person(2)).has_value());
  REQUIRE(vault.destroy(person(2), std::nullopt).has_value());
  seals.push_back(*vault.seal(context_of(3), "four"));
  REQUIRE(vault.caller("0471 1234567", person(3)).has_value());
  REQUIRE(vault.settle().has_value());
  return seals;
}

}  // namespace

TEST_CASE("every flipped bit is found or changes no answer") {
  Small small;
  std::vector<SealedT> seals;
  std::string before;
  {
    auto vault = small.open().value();
    seals = fill(*vault);
  }
  before = answers(**small.open(), seals);
  REQUIRE(before.find("damaged") == std::string::npos);
  const std::string good = *small.bytes;
  std::size_t found = 0;
  for (auto access : {Access::read_write, Access::read_only}) {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      *small.bytes = good;
      (*small.bytes)[bit / 8] = static_cast<char>((*small.bytes)[bit / 8] ^ 1 << bit % 8);
      auto vault = small.open(access);
      if (!vault) {
        ++found;
        continue;
      }
      auto after = answers(**vault, seals);
      if (after != before) FAIL("bit " << bit << " changed an answer: " << after);
    }
  }
  // Only the places of the two destroyed slots may hold a bit that no answer needs.
  CHECK(found == 2 * 8 * (good.size() - 2 * kSlotSize));
}

TEST_CASE("a group torn by a crash is dropped and what was settled stays") {
  Small small;
  auto vault = small.open().value();
  auto settled = vault->seal(context_of(1), "settled").value();
  REQUIRE(vault->settle().has_value());
  auto before = small.bytes->size();
  for (std::uint32_t number = 2; number < 5; ++number)
    REQUIRE(vault->seal(context_of(number), "x").has_value());
  REQUIRE(vault->settle().has_value());
  const std::string good = *small.bytes;
  vault.reset();

  for (std::size_t kept = before; kept < good.size(); ++kept) {
    for (bool zeros : {false, true}) {
      CAPTURE(kept);
      *small.bytes = good.substr(0, kept);
      if (zeros) small.bytes->resize(good.size());
      auto again = small.open();
      REQUIRE(again.has_value());
      CHECK(opened(**again, settled) == "words: settled");
      CHECK(small.bytes->size() == kHeaderSize + (kept - kHeaderSize) / kSlotSize * kSlotSize);
      auto fresh = (*again)->seal(context_of(4), "after the crash").value();
      REQUIRE((*again)->settle().has_value());
      CHECK(opened(**small.open(), fresh) == "words: after the crash");
    }
  }
  // A page in the middle of the last group that never came.
  *small.bytes = good;
  small.bytes->replace(before + kSlotSize, kSlotSize, kSlotSize, '\0');
  REQUIRE(small.open().has_value());
  CHECK(small.bytes->size() == before + kSlotSize);
  // In a group before the last it is damage, and named.
  *small.bytes = good;
  small.bytes->replace(kHeaderSize, kSlotSize, kSlotSize, '\0');
  auto damaged = small.open();
  REQUIRE_FALSE(damaged.has_value());
  CHECK(is_error(damaged.error(), ErrorCode::damaged));
  CHECK(damaged.error().where.find("slot 0") != std::string::npos);
}

TEST_CASE("a destruction cut short at any byte is finished") {
  Small small;
  auto vault = small.open().value();
  auto erased = vault->seal(context_of(1), "to be erased").value();
  auto other = vault->seal(context_of(2), "another").value();
  REQUIRE(vault->settle().has_value());
  const std::string key_slot = small.bytes->substr(kHeaderSize, kSlotSize);
  REQUIRE(vault->destroy(person(1), SealClass::identity).has_value());
  const std::string done = *small.bytes;
  vault.reset();
  for (std::size_t written = 0; written <= kSlotSize; ++written) {
    CAPTURE(written);
    std::string torn = done;
    torn.replace(kHeaderSize + written, kSlotSize - written, key_slot.substr(written));
    *small.bytes = torn;
    auto reader = small.open(Access::read_only);
    REQUIRE(reader.has_value());
    CHECK(opened(**reader, erased) == "none");
    CHECK(*small.bytes == torn);
    auto writer = small.open();
    REQUIRE(writer.has_value());
    CHECK(opened(**writer, erased) == "none");
    CHECK(opened(**writer, other) == "words: another");
    CHECK(*small.bytes == done);
  }
}

TEST_CASE("no byte of a destroyed key stays") {
  Small small;
  auto vault = small.open().value();
  REQUIRE(vault->seal(context_of(1), "x").has_value());
  REQUIRE(vault->caller("13800138000", person(1)).has_value());
  REQUIRE(vault->settle().has_value());
  auto wrapped = small.bytes->substr(kHeaderSize + 48, kBodySize);
  auto number = small.bytes->substr(kHeaderSize + kSlotSize + 48, kBodySize);
  REQUIRE(vault->destroy(person(1), std::nullopt).has_value());
  for (std::size_t at = 0; at + 8 <= kBodySize; ++at) {
    CHECK(small.bytes->find(wrapped.substr(at, 8)) == std::string::npos);
    CHECK(small.bytes->find(number.substr(at, 8)) == std::string::npos);
  }
}

TEST_CASE("a slot moved to another place or another vault opens nothing") {
  Small small;
  auto vault = small.open().value();
  auto one = vault->seal(context_of(1), "one").value();
  auto two = vault->seal(context_of(2), "two").value();
  REQUIRE(vault->settle().has_value());
  vault.reset();
  // A wrapped key under another name, each with a checksum that fits.
  auto slot_at = [&](std::size_t number) {
    return decode_slot(std::span<const std::uint8_t>(bytes_of(*small.bytes))
                           .subspan(kHeaderSize + number * kSlotSize)
                           .first<kSlotSize>())
        .value();
  };
  const auto first = slot_at(0);
  const auto second = slot_at(1);
  Slot forged[] = {first, second, first, first};
  forged[0].body = second.body;
  forged[1].person = first.person;
  forged[2].person = person(3);
  forged[3].seal_class = static_cast<std::uint8_t>(SealClass::health);
  for (const auto& slot : forged) {
    auto bytes = encode_slot(slot);
    small.bytes->replace(kHeaderSize, kSlotSize, text_of(bytes));
    auto again = small.open().value();
    CHECK(opened(*again, one) == "damaged");
    CHECK(opened(*again, two) == "words: two");
    auto context = context_of(1, static_cast<SealClass>(slot.seal_class));
    context.person = slot.person;
    auto sealed = again->seal(context, "x");
    REQUIRE_FALSE(sealed.has_value());
    CHECK(is_error(sealed.error(), ErrorCode::damaged));
  }
}

TEST_CASE("a telephone entry under another name leads to nobody") {
  Small small;
  auto vault = small.open().value();
  REQUIRE(vault->caller("110", person(1)).has_value());
  REQUIRE(vault->settle().has_value());
  vault.reset();
  auto forged =
      decode_slot(
          std::span<const std::uint8_t>(bytes_of(*small.bytes)).subspan(kHeaderSize).first<kSlotSize>())
          .value();
  forged.person = person(2);
  auto bytes = encode_slot(forged);
  small.bytes->replace(kHeaderSize, kSlotSize, text_of(bytes));
  auto who = (*small.open())->find_caller("110");
  REQUIRE_FALSE(who.has_value());
  CHECK(is_error(who.error(), ErrorCode::damaged));
}

TEST_CASE("a reader sees what another process adds and destroys") {
  Small small;
  auto writer = small.open().value();
  auto reader = small.open(Access::read_only).value();
  auto sealed = writer->seal(context_of(1), "later").value();
  REQUIRE(writer->caller("110", person(1)).has_value());
  CHECK(opened(*reader, sealed) == "damaged");
  REQUIRE(writer->settle().has_value());
  CHECK(opened(*reader, sealed) == "words: later");
  CHECK(**reader->find_caller("110") == person(1));
  CHECK(reader->seal(context_of(1), "known key").has_value());
  CHECK(is_error(reader->seal(context_of(2), "new key").error(), ErrorCode::refused));
  CHECK(is_error(reader->caller("120", person(2)).error(), ErrorCode::refused));
  CHECK(is_error(reader->destroy(person(1), std::nullopt).error(), ErrorCode::refused));
  REQUIRE(writer->destroy(person(1), std::nullopt).has_value());
  CHECK(opened(*reader, sealed) == "none");
  CHECK_FALSE(reader->find_caller("110")->has_value());
}

}  // namespace toono::test
