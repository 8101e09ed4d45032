// Two processes on one keys topic: who is first, what is erased for both, and what a record must be.
#include "tests/vault/topic_fixture.h"

#include <list>

namespace toono::test {
namespace {

/// Seals and settles.
SealedT released(Vault& vault, const SealContext& context, std::string_view words) {
  auto sealed = vault.seal(context, words).value();
  REQUIRE(vault.settle().has_value());
  return sealed;
}

Slot slot_in(const KeyRecord& record) {
  REQUIRE(record.value.has_value());
  REQUIRE(record.value->size() == kSlotSize);
  return decode_slot(Bytes(*record.value).first<kSlotSize>()).value();
}

std::size_t count_kind(const MemoryKeysTopic& topic, SlotKind kind) {
  std::size_t count = 0;
  for (const auto& record : topic.records())
    if (record.value && record.value->size() == kSlotSize && slot_in(record).kind == kind) ++count;
  return count;
}

}  // namespace

TEST_CASE("the vault of a keys topic keeps the contract") {
  std::list<SharedTopic> topics;
  vault_contract([&]() -> std::unique_ptr<Vault> { return topics.emplace_back(topics.size()).process(); });
}

TEST_CASE("a new key reaches the topic when it is settled and not before") {
  SharedTopic shared;
  auto one = shared.process();
  auto sealed = one->seal(context_of(1), "words").value();
  CHECK(shared.topic.records().size() == 1);
  REQUIRE(one->settle().has_value());
  REQUIRE(shared.topic.records().size() == 2);
  CHECK(slot_in(shared.topic.records()[1]).key_id == sealed.key_id);
  REQUIRE(one->settle().has_value());
  CHECK(shared.topic.records().size() == 2);
  CHECK(opened(*shared.process(), sealed) == "words: words");
}

TEST_CASE("another process opens what was sealed after it last looked") {
  SharedTopic shared;
  Weather weather;
  auto slow = shared.process(weather);
  weather.lags = true;
  auto one = shared.process();
  auto sealed = released(*one, context_of(1), "words");
  CHECK(opened(*slow, sealed) == "words: words");
  CHECK(*one->caller("13800138000", person(1)) == person(1));
  REQUIRE(one->settle().has_value());
  CHECK(**slow->find_caller("13800138000") == person(1));
  CHECK_FALSE(*slow->knows(person(2)));
  REQUIRE(one->caller("13800138001", person(2)).has_value());
  REQUIRE(one->settle().has_value());
  CHECK(*slow->knows(person(2)));
}

TEST_CASE("two processes make a key for one person and both seals stay readable") {
  SharedTopic shared;
  auto one = shared.process();
  auto two = shared.process();
  auto first = one->seal(context_of(1), "of one").value();
  auto second = two->seal(context_of(1), "of two").value();
  CHECK_FALSE(first.key_id == second.key_id);
  REQUIRE(two->settle().has_value());
  REQUIRE(one->settle().has_value());
  shared.topic.compact(shared.topic.end());
  auto three = shared.process();
  for (auto* vault : {one.get(), two.get(), three.get()}) {
    CHECK(opened(*vault, first) == "words: of one");
    CHECK(opened(*vault, second) == "words: of two");
    CHECK(vault->seal(context_of(1), "more")->key_id == second.key_id);
  }

  REQUIRE(three->destroy(person(1), std::nullopt).has_value());
  for (auto* vault : {one.get(), two.get(), three.get()}) {
    CHECK(opened(*vault, first) == "none");
    CHECK(opened(*vault, second) == "none");
    CHECK_FALSE(vault->seal(context_of(1), "more").has_value());
  }
  CHECK(count_kind(shared.topic, SlotKind::key) == 2);
  shared.topic.compact(shared.topic.end());
  CHECK(count_kind(shared.topic, SlotKind::key) == 0);
  CHECK(count_kind(shared.topic, SlotKind::key_tombstone) == 3);
  CHECK(opened(*shared.process(), first) == "none");
}

TEST_CASE("a key behind a tombstone is void, its process is refused once, and nothing of it is left") {
  SharedTopic shared;
  Weather weather;
  auto edge = shared.process(weather);
  auto other = shared.process();
  auto dead = edge->seal(context_of(1), "too late").value();
  auto alive = edge->seal(context_of(2), "in time").value();
  bool lands_first = false;
  SUBCASE("the tombstone came long before the key") {
    REQUIRE(other->destroy(person(1), std::nullopt).has_value());
  }
  SUBCASE("the tombstone came just before the key") {
    weather.before_append = [&] {
      if (!std::exchange(lands_first, true)) REQUIRE(other->destroy(person(1), std::nullopt).has_value());
    };
  }
  auto settled = edge->settle();
  REQUIRE_FALSE(settled.has_value());
  CHECK(is_error(settled.error(), ErrorCode::refused));
  CHECK(error_text(settled.error()).find(to_text(person(1))) != std::string::npos);
  CHECK(opened(*edge, dead) == "none");
  CHECK(opened(*other, dead) == "none");
  CHECK(opened(*other, alive) == "words: in time");
  REQUIRE(edge->settle().has_value());
  CHECK_FALSE(edge->seal(context_of(1), "again").has_value());
  CHECK(edge->seal(context_of(2), "again")->key_id == alive.key_id);
  shared.topic.compact(shared.topic.end());
  CHECK(count_kind(shared.topic, SlotKind::key) == 1);
}

TEST_CASE("a key that lands while its person is destroyed is destroyed with the rest") {
  SharedTopic shared;
  Weather weather;
  auto eraser = shared.process(weather);
  auto edge = shared.process();
  auto sealed = edge->seal(context_of(1), "words").value();
  weather.before_append = [&, done = false]() mutable {
    if (!std::exchange(done, true)) REQUIRE(edge->settle().has_value());
  };
  REQUIRE(eraser->destroy(person(1), std::nullopt).has_value());
  CHECK(opened(*edge, sealed) == "none");
  shared.topic.compact(shared.topic.end());
  CHECK(count_kind(shared.topic, SlotKind::key) == 0);
}

TEST_CASE("a destruction that a crash cut short is finished by the next process that opens the vault") {
  SharedTopic shared;
  Weather weather;
  auto one = shared.process();
  auto sealed = released(*one, context_of(1), "words");
  CHECK(*one->caller("13800138000", person(1)) == person(1));
  REQUIRE(one->settle().has_value());
  auto dying = shared.process(weather);
  weather.next = [] { return Weather::Append::works_half; };
  CHECK(is_error(dying->destroy(person(1), std::nullopt).error(), ErrorCode::world));
  dying.reset();
  CHECK(opened(*one, sealed) == "none");

  REQUIRE(shared.try_process(Access::read_only).has_value());
  shared.topic.compact(shared.topic.end());
  CHECK(count_kind(shared.topic, SlotKind::telephone) == 1);
  auto next = shared.process();
  shared.topic.compact(shared.topic.end());
  CHECK(count_kind(shared.topic, SlotKind::key) == 0);
  CHECK(count_kind(shared.topic, SlotKind::telephone) == 0);
  CHECK_FALSE(next->find_caller("13800138000")->has_value());
}

TEST_CASE("a number that two processes hear for the first time leads to the first") {
  SharedTopic shared;
  auto one = shared.process();
  auto two = shared.process();
  CHECK(*one->caller("13800138000", person(1)) == person(1));
  CHECK(*two->caller("13800138000", person(2)) == person(2));
  REQUIRE(two->settle().has_value());
  auto late = one->settle();
  REQUIRE_FALSE(late.has_value());
  CHECK(is_error(late.error(), ErrorCode::refused));
  CHECK(error_text(late.error()).find("138") == std::string::npos);
  CHECK(*one->caller("13800138000", person(1)) == person(2));
  REQUIRE(one->settle().has_value());
  shared.topic.compact(shared.topic.end());
  CHECK(**shared.process()->find_caller("13800138000") == person(2));
}

TEST_CASE("an append of unknown outcome is tried again without harm") {
  SharedTopic shared;
  for (auto kind : {Weather::Append::fails, Weather::Append::works_unseen, Weather::Append::works_half,
                    Weather::Append::arrives_late}) {
    auto number = static_cast<std::uint32_t>(kind);
    CAPTURE(number);
    Weather weather;
    std::vector<KeyRecord> late;
    weather.late = &late;
    auto edge = shared.process(weather);
    auto sealed = edge->seal(context_of(number), "words").value();
    auto health = edge->seal(context_of(number, SealClass::health), "more").value();
    auto telephone = "1380013800" + std::to_string(number);
    CHECK(*edge->caller(telephone, person(number)) == person(number));
    weather.next = [&, failed = false]() mutable {
      return std::exchange(failed, true) ? Weather::Append::works : kind;
    };
    CHECK(is_error(edge->settle().error(), ErrorCode::world));
    CHECK(opened(*edge, sealed) == "words: words");
    REQUIRE(edge->settle().has_value());
    for (const auto& record : late) shared.topic.append(record.key, record.value);
    auto other = shared.process();
    CHECK(opened(*other, sealed) == "words: words");
    CHECK(opened(*other, health) == "words: more");
    CHECK(**other->find_caller(telephone) == person(number));
  }
}

TEST_CASE("what an append of unknown outcome brought there is judged when it is settled") {
  SharedTopic shared;
  Weather weather;
  auto edge = shared.process(weather);
  auto sealed = edge->seal(context_of(1), "words").value();
  weather.next = [] { return Weather::Append::works_unseen; };
  CHECK(is_error(edge->settle().error(), ErrorCode::world));
  CHECK(opened(*edge, sealed) == "words: words");  // by now it has read its own key
  weather.lags = true;
  REQUIRE(shared.process()->destroy(person(1), std::nullopt).has_value());
  auto settled = edge->settle();
  REQUIRE_FALSE(settled.has_value());
  CHECK(is_error(settled.error(), ErrorCode::refused));
  CHECK(opened(*edge, sealed) == "none");
}

TEST_CASE("without the topic nothing new is sealed for good, and what is known still opens") {
  SharedTopic shared;
  Weather weather;
  auto edge = shared.process(weather);
  auto sealed = released(*edge, context_of(1), "words");
  weather.is_cut = true;
  CHECK(opened(*edge, sealed) == "words: words");
  REQUIRE(edge->seal(context_of(2), "new").has_value());
  CHECK(is_error(edge->settle().error(), ErrorCode::world));
  CHECK(is_error(edge->destroy(person(1), std::nullopt).error(), ErrorCode::world));
  CHECK(is_error(edge->find_caller("13800138000").error(), ErrorCode::world));
  weather.is_cut = false;
  CHECK(edge->settle().has_value());
}

TEST_CASE("an acknowledged record that is not there is named") {
  SharedTopic shared;
  Weather weather;
  auto edge = shared.process(weather);
  REQUIRE(edge->seal(context_of(1), "words").has_value());
  weather.next = [] { return Weather::Append::lies; };
  CHECK(is_error(edge->settle().error(), ErrorCode::damaged));
  weather.next = [] { return Weather::Append::works; };
  CHECK(edge->settle().has_value());
}

TEST_CASE("the master key of another deployment is refused") {
  SharedTopic shared;
  SharedTopic another(2);
  auto wrong = TopicVault::open(std::make_unique<MemoryKeyRecords>(shared.topic), another.master.bytes,
                                shared.entropy);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(is_error(wrong.error(), ErrorCode::refused));
  CHECK(wrong.error().what.find("master key") != std::string::npos);
}

TEST_CASE("a vault is made once and the first header counts") {
  SharedTopic shared;
  auto again = TopicVault::create(std::make_unique<MemoryKeyRecords>(shared.topic), shared.master.bytes,
                                  shared.entropy);
  CHECK(is_error(again.error(), ErrorCode::refused));
  auto sealed = released(*shared.process(), context_of(1), "words");

  MemoryKeysTopic topic;
  auto opened_empty =
      TopicVault::open(std::make_unique<MemoryKeyRecords>(topic), shared.master.bytes, shared.entropy);
  CHECK(is_error(opened_empty.error(), ErrorCode::not_found));
  Weather weather;
  std::unique_ptr<TopicVault> first;
  weather.before_append = [&] {
    first =
        *TopicVault::create(std::make_unique<MemoryKeyRecords>(topic), shared.master.bytes, shared.entropy);
  };
  auto second = TopicVault::create(std::make_unique<WeatheredRecords>(topic, weather), shared.master.bytes,
                                   shared.entropy);
  CHECK(is_error(second.error(), ErrorCode::refused));
  CHECK(topic.records().size() == 2);
  topic.compact(topic.end());
  auto third =
      TopicVault::open(std::make_unique<MemoryKeyRecords>(topic), shared.master.bytes, shared.entropy);
  REQUIRE(third.has_value());
  CHECK((*third)->id() == first->id());
  CHECK((*third)->fingerprint(bytes_of("a")) == first->fingerprint(bytes_of("a")));
}

TEST_CASE("who makes a vault while another makes one with another key is told that there is one") {
  MemoryKeysTopic topic;
  SeededEntropy entropy(1);
  Secret ours, theirs;
  entropy.fill(ours.bytes);
  entropy.fill(theirs.bytes);
  Weather weather;
  weather.before_append = [&] {
    REQUIRE(TopicVault::create(std::make_unique<MemoryKeyRecords>(topic), theirs.bytes, entropy).has_value());
  };
  auto second = TopicVault::create(std::make_unique<WeatheredRecords>(topic, weather), ours.bytes, entropy);
  REQUIRE_FALSE(second.has_value());
  CHECK(is_error(second.error(), ErrorCode::refused));
  CHECK(second.error().what == "there is a vault already in the keys topic");
  CHECK(TopicVault::open(std::make_unique<MemoryKeyRecords>(topic), theirs.bytes, entropy).has_value());
}

TEST_CASE("a vault for reading writes nothing") {
  SharedTopic shared;
  auto sealed = released(*shared.process(), context_of(1), "words");
  auto reader = *shared.try_process(Access::read_only);
  auto before = shared.topic.end();
  CHECK(opened(*reader, sealed) == "words: words");
  CHECK(reader->seal(context_of(1), "with a key that is there").has_value());
  CHECK(is_error(reader->seal(context_of(2), "new").error(), ErrorCode::refused));
  CHECK(is_error(reader->destroy(person(1), std::nullopt).error(), ErrorCode::refused));
  CHECK(is_error(reader->caller("13800138000", person(1)).error(), ErrorCode::refused));
  CHECK(reader->settle().has_value());
  CHECK(shared.topic.end() == before);
}

TEST_CASE("nothing personal stands in any record") {
  SharedTopic shared;
  auto vault = shared.process();
  released(*vault, context_of(1), "Сайн уу 你好 a long enough story");
  CHECK(*vault->caller("13800138000", person(1)) == person(1));
  REQUIRE(vault->settle().has_value());
  REQUIRE(vault->destroy(person(1), SealClass::health).has_value());
  auto all = shared.bytes();
  CHECK(all.size() > 800);
  for (std::string_view word : {"Сайн", "你好", "story", "13800138000", "8001380"})
    CHECK(all.find(word) == std::string::npos);
  CHECK(all.find(text_of(shared.master.bytes)) == std::string::npos);
  auto unkeyed = sha256(bytes_of("13800138000"));
  CHECK(all.find(text_of(bytes_of(unkeyed))) == std::string::npos);
}

TEST_CASE("more keys than are held plain stay readable") {
  SharedTopic shared;
  auto vault = shared.process();
  std::vector<SealedT> seals;
  for (std::uint32_t i = 0; i < 5000; ++i)
    seals.push_back(vault->seal(context_of(i), "words of " + std::to_string(i)).value());
  REQUIRE(vault->settle().has_value());
  auto other = shared.process();
  for (std::uint32_t i = 0; i < 5000; i += 7) {
    CHECK(opened(*vault, seals[i]) == "words: words of " + std::to_string(i));
    CHECK(opened(*other, seals[i]) == "words: words of " + std::to_string(i));
  }
}

}  // namespace toono::test
