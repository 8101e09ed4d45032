// The way between engines and a broker, ours to spoil: a TCP proxy on loopback that delays, holds back and
// cuts. The broker must advertise the proxy's port (Cluster's `link_port`), else clients would go round it.
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace toono::testing {

/// One thread of its own carries the bytes; the calls are for the test's thread and act at once.
class Link {
 public:
  Link();
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Where clients connect.
  int port() const { return port_; }
  std::string address() const;
  /// Where the broker listens. Before the first client comes.
  void lead_to(int broker_port);

  /// Every byte arrives so much later, both ways.
  void delay(int ms);
  /// What clients send is kept, and comes when it is let go, though they have hung up meanwhile.
  void hold(bool held);
  /// After so many more bytes to the broker all connections are cut, in the middle of a request as likely as
  /// not. Clients may connect anew at once.
  void cut_after(std::size_t bytes);
  /// How often that has happened.
  int cuts() const;

 private:
  using Steady = std::chrono::steady_clock;
  struct Chunk {
    Steady::time_point due;
    std::string bytes;
  };
  struct Way {
    int from = -1, to = -1;
    std::deque<Chunk> waiting;
    bool ended = false;
  };
  struct Connection {
    Way out, back;  // to the broker, to the client
    bool broken = false;
  };
  void run();
  void accept_one();
  void take(Way& way);
  void give(Connection& connection, Way& way, bool to_broker);
  void cut_all();
  void drop_ended();

  int listening_ = -1, port_ = 0;
  mutable std::mutex mutex_;
  int broker_port_ = 0, delay_ms_ = 0, cuts_ = 0;
  bool held_ = false, ends_ = false;
  /// 0: none is asked for.
  std::size_t cut_in_ = 0;
  std::list<Connection> connections_;
  std::thread thread_;
};

}  // namespace toono::testing
