// The inbound topics of the lines against a real broker: nothing skipped, a place kept only after its answer,
// and dead letters that say why and not what.
#include "adapters/kafka/partner.h"

#include "adapters/kafka/admin.h"
#include "adapters/kafka/event_records.h"
#include "tests/integrators/year.h"

namespace toono {
namespace {

/// A deployment with the topics of two lines and nothing else.
struct Lines {
  using Steady = std::chrono::steady_clock;
  KafkaAddress address{testing::shared_broker().address(testing::unique_deployment())};
  TopicNames names{address.deployment};
  std::vector<std::string> given;
  std::optional<std::size_t> fail_at;
  /// Called behind each message given.
  std::function<void()> meanwhile = [] {};
  /// It would have waited for ever.
  bool was_stopped = false;

  Lines() {
    auto admin = must(KafkaAdmin::open(address));
    for (const auto& name : {names.referral_in(ReferralLine::line_110),
                             names.referral_in(ReferralLine::hospital), names.dead_letters})
      must(admin->create_topic({.name = name}));
  }
  void say(ReferralLine line, const std::string& message) const {
    testing::produce(address, names.referral_in(line), message);
  }
  /// Refuses what begins with "bad", fails at one message as the world does, takes the rest.
  Result<PartnerCounts> listen() {
    return take_partner_messages(
        {.address = address,
         .once = true,
         .stop = [this, until = Steady::now() +
                                std::chrono::seconds(20)] { return was_stopped = Steady::now() > until; }},
        [this](ReferralLine line, std::string_view message) -> Result<PartnerAnswer> {
          if (given.size() == fail_at)
            return unexpected({ErrorCode::world, "no engine answers", "here", "later"});
          given.push_back(std::string(EnumNameReferralLine(line)) + " " + std::string(message));
          meanwhile();
          if (!message.starts_with("bad")) return PartnerAnswer{};
          return PartnerAnswer{Error{ErrorCode::refused, "not JSON", "character 1", "mend it"}};
        });
  }
  std::vector<std::string> dead_letters() const {
    std::vector<std::string> letters;
    must(read_events(address, names.dead_letters, 1, Tail::everything, [&](const EventRecord& record) {
      letters.emplace_back(record.value);
      return Result<void>();
    }));
    return letters;
  }
};

}  // namespace

TEST_CASE("each message is given once and the next start goes on behind it") {
  Lines lines;
  lines.say(ReferralLine::line_110, "one");
  lines.say(ReferralLine::line_110, "two");
  lines.say(ReferralLine::hospital, "three");
  CHECK(must(lines.listen()).taken == 3);
  std::multiset<std::string> given(lines.given.begin(), lines.given.end());
  CHECK(given == std::multiset<std::string>{"line_110 one", "line_110 two", "hospital three"});
  CHECK(must(lines.listen()).taken == 0);
  lines.say(ReferralLine::line_110, "four");
  CHECK(must(lines.listen()).taken == 1);
  CHECK(lines.given.back() == "line_110 four");
}

TEST_CASE("a message that the world kept from its answer is given again and none is passed over") {
  Lines lines;
  for (auto* word : {"one", "two", "three"}) lines.say(ReferralLine::line_110, word);
  lines.fail_at = 1;
  CHECK(lines.listen().error().what == "no engine answers");
  lines.fail_at.reset();
  CHECK(must(lines.listen()).taken == 2);
  CHECK(lines.given == std::vector<std::string>{"line_110 one", "line_110 two", "line_110 three"});
}

TEST_CASE("what cannot be taken is listed with its place and the reason and without its words") {
  Lines lines;
  lines.say(ReferralLine::line_110, "one");
  lines.say(ReferralLine::line_110, "bad: Li Ming was there");
  lines.say(ReferralLine::line_110, "three");
  auto counts = must(lines.listen());
  CHECK(counts.taken == 2);
  CHECK(counts.dead == 1);
  auto letters = lines.dead_letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0] ==
        R"({"line":"line_110","topic":")" + lines.names.referral_in(ReferralLine::line_110) +
            R"(","partition":0,"offset":1,"sha256":")" +
            to_hex(bytes_of(sha256(bytes_of(std::string_view("bad: Li Ming was there"))))) +
            R"(","reason":{"code":"refused","what":"not JSON","where":"character 1","next":"mend it"}})");
  CHECK(letters[0].find("Li Ming") == std::string::npos);
  CHECK(must(lines.listen()).dead == 0);
}

TEST_CASE("a partner's transaction is taken, and its mark at the topic's end is not waited for") {
  Lines lines;
  const auto topic = lines.names.referral_in(ReferralLine::line_110);
  auto admin = must(KafkaAdmin::open(lines.address));
  auto end = [&] { return must(watermarks(lines.address, admin->client(), topic, 0)).high; };
  testing::Stranger partner(lines.address, lines.address.deployment);
  partner.begin();
  partner.write(topic, "one");
  partner.commit();
  REQUIRE(testing::eventually([&] { return end() == 2; }));
  CHECK(must(lines.listen()).taken == 1);
  CHECK_FALSE(lines.was_stopped);
  CHECK(must(lines.listen()).taken == 0);
  CHECK_FALSE(lines.was_stopped);
  lines.say(ReferralLine::line_110, "two");
  CHECK(must(lines.listen()).taken == 1);
}

TEST_CASE("what one line says, however much, holds up no other") {
  Lines lines;
  constexpr std::size_t kMany = 20'000, kBefore = 100;
  testing::produce(lines.address, lines.names.referral_in(ReferralLine::hospital), "bad", kMany);
  lines.meanwhile = [&] {
    if (lines.given.size() == kBefore) lines.say(ReferralLine::line_110, "one");
  };
  auto counts = must(lines.listen());
  CHECK(counts.taken == 1);
  CHECK(counts.dead == kMany);
  CHECK(lines.dead_letters().size() == kMany);
  auto at = std::ranges::find(lines.given, "line_110 one") - lines.given.begin();
  CHECK_MESSAGE(at < static_cast<std::ptrdiff_t>(kMany) / 2, "it came behind ", at);
}

TEST_CASE("a topic that is shorter than what was answered is refused") {
  Lines lines;
  lines.say(ReferralLine::line_110, "one");
  auto topic = lines.names.referral_in(ReferralLine::line_110);
  auto consumer = must(make_consumer(lines.address, nullptr, lines.address.deployment + ".partners.v1"));
  auto list = partition_list();
  add_to(list, topic, 0, 5);
  REQUIRE(rd_kafka_commit(consumer.get(), list.get(), 0) == RD_KAFKA_RESP_ERR_NO_ERROR);
  auto refused = lines.listen();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::damaged);
  CHECK(refused.error().where.find(topic) != std::string::npos);
  CHECK(lines.given.empty());
}

TEST_CASE("without any topic of a line nothing is waited for") {
  auto address = testing::shared_broker().address(testing::unique_deployment());
  auto refused = take_partner_messages({.address = address, .once = true},
                                       [](ReferralLine, std::string_view) { return PartnerAnswer{}; });
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::refused);
}

}  // namespace toono
