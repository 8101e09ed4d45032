// The keys of a deployment on a real broker: the vault's contract, edges side by side, a broker that goes and
// comes back, and keys that leave the disk.
#include "adapters/kafka/keys_topic.h"

#include <filesystem>
#include <list>

#include "adapters/kafka/topics.h"
#include "adapters/vault/system_entropy.h"
#include "tests/kafka/broker.h"
#include "tests/must.h"
#include "tests/vault/vault_fixture.h"

namespace toono::test {
namespace {

using testing::Cluster;
using testing::eventually;
using testing::shared_broker;
using testing::unique_deployment;

/// The topic as a deployment's creation makes it.
TopicPlan keys_topic_plan(const KafkaAddress& address) {
  for (auto& plan : topic_plans(address.deployment, {.replication = 1, .min_isr = 1}))
    if (plan.name == TopicNames(address.deployment).keys) return plan;
  FAIL("a deployment without a keys topic");
  return {};
}

/// A deployment's keys topic and its master key file.
struct KeysPlace {
  explicit KeysPlace(Cluster& cluster = shared_broker(),
                     const std::map<std::string, std::string>& settings = {})
      : address(cluster.address(unique_deployment())), admin(must(KafkaAdmin::open(address))) {
    auto plan = keys_topic_plan(address);
    for (const auto& [name, value] : settings) plan.settings[name] = value;
    must(admin->create_topic(plan));
  }
  std::unique_ptr<TopicVault> create() { return must(create_keys(address, key, entropy)); }
  std::unique_ptr<TopicVault> open() { return must(open_keys(address, key, entropy)); }
  Result<std::unique_ptr<TopicVault>> try_open() { return open_keys(address, key, entropy); }
  std::string topic() const { return TopicNames(address.deployment).keys; }

