// How long one client waits that sends its next command when the last one is answered. Beside it, turn by
// turn with it, the limits: the same bytes appended and synced by the log with nothing decided, and by the
// system alone to a file that was written before.
//   latency_bench [COMMANDS=20000] [DIR=/tmp/toono-bench]
#include <fcntl.h>
#include <unistd.h>

#include "bench/deployment.h"

namespace toono::bench {
namespace {

constexpr std::size_t kTurn = 200;
constexpr std::size_t kFileBytes = 64u << 20;

/// A file full of zeros, written at its end as the log writes a segment: what the disk alone takes.
class PlainFile {
 public:
  explicit PlainFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    std::vector<char> zeros(1 << 20);
    for (std::size_t at = 0; at < kFileBytes; at += zeros.size())
      check(::pwrite(fd_, zeros.data(), zeros.size(), static_cast<off_t>(at)) ==
                static_cast<ssize_t>(zeros.size()),
            "the disk takes 64 MiB");
    check(::fsync(fd_) == 0, "the disk syncs");
  }
  ~PlainFile() { ::close(fd_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  void append(Bytes bytes) {
    check(::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at_)) ==
              static_cast<ssize_t>(bytes.size()),
          "the disk takes a record");
    check(::fdatasync(fd_) == 0, "the disk syncs");
    at_ = (at_ + bytes.size()) % (kFileBytes - 4096);
  }

 private:
  int fd_;
  std::size_t at_ = 0;
};

void run(std::uint64_t commands, const std::filesystem::path& dir) {
  Scratch scratch(dir), scratch_log(dir.string() + "-limit");
  Deployment deployment(dir);
  deployment.create();
  Workload workload({.open_entities = 2000});
  deployment.fill(workload, 4096);
  auto log = must(EmbeddedLog::create(scratch_log.path(), LogId{}, 13));
  PlainFile file(scratch_log.path() / "plain");
  // A frame with a command and its decision, as the journal holds them.
  constexpr std::size_t kCommand = 186, kDecision = 341, kFrame = 672;
  Buffer noise(kFrame);
  std::mt19937_64 chance(1);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(chance());
  std::vector<double> engine, log_alone, plain;
  while (engine.size() < commands) {
    deployment.play(deployment.prepare(workload, kTurn), 1, &engine);
    for (std::size_t i = 0; i < kTurn; ++i) {
      log_alone.push_back(timed([&] {
        must(log->send(0, Bytes(noise).first(kCommand)));
        (void)must(log->receive(1));
        must(log->append(0, Bytes(noise).first(kDecision)));
        (void)must(log->settle());
      }));
      plain.push_back(timed([&] { file.append(noise); }));
    }
  }
  deployment.must_be_accepted();
  auto p50 = percentile(engine, 0.5), log_p50 = percentile(log_alone, 0.5),
       plain_p50 = percentile(plain, 0.5);
  line("commands, one at a time", "{}", engine.size());
  line("answered durably, p50 / p99", "{:.3f} / {:.3f} ms", p50 * 1e3, percentile(engine, 0.99) * 1e3);
  line("one append and fdatasync", "{:.3f} / {:.3f} ms", plain_p50 * 1e3, percentile(plain, 0.99) * 1e3);
  line("log alone", "{:.3f} / {:.3f} ms", log_p50 * 1e3, percentile(log_alone, 0.99) * 1e3);
  goal("p50 against append and fdatasync", p50 / plain_p50, 1.5, false, "times");
  line("p50 against the log alone", "{:.2f} times", p50 / log_p50);
}

}  // namespace
}  // namespace toono::bench

int main(int argc, char** argv) {
  using namespace toono::bench;
  run(number_argument(argc, argv, 1, 20'000), path_argument(argc, argv, 2, "/tmp/toono-bench"));
  return 0;
}
