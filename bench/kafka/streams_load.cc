// The load for the peer on Kafka Streams (bench/peers/kafka-streams): sends its commands, reads its decisions
// committed, times each, and checks that every command was accepted and answered exactly once.
//   streams_load --brokers HOST:PORT --commands TOPIC --journal TOPIC [--label L] [--app-pids P,P]
//                [--broker-pid P] [--in-flight N,N,N] [--rate R] [--seconds S] [--warm-up S] [--kill PID]
//                [--json]
//   streams_load --brokers HOST:PORT --commands TOPIC --journal TOPIC --make      makes the topics and ends
// With --kill it sends at --rate, kills that process, and goes on until every partition has answered a
// command that was sent after the kill.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "bench/kafka/client.h"
#include "bench/kafka/peer_command.h"
#include "core/partition.h"

namespace toono::bench {
namespace {

constexpr int kPatienceMs = 30'000;

struct Setting {
  std::string brokers, commands, journal, label;
  std::vector<int> app_pids;
  int broker_pid = 0;
  double seconds = 0;
};

std::vector<std::uint64_t> numbers(const std::string& text) {
  std::vector<std::uint64_t> all;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find(',', at), text.size());
    all.push_back(std::stoull(text.substr(at, end - at)));
    at = end + 1;
  }
  return all;
}

class Load {
 public:
  explicit Load(const Setting& setting)
      : setting_(setting),
        producer_(setting.brokers, setting.commands, {{"linger.ms", "0"}}),
        consumer_(setting.brokers, setting.journal, {{"isolation.level", "read_committed"}}) {}

  Figure in_flight(std::uint64_t most, double seconds) {
    return measured(fmt::format("{}, {} in flight", setting_.label, most), [&](Figure& figure) {
      auto first = sent_.load();
      auto end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
      for (bool more = true; more || back_ < sent_; more = now_ns() < end) {
        while (more && sent_ - back_ < most) send(now_ns());
        read_back(figure);
      }
      return sent_ - first;
    });
  }

  Figure at_rate(std::uint64_t per_second, double seconds) {
    return measured(fmt::format("{}, at {}/s", setting_.label, per_second), [&](Figure& figure) {
      auto first = sent_.load();
      auto total = static_cast<std::uint64_t>(static_cast<double>(per_second) * seconds);
      std::thread sender([&] { send_at(per_second, [&] { return sent_ - first < total; }); });
      while (back_ - first < total) read_back(figure);
      sender.join();
      return total;
    });
  }

