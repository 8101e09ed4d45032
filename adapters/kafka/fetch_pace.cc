#include "adapters/kafka/fetch_pace.h"

#include <sys/socket.h>
#include <unistd.h>

namespace toono {
namespace {

constexpr std::chrono::milliseconds kMeasuredOver{10};
/// Records a second.
constexpr double kMany = 4'000, kFew = 2'000;
/// Bytes a second; the kernel's word for no limit is ~0.
constexpr std::uint32_t kHeld = 300'000, kFree = ~std::uint32_t{0};

/// Where the kernel knows no pace there is none.
void set_pace(int socket, bool held) {
  const std::uint32_t rate = held ? kHeld : kFree;
  (void)::setsockopt(socket, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof rate);
}

}  // namespace

int FetchPace::open(int domain, int type, int protocol) {
  const int socket = ::socket(domain, type | SOCK_CLOEXEC, protocol);
  if (socket < 0) return socket;
  std::scoped_lock guard(mutex_);
  sockets_.insert(socket);
  if (held_) set_pace(socket, true);
  return socket;
}

int FetchPace::close(int socket) {
  std::scoped_lock guard(mutex_);
  sockets_.erase(socket);
  return ::close(socket);
}

void FetchPace::heed(std::size_t records, Time now) {
  records_ += records;
  if (records == 0 || now - since_ < kMeasuredOver) return;
  const auto rate = static_cast<double>(records_) / std::chrono::duration<double>(now - since_).count();
  since_ = now;
  records_ = 0;
  if (const bool held = rate >= (held_ ? kFew : kMany); held != held_) hold(held);
}

void FetchPace::hold(bool held) {
  std::scoped_lock guard(mutex_);
  held_ = held;
  for (int socket : sockets_) set_pace(socket, held);
}

}  // namespace toono
