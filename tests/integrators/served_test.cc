// A deployment as its people run it: `toono serve` and `toono partners` beside what is typed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/json/partner_message.h"
#include "adapters/kafka/admin.h"
#include "adapters/kafka/event_records.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/keys_topic.h"
#include "adapters/kafka/topics.h"
#include "core/derive.h"
#include "tests/integrators/started.h"

namespace toono {
namespace {

constexpr auto kLine = ReferralLine::line_12348;

/// A founded deployment with an engine.
struct Served {
  KafkaAddress address{testing::shared_broker().address(testing::unique_deployment())};
  TopicNames names{address.deployment};
  Nodes nodes{address};
  std::unique_ptr<Started> engine;

  explicit Served(std::vector<std::string> serve = {"serve"}) {
    auto made = nodes.run("founder", {"topics", "create", "--partitions", "3"});
    REQUIRE_MESSAGE(made.code == 0, made.err);
    engine = std::make_unique<Started>(nodes.words("engine", std::move(serve)));
  }
  void send(const std::string& lines) const {
    auto file = nodes.data("lines");
    std::ofstream(file) << lines;
    auto sent = nodes.run("edge", {"--as", "15000001@150000", "send", file.string()});
    REQUIRE_MESSAGE(sent.code == 0, sent.out, sent.err, engine->said());
  }
  /// A case with a referral to the line, sent.
  std::pair<CaseId, ReferralId> refer() const {
    auto command = id_from<CommandId>(std::array<std::uint8_t, 16>{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80});
    auto next = id_from<CommandId>(std::array<std::uint8_t, 16>{1, 2, 3, 4, 5, 6, 0x70, 8, 0x81});
    auto of_case = derive<CaseId>(command, "entity");
    auto referral = derive<ReferralId>(next, "referral");
    auto body = R"("case_id":")" + to_text(of_case) + "\"";
    send(
        R"({"id":")" + to_text(command) +
        R"(","command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
        "\n"
        R"({"command":"TriageCase","body":{)" +
        body +
        R"(,"priority":"ordinary","handling_class":"ordinary","tier":"II"}})"
        "\n"
        R"({"id":")" +
        to_text(next) + R"(","command":"PrepareReferral","body":{)" + body +
        R"(,"line":"line_12348"}})"
        "\n"
        R"({"command":"SendReferral","body":{)" +
        body + R"(,"referral_id":")" + to_text(referral) + "\"}}\n");
    return {of_case, referral};
  }
  void say(const std::string& message) const { testing::produce(address, names.referral_in(kLine), message); }
  std::size_t dead_letters() const {
    std::size_t count = 0;
    must(read_events(address, names.dead_letters, 1, Tail::everything, [&](const EventRecord&) {
      ++count;
      return Result<void>();
    }));
    return count;
  }
  std::string state(ReferralId referral) const {
    auto shown = nodes.run("edge", {"--json", "show", to_text(referral)});
    REQUIRE_MESSAGE(shown.code == 0, shown.err);
    return std::string(parsed(shown.out).at("data").at("state").as_string());
  }
};

}  // namespace

