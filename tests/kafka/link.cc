#include "tests/kafka/link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "doctest/doctest.h"

namespace toono::testing {
namespace {

constexpr int kTickMs = 5;
constexpr std::size_t kChunk = 64 << 10;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void make_prompt(int fd) {
  int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

Link::Link() {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  bool listens = ::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                 ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                 ::listen(listening_, 128) == 0;
  REQUIRE_MESSAGE(listens, "no port on loopback for the link");
  port_ = ntohs(address.sin_port);
  make_prompt(listening_);
  thread_ = std::thread([this] { run(); });
}

Link::~Link() {
  {
    std::scoped_lock guard(mutex_);
    ends_ = true;
  }
  thread_.join();
  cut_all();
  drop_ended();
  ::close(listening_);
}

std::string Link::address() const { return "127.0.0.1:" + std::to_string(port_); }
void Link::lead_to(int broker_port) {
  std::scoped_lock guard(mutex_);
  broker_port_ = broker_port;
}
void Link::delay(int ms) {
  std::scoped_lock guard(mutex_);
  delay_ms_ = ms;
}
void Link::hold(bool held) {
  std::scoped_lock guard(mutex_);
  held_ = held;
}
void Link::cut_after(std::size_t bytes) {
  std::scoped_lock guard(mutex_);
  cut_in_ = bytes;
}
int Link::cuts() const {
  std::scoped_lock guard(mutex_);
  return cuts_;
}

void Link::run() {
  while (true) {
    std::vector<pollfd> fds;
    {
      std::scoped_lock guard(mutex_);
      if (ends_) return;
      fds.push_back({listening_, POLLIN, 0});
      for (const auto& connection : connections_)
        for (const Way* way : {&connection.out, &connection.back})
          if (!way->ended) fds.push_back({way->from, POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), kTickMs);
    std::scoped_lock guard(mutex_);
    if (fds[0].revents) accept_one();
    for (auto& connection : connections_) {
      take(connection.out);
      take(connection.back);
    }
    for (auto& connection : connections_) {
      if (!held_) give(connection, connection.out, true);
      give(connection, connection.back, false);
    }
    drop_ended();
  }
}

void Link::accept_one() {
  int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  int broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(broker_port_);
  if (::connect(broker, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(broker);
    return;
  }
  make_prompt(client);
  make_prompt(broker);
  auto& connection = connections_.emplace_back();
  connection.out.from = connection.back.to = client;
  connection.out.to = connection.back.from = broker;
}

void Link::take(Way& way) {
  std::array<char, kChunk> bytes;
  while (!way.ended) {
    auto got = ::recv(way.from, bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) way.ended = true;
    if (got > 0)
      way.waiting.push_back({Steady::now() + std::chrono::milliseconds(delay_ms_),
                             std::string(bytes.data(), static_cast<std::size_t>(got))});
  }
}

void Link::give(Connection& connection, Way& way, bool to_broker) {
  while (!connection.broken && !way.waiting.empty() && way.waiting.front().due <= Steady::now()) {
    auto& bytes = way.waiting.front().bytes;
    auto most = to_broker && cut_in_ > 0 ? std::min(bytes.size(), cut_in_) : bytes.size();
    auto gone = ::send(way.to, bytes.data(), most, MSG_NOSIGNAL);
    if (gone < 0 && (errno == EAGAIN || errno == EINTR)) return;
    // A client that has gone wants no answers; what it sent goes on its way.
    if (gone < 0 && !to_broker) return way.waiting.clear();
    if (gone < 0) {
      connection.broken = true;
      return;
    }
    bytes.erase(0, static_cast<std::size_t>(gone));
    if (bytes.empty()) way.waiting.pop_front();
    if (!to_broker || cut_in_ == 0) continue;
    cut_in_ -= static_cast<std::size_t>(gone);
    if (cut_in_ > 0) continue;
    ++cuts_;
    cut_all();
  }
}

void Link::cut_all() {
  for (auto& connection : connections_) connection.broken = true;
}

/// A client that has hung up is forgotten once the broker has all that it sent.
void Link::drop_ended() {
  for (auto at = connections_.begin(); at != connections_.end();) {
    bool over = at->broken || (at->out.ended && at->out.waiting.empty()) ||
                (at->back.ended && at->back.waiting.empty() && at->out.waiting.empty());
    if (over) {
      ::close(at->out.from);
      ::close(at->out.to);
    }
    at = over ? connections_.erase(at) : std::next(at);
  }
}

}  // namespace toono::testing
