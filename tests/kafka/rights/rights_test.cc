// Every role does its work with the rights that docs/operations.md gives it, on a broker that denies
// everything else; and who lacks one is told which.
#include "tests/kafka/rights/guarded.h"

namespace toono {
namespace {

using testing::documented_rights;
using testing::Guarded;
using testing::Right;

constexpr const char* kLine = "line_12348";
constexpr const char* kAs = "15000001@150000";

/// A broker with a deployment that its administrator has founded, and every role's own files.
struct Roles {
  Guarded broker;
  Nodes founder{broker.as_admin(Guarded::kDeployment)};
  std::map<std::string, std::unique_ptr<Nodes>> nodes;

  Roles() {
    auto made = founder.run("founder", {"topics", "create", "--partitions", "2"});
    REQUIRE_MESSAGE(made.code == 0, made.err);
    for (const char* role : {"engine", "edge", "partners", "auditor", "publisher", "subscriber", "stranger"})
      add(role, broker.as(role));
    broker.grant(documented_rights(kLine));
  }
  void add(const std::string& name, const KafkaAddress& address) {
    auto& made = nodes[name] = std::make_unique<Nodes>(address, testing::as_toml(address));
    // Who only proves or tells what is public has no key.
    if (name != "auditor" && name != "publisher" && name != "subscriber")
      std::filesystem::copy_file(founder.data("master.key"), made->data("master.key"));
  }
  Ran run(const std::string& role, std::vector<std::string> words) const {
    return nodes.at(role)->run("rows", std::move(words));
  }
  /// A command with a person's words in it, so that a key is made.
  Ran send() const {
    auto file = nodes.at("edge")->data("line");
    std::ofstream(file) << R"({"command":"RegisterPerson","body":{"name":"Naran"}})"
                           "\n";
    return run("edge", {"--as", kAs, "--json", "send", file.string()});
  }
};
Roles& roles() {
  static Roles all;
  return all;
}

bool says(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("every role does its work with the rights that are written down for it") {
  auto& all = roles();
  Started engine(all.nodes["engine"]->words("rows", {"serve", "--trim-inbox-after", "1"}));
  bool taken = testing::eventually([&] { return says(engine.said(), R"("event":"taken","partition":2)"); });
  REQUIRE_MESSAGE(taken, engine.said());
  auto sent = all.send();
  REQUIRE_MESSAGE(sent.code == 0, sent.out, sent.err, engine.said());
  CHECK(says(sent.out, "accepted"));
  auto status = all.run("edge", {"--json", "status"});
  CHECK_MESSAGE(status.code == 0, status.err);
  auto published = all.run("publisher", {"--json", "publish", "--once"});
  CHECK_MESSAGE(published.code == 0, published.err);
  CHECK_MESSAGE(published.err.empty(), published.err);
  auto read = all.run("subscriber", {"subscribe", "--from", "beginning", "--once"});
  CHECK_MESSAGE(read.code == 0, read.err);
  CHECK(says(read.out, "toono.PersonRegistered.v1"));
  auto proved = all.run("auditor", {"verify"});
  CHECK_MESSAGE(proved.code == 0, proved.out, proved.err);
  // Every question, without the key, on rows of its own; but what would be recorded, or looked up by a key.
  auto at = sent.out.find(R"("entity":")");
  REQUIRE(at != std::string::npos);
  auto person = sent.out.substr(at + 10, 36);
  const std::vector<std::vector<std::string>> questions{{"show", person},
                                                        {"history", person},
                                                        {"find"},
                                                        {"workload"},
                                                        {"assess", "--year", "2026"},
                                                        {"explain", "sign_on_time", "--year", "2026"},
                                                        {"stations"},
                                                        {"export", "cases"},
                                                        {"show", "r:1"},
                                                        {"status"},
                                                        {"replay", "--as-of", "r:3", "--", "stations"}};
  for (const auto& words : questions) {
    CAPTURE(words.front());
    auto asked = all.run("auditor", words);
    CHECK_MESSAGE(asked.code == 0, asked.err);
    CHECK_MESSAGE(asked.err.empty(), asked.err);
  }
  auto by_phone = all.run("auditor", {"find", "--phone", "13812345678"});
  CHECK(by_phone.code == 3);
  CHECK_MESSAGE(says(by_phone.err, "the master key is not there"), by_phone.err);
  auto opened = all.run("auditor", {"--as", kAs, "show", person, "--purpose", "audit"});
  CHECK_MESSAGE(opened.code == 3, opened.err);
  CHECK_MESSAGE(says(opened.err, "the master key is not there"), opened.err);
  auto checked = all.run("auditor", {"topics", "check"});
  CHECK_MESSAGE(checked.code == 0, checked.out, checked.err);
  CHECK_FALSE(says(checked.out + checked.err, "not checked"));
  testing::produce(all.broker.as("line1"),
                   TopicNames(Guarded::kDeployment).referral_in(ReferralLine::line_12348),
                   "nothing that is known");
  auto heard = all.run("partners", {"--json", "partners", "--once"});
  CHECK_MESSAGE(heard.code == 0, heard.err);
  CHECK(says(heard.out, R"("dead":1)"));
  CHECK(engine.stop() == 0);
}

TEST_CASE("who lacks a right is told of which topic or group, and what it was wanted for") {
  auto& all = roles();
  struct Row {
    Right without;
    std::string role;
    std::vector<std::string> words;
    std::string topic;
    std::string what;
    int code = 1;
  };
  auto topic = RD_KAFKA_RESOURCE_TOPIC;
  auto describe = RD_KAFKA_ACL_OPERATION_DESCRIBE, configs = RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS;
  auto write = RD_KAFKA_ACL_OPERATION_WRITE, read = RD_KAFKA_ACL_OPERATION_READ;
  const std::vector<Row> rows{
      {{"auditor", read, topic, "toono.journal.v1"}, "auditor", {"verify"}, "toono.journal.v1", "be read"},
      {{"publisher", write, topic, "toono.events.v1"},
       "publisher",
       {"publish", "--once", "--from", "beginning"},
       "toono.events.v1",
       "written"},
      {{"subscriber", read, topic, "toono.events.v1"},
       "subscriber",
       {"subscribe", "--once", "--from", "beginning"},
       "toono.events.v1",
       "be read"},
      {{"partners", RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_RESOURCE_GROUP, "toono.partners.v1"},
       "partners",
       {"partners", "--once"},
       "group toono.partners.v1",
       "the place of the group"},
      // Words cannot be read now, as without the key: the world failed.
      {{"edge", read, topic, "toono.keys.v1"},
       "edge",
       {"find", "--phone", "13812345678"},
       "toono.keys.v1",
       "be read",
       3},
      {{"edge", write, topic, "toono.inbox.v1"}, "edge", {}, "toono.inbox.v1", "written"},
      {{"edge", write, topic, "toono.keys.v1"}, "edge", {}, "toono.keys.v1", "written"},
      {{"engine", write, topic, "toono.journal.v1"}, "engine", {"serve"}, "toono.journal.v1", "written"},
      {{"engine", read, RD_KAFKA_RESOURCE_GROUP, "toono.engines.v1"},
       "engine",
       {"serve"},
       "group toono.engines.v1",
       "joined"},
      {{"engine", read, topic, "toono.inbox.v1"}, "engine", {"serve"}, "toono.inbox.v1", "be read"},
      // A topic that may not be looked at is not missing.
      {{"auditor", describe, topic, "toono.journal.v1"},
       "auditor",
       {"topics", "check"},
       "toono.journal.v1",
       "the right to Describe "},
      {{"auditor", describe, topic, "toono.registry.journal.v1"},
       "auditor",
       {"--json", "topics", "check"},
       "toono.registry.journal.v1",
       "the right to Describe\""},
      {{"auditor", describe, topic, "toono.events.v1"},
       "auditor",
       {"topics", "check"},
       "toono.events.v1",
       "the right to Describe "},
      {{"auditor", configs, topic, "toono.journal.v1"},
       "auditor",
       {"topics", "check"},
       "toono.journal.v1",
       "the right to DescribeConfigs"},
      {{"auditor", configs, topic, "toono.events.v1"},
       "auditor",
       {"topics", "check"},
       "toono.events.v1",
       "the right to DescribeConfigs"},
      {{"engine", describe, topic, "toono.inbox.v1"},
       "engine",
       {"serve"},
       "toono.inbox.v1",
       "the right to Describe "},
      {{"publisher", describe, topic, "toono.journal.v1"},
       "publisher",
       {"publish", "--once"},
       "toono.journal.v1",
       "the right to Describe"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.role);
    CAPTURE(row.topic);
    CAPTURE(row.what);
    all.broker.deny(row.without);
    // Whatever stands in an inbox is decided.
    if (says(row.topic, "journal") && row.role == "engine")
      testing::produce(all.broker.as("edge"), TopicNames(Guarded::kDeployment).inbox, "no command");
    auto ran = row.words.empty() ? all.send() : all.run(row.role, row.words);
    all.broker.allow_again(row.without);
    auto said = ran.out + ran.err;
    CHECK_MESSAGE(ran.code == row.code, said);
    CHECK_MESSAGE(says(said, row.topic), said);
    CHECK_MESSAGE(says(said, row.what), said);
    CHECK_MESSAGE(says(said, "docs/operations.md lists for its role"), said);
    CHECK_FALSE_MESSAGE(says(said, "missing"), said);
    CHECK_FALSE_MESSAGE(says(said, "from a backup"), said);
  }
}

TEST_CASE("who may not look at a topic that only tells what was decided goes on") {
  auto& all = roles();
  for (auto operation : {RD_KAFKA_ACL_OPERATION_DESCRIBE, RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS}) {
    Right without{"edge", operation, RD_KAFKA_RESOURCE_TOPIC, "toono.events.v1"};
    all.broker.deny(without);
    auto status = all.run("edge", {"status"});
    all.broker.allow_again(without);
    CHECK_MESSAGE(status.code == 0, status.err);
  }
  Right settings{"publisher", RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS, RD_KAFKA_RESOURCE_TOPIC,
                 "toono.events.v1"};
  all.broker.deny(settings);
  auto published = all.run("publisher", {"publish", "--once"});
  all.broker.allow_again(settings);
  CHECK_MESSAGE(published.code == 0, published.err);
  CHECK_MESSAGE(says(published.err,
                     "the right to DescribeConfigs is not given to this client and must be given: topic "
                     "toono.events.v1: "),
                published.err);
}

TEST_CASE("who has no rights, or another password, is refused in words") {
  auto& all = roles();
  auto stranger = all.run("stranger", {"status"});
  CHECK(stranger.code == 1);
  CHECK_MESSAGE(says(stranger.err, "toono.registry.journal.v1"), stranger.err);
  auto address = all.broker.as("edge");
  address.properties["sasl.password"] = "another";
  address.answer_within_ms = 2000;
  all.add("liar", address);
  auto liar = all.run("liar", {"status"});
  CHECK(liar.code == 1);
  CHECK_MESSAGE(says(liar.err, "sasl.password"), liar.err);
}

TEST_CASE("over TLS a name and password are taken by a broker whose certificate is known") {
  auto& all = roles();
  all.add("auditor-tls", all.broker.as_with_tls("auditor", "PLAIN"));
  auto proved = all.run("auditor-tls", {"verify"});
  CHECK_MESSAGE(proved.code == 0, proved.err);
  auto unknown = all.broker.as_with_tls("auditor", "PLAIN");
  unknown.properties.erase("ssl.ca.location");
  all.add("unknowing", unknown);
  auto refused = all.run("unknowing", {"verify"});
  CHECK(refused.code == 1);
  CHECK_MESSAGE(says(refused.err, "ssl.ca.location"), refused.err);
}

TEST_CASE("a certificate stands for a name and its password") {
  auto& all = roles();
  all.add("auditor-certified", all.broker.as_certified("auditor"));
  auto proved = all.run("auditor-certified", {"verify"});
  CHECK_MESSAGE(proved.code == 0, proved.err);
  auto without = all.broker.as_certified("auditor");
  without.properties.erase("ssl.certificate.location");
  without.properties.erase("ssl.key.location");
  without.answer_within_ms = 2000;
  all.add("uncertified", without);
  auto refused = all.run("uncertified", {"verify"});
  CHECK_MESSAGE(refused.code == 1, refused.err);
  CHECK_MESSAGE(says(refused.err, "ssl.certificate.location"), refused.err);
}

TEST_CASE("SCRAM is taken by brokers that can, and by others refused with what to take instead") {
  auto& all = roles();
  all.broker.add_scram_user("auditor");
  all.add("auditor-scram", all.broker.as_with_tls("auditor", "SCRAM-SHA-512"));
  auto proved = all.run("auditor-scram", {"verify"});
  constexpr int kMended = 0x020601ff;
  if (rd_kafka_version() >= kMended || testing::kafka_version().starts_with("3.")) {
    CHECK_MESSAGE(proved.code == 0, proved.err);
  } else {
    CHECK(proved.code == 1);
    CHECK_MESSAGE(says(proved.err, "PLAIN over TLS"), proved.err);
  }
}

}  // namespace toono
