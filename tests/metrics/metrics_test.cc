// What a monitor reads over HTTP is what the server told.
#include "adapters/metrics/metrics.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sstream>

#include "doctest/doctest.h"

namespace toono {
namespace {

std::string ask(int port, std::string_view question) {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  REQUIRE(::send(socket, question.data(), question.size(), 0) == static_cast<ssize_t>(question.size()));
  std::string answer;
  char part[4096];
  for (ssize_t got = 0; (got = ::recv(socket, part, sizeof part, 0)) > 0;)
    answer.append(part, static_cast<std::size_t>(got));
  ::close(socket);
  return answer;
}

std::string scrape(int port) { return ask(port, "GET /metrics HTTP/1.0\r\n\r\n"); }

TEST_CASE("what happens to a server is scraped on loopback") {
  auto metrics = Metrics::listen("127.0.0.1:0");
  REQUIRE(metrics);
  int told = 0;
  ServerWatch before;
  before.on_error = [&told](const Error&) { ++told; };
  auto watch = (*metrics)->with(before);
  watch.on_error({ErrorCode::world, "the broker does not answer", "kafka:a:1", "try again"});
  watch.on_race(1);
  watch.on_race(2);
  TopicReport report;
  report.findings.push_back({"t.journal.v1", "retention.ms", "1", "-1", "set it back"});
  watch.on_topics(report);
  flatbuffers::FlatBufferBuilder builder;
  Digest digest;
  CommandId id;
  EntityId entity;
  Instant at(0);
  StaffId actor;
  StationId station;
  DecisionBuilder decision(builder);
  decision.add_prev(&digest);
  decision.add_command_hash(&digest);
  decision.add_command_id(&id);
  decision.add_fingerprint(&digest);
  decision.add_entity(&entity);
  decision.add_decided_at(&at);
  decision.add_occurred_at(&at);
  decision.add_actor(&actor);
  decision.add_station(&station);
  decision.add_command_type(static_cast<std::uint8_t>(CommandBody::RegisterCase));
  decision.add_outcome(Outcome::rejected);
  builder.Finish(decision.Finish());
  watch.on_decision({3, flatbuffers::GetRoot<Decision>(builder.GetBufferPointer()), {}});
  CHECK(told == 1);
  auto text = scrape((*metrics)->port());
  for (const char* line :
       {"toono_restarts_total{reason=\"world\"} 1", "toono_races_lost_total 2", "toono_topic_findings 1",
        "toono_commands_total{outcome=\"rejected\"} 1",
        "toono_commands_by_name_total{command=\"RegisterCase\"} 1", "# TYPE toono_step_seconds histogram"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line, " is not in ", text);
  // Nothing of the door itself, and every value is a number.
  std::istringstream lines(text.substr(text.find("\r\n\r\n") + 4));
  for (std::string line; std::getline(lines, line);) {
    bool is_ours =
        line.starts_with("toono_") || line.starts_with("# HELP toono_") || line.starts_with("# TYPE toono_");
    CHECK_MESSAGE(is_ours, line);
    CHECK_MESSAGE(line.find("Nan") == std::string::npos, line);
  }
}

TEST_CASE("only the page of metrics is there, and it can only be read") {
  auto metrics = Metrics::listen("127.0.0.1:0");
  REQUIRE(metrics);
  auto port = (*metrics)->port();
  CHECK(ask(port, "GET /metrics HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(ask(port, "GET /metrics/more HTTP/1.0\r\n\r\n").substr(8, 5) == " 404 ");
  CHECK(ask(port, "GET / HTTP/1.0\r\n\r\n").substr(8, 5) == " 404 ");
  CHECK(ask(port, "DELETE /metrics HTTP/1.0\r\n\r\n").substr(8, 5) == " 405 ");
  auto head = ask(port, "HEAD /metrics HTTP/1.0\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("a port alone is loopback, and what is no address is refused") {
  auto address = metrics_address("9464");
  REQUIRE(address);
  CHECK(*address == "127.0.0.1:9464");
  for (const char* bad : {"", "host:", ":9464", "host:port", "99999", "1.2.3.4:-1"})
    CHECK_MESSAGE(!metrics_address(bad), bad);
}

TEST_CASE("two processes cannot answer at one port") {
  auto first = Metrics::listen("127.0.0.1:0");
  REQUIRE(first);
  auto second = Metrics::listen("127.0.0.1:" + std::to_string((*first)->port()));
  REQUIRE(!second);
  CHECK(second.error().code == ErrorCode::world);
}

}  // namespace
}  // namespace toono
