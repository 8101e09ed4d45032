#include "bench/kafka/loaded_node.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "adapters/engine/founding.h"
#include "adapters/engine/server.h"
#include "bench/kafka/relay.h"
#include "core/partition.h"

namespace toono::bench {
namespace {

constexpr std::int64_t kAgendaEveryNs = 200'000'000;
constexpr std::int64_t kPatienceNs = 60'000'000'000;

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int) { stop_asked = 1; }

}  // namespace

OtherEngine::OtherEngine(const NodePlace& place) {
  std::string program = "/proc/self/exe";
  std::vector<std::string> words{program,
                                 "--node",
                                 place.dir.string(),
                                 "--brokers",
                                 place.address.brokers,
                                 "--deployment",
                                 place.address.deployment,
                                 "--master-key",
                                 place.master_key};
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) stop("another engine", "no process could be started");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

OtherEngine::~OtherEngine() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void OtherEngine::signal(int number) const { ::kill(pid_, number); }

std::uint64_t OtherEngine::peak_mib() const {
  std::ifstream status(fmt::format("/proc/{}/status", pid_));
  for (std::string text; std::getline(status, text);)
    if (text.starts_with("VmHWM:")) return std::stoull(text.substr(6)) / 1024;
  return 0;
}

int OtherEngine::serve(const NodePlace& place) {
  std::signal(SIGTERM, ask_to_stop);
  SystemClock clock;
  SystemEntropy entropy;
  ServerOptions options;
  options.engine = {.dir = place.dir,
                    .kafka = place.address,
                    .role = EngineRole::owner,
                    .master_key = place.master_key,
                    .clock = &clock,
                    .entropy = &entropy};
  options.should_stop = [] { return stop_asked != 0; };
  options.watch.on_error = [](const Error& error) {
    fmt::print(stderr, "the other engine opens again: {}: {}\n", error.what, error.where);
  };
  must(toono::serve(options));
  return 0;
}

LoadedNode::LoadedNode(const NodePlace& place, int broker_pid) : place_(place), broker_pid_(broker_pid) {}
LoadedNode::~LoadedNode() = default;

EngineOptions LoadedNode::options(EngineRole role) {
  return {.dir = place_.dir,
          .kafka = place_.address,
          .role = role,
          .master_key = place_.master_key,
          .clock = &clock_,
          .entropy = &entropy_,
          .on_ownership = [this](PartitionNumber, bool owned) { owned ? ++owned_ : --owned_; }};
}

void LoadedNode::found() {
  std::filesystem::create_directories(place_.dir);
  Founding founding;
  founding.partitions = kPartitions;
  founding.registry = must(founding_registry({}));
  auto founder = must(Engine::create(options(EngineRole::alone), founding));
  must(founder->close());
  founder.reset();
  owned_ = 0;
}

void LoadedNode::open() {
  engine_ = must(Engine::open(options(EngineRole::owner)));
  engine_->processor().on_answer([this](const Answered& answer) { learn(answer); });
}

void LoadedNode::close() {
  must(engine_->close());
  engine_.reset();
}

void LoadedNode::step_until_it_owns(std::size_t least, std::size_t most) {
  auto until = now_ns() + kPatienceNs;
  while (owned_ < least || owned_ > most) {
    step();
    if (now_ns() > until) stop("the group", fmt::format("has given this engine {} partitions", owned_));
  }
}

/// As a server does.
void LoadedNode::step() {
  (void)must(engine_->step());
  if (now_ns() - fired_at_ < kAgendaEveryNs) return;
  fired_at_ = now_ns();
  (void)must(engine_->fire_due());
}

void LoadedNode::make(std::uint64_t count) {
  ready_.clear();
  index_.clear();
  latencies_.clear();
  due_.assign(count, 0);
  ready_.reserve(count);
  index_.reserve(count);
  latencies_.reserve(count);
  auto position = engine_->registry().position();
  for (std::uint64_t i = 0; i < count; ++i) {
    auto next = workload_.next();
    next.at = clock_.now();  // the deadlines are this day's: none is missed while it is measured
    ready_.push_back({partition_of(next.entity, kPartitions), next.id, record_of(next, position)});
    index_.emplace(next.id, i);
    command_bytes_ += ready_.back().record.size();
  }
  made_ += count;
}

