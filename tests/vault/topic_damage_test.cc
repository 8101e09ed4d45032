// Whatever stands in a keys topic and is not ours is refused and named; nothing that was erased comes back.
#include "tests/vault/topic_fixture.h"

namespace toono::test {
namespace {

SealedT released(Vault& vault, const SealContext& context, std::string_view words) {
  auto sealed = vault.seal(context, words).value();
  REQUIRE(vault.settle().has_value());
  return sealed;
}

/// One record of each kind: a header, a key, a telephone, a tombstone, and a destroyed key.
struct EveryKind : SharedTopic {
  EveryKind() {
    auto vault = process();
    sealed = released(*vault, context_of(1), "words");
    CHECK(*vault->caller("13800138000", person(1)) == person(1));
    released(*vault, context_of(2, SealClass::health), "gone");
    REQUIRE(vault->destroy(person(2), SealClass::health).has_value());
    topic.compact(topic.end());
    REQUIRE(topic.records().size() == 5);
  }
  SealedT sealed;
};

Buffer buffer_of(std::string_view text) { return {bytes_of(text).begin(), bytes_of(text).end()}; }

std::string offset_of_last(const MemoryKeysTopic& topic) {
  return "offset " + std::to_string(topic.end() - 1);
}

}  // namespace

TEST_CASE("every flipped bit of a keys topic is refused") {
  EveryKind shared;
  std::size_t flips = 0;
  for (std::size_t i = 0; i < shared.topic.records().size(); ++i) {
    CAPTURE(i);
    const auto& whole = shared.topic.records()[i];
    for (std::size_t bit = 0; bit < 8 * (whole.key.size() + whole.value.value().size()); ++bit) {
      MemoryKeysTopic changed;
      for (auto record : shared.topic.records()) {
        auto mask = static_cast<std::uint8_t>(1u << bit % 8);
        bool is_it = record.position == whole.position;
        if (is_it && bit / 8 < record.key.size())
          record.key[bit / 8] = static_cast<char>(record.key[bit / 8] ^ mask);
        else if (is_it)
          (*record.value)[bit / 8 - record.key.size()] ^= mask;
        changed.append(record.key, record.value);
      }
      auto opened = TopicVault::open(std::make_unique<MemoryKeyRecords>(changed), shared.master.bytes,
                                     shared.entropy, Access::read_only);
      ++flips;
      bool refused = !opened && (is_error(opened.error(), ErrorCode::damaged) ||
                                 (i == 0 && is_error(opened.error(), ErrorCode::refused)));
      bool named = !opened && opened.error().where.find("offset " + std::to_string(i)) != std::string::npos;
      if (!refused || !named) FAIL_CHECK("bit " << bit << " was let in");
    }
  }
  CHECK(flips > 8000);
}

TEST_CASE("a foreign record stops every process until it is given up") {
  struct Row {
    const char* name;
    std::string key;
    std::string value;
  };
  EveryKind shared;
  std::string of_a_key(1, '\x01');
  of_a_key += std::string(16, 'x');
  const Row rows[] = {{"no key", "", "value"},
                      {"a foreign key", "person-1", "{}"},
                      {"an empty value", of_a_key, ""},
                      {"a value of a key's length", of_a_key, std::string(kSlotSize, 'x')},
                      {"a kind that is not known", std::string(17, '\x07'), "value"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto running = shared.process();
    shared.topic.append(row.key, buffer_of(row.value));
    auto seal = running->seal(context_of(1), "more");
    REQUIRE_FALSE(seal.has_value());
    CHECK(is_error(seal.error(), ErrorCode::damaged));
    CHECK(seal.error().where.find(offset_of_last(shared.topic)) != std::string::npos);
    CHECK(is_error(running->settle().error(), ErrorCode::damaged));
    CHECK(is_error(running->destroy(person(1), std::nullopt).error(), ErrorCode::damaged));
    CHECK(is_error(running->find_caller("13800138000").error(), ErrorCode::damaged));
    CHECK(opened(*running, shared.sealed) == "damaged");
    CHECK(is_error(shared.try_process().error(), ErrorCode::damaged));

    shared.topic.append(row.key, std::nullopt);
    CHECK(opened(*running, shared.sealed) == "words: words");
    CHECK(opened(*shared.process(), shared.sealed) == "words: words");
    shared.topic.compact(shared.topic.end());
    CHECK(opened(*shared.process(), shared.sealed) == "words: words");
  }
}

TEST_CASE("a keys topic whose oldest records were removed asks for its mirror") {
  EveryKind shared;
  auto gone = [&](std::size_t count) {
    MemoryKeysTopic rest;
    const auto& records = shared.topic.records();
    for (auto i = count; i < records.size(); ++i) rest.append(records[i].key, records[i].value);
    return TopicVault::open(std::make_unique<MemoryKeyRecords>(rest), shared.master.bytes, shared.entropy,
                            Access::read_only)
        .error();
  };
  for (std::size_t count = 1; count <= shared.topic.records().size(); ++count) {
    CAPTURE(count);
    auto error = gone(count);
    CHECK(error.what == (count < shared.topic.records().size()
                             ? "the keys topic has no header in front of its records"
                             : "there is no vault in the keys topic"));
    CHECK(error.next.find("restore the topic from its mirror") != std::string::npos);
  }
}

TEST_CASE("a topic full of something else is refused and not kept in memory") {
  EveryKind shared;
  auto first = "offset " + std::to_string(shared.topic.end());
  for (int i = 0; i < 3000; ++i) shared.topic.append("event " + std::to_string(i), buffer_of("value"));
  auto running = shared.try_process();
  CHECK(is_error(running.error(), ErrorCode::damaged));
  CHECK(running.error().where.find(first) != std::string::npos);
  MemoryKeysTopic other;
  for (int i = 0; i < 3000; ++i) other.append("event " + std::to_string(i), buffer_of("value"));
  auto made =
      TopicVault::create(std::make_unique<MemoryKeyRecords>(other), shared.master.bytes, shared.entropy);
  CHECK(is_error(made.error(), ErrorCode::damaged));
  CHECK(other.records().size() == 3000);
}

TEST_CASE("a tombstone of another master key erases nobody") {
  EveryKind shared;
  SharedTopic other(7);
  REQUIRE(other.process()->destroy(person(1), SealClass::identity).has_value());
  auto forged = other.topic.records().back();
  shared.topic.append(forged.key, forged.value);
  auto refused = shared.try_process();
  CHECK(is_error(refused.error(), ErrorCode::damaged));
  CHECK(refused.error().what.find("master key") != std::string::npos);
}

TEST_CASE("an old key written again after its person was erased stays void") {
  EveryKind shared;
  auto key = shared.topic.records()[1];
  auto vault = shared.process();
  REQUIRE(vault->destroy(person(1), std::nullopt).has_value());
  shared.topic.append(key.key, key.value);
  CHECK(opened(*vault, shared.sealed) == "none");
  shared.topic.compact(shared.topic.end());
  CHECK(shared.bytes().find(text_of(Bytes(*key.value).subspan(48, 72))) != std::string::npos);
  auto next = shared.process();  // which finishes the destruction
  CHECK(opened(*next, shared.sealed) == "none");
  CHECK_FALSE(next->seal(context_of(1), "more").has_value());
  shared.topic.compact(shared.topic.end());
  CHECK(shared.bytes().find(text_of(Bytes(*key.value).subspan(48, 72))) == std::string::npos);
}

TEST_CASE("a key that was given up is unknown, a tombstone or header that was given up is damage") {
  EveryKind shared;
  auto records = shared.topic.records();
  auto running = shared.process();
  SUBCASE("a key") {
    shared.topic.append(records[1].key, std::nullopt);
    CHECK(opened(*running, shared.sealed) == "damaged");
    auto anew = released(*running, context_of(1), "anew");
    CHECK_FALSE(anew.key_id == shared.sealed.key_id);
    shared.topic.compact(shared.topic.end());
    CHECK(opened(*shared.process(), anew) == "words: anew");
    CHECK(opened(*shared.process(), shared.sealed) == "damaged");
  }
  SUBCASE("a telephone entry") {
    for (const auto& record : records)
      if (record.key[0] == '\x02') shared.topic.append(record.key, std::nullopt);
    CHECK_FALSE(running->find_caller("13800138000")->has_value());
  }
  SUBCASE("a tombstone") {
    for (const auto& record : records)
      if (record.key[0] == '\x04') shared.topic.append(record.key, std::nullopt);
    CHECK(is_error(running->settle().error(), ErrorCode::damaged));
    CHECK(is_error(shared.try_process().error(), ErrorCode::damaged));
  }
  SUBCASE("the header") {
    shared.topic.append(records[0].key, std::nullopt);
    CHECK(is_error(running->settle().error(), ErrorCode::damaged));
    shared.topic.compact(shared.topic.end());
    CHECK(is_error(shared.try_process().error(), ErrorCode::damaged));
  }
  SUBCASE("the header, written anew") {
    auto value = *records[0].value;
    value[40] ^= 1;
    shared.topic.append(records[0].key, value);
    CHECK(is_error(running->settle().error(), ErrorCode::damaged));
    shared.topic.append(records[0].key, records[0].value);
    CHECK(running->settle().has_value());
  }
}

}  // namespace toono::test
