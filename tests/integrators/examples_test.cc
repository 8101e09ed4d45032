// The examples of docs/integrators.md, run as they stand against a real broker.
#include <algorithm>

#include "adapters/json/partner_message.h"
#include "adapters/kafka/publisher.h"
#include "adapters/kafka/topic_reader.h"
#include "tests/integrators/year.h"

namespace toono {
namespace {

/// The interpreter with what the examples import; test.sh makes it (tests/integrators/setup.sh).
std::string python() {
  std::string path = TOONO_SOURCE_DIR "/build/venv/bin/python3";
  REQUIRE_MESSAGE(std::filesystem::exists(path), path, " is not there: run tests/integrators/setup.sh");
  return path;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// `id type subject time data` of every event of the year, as the examples print them, sorted.
std::vector<std::string> expected_lines() {
  std::vector<std::string> lines;
  for (const auto& partition : year().events)
    for (const auto& [event, line] : partition) {
      std::string subject(event.attribute("subject"));
      lines.push_back(std::string(event.attribute("id")) + " " + std::string(event.attribute("type")) + " " +
                      (subject.empty() ? "-" : subject) + " " + std::string(event.attribute("time")) + " " +
                      event.data);
    }
  std::sort(lines.begin(), lines.end());
  return lines;
}
std::vector<std::string> sorted_lines(const std::string& text) {
  auto lines = lines_of(text);
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Every value of a topic of one partition.
std::vector<std::string> values_of(const KafkaAddress& address, const std::string& topic) {
  std::vector<std::string> values;
  must(read_events(address, topic, 1, Tail::everything, [&](const EventRecord& record) {
    values.emplace_back(record.value);
    return Result<void>();
  }));
  return values;
}

}  // namespace

TEST_CASE("the Python example prints every event once and remembers how far it has read") {
  TemporaryDirectory scratch;
  auto state = scratch.path().string() + ".json";
  std::vector<std::string> words{python(),
                                 example("follow_events.py"),
                                 published_year().address.brokers,
                                 "--deployment",
                                 published_year().address.deployment,
                                 "--state",
                                 state,
                                 "--once"};
  auto first = run(words);
  REQUIRE_MESSAGE(first.code == 0, first.err);
  CHECK(sorted_lines(first.out) == expected_lines());
  // Its table says of each case what the year says.
  auto table = parsed(text_of_file(state)).at(2).as_object();
  std::size_t closed = 0, expected_closed = 0;
  for (const auto& [id, row] : table) closed += row.at(0).as_string() == "closed" ? 1 : 0;
  for (const auto& line : expected_lines())
    expected_closed += line.find(" toono.CaseClosed.v1 ") != std::string::npos;
  CHECK(closed > 100);
  CHECK(closed <= expected_closed);
  auto second = run(words);
  REQUIRE_MESSAGE(second.code == 0, second.err);
  CHECK(second.out.empty());
}

TEST_CASE("the Python example drops what is published twice") {
  KafkaYear place;
  auto log = place.open();
  must(publish(*log, log->partitions(), {.address = place.address, .once = true}));
  PublishOptions again{.address = place.address, .from = {.beginning = true}, .once = true};
  must(publish(*log, log->partitions(), again));
  auto read = run({python(), example("follow_events.py"), place.address.brokers, "--deployment",
                   place.address.deployment, "--once"});
  REQUIRE_MESSAGE(read.code == 0, read.err);
  CHECK(sorted_lines(read.out) == expected_lines());
}

TEST_CASE("the Java example prints every event once") {
  // Beside what its own pom has fetched, and nothing else.
  const std::string lib = TOONO_SOURCE_DIR "/build/java";
  REQUIRE_MESSAGE(text_of_file(lib + "/pom.xml") == text_of_file(example("java/pom.xml")), lib,
                  " is not what the example's pom names: run tests/integrators/setup.sh");
  auto read = run({"java", "-XX:TieredStopAtLevel=1", "-cp", lib + "/*", example("java/FollowEvents.java"),
                   published_year().address.brokers, published_year().address.deployment, "--once"});
  REQUIRE_MESSAGE(read.code == 0, read.err);
  CHECK(sorted_lines(read.out) == expected_lines());
}

TEST_CASE("the kcat example prints every event with its headers") {
  auto read = run(
      {"bash", example("events.sh"), published_year().address.brokers, published_year().address.deployment});
  REQUIRE_MESSAGE(read.code == 0, read.err);
  auto lines = lines_of(read.out);
  CHECK(lines.size() == year().event_count);
  std::size_t found = 0;
  for (const auto& line : lines)
    found += line.find("ce_specversion=1.0,ce_id=") != std::string::npos &&
             line.find("content-type=application/json") != std::string::npos;
  CHECK(found == lines.size());
  auto signed_only = run({"bash", example("events.sh"), published_year().address.brokers,
                          published_year().address.deployment, "OrderSigned"});
  std::size_t expected = 0;
  for (const auto& line : expected_lines())
    expected += line.find(" toono.OrderSigned.v1 ") != std::string::npos;
  CHECK(lines_of(signed_only.out).size() == expected);
  CHECK(expected > 50);
}

TEST_CASE("the reader of the open format proves the journal on a broker") {
  const auto& address = published_year().address;
  auto proved = run({python(), example("verify_journal.py"), "kafka:" + address.brokers, "--deployment",
                     address.deployment});
  REQUIRE_MESSAGE(proved.code == 0, proved.err);
  auto verified =
      run({toono_program(), "--log", "embedded:" + simulated_year().string(), "--json", "verify"});
  CHECK(parsed(proved.out) == parsed(verified.out));
  auto of_files =
      run({python(), example("verify_journal.py"), "embedded:" + simulated_year().string(), "--cases"});
  auto of_topics = run({python(), example("verify_journal.py"), "kafka:" + address.brokers, "--deployment",
                        address.deployment, "--cases"});
  CHECK(lines_of(of_topics.out).size() == 200);
  CHECK(of_topics.out == of_files.out);
}

TEST_CASE("an example that is told a wrong name or reaches no broker says so") {
  auto unnamed = run({python(), example("follow_events.py"), published_year().address.brokers, "--deployment",
                      "misspelt", "--once"});
  CHECK(unnamed.code == 1);
  CHECK_MESSAGE(unnamed.err.find("there is no topic misspelt.events.v1") != std::string::npos, unnamed.err);
  auto no_line = run({python(), example("answer_referral.py"), published_year().address.brokers, "line_110",
                      "--deployment", "misspelt", "--once"});
  CHECK(no_line.code == 1);
  CHECK_MESSAGE(no_line.err.find("there is no topic misspelt.referral.line_110.out.v1") != std::string::npos,
                no_line.err);
  // A journal that nobody could read was not found changed.
  for (const auto& brokers : {std::string("127.0.0.1:1"), published_year().address.brokers}) {
    auto unread =
        run({python(), example("verify_journal.py"), "kafka:" + brokers, "--deployment", "misspelt"});
    CHECK(unread.code == 3);
    CHECK_MESSAGE(unread.err.find("the log cannot be read: ") != std::string::npos, unread.err);
  }
}

TEST_CASE("the partner example answers each referral with messages that are taken") {
  KafkaYear place;
  auto log = place.open();
  must(publish(*log, log->partitions(), {.address = place.address, .once = true}));
  std::size_t answered = 0;
  for (auto line : {ReferralLine::line_110, ReferralLine::line_12348, ReferralLine::hospital}) {
    std::set<std::string> sent;
    for (const auto& partition : year().events)
      for (const auto& event : partition)
        if (event.line == line && event.event.attribute("type") == "toono.ReferralSent.v1")
          sent.insert(std::string(parsed(event.event.data).at("referral_id").as_string()));
    auto played = run({python(), example("answer_referral.py"), place.address.brokers,
                       EnumNameReferralLine(line), "--deployment", place.address.deployment, "--once"});
    REQUIRE_MESSAGE(played.code == 0, played.err);
    auto messages = values_of(place.address, place.topics().referral_in(line));
    CHECK(messages.size() == 2 * sent.size());
    for (const auto& message : messages) {
      auto command = command_of_partner(line, message);
      REQUIRE_MESSAGE(command.has_value(), message);
      CHECK(sent.contains(to_text(*command->body.get<ReferralId>("referral_id"))));
    }
    answered += sent.size();
  }
  CHECK(answered > 0);
}

TEST_CASE("every public event of a year is as the contract says") {
  auto lines = run({toono_program(), "--log", "embedded:" + simulated_year().string(), "subscribe"});
  REQUIRE_MESSAGE(lines.code == 0, lines.err);
  TemporaryDirectory scratch;
  auto path = scratch.path().string() + ".jsonl";
  {
    std::ofstream file(path);
    file << lines.out;
  }
  auto checked = run({"bash", "-c",
                      python() + " " TOONO_SOURCE_DIR "/tests/integrators/check_contract.py " +
                          TOONO_BINARY_DIR "/contract <" + path});
  REQUIRE_MESSAGE(checked.code == 0, checked.err);
  auto report = parsed(checked.out);
  CHECK(report.at("events").to_number<std::size_t>() == year().event_count);
  CHECK(report.at("types").to_number<int>() > 40);
  CHECK(report.at("schemas").to_number<int>() == static_cast<int>(EventBody::MAX));
  for (auto* schema : {"common", "registry", "commands", "events", "journal"})
    CHECK(std::filesystem::exists(std::string(TOONO_BINARY_DIR "/contract/schemas/") + schema + ".fbs"));
}

}  // namespace toono
