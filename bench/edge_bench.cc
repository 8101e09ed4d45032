// How many commands a second go the whole way: a line of JSON parsed, its words sealed, the inbox, the
// decision, durable. Beside it, in the same run, what the edge alone takes, and the log with the same bytes.
//   edge_bench [COMMANDS=1000000] [IN_FLIGHT=256] [DIR=/tmp/toono-bench]
#include "adapters/engine/edge.h"
#include "bench/deployment.h"

namespace toono::bench {
namespace {

constexpr std::size_t kSlice = 20'480;

struct Line {
  Instant at;
  std::string json;
};

void run(std::uint64_t commands, std::size_t in_flight, const std::filesystem::path& dir) {
  Scratch scratch(dir);
  Deployment deployment(dir);
  deployment.create();
  auto& engine = deployment.engine();
  Edge edge(engine);
  Workload workload({});
  double spent = 0, cpu = 0, at_edge = 0;
  std::uint64_t sealed_lines = 0, json_bytes = 0;
  std::vector<double> waits;
  const auto& tally = deployment.tally();
  while (tally.answered < commands) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < kSlice; ++i) {
      auto step = workload.next();
      lines.push_back({step.at, line_of(step)});
      json_bytes += lines.back().json.size();
    }
    auto began = seconds(), cpu_began = cpu_seconds();
    for (std::size_t at = 0; at < lines.size();) {
      auto sent_at = seconds();
      for (std::size_t i = 0; i < in_flight && at < lines.size(); ++i, ++at) {
        deployment.clock().set(lines[at].at);
        auto parsed = must(parse_line(lines[at].json));
        sealed_lines += parsed.body.clear_fields().empty() ? 0 : 1;
        (void)must(edge.send(parsed, {}));
      }
      at_edge += seconds() - sent_at;
      (void)must(engine.step());
      waits.push_back(seconds() - sent_at);
    }
    spent += seconds() - began;
    cpu += cpu_seconds() - cpu_began;
  }
  deployment.must_be_accepted();
  auto count = static_cast<double>(tally.answered);
  auto limit =
      log_alone(dir.string() + "-limit", std::min<std::uint64_t>(commands, 1'000'000), in_flight, 250, 400);
  line("commands, in flight", "{}, {}", tally.answered, in_flight);
  line("JSON", "{} bytes a line, {:.2f} of the lines with words to seal", json_bytes / tally.answered,
       static_cast<double>(sealed_lines) / count);
  goal("commands/s through JSON and sealing", count / spent, 40'000, true, "/s");
  line("of which at the edge", "{:.1f} us a command (parse, fingerprint, look up, seal, build)",
       at_edge * 1e6 / count);
  line("log alone, the limit", "{:.0f}/s (the whole way reaches {:.2f} of it)", limit, count / spent / limit);
  line("p50 / p99 of a group", "{:.2f} / {:.2f} ms", percentile(waits, 0.5) * 1e3,
       percentile(waits, 0.99) * 1e3);
  line("CPU of all threads", "{:.1f} us a command", cpu * 1e6 / count);
  line("peak memory", "{} MiB", peak_mib());
}

}  // namespace
}  // namespace toono::bench

int main(int argc, char** argv) {
  using namespace toono::bench;
  run(number_argument(argc, argv, 1, 1'000'000), number_argument(argc, argv, 2, 256),
      path_argument(argc, argv, 3, "/tmp/toono-bench"));
  return 0;
}
