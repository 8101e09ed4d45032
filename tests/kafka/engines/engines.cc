#include "tests/kafka/engines/engines.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <thread>

namespace toono::testing {
namespace {

using Steady = std::chrono::steady_clock;

Steady::time_point in_ms(std::int64_t ms) { return Steady::now() + std::chrono::milliseconds(ms); }

}  // namespace

int fault_rounds() {
  const char* set = std::getenv("TOONO_FAULT_ROUNDS");
  int rounds = set && *set ? std::atoi(set) : 2;
  REQUIRE(rounds > 0);
  return rounds;
}

LinkedBroker& linked_broker() {
  static LinkedBroker broker;
  return broker;
}

bool is_checked_after(int round) {
  constexpr int kRoundsBetween = 5;
  return round + 1 == fault_rounds() || round % kRoundsBetween == kRoundsBetween - 1;
}

EngineProcess::EngineProcess(Kind kind, Place place) : kind_(kind), place_(std::move(place)) { start(); }

void EngineProcess::start() {
  std::filesystem::create_directories(place_.dir);
  std::vector<std::string> words = {std::string(TOONO_BINARY_DIR) + "/toono_test_engine",
                                    kind_ == Kind::owner ? "owner" : "alone",
                                    place_.address.brokers,
                                    place_.address.deployment,
                                    place_.dir.string(),
                                    place_.master_key.string()};
  for (const auto& [name, value] : place_.address.properties) words.push_back(name + "=" + value);
  Process::start(std::move(words));
  ++starts_;
}

std::size_t EngineProcess::times_said(std::string_view words) const {
  const std::string text = said();
  std::size_t times = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + words.size())) ++times;
  return times;
}

LoadedEdge::LoadedEdge(EngineOptions options, std::uint64_t seed, PartitionNumber partitions)
    : options_(std::move(options)), load_(seed, partitions), random_(seed) {}

bool LoadedEdge::open() {
  if (engine_) return true;
  auto opened = Engine::open(options_);
  if (!opened) {
    fail(opened.error());
    return false;
  }
  engine_ = std::move(*opened);
  engine_->processor().on_answer([this](const Answered& answered) { learn(answered); });
  for (auto& [id, waiting] : waiting_) waiting.sent = false;
  return true;
}

void LoadedEdge::fail(const Error& error) {
  ++errors_;
  last_error_ = error.what + ": " + error.where + ": " + error.next;
  engine_.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

void LoadedEdge::learn(const Answered& answered) {
  load_.learn(answered);
  const auto id = to_text(*answered.decision->command_id());
  if (waiting_.erase(id) == 0) return;  // of a command sent twice, or told already
  answers_[id] = {answered.partition, answered.decision->seq(), answered.decision->outcome(),
                  answered.decision->first_seq()};
}

bool LoadedEdge::put(Waiting& waiting) {
  for (int copies = twice_ ? 2 : 1; copies > 0; --copies) {
    auto sent = engine_->send(waiting.partition, waiting.record);
    if (!sent && sent.error().code == ErrorCode::busy) return false;
    if (!sent) {
      fail(sent.error());
      return false;
    }
  }
  waiting.sent = true;
  return true;
}

void LoadedEdge::send_one() {
  auto next = load_.next(options_.clock->now(), engine_->registry().position());
  auto& waiting = waiting_[to_text(next.id)];
  waiting = {next.id, next.partition, std::move(next.record), false};
  (void)put(waiting);
}

void LoadedEdge::hear() {
  auto heard = engine_->step();
  if (!heard) fail(heard.error());
}

bool LoadedEdge::work_until(const std::function<bool()>& enough, int seconds, std::size_t in_flight) {
  for (auto until = in_ms(seconds * 1000LL); !enough();) {
    if (Steady::now() > until) return false;
    if (!open()) continue;
    for (auto& [id, waiting] : waiting_)
      if (!waiting.sent && !put(waiting)) break;
    while (engine_ && waiting_.size() < in_flight) send_one();
    if (engine_) hear();
  }
  return true;
}
void LoadedEdge::work_for(std::int64_t ms) {
  const auto until = in_ms(ms);
  CHECK(work_until([&] { return Steady::now() >= until; }, static_cast<int>(ms / 1000) + 60));
}
bool LoadedEdge::work(std::size_t answers, int seconds) {
  const auto before = answers_.size();
  return work_until([&] { return answers_.size() >= before + answers; }, seconds);
}
bool LoadedEdge::drain(int seconds) {
  return work_until([&] { return waiting_.empty(); }, seconds, 0);
}
void LoadedEdge::close() {
  if (!engine_) return;
  (void)engine_->close();
  engine_.reset();
}

Engines::Engines(Cluster& cluster, std::uint64_t seed, std::map<std::string, std::string> properties)
    : address_(cluster.address(unique_deployment())), properties_(std::move(properties)) {
  found();
  edge_ = std::make_unique<LoadedEdge>(node(temporary_.path() / "edge"), seed, kPartitions);
}
Engines::~Engines() {
  engines_.clear();
  edge_->close();
}

EngineOptions Engines::node(const std::filesystem::path& dir) const {
  std::filesystem::create_directories(dir);
  return {.dir = dir,
          .kafka = address_,
          .role = EngineRole::edge,
          .master_key = (temporary_.path() / "master.key").string(),
          .clock = const_cast<SystemClock*>(&clock_),
          .entropy = const_cast<SystemEntropy*>(&entropy_)};
}

void Engines::found() {
  Founding founding;
  founding.partitions = kPartitions;
  founding.registry = first_registry();
  auto founder = must(Engine::create(node(temporary_.path() / "founder"), founding));
  must(founder->close());
}

EngineProcess& Engines::add(EngineProcess::Kind kind, std::string brokers) {
  KafkaAddress address = address_;
  address.properties = properties_;
  if (!brokers.empty()) address.brokers = std::move(brokers);
  auto dir = temporary_.path() / fmt::format("node-{}", engines_.size());
  engines_.push_back(std::make_unique<EngineProcess>(
      kind, EngineProcess::Place{address, dir, temporary_.path() / "master.key"}));
  return *engines_.back();
}

void Engines::fail_waiting(const std::string& for_what, int seconds) const {
  FAIL(for_what << " within " << seconds << " s: " << edge_->answers().size() << " answered, "
                << edge_->waiting() << " wait; the edge's last error: " << edge_->last_error() << "\n"
                << said());
  std::abort();  // FAIL throws
}
void Engines::work(std::size_t answers, int seconds) {
  if (!edge_->work(answers, seconds))
    fail_waiting(fmt::format("{} more commands were not answered", answers), seconds);
}
void Engines::drain(int seconds) {
  if (!edge_->drain(seconds)) fail_waiting("not all that was sent was answered", seconds);
}
void Engines::wait_open() {
  constexpr int kSeconds = 60;
  for (const auto& engine : engines_)
    if (!eventually([&] { return engine->times_said(" opened") >= engine->starts(); }, kSeconds))
      fail_waiting(engine->dir().filename().string() + " did not open", kSeconds);
}

std::string Engines::said() const {
  std::string all;
  for (const auto& engine : engines_) all += engine->dir().filename().string() + ":\n" + engine->said();
  return all;
}

}  // namespace toono::testing
