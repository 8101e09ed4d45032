// One engine of the fault tests, a process to kill, stop and let go on: `serve` as the program `toono` runs
// it, or the forced owner of all partitions that no group has asked. It flushes its rows before it ends, so
// that the test compares the rows that it made while it ran.
//
//   toono_test_engine owner|alone BROKERS DEPLOYMENT DIR MASTER_KEY [PROPERTY=VALUE...]
#include <fmt/format.h>

#include <csignal>
#include <cstring>

#include "adapters/engine/clocks.h"
#include "adapters/engine/server.h"
#include "adapters/vault/system_entropy.h"
#include "core/time.h"

namespace toono {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int) { stop_asked = 1; }

/// With the time of day, so that several may be laid side by side.
void say(const std::string& line) {
  fmt::print(stderr, "{} {}\n", to_text(SystemClock().now()).substr(11, 12), line);
  std::fflush(stderr);
}
std::string words(const Error& error) { return error.what + ": " + error.where + ": " + error.next; }

/// Ends once the rows stand on the disk.
class Stop {
 public:
  bool should_stop() const { return flushed_; }
  Result<void> after_step(Engine& engine) {
    if (!stop_asked || flushed_) return {};
    flushed_ = true;
    return engine.store().flush();
  }

 private:
  bool flushed_ = false;
};

Result<void> serve_as_owner(const EngineOptions& engine) {
  Stop stop;
  bool open = false;
  ServerOptions options{.engine = engine};
  options.check_every_ms = 1000;
  options.retry_most_ms = 500;
  options.should_stop = [&] { return stop.should_stop() || (stop_asked && !open); };
  options.watch.on_open = [&](const Engine&) {
    open = true;
    say("opened");
  };
  options.watch.on_ownership = [](PartitionNumber partition, bool owned) {
    say(fmt::format("{} {}", owned ? "taken" : "given_up", partition));
  };
  options.watch.on_step = [&](Engine& running, std::size_t, std::int64_t) {
    if (auto flushed = stop.after_step(running); !flushed) say("rows: " + words(flushed.error()));
  };
  options.watch.on_error = [&](const Error& error) {
    open = false;
    say("again: " + words(error));
  };
  return serve(options);
}

/// Decides everything, whoever else does, and goes on after errors as a server does.
Result<void> own_all_once(const EngineOptions& options) {
  TOONO_ASSIGN(auto engine, Engine::open(options));
  say("opened");
  for (Stop stop; !stop.should_stop();) {
    TOONO_TRY(engine->step());
    TOONO_TRY(engine->fire_due());
    TOONO_TRY(stop.after_step(*engine));
  }
  return engine->close();
}
Result<void> own_all(const EngineOptions& options) {
  while (true) {
    auto ended = own_all_once(options);
    if (ended || ended.error().code != ErrorCode::world || stop_asked) return ended;
    say("again: " + words(ended.error()));
  }
}

int run(int argc, char** argv) {
  if (argc < 6) return 2;
  KafkaAddress address{.brokers = argv[2], .deployment = argv[3]};
  for (int i = 6; i < argc; ++i) {
    const std::string property = argv[i];
    const auto equals = property.find('=');
    if (equals == std::string::npos) return 2;
    address.properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  std::signal(SIGTERM, ask_to_stop);
  SystemClock clock;
  SystemEntropy entropy;
  EngineOptions options{.dir = argv[4],
                        .kafka = address,
                        .role = EngineRole::owner,
                        .master_key = argv[5],
                        .clock = &clock,
                        .entropy = &entropy};
  bool forced = std::strcmp(argv[1], "alone") == 0;
  if (forced) options.role = EngineRole::alone;
  auto ended = forced ? own_all(options) : serve_as_owner(options);
  if (!ended) say("ended: " + words(ended.error()));
  return ended ? 0 : 1;
}

}  // namespace
}  // namespace toono

int main(int argc, char** argv) { return toono::run(argc, argv); }
