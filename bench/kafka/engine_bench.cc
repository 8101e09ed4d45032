// The whole engine on Apache Kafka: edge, inbox topic, owner, journal topic, follower with all projections,
// answer; with one engine and with two, beside the relay of the same bytes in the same run, which is its
// limit; how long a partition is silent when its owner dies or stops; how fast a new node folds the journal.
//   kafka_engine_bench --brokers HOST:PORT [--broker-pid PID] [--dir DIR] [--commands N] [--seconds S]
//                      [--rate R] [--parts relay,one,two,faults,rebuild] [--json]
// This engine stands in this process, with the edge that sends; the second is a process of its own.
#include <malloc.h>
#include <signal.h>

#include <algorithm>
#include <optional>

#include "bench/kafka/loaded_node.h"
#include "bench/kafka/relay.h"
#include "core/digest.h"

namespace toono::bench {
namespace {

/// Kafka Streams' p50 at 1,000/s, tuned for throughput and for latency (bench/peers/RESULTS.md).
constexpr double kStreamsP50Ms = 125, kStreamsTunedP50Ms = 41;
constexpr std::size_t kAll = kPartitions + 1;

struct Setting {
  NodePlace place;
  int broker_pid = 0;
  std::uint64_t commands = 0, rate = 0;
  double seconds = 0;
  std::string parts;
  bool json = false;
  bool wants(std::string_view part) const { return parts.find(part) != std::string::npos; }
  NodePlace other(std::string_view name) const {
    auto place_of_other = place;
    place_of_other.dir += fmt::format("-{}", name);
    return place_of_other;
  }
};

double rate_of(const Figure& figure) { return static_cast<double>(figure.records) / figure.seconds; }
double ms_at(const Figure& figure, double share) {
  std::vector<double> all(figure.latencies.begin(), figure.latencies.end());
  return percentile(all, share) / 1e6;
}

/// The three measures that are taken of the engine and of the relay alike.
struct Three {
  Figure many, few, slow;
  std::vector<Figure> all() && { return {std::move(many), std::move(few), std::move(slow)}; }
};

Three measure(LoadedNode& node, const Setting& setting, const std::string& name, pid_t other) {
  (void)node.in_flight("", setting.commands / 2, 4096, other);  // connections, caches and the broker's code
  Three three;
  three.many = node.in_flight(name + ", 4096 in flight", setting.commands, 4096, other);
  three.few = node.in_flight(name + ", 256 in flight", setting.commands / 4, 256, other);
  three.slow =
      node.at_rate(fmt::format("{}, at {}/s", name, setting.rate), setting.rate, setting.seconds, other);
  return three;
}

/// The relay with topics of its own, which are gone with it.
class Relay {
 public:
  Relay(const Setting& setting, std::size_t inbox_bytes, std::size_t journal_bytes)
      : setting_{.brokers = setting.place.address.brokers,
                 .inbox = setting.place.address.deployment + ".relay.inbox",
                 .journal = setting.place.address.deployment + ".relay.journal",
                 .broker_pid = setting.broker_pid,
                 .inbox_bytes = inbox_bytes,
                 .journal_bytes = journal_bytes} {
    make_topics(setting_.brokers, {setting_.inbox, setting_.journal});
    hops_ = std::make_unique<TwoHops>(setting_);
    (void)hops_->in_flight(1024, 3);
  }
  ~Relay() {
    hops_.reset();
    delete_topics(setting_.brokers, {setting_.inbox, setting_.journal});
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  Three measure(const Setting& setting) {
    Three three;
    three.many = hops_->in_flight(4096, setting.seconds);
    three.few = hops_->in_flight(256, setting.seconds);
    three.slow = hops_->at_rate(setting.rate, setting.seconds);
    return three;
  }

 private:
  RelaySetting setting_;
  std::unique_ptr<TwoHops> hops_;
};

void print_goals(const Three& engine, const Three& relay, std::string_view name) {
  auto p50 = ms_at(engine.slow, 0.5), p99 = ms_at(engine.slow, 0.99);
  fmt::print("\n{}\n", name);
  goal("4096 in flight, of the relay's", rate_of(engine.many) / rate_of(relay.many), 0.6, true, "");
  goal("256 in flight, of the relay's", rate_of(engine.few) / rate_of(relay.few), 1, true, "");
  goal("p50 at a rate, of the relay's", p50 / ms_at(relay.slow, 0.5), 2, false, "times");
  goal("p99 at a rate, of the relay's", p99 / ms_at(relay.slow, 0.99), 3, false, "times");
  goal("p50, Kafka Streams' by this", kStreamsP50Ms / p50, 20, true, "times");
  line("the same, Streams tuned for latency", "{:.1f} times", kStreamsTunedP50Ms / p50);
}

void print_part(const Setting& setting, std::string_view measure, std::string_view json,
                std::string_view words) {
  if (setting.json)
    fmt::print(R"({{"part":"engine","measure":"{}",{}}})"
               "\n",
               measure, json);
  else
    line(measure, "{}", words);
}

void print_waits(const Setting& setting, std::string_view measure, const std::vector<double>& waits) {
  auto held_up = std::count_if(waits.begin(), waits.end(), [](double seconds) { return seconds > 0.2; });
  print_part(
      setting, measure,
      fmt::format(R"("partitions_held_up":{},"seconds_slowest_partition":{:.2f})", held_up, waits.back()),
      fmt::format("{} of 12 partitions silent for more than 0.2 s, the slowest {:.2f} s", held_up,
                  waits.back()));
}

/// The second engine holds half of the partitions, and dies or stops.
void measure_faults(LoadedNode& node, const Setting& setting) {
  for (int number : {SIGKILL, SIGTERM}) {
    OtherEngine other(setting.other("second"));
    node.step_until_it_owns(1, kAll - 1);
    (void)node.in_flight("", 20'000, 1024, other.pid());
    auto waits = node.waits_after(setting.rate, [&] { other.signal(number); });
    print_waits(setting, number == SIGKILL ? "kill -9 of one of two" : "clean stop of one of two", waits);
    node.step_until_it_owns(kAll, kAll);
  }
}

/// From nothing to the last record, and how much of that passed before the first.
struct Hashed {
  double seconds = 0, before_first = 0;
};
Hashed consume_and_hash(const Setting& setting, std::uint64_t records) {
  Hashed hashed;
  std::uint8_t fold = 0;
  const auto began = now_ns();
  hashed.seconds = timed([&] {
    Consumer consumer(setting.place.address.brokers, TopicNames(setting.place.address.deployment).journal,
                      {});
    for (std::uint64_t count = 0; count < records;) {
      auto more =
          consumer.poll(10'000, [&](std::int32_t, Bytes record) { fold ^= bytes_of(sha256(record))[0]; });
      if (count == 0) hashed.before_first = static_cast<double>(now_ns() - began) / 1e9;
      count += more;
    }
  });
  fmt::print(stderr, "digests fold to {}\n", fold);
  return hashed;
}

/// A new node folds the journal, beside a reader that only hashes it.
void measure_rebuild(const Setting& setting, std::uint64_t records) {
  auto hashed = consume_and_hash(setting, records);
  Scratch scratch(setting.other("third").dir);
  std::filesystem::create_directories(scratch.path());
  SystemClock clock;
  SystemEntropy entropy;
  // What the load has left in this process is not the new node's.
  ::malloc_trim(0);
  forget_peak();
  const auto before_mib = peak_mib();
  auto cpu = cpu_seconds();
  auto folded = timed([&] {
    auto engine = must(Engine::open({.dir = scratch.path(),
                                     .kafka = setting.place.address,
                                     .master_key = setting.place.master_key,
                                     .clock = &clock,
                                     .entropy = &entropy}));
  });
  cpu = cpu_seconds() - cpu;
  auto count = static_cast<double>(records);
  print_part(setting, "journal consumed and hashed",
             fmt::format(R"("records":{},"per_second":{:.0f},"seconds_before_first":{:.2f})", records,
                         count / hashed.seconds, hashed.before_first),
             fmt::format("{:.0f}/s ({} records, the first after {:.2f} s)", count / hashed.seconds, records,
                         hashed.before_first));
  print_part(
      setting, "folded by a new node",
      fmt::format(R"("records":{},"per_second":{:.0f},"client_cpu_s_per_million":{:.1f},"memory_mib":{})",
                  records, count / folded, cpu * 1e6 / count, peak_mib() - before_mib),
      fmt::format("{:.0f}/s, {:.1f} us of CPU a decision, {} MiB", count / folded, cpu * 1e6 / count,
                  peak_mib() - before_mib));
  if (!setting.json) goal("folded, of consumed and hashed", hashed.seconds / folded, 0.5, true, "");
}

std::uint64_t journal_length(Engine& engine) {
  std::uint64_t records = 0;
  for (PartitionNumber p = 0; p < kPartitions; ++p) records += engine.follower().head(p).next_offset;
  return records;
}

/// Until the engine of this process owns half, then measured, and all is its own again.
Three measure_two(LoadedNode& node, const Setting& setting) {
  OtherEngine other(setting.other("second"));
  node.step_until_it_owns(1, kAll - 1);
  auto three = measure(node, setting, "two engines", other.pid());
  auto memory = other.peak_mib();
  print_part(setting, fmt::format("the second engine, after {} decisions", node.answered()),
             fmt::format(R"("memory_mib":{})", memory), fmt::format("{} MiB at most", memory));
  other.signal(SIGTERM);
  node.step_until_it_owns(kAll, kAll);
  return three;
}

void measure_all(const Setting& setting) {
  Scratch scratch(setting.place.dir), second(setting.other("second").dir);
  // A broker that has served is faster than a new one, and engine and limit must find the same.
  if (setting.wants("relay")) Relay warm_up(setting, 200, 350);
  LoadedNode node(setting.place, setting.broker_pid);
  node.found();
  node.open();
  node.step_until_it_owns(kAll, kAll);
  std::optional<Three> relay, one, two;
  if (setting.wants("one")) one = measure(node, setting, "one engine", 0);
  if (setting.wants("relay"))
    relay = Relay(setting, node.command_bytes(), node.decision_bytes()).measure(setting);
  if (setting.wants("two")) two = measure_two(node, setting);
  if (!setting.json && node.answered() > 0) {
    line("bytes a command, a decision", "{}, {}", node.command_bytes(), node.decision_bytes());
    if (one && relay) print_goals(*one, *relay, "one engine");
    if (two && relay) print_goals(*two, *relay, "two engines");
    fmt::print("\n");
  }
  std::vector<Figure> figures;
  for (auto* three : {&relay, &one, &two})
    if (*three)
      for (auto& figure : std::move(**three).all()) figures.push_back(std::move(figure));
  if (!figures.empty())
    print_table("engine", (node.command_bytes() + node.decision_bytes()) / 2, std::move(figures),
                setting.json);
  if (setting.wants("faults")) measure_faults(node, setting);
  auto records = journal_length(node.engine());
  node.close();
  if (setting.wants("rebuild")) measure_rebuild(setting, records);
}

}  // namespace

int run(int argc, char** argv) {
  Arguments arguments(argc, argv,
                      {{"--brokers", ""},
                       {"--broker-pid", "0"},
                       {"--deployment", fmt::format("bench-{}", ::getpid())},
                       {"--dir", "/tmp/toono-bench/kafka"},
                       {"--master-key", ""},
                       {"--node", ""},
                       {"--commands", "200000"},
                       {"--rate", "1000"},
                       {"--seconds", "6"},
                       {"--parts", "relay,one,two,faults,rebuild"},
                       {"--json", ""}});
  if (!arguments.has("--brokers")) stop("--brokers", "wants HOST:PORT");
  NodePlace place{.address = {.brokers = arguments["--brokers"], .deployment = arguments["--deployment"]},
                  .dir = arguments["--dir"],
                  .master_key = arguments["--master-key"]};
  if (place.master_key.empty()) place.master_key = place.dir.string() + ".key";
  if (arguments.has("--node")) {
    place.dir = arguments["--node"];
    return OtherEngine::serve(place);
  }
  measure_all({.place = place,
               .broker_pid = static_cast<int>(arguments.number("--broker-pid")),
               .commands = arguments.number("--commands"),
               .rate = arguments.number("--rate"),
               .seconds = std::stod(arguments["--seconds"]),
               .parts = arguments["--parts"],
               .json = arguments.has("--json")});
  return 0;
}

}  // namespace toono::bench

int main(int argc, char** argv) { return toono::bench::run(argc, argv); }