TEST_CASE("what a line says of a referral that was sent a moment ago is taken by partners that run") {
  Served served;
  // A message that was refused for the sender's sake would stay refused.
  auto nobody = served.nodes.run("partners", {"--as", "1@2", "partners", "--once"});
  CHECK(nobody.code == 1);
  CHECK_MESSAGE(nobody.err.find("nobody of this number works at this station") != std::string::npos,
                nobody.err);
  Started partners(served.nodes.words("partners", {"--json", "partners"}));
  // Once it has buried this it has opened, and its rows know nothing of what comes.
  served.say("received!");
  bool buried = testing::eventually([&] { return served.dead_letters() == 1; }, 60);
  REQUIRE_MESSAGE(buried, "the partners have not taken a message within a minute: " << partners.said());

  auto [of_case, referral] = served.refer();
  served.say(R"({"message_id":"M-1","says":"received","receipt":"R-1","case_id":")" + to_text(of_case) +
             R"(","referral_id":")" + to_text(referral) + "\"}");
  served.say(R"({"message_id":"M-2","says":"accepted","case_id":")" + to_text(of_case) +
             R"(","referral_id":")" + to_text(referral) + "\"}");
  bool taken = testing::eventually([&] { return served.state(referral) == "accepted"; }, 60);
  CHECK_MESSAGE(taken, "the referral is still " << served.state(referral) << ": " << partners.said());
  CHECK(served.dead_letters() == 1);
  CHECK(partners.stop() == 0);
  CHECK(partners.said().find(R"({"taken":2,"dead":1})") != std::string::npos);

  auto status = served.nodes.run("edge", {"--json", "status"});
  REQUIRE_MESSAGE(status.code == 0, status.err);
  auto stands = parsed(status.out);
  CHECK(stands.at("void").as_int64() == 0);
  CHECK(stands.at("kafka").at("deployment").as_string() == served.address.deployment);
  // What stands with the brokers is no file of this node.
  CHECK_FALSE(stands.as_object().contains("dropped_bytes"));
  CHECK(stands.at("bytes").as_object().size() == 1);
  CHECK(stands.at("bytes").at("rows").as_int64() > 0);
  auto in_words = served.nodes.run("edge", {"status"}).out;
  CHECK(in_words.find("rows on disk") != std::string::npos);
  for (const char* of_files : {"torn bytes", "journal on disk", "vault on disk"})
    CHECK_MESSAGE(in_words.find(of_files) == std::string::npos, in_words);
  auto partitions = stands.at("kafka").at("partitions").as_array();
  REQUIRE(partitions.size() == 4);
  for (const auto& partition : partitions) CHECK(partition.at("lag").as_int64() == 0);
  CHECK(served.engine->stop() == 0);
}

TEST_CASE(
    "an engine decides on when the public topic is changed or a stranger's transaction stands in the inbox") {
  Served served({"serve", "--check-every", "1"});
  // As somebody sets it with Kafka's own tools; what opens the deployment behind it does not stop at it
  // either.
  auto admin = must(KafkaAdmin::open(served.address));
  auto settings = must(admin->topic_settings(served.names.events));
  must(admin->alter_topic(served.names.events,
                          {{"retention.ms", "604800000"},
                           {"min.insync.replicas", settings["min.insync.replicas"]},
                           {"unclean.leader.election.enable", "false"},
                           {"message.timestamp.before.max.ms", settings["message.timestamp.before.max.ms"]},
                           {"message.timestamp.after.max.ms", settings["message.timestamp.after.max.ms"]}}));
  REQUIRE(testing::eventually(
      [&] { return must(admin->topic_settings(served.names.events))["retention.ms"] == "604800000"; }));
  auto says = [&](std::string_view what) {
    return testing::eventually([&] { return served.engine->said().find(what) != std::string::npos; });
  };
  CHECK_MESSAGE(says(R"("event":"topic_warning","topic":")" + served.names.events + "\""),
                served.engine->said());
  testing::Stranger stranger(served.address, served.address.deployment);
  auto log = must(KafkaLog::open({.address = served.address}));
  auto end = must(log->end(Topic::inbox, 0));
  stranger.begin();
  stranger.write(served.names.inbox, "no command");
  stranger.commit();
  REQUIRE(testing::eventually([&] { return must(log->end(Topic::inbox, 0)) == end + 2; }));
  testing::produce(served.address, served.names.inbox, "nor this");
  CHECK_MESSAGE(says(fmt::format(R"("event":"inbox_hole","partition":0,"offset":{},"count":1)", end + 1)),
                served.engine->said());
  served.send(R"({"command":"RegisterPerson","body":{"name":"Naran"}})"
              "\n");
  auto checked = served.nodes.run("edge", {"topics", "check"});
  CHECK(checked.code == 1);
  CHECK_MESSAGE(checked.out.find("engines go on") != std::string::npos, checked.out);
  CHECK(served.nodes.run("edge", {"verify"}).code == 0);
  auto published = served.nodes.run("edge", {"publish", "--once"});
  CHECK_MESSAGE(published.code == 0, published.err);
  CHECK_MESSAGE(published.err.find("retention.ms is 604800000 and must be -1: topic " + served.names.events +
                                   ": set it back") != std::string::npos,
                published.err);
  CHECK(served.engine->stop() == 0);
}

