#include "bench/deployment.h"

#include "adapters/engine/founding.h"
#include "adapters/vault/seeded_entropy.h"
#include "core/partition.h"

namespace toono::bench {
namespace {
constexpr std::size_t kSlice = 20'480;
}

Deployment::Deployment(std::filesystem::path dir)
    : dir_(std::move(dir)), entropy_(std::make_unique<SeededEntropy>(1)) {}
Deployment::~Deployment() = default;

void Deployment::create() {
  Founding founding;
  founding.registry = must(founding_registry({}));
  engine_ = must(Engine::create({.dir = dir_, .clock = &clock_, .entropy = entropy_.get()}, founding));
  watch();
}

void Deployment::open() {
  engine_ = must(Engine::open({.dir = dir_, .clock = &clock_, .entropy = entropy_.get()}));
  watch();
}

void Deployment::close() {
  must(engine_->close());
  engine_.reset();
}

void Deployment::watch() {
  engine_->processor().on_answer([this](const Answered& answer) {
    ++tally_.answered;
    tally_.bytes += answer.bytes.size();
    if (answer.decision->outcome() == Outcome::accepted)
      ++tally_.accepted;
    else
      tally_.last_refusal = answer.decision->rejection();
  });
}

std::vector<Prepared> Deployment::prepare(Workload& workload, std::size_t count) {
  std::vector<Prepared> commands;
  commands.reserve(count);
  auto position = engine_->registry().position();
  while (commands.size() < count) {
    auto step = workload.next();
    commands.push_back(
        {partition_of(step.entity, engine_->partitions()), step.at, record_of(step, position)});
  }
  return commands;
}

void Deployment::play(const std::vector<Prepared>& commands, std::size_t in_flight,
                      std::vector<double>* group_took) {
  for (std::size_t at = 0; at < commands.size();) {
    auto began = seconds();
    for (std::size_t i = 0; i < in_flight && at < commands.size(); ++i, ++at) {
      clock_.set(commands[at].at);
      must(engine_->log().send(commands[at].partition, commands[at].record));
    }
    (void)must(engine_->processor().step(in_flight));
    if (group_took) group_took->push_back(seconds() - began);
  }
}

void Deployment::fill(Workload& workload, std::uint64_t commands) {
  for (std::uint64_t left = commands; left > 0;) {
    auto count = std::min<std::uint64_t>(left, kSlice);
    play(prepare(workload, count), 1024);
    left -= count;
  }
}

void Deployment::must_be_accepted() const {
  if (tally_.accepted == tally_.answered) return;
  fmt::print(stderr, "{} of {} commands were refused, the last with {}: nothing was measured\n",
             tally_.answered - tally_.accepted, tally_.answered, EnumNameRejection(tally_.last_refusal));
  std::exit(1);
}

double log_alone(const std::filesystem::path& dir, std::uint64_t commands, std::size_t in_flight,
                 std::size_t command_bytes, std::size_t decision_bytes) {
  Scratch scratch(dir);
  auto log = must(EmbeddedLog::create(dir, LogId{}, 13));
  std::mt19937_64 chance(1);
  Buffer bytes(std::max(command_bytes, decision_bytes));
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance());
  auto command = Bytes(bytes).first(command_bytes), decision = Bytes(bytes).first(decision_bytes);
  auto took = timed([&] {
    for (std::uint64_t done = 0; done < commands; done += in_flight) {
      for (std::size_t i = 0; i < in_flight; ++i)
        must(log->send(static_cast<PartitionNumber>(i % 12), command));
      for (const auto& received : must(log->receive(in_flight)))
        must(log->append(received.partition, decision));
      (void)must(log->settle());
    }
  });
  must(log->close());
  return static_cast<double>(commands) / took;
}

}  // namespace toono::bench
