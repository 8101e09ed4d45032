#include "tests/kafka/broker.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "tests/kafka/process.h"

namespace toono::testing {
namespace fs = std::filesystem;
namespace {

constexpr auto kBetweenLooks = std::chrono::milliseconds(20);
constexpr int kReadySeconds = 90;
constexpr int kEndSeconds = 60;
/// Any 16 bytes in Kafka's base 64: clusters of tests are told apart by their ports.
constexpr const char* kClusterId = "VG9vbm8tdGVzdHMtMDAwMQ";

/// A test program cannot go on without its broker: say why and end, never pass in silence.
[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "toono: the broker of the tests is not to be had: {}\n", why);
  std::_Exit(3);
}

std::string last_lines(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::string text;
  for (std::size_t i = lines.size() > 15 ? lines.size() - 15 : 0; i < lines.size(); ++i)
    text += lines[i] + "\n";
  return text;
}

std::string environment(const char* name, const char* otherwise) {
  const char* value = ::getenv(name);
  return value && *value ? value : otherwise;
}

/// The jars, fetched if need be; fetch.sh says what is missing.
std::string library() {
  std::string command = fmt::format("{}/tests/kafka/fetch.sh {}", TOONO_SOURCE_DIR, kafka_version());
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) give_up("tests/kafka/fetch.sh could not be started");
  for (int c; (c = std::fgetc(pipe)) != EOF;)
    if (c != '\n') output += static_cast<char>(c);
  if (::pclose(pipe) != 0) give_up("tests/kafka/fetch.sh " + kafka_version() + " failed as said above");
  // Maven may colour its output.
  return output.substr(output.find('/'));
}

std::string with_ports(std::string settings, int port, int controller) {
  for (auto [name, number] : {std::pair("@PORT@", port), std::pair("@CONTROLLER@", controller)})
    for (std::size_t at = 0; (at = settings.find(name)) != std::string::npos;)
      settings.replace(at, std::strlen(name), std::to_string(number));
  return settings;
}