  /// For every partition, shortest first, the seconds from the kill to the first answer to a command sent
  /// after it.
  std::vector<double> kill(int pid, std::uint64_t per_second) {
    std::atomic<bool> over = false;
    Figure ignored;
    std::thread sender([&] { send_at(per_second, [&] { return !over; }); });
    auto kill_at = now_ns() + 5'000'000'000;
    while (now_ns() < kill_at) read_back(ignored);
    if (::kill(pid, SIGKILL) != 0) stop("--kill", "there is no such process");
    kill_at = now_ns();
    // Answers name the partition of the command's key, which is the journal's too: both by murmur2.
    std::array<std::int64_t, kPartitions> again{};
    while (std::count(again.begin(), again.end(), 0) > 0) {
      if (now_ns() - kill_at > 170'000'000'000)
        stop("after the kill", "some partitions never answered again");
      consumer_.poll(1000, [&](std::int32_t partition, Bytes decision) {
        take(decision, ignored);
        auto& at = again[static_cast<std::size_t>(partition)];
        if (at == 0 && stamp_of(decision) > kill_at) at = now_ns();
      });
    }
    over = true;
    sender.join();
    while (back_ < sent_) read_back(ignored);
    std::vector<double> waits;
    waits.reserve(again.size());
    for (auto at : again) waits.push_back(static_cast<double>(at - kill_at) / 1e9);
    std::sort(waits.begin(), waits.end());
    return waits;
  }

 private:
  template <class Work>
  Figure measured(std::string measure, Work work) {
    Figure figure{.measure = std::move(measure)};
    auto apps = apps_cpu(), broker = cpu_seconds_of(setting_.broker_pid);
    auto began = now_ns();
    figure.records = work(figure);
    figure.seconds = static_cast<double>(now_ns() - began) / 1e9;
    figure.client_cpu = apps_cpu() - apps;
    figure.broker_cpu = cpu_seconds_of(setting_.broker_pid) - broker;
    return figure;
  }
  double apps_cpu() const {
    return std::accumulate(setting_.app_pids.begin(), setting_.app_pids.end(), 0.0,
                           [](double sum, int pid) { return sum + cpu_seconds_of(pid); });
  }

  template <class More>
  void send_at(std::uint64_t per_second, More more) {
    // Each is sent when it is due and timed from then: a late sender makes no latency look better.
    auto gap = 1'000'000'000 / static_cast<std::int64_t>(per_second);
    for (auto due = now_ns(); more(); due += gap) {
      if (auto wait = due - now_ns(); wait > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
      send(due);
    }
  }

  void send(std::int64_t stamp) {
    auto record = workload_.next();
    put(record.data() + Layout::sent_at, static_cast<std::uint64_t>(stamp), 8);
    auto key = Bytes(record).subspan(Layout::case_id, 16);
    producer_.send(static_cast<std::int32_t>((murmur2(key) & 0x7fffffffU) % kPartitions), record, key);
    ++sent_;
  }

  static std::int64_t stamp_of(Bytes decision) {
    return static_cast<std::int64_t>(get_number(decision.data() + Layout::sent_at, 8));
  }

  void read_back(Figure& figure) {
    if (consumer_.poll(kPatienceMs, [&](std::int32_t, Bytes decision) { take(decision, figure); }) == 0)
      stop("the peer", "answered nothing for thirty seconds");
  }

  void take(Bytes decision, Figure& figure) {
    if (decision.size() != Layout::size) stop("a decision", "has not the size of one");
    if (decision[Layout::outcome] != 0)
      stop("a command", fmt::format("was refused, rejection {}", decision[Layout::outcome]));
    auto trace = get_number(decision.data() + Layout::trace, 8);
    if (trace >= answered_.size()) answered_.resize(trace * 2 + 1'000'000);
    if (answered_[trace]) stop("a command", fmt::format("was answered twice, number {}", trace));
    answered_[trace] = true;
    figure.latencies.push_back(now_ns() - stamp_of(decision));
    ++back_;
  }

  const Setting& setting_;
  Producer producer_;
  Consumer consumer_;
  PeerWorkload workload_{12355};
  std::vector<bool> answered_;
  std::atomic<std::uint64_t> sent_ = 0;
  std::uint64_t back_ = 0;
};

void kill_one(Load& load, const Setting& setting, int pid, std::uint64_t per_second, bool json) {
  auto waits = load.kill(pid, per_second);
  // The others belong to the instance that lives.
  auto held_up = std::count_if(waits.begin(), waits.end(), [](double seconds) { return seconds > 1; });
  if (json)
    fmt::print(R"({{"part":"streams","measure":"{}, kill -9 of one of two","partitions_held_up":{},)"
               R"("seconds_slowest_partition":{:.1f}}})"
               "\n",
               setting.label, held_up, waits.back());
  else
    fmt::print("{}, kill -9 of one of two: {} partitions held up, all answer again after {:.1f} s\n",
               setting.label, held_up, waits.back());
}

}  // namespace

int run(int argc, char** argv) {
  Arguments arguments(argc, argv,
                      {{"--brokers", ""},
                       {"--commands", "streams.commands"},
                       {"--journal", "streams.journal"},
                       {"--label", "streams"},
                       {"--app-pids", ""},
                       {"--broker-pid", "0"},
                       {"--in-flight", "256,1024,4096"},
                       {"--rate", "1000"},
                       {"--seconds", "10"},
                       {"--warm-up", "10"},
                       {"--kill", ""},
                       {"--make", ""},
                       {"--json", ""}});
  if (!arguments.has("--brokers")) stop("--brokers", "wants HOST:PORT");
  Setting setting{.brokers = arguments["--brokers"],
                  .commands = arguments["--commands"],
                  .journal = arguments["--journal"],
                  .label = arguments["--label"],
                  .app_pids = {},
                  .broker_pid = static_cast<int>(arguments.number("--broker-pid")),
                  .seconds = std::stod(arguments["--seconds"])};
  for (auto pid : numbers(arguments["--app-pids"])) setting.app_pids.push_back(static_cast<int>(pid));
  bool json = arguments.has("--json");
  if (arguments.has("--make")) {
    make_topics(setting.brokers, {setting.commands, setting.journal});
    return 0;
  }
  Load load(setting);
  // The virtual machine compiles what is hot, the stores fill, 2,000 cases get under way.
  std::vector<Figure> figures{load.in_flight(4096, std::stod(arguments["--warm-up"]))};
  figures.back().measure = setting.label + ", warm-up";
  if (arguments.has("--kill")) {
    kill_one(load, setting, std::stoi(arguments["--kill"]), arguments.number("--rate"), json);
    return 0;
  }
  for (auto most : numbers(arguments["--in-flight"]))
    figures.push_back(load.in_flight(most, setting.seconds));
  if (auto rate = arguments.number("--rate")) figures.push_back(load.at_rate(rate, setting.seconds));
  print_table("streams", Layout::size, std::move(figures), json);
  return 0;
}

}  // namespace toono::bench

int main(int argc, char** argv) { return toono::bench::run(argc, argv); }