void LoadedNode::learn(const Answered& answer) {
  auto found = index_.find(*answer.decision->command_id());
  if (found == index_.end()) return;  // the agenda's
  if (answer.decision->outcome() != Outcome::accepted)
    stop("a command", fmt::format("was not accepted: {}, {}", EnumNameOutcome(answer.decision->outcome()),
                                  EnumNameRejection(answer.decision->rejection())));
  auto due = due_[found->second];
  index_.erase(found);
  latencies_.push_back(now_ns() - due);
  ++answered_;
  decision_bytes_ += answer.bytes.size();
  if (on_answer_) on_answer_(answer.partition, due);
}

Figure LoadedNode::finish(Figure figure) {
  if (!figure.measure.empty()) fmt::print(stderr, "{}: {:.1f} s\n", figure.measure, figure.seconds);
  figure.latencies = std::move(latencies_);
  latencies_ = {};
  ready_ = {};
  return figure;
}

Figure LoadedNode::in_flight(std::string measure, std::uint64_t count, std::uint64_t most, pid_t other) {
  make(count);
  auto other_cpu = cpu_seconds_of(other);
  auto figure = measured(std::move(measure), broker_pid_, [&](Figure&) {
    for (std::uint64_t sent = 0; latencies_.size() < count;) {
      for (; sent < count && sent - latencies_.size() < most; ++sent) {
        due_[sent] = now_ns();
        must(engine_->send(ready_[sent].partition, ready_[sent].record));
      }
      step();
    }
    return count;
  });
  figure.client_cpu += cpu_seconds_of(other) - other_cpu;
  return finish(std::move(figure));
}

/// From any thread.
void LoadedNode::must_send(std::size_t index) {
  must(engine_->log().send(ready_[index].partition, ready_[index].record));
}

Figure LoadedNode::at_rate(std::string measure, std::uint64_t per_second, double seconds, pid_t other) {
  auto count = static_cast<std::uint64_t>(static_cast<double>(per_second) * seconds);
  make(count);
  for (const auto& ready : ready_)
    engine_->processor().await(CommandKey::of(*GetCommand(ready.record.data())));
  auto other_cpu = cpu_seconds_of(other);
  auto figure = measured(std::move(measure), broker_pid_, [&](Figure&) {
    auto began = now_ns();
    for (std::uint64_t i = 0; i < count; ++i) due_[i] = due_at(began, per_second, i);
    std::thread sender([&] {
      for (std::uint64_t i = 0; i < count; ++i) wait_until_ns(due_[i]), must_send(i);
    });
    while (latencies_.size() < count) step();
    sender.join();
    return count;
  });
  figure.client_cpu += cpu_seconds_of(other) - other_cpu;
  return finish(std::move(figure));
}

std::vector<double> LoadedNode::waits_after(std::uint64_t per_second, const std::function<void()>& fault) {
  constexpr std::uint64_t kSeconds = 30;
  const auto count = per_second * kSeconds;
  make(count);
  for (const auto& ready : ready_)
    engine_->processor().await(CommandKey::of(*GetCommand(ready.record.data())));
  auto began = now_ns(), struck_at = began + 2'000'000'000;
  for (std::uint64_t i = 0; i < count; ++i) due_[i] = due_at(began, per_second, i);
  std::vector<std::int64_t> again(kPartitions);
  std::size_t silent = kPartitions;
  on_answer_ = [&](PartitionNumber partition, std::int64_t due) {
    if (due <= struck_at || again[partition] != 0) return;
    again[partition] = now_ns();
    --silent;
  };
  std::atomic<bool> over = false;
  std::thread sender([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      // All that was made is sent, so that what comes after it finds its cases as it expects them.
      if (!over) wait_until_ns(due_[i]);
      must_send(i);
    }
  });
  while (now_ns() < struck_at) step();
  fault();
  struck_at = now_ns();
  while (silent > 0) {
    step();
    if (now_ns() - struck_at > kPatienceNs) stop("after the fault", "some partitions never answered again");
  }
  over = true;
  while (latencies_.size() < count) step();
  sender.join();
  on_answer_ = {};
  std::vector<double> waits;
  for (auto at : again) waits.push_back(static_cast<double>(at - struck_at) / 1e9);
  std::sort(waits.begin(), waits.end());
  (void)finish({});
  return waits;
}

}  // namespace toono::bench