TEST_CASE("verify holds the seals of the journal against the keys topic and names who lost one") {
  Served served;
  served.send(R"({"command":"RegisterPerson","body":{"name":"Naran","health_note":"asthma"}})"
              "\n");
  CHECK(served.engine->stop() == 0);
  auto whole = served.nodes.run("edge", {"--json", "verify", "--full"});
  CHECK_MESSAGE(whole.code == 0, whole.out, whole.err);

  // Somebody gives a key's record up; the vault's header stands first.
  std::vector<KeyRecord> records;
  auto topic = must(KeysTopic::open(served.address));
  must(topic->read(must(topic->end()), [&](const KeyRecord& record) { records.push_back(record); }));
  REQUIRE(records.size() == 3);
  records.back().value.reset();
  must(topic->append({records.back()}));
  auto lost = served.nodes.run("edge", {"--json", "verify", "--full"});
  CHECK(lost.code == 1);
  auto findings = parsed(lost.out).at("findings").as_array();
  REQUIRE_MESSAGE(findings.size() == 2, lost.out);
  CHECK(findings[0].at("file").as_string() == served.names.keys);
  CHECK(findings[0].at("problem").as_string().find("the keys topic has lost 1 keys of 1 people") == 0);
  CHECK(findings[1].at("problem").as_string().find("the keys topic has lost a key of person ") == 0);

  // Who has no master key is told so, and has proved the journal.
  std::filesystem::remove(served.nodes.data("master.key"));
  CHECK(served.nodes.run("edge", {"verify"}).code == 0);
  auto without = served.nodes.run("edge", {"--json", "verify", "--full"});
  CHECK(without.code == 1);
  CHECK(parsed(without.out).at("findings").as_array().size() == 1);
  CHECK_MESSAGE(without.out.find("master.key") != std::string::npos, without.out);
}

TEST_CASE("the keys of many new people travel together when a file of them is sent") {
  constexpr int kLines = 3000;
  Served served;
  auto ms_of = [&](const std::string& line) {
    std::string lines;
    for (int i = 0; i < kLines; ++i) lines += line + "\n";
    const auto began = std::chrono::steady_clock::now();
    served.send(lines);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began)
        .count();
  };
  auto without_keys = ms_of(
      R"({"command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})");
  auto with_keys = ms_of(R"({"command":"RegisterPerson","body":{"name":"Naran"}})");
  // A round trip to the keys topic for each of them takes ten times as long as all the rest.
  CHECK(with_keys < 5 * without_keys);
}