bool has_ended(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

/// Waits for the end of a child, a minute at most: then it is killed. Its status; 0 if it was reaped before.
int end_of(pid_t pid) {
  bool in_time = eventually([&] { return has_ended(pid); }, kEndSeconds);
  if (!in_time) {
    fmt::print(stderr, "toono: process {} of the tests' broker did not end within {} s: it is killed\n", pid,
               kEndSeconds);
    ::kill(pid, SIGKILL);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace

std::string kafka_version() { return environment("TOONO_KAFKA_VERSION", "4.1.1"); }

Cluster::Cluster(int brokers, std::string settings, int link_port)
    : lib_(library()), id_(kClusterId), nodes_(brokers), link_port_(link_port) {
  std::string name = (fs::temp_directory_path() / "toono-broker-XXXXXX").string();
  if (!::mkdtemp(name.data())) give_up("no directory can be made in " + fs::temp_directory_path().string());
  root_ = name;
  // Another program may take a port between our looking and the broker's: then once more with others.
  for (int tries = 0; tries < 3; ++tries) {
    choose_ports();
    for (int node = 0; node < brokers; ++node) {
      fs::remove_all(folder(node));
      fs::create_directories(folder(node));
      write_properties(node, settings);
      format(node);
    }
    if (try_start_all()) return;
  }
  give_up("a broker ended at once: " + last_lines(folder(0) / "broker.log"));
}

Cluster::~Cluster() {
  for (Node& node : nodes_)
    if (node.pid > 0) {
      ::kill(node.pid, SIGKILL);
      ::waitpid(node.pid, nullptr, 0);
    }
  std::error_code failed;
  fs::remove_all(root_, failed);
}

fs::path Cluster::folder(int node) const { return root_ / fmt::format("node-{}", node); }
fs::path Cluster::data(int node) const { return folder(node) / "data"; }

void Cluster::choose_ports() {
  auto ports = free_ports(2 * size() + 1);
  for (int node = 0; node < size(); ++node) {
    nodes_[node].port = ports[2 * node];
    nodes_[node].controller_port = ports[2 * node + 1];
  }
  link_behind_ = ports.back();
}

void Cluster::write_properties(int node, const std::string& settings) const {
  std::string voters;
  for (int i = 0; i < size(); ++i)
    voters += fmt::format("{}{}@127.0.0.1:{}", i ? "," : "", i, nodes_[i].controller_port);
  std::string door, told;
  if (link_port_ > 0) {
    door = fmt::format(",LINK://127.0.0.1:{}", link_behind_);
    told = fmt::format(",LINK://127.0.0.1:{}", link_port_);
  }
  const int copies = std::min(3, size());
  std::ofstream(folder(node) / "node.properties") << fmt::format(
      "process.roles=broker,controller\nnode.id={0}\ncontroller.quorum.voters={1}\n"
      "listeners=PLAINTEXT://127.0.0.1:{2},CONTROLLER://127.0.0.1:{3}{7}\n"
      "advertised.listeners=PLAINTEXT://127.0.0.1:{2}{8}\ncontroller.listener.names=CONTROLLER\n"
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LINK:PLAINTEXT,CONTROLLER:PLAINTEXT\nlog.dirs={4}\n"
      "auto.create.topics.enable=false\nunclean.leader.election.enable=false\n"
      "group.initial.rebalance.delay.ms=0\nbroker.session.timeout.ms=4000\nbroker.heartbeat.interval.ms="
      "500\noffsets.topic.num.partitions=4\n"
      "offsets.topic.replication.factor={5}\ntransaction.state.log.num.partitions=4\n"
      "transaction.state.log.replication.factor={5}\ntransaction.state.log.min.isr=1\n"
      "log.cleaner.dedupe.buffer.size=2097152\n{6}\n",
      node, voters, nodes_[node].port, nodes_[node].controller_port, data(node).string(), copies,
      with_ports(settings, nodes_[node].port, nodes_[node].controller_port), door, told);
}

void Cluster::run_tool(int node, const std::vector<std::string>& words, const std::string& failed) const {
  fs::path log = folder(node) / "tool.log";
  std::vector<std::string> all{"java", "-Xmx64m",  "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                               "-cp",  lib_ + "/*"};
  all.insert(all.end(), words.begin(), words.end());
  pid_t child = testing::spawn(all, log, folder(node));
  if (end_of(child) != 0) give_up(failed + ": " + last_lines(log));
}

void Cluster::format(int node) const {
  run_tool(node,
           {"kafka.tools.StorageTool", "format", "-t", id_, "-c", "node.properties", "--ignore-formatted"},
           "its directory cannot be formatted");
}

void Cluster::limit_reading(int bytes_per_second) const {
  run_tool(
      0,
      {"kafka.admin.ConfigCommand", "--bootstrap-server", brokers(), "--alter", "--entity-type", "clients",
       "--entity-default", "--add-config", fmt::format("consumer_byte_rate={}", bytes_per_second)},
      "the quota cannot be set");
}

void Cluster::spawn(int node) {
  nodes_[node].pid = testing::spawn({"java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                                     lib_ + "/*", "kafka.Kafka", "node.properties"},
                                    folder(node) / "broker.log", folder(node));
  nodes_[node].paused = false;
}

bool Cluster::try_start_all() {
  for (int node = 0; node < size(); ++node) spawn(node);
  if (answers({})) return true;
  for (int node = 0; node < size(); ++node)
    if (nodes_[node].pid > 0) kill(node);
  return false;
}

/// True once as many brokers as run are in the metadata and the topic has its leaders; false if one ended.
bool Cluster::answers(const std::string& topic) const {
  KafkaListener listener;
  KafkaAddress address{.brokers = brokers(), .answer_within_ms = 1000};
  auto client = make_producer(address, &listener);
  if (!client) give_up(client.error().what);
  bool one_ended = false;
  bool ready = eventually(
      [&] {
        for (const Node& node : nodes_) one_ended = one_ended || (node.pid > 0 && has_ended(node.pid));
        if (one_ended) return true;
        auto metadata = topic_metadata(address, client->get(), topic);
        if (!metadata || (*metadata)->broker_cnt != running()) return false;
        for (int t = 0; t < (*metadata)->topic_cnt; ++t) {
          const auto& found = (*metadata)->topics[t];
          if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
          for (int p = 0; p < found.partition_cnt; ++p)
            if (found.partitions[p].err != RD_KAFKA_RESP_ERR_NO_ERROR || found.partitions[p].leader < 0)
              return false;
        }
        return true;
      },
      kReadySeconds);
  return ready && !one_ended;
}

std::string Cluster::broker(int node) const { return fmt::format("127.0.0.1:{}", nodes_.at(node).port); }
std::string Cluster::brokers() const {
  std::string all;
  for (int node = 0; node < size(); ++node) all += (node ? "," : "") + broker(node);
  return all;
}
KafkaAddress Cluster::address(std::string deployment) const {
  return {.brokers = brokers(), .deployment = std::move(deployment)};
}

int Cluster::running() const {
  int count = 0;
  for (const Node& node : nodes_) count += node.pid > 0 && !node.paused;
  return count;
}

void Cluster::end(int node, int signal) {
  Node& one = nodes_.at(node);
  if (one.pid <= 0) return;
  if (one.paused) ::kill(one.pid, SIGCONT);
  ::kill(one.pid, signal);
  end_of(one.pid);
  one.pid = 0;
  one.paused = false;
}
void Cluster::stop(int node) { end(node, SIGTERM); }
void Cluster::kill(int node) { end(node, SIGKILL); }
void Cluster::pause(int node) {
  hold_up(nodes_.at(node).pid);
  nodes_.at(node).paused = true;
}
void Cluster::resume(int node) {
  ::kill(nodes_.at(node).pid, SIGCONT);
  nodes_.at(node).paused = false;
}
void Cluster::start(int node) {
  if (nodes_.at(node).pid <= 0) spawn(node);
  wait_ready();
}
void Cluster::wait_ready(const std::string& topic) const {
  if (!answers(topic)) give_up("it does not answer: " + last_lines(folder(0) / "broker.log"));
}

int Cluster::leader_of(const std::string& topic, std::int32_t partition) const {
  KafkaListener listener;
  KafkaAddress reach = address("");
  auto client = make_producer(reach, &listener);
  if (!client) give_up(client.error().what);
  int leader = -1;
  bool found = eventually([&] {
    auto metadata = topic_metadata(reach, client->get(), topic);
    if (!metadata || (*metadata)->topic_cnt != 1) return false;
    const auto& one = (*metadata)->topics[0];
    if (partition < one.partition_cnt) leader = one.partitions[partition].leader;
    return leader >= 0;
  });
  if (!found) give_up("nobody leads " + topic);
  return leader;
}

Cluster& shared_broker() {
  static Cluster cluster(1);
  return cluster;
}

std::string unique_deployment() {
  static std::atomic<int> count = 0;
  return fmt::format("t{}-{}", ::getpid(), ++count);
}

std::vector<int> free_ports(int count) {
  std::vector<int> held, ports;
  for (; count > 0; --count) {
    held.push_back(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(held.back(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(held.back(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      give_up("there is no free port on loopback");
    ports.push_back(ntohs(address.sin_port));
  }
  for (int fd : held) ::close(fd);
  return ports;
}

void produce(const KafkaAddress& address, const std::string& topic, const std::string& message,
             std::size_t times) {
  auto producer = must(make_producer(address, nullptr));
  for (; times > 0; --times)
    REQUIRE(rd_kafka_producev(producer.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE(const_cast<char*>(message.data()), message.size()),
                              RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(rd_kafka_flush(producer.get(), 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

namespace {
void must_work(rd_kafka_error_t* failed) {
  KafkaErrorPtr error(failed);
  REQUIRE_MESSAGE(!error, rd_kafka_error_string(failed));
}
constexpr int kTransactionMs = 30'000;
}  // namespace

Stranger::Stranger(const KafkaAddress& address, const std::string& id) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", address.brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "transactional.id", id.c_str(), nullptr, 0);
  rd_kafka_conf_set_log_cb(conf, nullptr);
  producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0));
  must_work(rd_kafka_init_transactions(producer_.get(), kTransactionMs));
}

void Stranger::begin() { must_work(rd_kafka_begin_transaction(producer_.get())); }

void Stranger::write(const std::string& topic, const std::string& message, const std::string& key) {
  REQUIRE(rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                            RD_KAFKA_V_VALUE(const_cast<char*>(message.data()), message.size()),
                            RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
                            RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR);
  REQUIRE(rd_kafka_flush(producer_.get(), kTransactionMs) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void Stranger::commit() { must_work(rd_kafka_commit_transaction(producer_.get(), kTransactionMs)); }
void Stranger::give_up() { must_work(rd_kafka_abort_transaction(producer_.get(), kTransactionMs)); }

std::uint64_t in_the_inbox(KafkaLog& log) {
  std::uint64_t sum = 0;
  for (PartitionNumber p = 0; p + 1 < log.partitions(); ++p) sum += must(log.end(Topic::inbox, p));
  return sum;
}

bool eventually(const std::function<bool()>& holds, int seconds) {
  for (auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
       std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(kBetweenLooks))
    if (holds()) return true;
  return holds();
}

}  // namespace toono::testing
