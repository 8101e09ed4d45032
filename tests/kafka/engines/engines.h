// A deployment on a real broker with engines in processes of their own, an edge that keeps them busy, and
// everything that must hold after a fault.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/engine/deployment.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/engines/chain.h"
#include "tests/kafka/link.h"
#include "tests/kafka/process.h"

namespace toono::testing {

/// How many rounds each fault gets: $TOONO_FAULT_ROUNDS, or 2.
int fault_rounds();
/// What only chance brings about is tried in so many rounds.
inline constexpr int kMostTries = 40;
/// After the last round, and now and then before it: a check holds all rounds so far against the journal.
bool is_checked_after(int round);

/// The broker that the cases of one broker share, and the spoilt way to it.
struct LinkedBroker {
  Link link;
  Cluster cluster{1, {}, link.port()};
  LinkedBroker() { link.lead_to(cluster.link_behind()); }
};
LinkedBroker& linked_broker();

/// One engine.
class EngineProcess : public Process {
 public:
  enum class Kind { owner, forced };
  struct Place {
    KafkaAddress address;
    std::filesystem::path dir;
    std::filesystem::path master_key;
  };
  /// Starts it. Stopped in good order it flushes its rows.
  EngineProcess(Kind kind, Place place);

  void start();
  std::size_t times_said(std::string_view words) const;
  const std::filesystem::path& dir() const { return place_.dir; }
  std::size_t starts() const { return starts_; }

 private:
  Kind kind_;
  Place place_;
  std::size_t starts_ = 0;
};

/// An edge under load: it sends random commands and hears their decisions. After any error it opens again and
/// sends what has no answer yet once more, under the same ids.
class LoadedEdge {
 public:
  LoadedEdge(EngineOptions options, std::uint64_t seed, PartitionNumber partitions);

  /// Sends and hears, with at most so many unanswered, until `enough` says so, at most `seconds`. False: it
  /// never did.
  bool work_until(const std::function<bool()>& enough, int seconds = 60, std::size_t in_flight = 64);
  /// So long, whatever is answered.
  void work_for(std::int64_t ms);
  /// Until so many more are answered.
  bool work(std::size_t answers, int seconds = 60);
  /// Hears until all that was sent is answered; false: within so many seconds it was not.
  bool drain(int seconds = 60);

  /// Every command goes out twice.
  void send_twice(bool twice) { twice_ = twice; }
  const Answers& answers() const { return answers_; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t errors() const { return errors_; }
  std::string last_error() const { return last_error_; }
  std::mt19937_64& random() { return random_; }
  void close();

 private:
  struct Waiting {
    CommandId id;
    PartitionNumber partition = 0;
    Buffer record;
    bool sent = false;
  };
  bool open();
  void fail(const Error& error);
  void send_one();
  bool put(Waiting& waiting);
  void hear();
  void learn(const Answered& answered);

  EngineOptions options_;
  Load load_;
  std::mt19937_64 random_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, Waiting> waiting_;
  Answers answers_;
  std::size_t errors_ = 0;
  std::string last_error_;
  bool twice_ = false;
};

/// A founded deployment of `kPartitions` and the registry's, with its engines and its edge.
class Engines {
 public:
  static constexpr PartitionNumber kPartitions = 3;
  /// `properties` are those of the engines alone.
  explicit Engines(Cluster& cluster, std::uint64_t seed, std::map<std::string, std::string> properties = {});
  ~Engines();

  /// `brokers`: instead of the cluster's own, as a link's.
  EngineProcess& add(EngineProcess::Kind kind = EngineProcess::Kind::owner, std::string brokers = {});
  EngineProcess& at(std::size_t index) { return *engines_.at(index); }
  std::size_t count() const { return engines_.size(); }
  LoadedEdge& edge() { return *edge_; }
  /// As the edge's, but the test fails in words when it takes longer.
  void work(std::size_t answers, int seconds = 60);
  void drain(int seconds = 60);
  /// Waits until all engines have opened.
  void wait_open();
  const KafkaAddress& address() const { return address_; }
  /// A node of the test's own, which follows.
  EngineOptions node(const std::string& name) const { return node(temporary_.path() / name); }
  /// What the engines have said, for a failure.
  std::string said() const;

  struct Checked {
    std::uint64_t decisions = 0, voids = 0, repeats = 0;
  };
  /// Waits for all answers, stops the engines, holds everything against the journal, and starts them again:
  /// each answered command stands once on its chain where it was told, nothing is decided twice, void records
  /// are counted and listed, and the rows of every node are those of a rebuild and those of the embedded log
  /// fed the same inbox, whose chains have the same heads.
  Checked check_everything();

 private:
  EngineOptions node(const std::filesystem::path& dir) const;
  void found();
  [[noreturn]] void fail_waiting(const std::string& for_what, int seconds) const;

  KafkaAddress address_;
  std::map<std::string, std::string> properties_;
  TemporaryDirectory temporary_;
  SystemClock clock_;
  SystemEntropy entropy_;
  std::vector<std::unique_ptr<EngineProcess>> engines_;
  std::unique_ptr<LoadedEdge> edge_;
};

}  // namespace toono::testing