TEST_CASE("a command that comes alone is answered before the next one comes") {
  Served served;
  TemporaryDirectory temporary;
  std::filesystem::create_directories(temporary.path());
  auto lines = (temporary.path() / "lines").string();
  REQUIRE(::mkfifo(lines.c_str(), 0600) == 0);
  // Open for both, so that it has no end until the test closes it.
  int typing = ::open(lines.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(typing >= 0);
  Started desk(served.nodes.words("desk", {"send", lines}));
  const std::string line =
      R"({"command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
      "\n";
  for (const char* answer : {R"({"line":1,)", R"({"line":2,)"}) {
    REQUIRE(::write(typing, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    CHECK(testing::eventually([&] { return desk.said().find(answer) != std::string::npos; }, 20));
  }
  ::close(typing);
  std::optional<int> code;
  CHECK(testing::eventually([&] { return (code = desk.ended()).has_value(); }));
  CHECK(code == 0);
}

TEST_CASE("what was not decided in time is told with the id under which to send it again") {
  Served served;
  const std::string known =
      R"({"id":"01020304-0506-7008-8000-000000000001","command":"RegisterPerson","body":{"name":"Naran"}})"
      "\n";
  served.send(known);
  CHECK(served.engine->stop() == 0);
  auto file = served.nodes.data("late");
  std::ofstream(file)
      << known
      << R"({"command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
         "\n";
  auto sent = served.nodes.run("edge", {"--as", "15000001@150000", "send", file.string()});
  CHECK(sent.code == 3);
  CHECK_MESSAGE(sent.err.find("1 command was not decided within 30 s") != std::string::npos, sent.err);
  CHECK_MESSAGE(
      sent.out.starts_with(R"({"line":1,"id":"01020304-0506-7008-8000-000000000001","outcome":"repeated")"),
      sent.out);
  const std::string told = R"({"line":2,"id":")";
  auto at = sent.out.find(told);
  REQUIRE_MESSAGE(at != std::string::npos, sent.out);
  auto id = sent.out.substr(at + told.size(), 36);
  CHECK(sent.out.substr(at + told.size() + 36) == "\",\"outcome\":\"unknown\"}\n");

  Started engine(served.nodes.words("engine", {"serve"}));
  served.send(
      R"({"id":")" + id +
      R"(","command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
      "\n");
  CHECK(engine.stop() == 0);
}

TEST_CASE("send that is stopped while it waits tells the ids of what it sent") {
  Served served;
  served.send(R"({"command":"RegisterPerson","body":{"name":"Naran"}})"
              "\n");
  CHECK(served.engine->stop() == 0);
  auto log = must(KafkaLog::open({.address = served.address}));
  auto file = served.nodes.data("stopped");
  std::ofstream(file)
      << R"({"command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
         "\n";
  Started desk(served.nodes.words("desk", {"send", file.string()}));
  REQUIRE(testing::eventually([&] { return testing::in_the_inbox(*log) == 2; }));
  CHECK(desk.stop() == 3);
  CHECK_MESSAGE(desk.said().find("\",\"outcome\":\"unknown\"}") != std::string::npos, desk.said());
  CHECK_MESSAGE(desk.said().find("told to stop while 1 command was not decided") != std::string::npos,
                desk.said());
}

TEST_CASE("status names an inbox that no engine takes") {
  Served served;
  served.send(
      R"({"command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
      "\n");
  CHECK(served.engine->stop() == 0);
  CHECK(served.nodes.run("edge", {"status"}).code == 0);
  auto admin = must(KafkaAdmin::open(served.address));
  must(admin->delete_topic(served.names.inbox));
  REQUIRE(testing::eventually(
      [&] { return must(partition_count(served.address, admin->client(), served.names.inbox)) == 0; }));
  // An empty one is no inbox of this journal: it is never made by itself.
  auto refused = served.nodes.run("founder", {"topics", "create"});
  CHECK(refused.code == 1);
  CHECK_MESSAGE(refused.err.find(served.names.inbox +
                                 ": found the deployment with `toono topics create`; if it "
                                 "was founded, restore the topic from a backup") != std::string::npos,
                refused.err);
  TopicOptions options;
  options.genesis.partitions = 3;
  options.replication = options.min_isr = 1;
  for (const auto& plan : topic_plans(served.address.deployment, options))
    if (plan.name == served.names.inbox) must(admin->create_topic(plan));
  auto asked = served.nodes.run("edge", {"status"});
  CHECK(asked.code == 3);
  CHECK_MESSAGE(asked.err.find("of the inbox, the last decided, is gone") != std::string::npos, asked.err);
}

TEST_CASE("whoever founds is told how many copies are kept and what a third broker asks for") {
  auto place = [] { return Nodes(testing::shared_broker().address(testing::unique_deployment())); };
  auto found = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"topics", "create", "--partitions", "1"});
    auto made = place().run("founder", more);
    REQUIRE_MESSAGE(made.code == 0, made.err);
    return made.out;
  };
  auto english = found({});
  CHECK_MESSAGE(english.find("Copies kept of every record: 1. With three brokers") != std::string::npos,
                english);
  auto chinese = found({"--lang", "zh"});
  CHECK_MESSAGE(chinese.find("每条记录保存 1 份。集群有三台") != std::string::npos, chinese);
  auto json = found({"--json"});
  CHECK_MESSAGE(json.find("\"copies\":1}") != std::string::npos, json);
}

