// A real Apache Kafka for tests: brokers of our own on loopback, started, stopped, killed and
// paused by their recorded process ids, and gone when the program is.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kafka/client.h"
#include "adapters/kafka/kafka_log.h"

namespace toono::testing {

/// The Kafka version under test: $TOONO_KAFKA_VERSION, or 4.1.1.
std::string kafka_version();

/// n nodes, each broker and controller. Make it on a thread that lives as long as it does: the brokers die
/// with the thread that started them (PR_SET_PDEATHSIG), so that nothing is left behind when a test is
/// killed.
class Cluster {
 public:
  /// Formats, starts and waits until every broker answers. Fails the program in words when it cannot be had.
  /// `settings` are lines of server.properties, added at the end (@PORT@, @CONTROLLER@: the node's ports).
  /// With a `link_port`, of one broker only, it has one more door, behind link_behind(): who comes in there
  /// is told that the broker stands at that port (link.h).
  explicit Cluster(int brokers = 1, std::string settings = {}, int link_port = 0);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// HOST:PORT,... of all brokers.
  std::string brokers() const;
  std::string broker(int node) const;
  /// The address of one deployment; every test takes a name of its own.
  KafkaAddress address(std::string deployment) const;
  int size() const { return static_cast<int>(nodes_.size()); }

  /// In good order: TERM, and waits for the end.
  void stop(int node);
  /// At once: KILL.
  void kill(int node);
  /// STOP: it holds its connections and says nothing. resume() lets it go on.
  void pause(int node);
  void resume(int node);
  /// Again on the same data, after stop() or kill(); waits until it answers.
  void start(int node);
  /// Waits until all brokers that run answer, and each partition of `topic` (if named) has a leader.
  void wait_ready(const std::string& topic = {}) const;
  /// A quota of every client.
  void limit_reading(int bytes_per_second) const;
  /// The broker that leads the partition now.
  int leader_of(const std::string& topic, std::int32_t partition) const;
  int link_behind() const { return link_behind_; }
  pid_t pid(int node) const { return nodes_.at(node).pid; }
  /// Where a node's data stands, for tests that change it while the node is down.
  std::filesystem::path data(int node) const;

 private:
  struct Node {
    int port = 0, controller_port = 0;
    pid_t pid = 0;
    bool paused = false;
  };
  std::filesystem::path folder(int node) const;
  void choose_ports();
  void write_properties(int node, const std::string& settings) const;
  void run_tool(int node, const std::vector<std::string>& words, const std::string& failed) const;
  void format(int node) const;
  void spawn(int node);
  bool try_start_all();
  bool answers(const std::string& topic) const;
  void end(int node, int signal);
  int running() const;

  std::filesystem::path root_;
  std::string lib_;
  std::string id_;
  std::vector<Node> nodes_;
  int link_port_ = 0, link_behind_ = 0;
};

/// The cluster of one broker that all tests of a program share: the first that asks starts it.
Cluster& shared_broker();
/// A deployment name that no other test of this run has.
std::string unique_deployment();

/// The commands of the inbox so far, the registry's not counted.
std::uint64_t in_the_inbox(KafkaLog& log);

/// Writes a message without a key to partition 0, so often, and waits until it is there.
void produce(const KafkaAddress& address, const std::string& topic, const std::string& message,
             std::size_t times = 1);

/// A producer of somebody who writes transactions, into partition 0 of a topic; one at a time. One that is
/// not ended stays open when the stranger goes.
class Stranger {
 public:
  /// `id` is the transactions' own; a second stranger of the same id ends what the first left open.
  Stranger(const KafkaAddress& address, const std::string& id);
  void begin();
  /// Stands in the topic when it returns. A compacted one takes it with a key only.
  void write(const std::string& topic, const std::string& message, const std::string& key = {});
  void commit();
  void give_up();

 private:
  ProducerPtr producer_;
};

/// So many ports of loopback that are free now, each another.
std::vector<int> free_ports(int count);

/// Looks again every 20 ms until `holds`, at most `seconds`; false if it never did.
bool eventually(const std::function<bool()>& holds, int seconds = 30);

}  // namespace toono::testing