  KafkaAddress address;
  std::unique_ptr<KafkaAdmin> admin;
  TemporaryDirectory root;
  std::string key = root / "master.key";
  SystemEntropy entropy;
};

SealedT released(Vault& vault, const SealContext& context, std::string_view words) {
  auto sealed = must(vault.seal(context, words));
  must(vault.settle());
  return sealed;
}

/// Where the bytes stand in the log files of a topic, those about to be deleted too.
std::size_t found_on_disk(const Cluster& cluster, const std::string& topic, std::string_view bytes) {
  std::size_t found = 0;
  std::error_code gone;  // the broker moves and removes files meanwhile
  for (std::filesystem::recursive_directory_iterator at(cluster.data(0), gone), end; at != end;
       at.increment(gone)) {
    if (gone) break;
    auto path = at->path().string();
    if (path.find(topic) == std::string::npos || path.find(".log") == std::string::npos) continue;
    if (bytes_in(path).find(bytes) != std::string::npos) ++found;
  }
  return found;
}

/// The record's value, as it was first written.
Buffer first_key_value(const KeysPlace& place) {
  auto topic = must(KeysTopic::open(place.address));
  Buffer value;
  must(topic->read(must(topic->end()), [&](const KeyRecord& record) {
    if (value.empty() && record.key[0] == '\x01') value = record.value.value();
  }));
  REQUIRE(value.size() == kSlotSize);
  return value;
}

}  // namespace

TEST_CASE("the vault on a broker keeps the contract") {
  std::list<KeysPlace> places;
  vault_contract([&]() -> std::unique_ptr<Vault> { return places.emplace_back().create(); });
}

TEST_CASE("what one edge settles another opens, at once and after a restart") {
  KeysPlace place;
  auto one = place.create();
  auto two = place.open();
  auto sealed = released(*one, context_of(1), "words");
  CHECK(opened(*two, sealed) == "words: words");
  CHECK(must(one->caller("13800138000", person(1))) == person(1));
  must(one->settle());
  CHECK(must(two->find_caller("13800138000")) == std::optional(person(1)));
  auto three = place.open();
  CHECK(opened(*three, sealed) == "words: words");
  CHECK(three->fingerprint(bytes_of("a")) == one->fingerprint(bytes_of("a")));
  CHECK(must(three->seal(context_of(1), "more")).key_id == sealed.key_id);
}

TEST_CASE("two edges make a key for one person, and one erases the person under the other's hands") {
  KeysPlace place;
  auto one = place.create();
  auto two = place.open();
  auto first = must(one->seal(context_of(1), "of one"));
  auto second = must(two->seal(context_of(1), "of two"));
  must(two->settle());
  must(one->settle());
  for (auto* vault : {one.get(), two.get()}) {
    CHECK(opened(*vault, first) == "words: of one");
    CHECK(opened(*vault, second) == "words: of two");
    CHECK(must(vault->seal(context_of(1), "more")).key_id == second.key_id);
  }

  auto late = must(one->seal(context_of(2), "too late"));
  must(two->destroy(person(2), std::nullopt));
  must(two->destroy(person(1), SealClass::identity));
  auto settled = one->settle();
  REQUIRE_FALSE(settled.has_value());
  CHECK(is_error(settled.error(), ErrorCode::refused));
  for (auto* vault : {one.get(), two.get()}) {
    CHECK(opened(*vault, first) == "none");
    CHECK(opened(*vault, second) == "none");
    CHECK(opened(*vault, late) == "none");
  }
  must(one->settle());
  CHECK(is_error(one->seal(context_of(2), "again").error(), ErrorCode::refused));
}

TEST_CASE("a key is appended in one piece with many others and read back by every edge") {
  KeysPlace place;
  auto one = place.create();
  std::vector<SealedT> seals;
  for (std::uint32_t i = 0; i < 3000; ++i) seals.push_back(must(one->seal(context_of(i), "words")));
  must(one->settle());
  auto two = place.open();
  for (std::uint32_t i = 0; i < 3000; i += 37) CHECK(opened(*two, seals[i]) == "words: words");
}

TEST_CASE("another deployment's key file, a missing one, and a second vault are refused") {
  KeysPlace place;
  CHECK(is_error(place.try_open().error(), ErrorCode::not_found));
  auto vault = place.create();
  CHECK(is_error(create_keys(place.address, place.key, place.entropy).error(), ErrorCode::refused));
  KeysPlace other;
  auto others = other.create();
  auto wrong = open_keys(place.address, other.key, place.entropy);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(is_error(wrong.error(), ErrorCode::refused));
  CHECK(wrong.error().what.find("master key") != std::string::npos);
}

TEST_CASE("a keys topic that is not there, has two partitions or the wrong settings is refused") {
  auto& cluster = shared_broker();
  KeysPlace place;
  auto vault = place.create();
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"cleanup.policy", "delete"},
                                          {"unclean.leader.election.enable", "true"},
                                          {"segment.ms", "31536000000"},
                                          {"max.compaction.lag.ms", "9223372036854775807"}}) {
    CAPTURE(name);
    auto settings = keys_topic_plan(place.address).settings;
    settings[name] = value;
    must(place.admin->alter_topic(place.topic(), settings));
    CHECK(eventually([&] { return must(place.admin->topic_settings(place.topic()))[name] == value; }));
    auto refused = place.try_open();
    REQUIRE_FALSE(refused.has_value());
    CHECK(is_error(refused.error(), ErrorCode::refused));
    CHECK(refused.error().what.find(name) != std::string::npos);
  }
  auto nowhere = cluster.address(unique_deployment());
  CHECK(is_error(open_keys(nowhere, place.key, place.entropy).error(), ErrorCode::refused));
  auto wide = cluster.address(unique_deployment());
  auto plan = keys_topic_plan(wide);
  plan.partitions = 2;
  must(place.admin->create_topic(plan));
  auto two = open_keys(wide, place.key, place.entropy);
  CHECK(is_error(two.error(), ErrorCode::refused));
  CHECK(two.error().what.find("2 partitions") != std::string::npos);
}

TEST_CASE("a record that is not ours is named by its offset and can be given up") {
  KeysPlace place;
  auto vault = place.create();
  auto sealed = released(*vault, context_of(1), "words");
  auto stranger = must(KeysTopic::open(place.address));
  auto end = must(stranger->append({{.key = "somebody", .value = Buffer{1, 2, 3}}}));
  auto refused = place.try_open();
  REQUIRE_FALSE(refused.has_value());
  CHECK(is_error(refused.error(), ErrorCode::damaged));
  CHECK(refused.error().where.find("offset " + std::to_string(end - 1)) != std::string::npos);
  CHECK(is_error(vault->read_to_end().error(), ErrorCode::damaged));
  must(stranger->append({{.key = "somebody", .value = std::nullopt}}));
  must(vault->read_to_end());
  CHECK(opened(*place.open(), sealed) == "words: words");
}