TEST_CASE("a lost topic of events is made again with its number of partitions, and filled") {
  Served served;
  served.send(
      R"({"command":"RegisterCase","body":{"programme":"legal_rights","language":"zh","channel":"phone"}})"
      "\n");
  auto admin = must(KafkaAdmin::open(served.address));
  auto count = [&] { return must(partition_count(served.address, admin->client(), served.names.events)); };
  const int before = count();
  must(admin->delete_topic(served.names.events));
  REQUIRE(testing::eventually([&] { return count() == 0; }));
  auto other = served.nodes.run("founder", {"topics", "create", "--partitions", "12"});
  CHECK(other.code == 1);
  CHECK_MESSAGE(other.err.find("the deployment was founded with 3 partitions, and 12 are asked for") !=
                    std::string::npos,
                other.err);
  for (const auto& [option, value] :
       {std::pair("--stations", "s.csv"), std::pair("--calendar", "c.csv"), std::pair("--policy", "p.json"),
        std::pair("--log-id", "0192f0c1-2d3e-7a4b-8c5d-6e7f80910213")}) {
    auto ignored = served.nodes.run("founder", {"topics", "create", option, value});
    CHECK(ignored.code == 2);
    CHECK_MESSAGE(ignored.err.find(fmt::format("are made again without this: {} {}: leave it out", option,
                                               value)) != std::string::npos,
                  ignored.err);
  }
  CHECK(count() == 0);
  auto made = served.nodes.run("founder", {"topics", "create", "--partitions", "3"});
  CHECK(made.code == 0);
  CHECK_MESSAGE(made.out.find("Made again, and empty: " + served.names.events + ".") != std::string::npos,
                (made.out + made.err));
  CHECK(count() == before);
  must(admin->delete_topic(served.names.dead_letters));
  REQUIRE(testing::eventually([&] {
    return must(partition_count(served.address, admin->client(), served.names.dead_letters)) == 0;
  }));
  CHECK(served.nodes.run("founder", {"topics", "create"}).code == 0);
  auto told = served.nodes.run("founder", {"publish", "--once", "--from", "beginning"});
  CHECK_MESSAGE(told.code == 0, told.err);
  CHECK(served.nodes.run("founder", {"topics", "check"}).code == 0);
  CHECK(served.nodes.run("founder", {"topics", "create"}).code == 1);
  CHECK(served.engine->stop() == 0);
}

TEST_CASE("a monitor finds every count of an engine at nought before anything has gone wrong") {
  Served served({"serve", "--metrics", "127.0.0.1:0"});
  CHECK(testing::eventually(
      [&] { return served.engine->said().find(R"("event":"taken")") != std::string::npos; }));
  auto port = parsed_lines(served.engine->said()).front().at("metrics_port").as_int64();
  auto page =
      run({"python3", "-c", "import urllib.request as r, sys; print(r.urlopen(sys.argv[1]).read().decode())",
           fmt::format("http://127.0.0.1:{}/metrics", port)});
  for (const char* line : {"toono_restarts_total{reason=\"world\"} 0", "toono_races_lost_total 0",
                           "toono_inbox_holes_total{partition=\"r\"} 0"})
    CHECK_MESSAGE(page.out.find(line) != std::string::npos, line, " is not in ", page.out);
  CHECK(served.engine->stop() == 0);
}

TEST_CASE("an engine that ends by itself says why once, as a line of its log") {
  Served served;
  CHECK(testing::eventually(
      [&] { return served.engine->said().find(R"("event":"taken")") != std::string::npos; }));
  // Two on one directory: the second ends with 3.
  auto second = served.nodes.run("engine", {"serve"});
  CHECK(second.code == 3);
  CHECK(second.out.empty());
  auto lines = parsed_lines(second.err);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("event").as_string() == "started");
  CHECK(lines[1].at("event").as_string() == "ended");
  CHECK(lines[1].at("level").as_string() == "error");
  CHECK(lines[1].at("exit_code").as_int64() == 3);
  CHECK(lines[1].at("what").as_string() ==
        fmt::format("another process (pid {}) is using this directory", served.engine->pid()));
  // What was typed wrong is answered in words, as everywhere.
  auto wrong = served.nodes.run("other", {"serve", "--metrics", "host:"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err.starts_with("toono: "));
  CHECK(served.engine->stop() == 0);
}

}  // namespace toono
