// Brokers that do not answer, as somebody meets them who asks a question.
#include <future>
#include <thread>

#include "adapters/kafka/admin.h"
#include "tests/integrators/started.h"

namespace toono {
namespace {

using Steady = std::chrono::steady_clock;

/// Ten seconds of patience for the whole answer, and what it takes to begin and to end.
constexpr std::int64_t kBoundedMs = 14'000;

struct Timed {
  Ran ran;
  std::int64_t ms = 0;
};

/// All questions at once, each from a node of its own.
std::vector<Timed> ask_all(const Nodes& nodes, const std::vector<std::vector<std::string>>& questions) {
  std::vector<std::future<Timed>> asked;
  for (const auto& question : questions)
    asked.push_back(std::async(std::launch::async, [&nodes, &question, node = asked.size()] {
      const auto began = Steady::now();
      auto ran = nodes.run("node-" + std::to_string(node), question);
      return Timed{ran, std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began).count()};
    }));
  std::vector<Timed> answers;
  for (auto& one : asked) answers.push_back(one.get());
  return answers;
}

const std::vector<std::vector<std::string>> kQuestions = {
    {"--json", "status"}, {"--json", "topics", "check"}, {"--json", "stations"}, {"--json", "verify"}};

}  // namespace

TEST_CASE("with two of three brokers away every question ends in bounded time and names them") {
  testing::Cluster cluster(3);
  Nodes nodes(cluster.address(testing::unique_deployment()));
  REQUIRE(nodes.run("founder", {"topics", "create", "--partitions", "12", "--replication", "3"}).code == 0);
  cluster.kill(1);
  cluster.pause(2);
  for (const auto& [ran, ms] : ask_all(nodes, kQuestions)) {
    CAPTURE(ran.out);
    CAPTURE(ran.err);
    CHECK(ran.code == 3);
    CHECK(ms < kBoundedMs);
    CHECK(ran.out.find("2 of 3 brokers do not answer: ") != std::string::npos);
    for (int node : {1, 2}) CHECK(ran.out.find(cluster.broker(node)) != std::string::npos);
  }
  cluster.resume(2);
}

TEST_CASE("a broker that has been dead for long is counted with those that do not answer") {
  testing::Cluster cluster(3);
  auto address = cluster.address(testing::unique_deployment());
  Nodes nodes(address);
  auto founded = nodes.run("founder", {"topics", "create", "--partitions", "12"});
  CHECK_MESSAGE(founded.out.ends_with("Copies kept of every record: 3.\n"), founded.out);
  cluster.kill(1);
  // Until the controller has taken it out of what clients are told.
  REQUIRE(testing::eventually([&] {
    auto admin = must(KafkaAdmin::open(address));
    auto told = topic_metadata(address, admin->client(), "", admin->listener());
    return told && (*told)->broker_cnt == 2;
  }));
  cluster.pause(2);
  auto ran = nodes.run("asks", {"--json", "topics", "check"});
  CAPTURE(ran.out);
  CHECK(ran.code == 3);
  CHECK(ran.out.find("2 of 3 brokers do not answer: 1, 2 (" + cluster.broker(2) + ")") != std::string::npos);
  cluster.resume(2);
}

TEST_CASE("with the only broker silent or gone every question ends in bounded time") {
  testing::Cluster cluster;
  Nodes nodes(cluster.address(testing::unique_deployment()));
  REQUIRE(nodes.run("founder", {"topics", "create", "--partitions", "12"}).code == 0);
  SUBCASE("silent") { cluster.pause(0); }
  SUBCASE("gone") { cluster.kill(0); }
  for (const auto& [ran, ms] : ask_all(nodes, kQuestions)) {
    CAPTURE(ran.out);
    CHECK(ran.code == 3);
    CHECK(ms < kBoundedMs);
    CHECK(ran.out.find("\"what\":") != std::string::npos);
  }
}

TEST_CASE("what is told to stop while a silent broker keeps it from opening ends in good order, and soon") {
  constexpr std::chrono::seconds kOpening{1};
  constexpr std::int64_t kSoonMs = 5'000;
  testing::Cluster cluster;
  Nodes nodes(cluster.address(testing::unique_deployment()));
  REQUIRE(nodes.run("founder", {"topics", "create", "--partitions", "1"}).code == 0);
  cluster.pause(0);
  for (const std::string command : {"publish", "subscribe", "partners"}) {
    CAPTURE(command);
    Started started(nodes.words(command, {command}));
    std::this_thread::sleep_for(kOpening);
    const auto told = Steady::now();
    CHECK_MESSAGE(started.stop() == 0, started.said());
    CHECK(std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - told).count() < kSoonMs);
  }
  cluster.resume(0);
}

}  // namespace toono