TEST_CASE("a topic that was made anew is not taken for the one that was read") {
  KeysPlace place;
  auto vault = place.create();
  released(*vault, context_of(1), "words");
  must(place.admin->delete_topic(place.topic()));
  CHECK(eventually([&] { return place.admin->create_topic(keys_topic_plan(place.address)).has_value(); }));
  CHECK(eventually([&] {
    auto found = vault->read_to_end();
    return !found && found.error().code == ErrorCode::damaged;
  }));
  CHECK(is_error(place.try_open().error(), ErrorCode::not_found));
}

TEST_CASE("a broker that is away ends nothing: what could not be settled is settled when it is back") {
  Cluster cluster;
  KeysPlace place(cluster);
  place.address.answer_within_ms = 1500;
  place.address.properties["message.timeout.ms"] = "1500";
  auto vault = place.create();
  auto sealed = released(*vault, context_of(1), "words");
  cluster.kill(0);
  CHECK(opened(*vault, sealed) == "words: words");
  auto pending = must(vault->seal(context_of(2), "new"));
  CHECK(is_error(vault->settle().error(), ErrorCode::world));
  CHECK(is_error(vault->destroy(person(1), std::nullopt).error(), ErrorCode::world));
  CHECK(is_error(vault->find_caller("13800138000").error(), ErrorCode::world));
  cluster.start(0);
  CHECK(eventually([&] { return vault->settle().has_value(); }));
  auto other = place.open();
  CHECK(opened(*other, pending) == "words: new");
  CHECK(opened(*other, sealed) == "words: words");
  must(vault->destroy(person(1), std::nullopt));
  // The tombstone reaches the other edge by itself, a moment later.
  CHECK(eventually([&] { return opened(*other, sealed) == "none"; }));
}

TEST_CASE("a destroyed key leaves the broker's disk, its tombstone does not, and no words ever reach it") {
  Cluster cluster(1,
                  "log.cleaner.backoff.ms=100\nlog.segment.delete.delay.ms=0\n"
                  "log.retention.check.interval.ms=100\n");
  KeysPlace place(cluster, {{"segment.ms", "100"}, {"max.compaction.lag.ms", "100"}});
  auto vault = place.create();
  auto gone = released(*vault, context_of(1), "story that nobody must find");
  CHECK(must(vault->caller("13800138000", person(1))) == person(1));
  must(vault->settle());
  auto first = first_key_value(place);
  std::string wrapped(text_of(Bytes(first).subspan(48, 72)));
  CHECK(found_on_disk(cluster, place.topic(), wrapped) == 1);
  must(vault->destroy(person(1), std::nullopt));
  auto kept = released(*vault, context_of(2), "kept");

  // Old segments are compacted once others have been begun, which appends do.
  std::uint32_t next = 1000;
  CHECK(eventually(
      [&] {
        released(*vault, context_of(next++), "");
        return found_on_disk(cluster, place.topic(), wrapped) == 0;
      },
      60));
  auto other = place.open();
  CHECK(opened(*other, gone) == "none");
  CHECK(opened(*other, kept) == "words: kept");
  CHECK(is_error(other->seal(context_of(1, SealClass::health), "").error(), ErrorCode::refused));
  CHECK(must(other->find_caller("13800138000")) == std::nullopt);
  CHECK(opened(*vault, kept) == "words: kept");
  for (std::string_view word : {"story", "nobody must", "13800138000", "8001380"})
    CHECK(found_on_disk(cluster, place.topic(), word) == 0);
}

TEST_CASE("who waits for a transaction that a stranger left open in the keys topic is told so") {
  KeysPlace place;
  must(place.create()->settle());
  place.address.answer_within_ms = 2000;
  auto vault = place.open();
  testing::Stranger stranger(place.address, place.address.deployment);
  stranger.begin();
  stranger.write(place.topic(), "no vault's", "no key");
  auto sealed = must(vault->seal(context_of(1), "words"));
  auto hidden = vault->settle();
  REQUIRE_FALSE(hidden);
  const auto& error = hidden.error();
  CHECK(error.code == ErrorCode::world);
  CHECK_MESSAGE(error.what.starts_with("a transaction has been open in the keys topic since 20"), error.what);
  CHECK_MESSAGE(error.where.ends_with(place.topic() + ", offset 1"), error.where);
  CHECK_MESSAGE(error.next.find("kafka-transactions.sh --bootstrap-server " + place.address.brokers +
                                " abort --topic " + place.topic() + " --partition 0 --start-offset 1") !=
                    std::string::npos,
                error.next);
  // Given up, it hides nothing and was never there.
  stranger.give_up();
  must(vault->settle());
  CHECK(opened(*place.open(), sealed) == "words: words");
}

}  // namespace toono::test
