// How many commands a second are answered durably at the processor's door, all projections on: the whole way
// but for JSON and sealing; and how much memory that takes as the journal grows. Beside it, in the same run,
// the limit: the same bytes through the same log with nothing decided.
//   engine_bench [COMMANDS=3000000] [IN_FLIGHT=256] [DIR=/tmp/toono-bench] [OPEN_ENTITIES=20000]
#include <time.h>

#include "bench/deployment.h"

namespace toono::bench {
namespace {

constexpr std::size_t kSlice = 20'480;

/// Until RocksDB is at rest: its work belongs to the commands that caused it.
double settle_store(RocksStore& store) {
  return timed([&] {
    must(store.flush());
    for (int i = 0; store.size().compacting && i < 2400; ++i) {
      timespec nap{0, 50'000'000};
      nanosleep(&nap, nullptr);
    }
  });
}

void run(std::uint64_t commands, std::size_t in_flight, const std::filesystem::path& dir,
         std::size_t open_entities) {
  Scratch scratch(dir);
  Deployment deployment(dir);
  deployment.create();
  Workload workload({.open_entities = open_entities});
  double spent = 0, cpu = 0, own_cpu = 0;
  std::vector<double> waits;
  std::uint64_t command_bytes = 0, next_report = 100'000, reported = 0;
  double reported_spent = 0;
  const auto& tally = deployment.tally();
  while (tally.answered < commands) {
    // Commands are made beforehand in slices, outside the time that is measured.
    auto slice = deployment.prepare(workload, kSlice);
    for (const auto& command : slice) command_bytes += command.record.size();
    auto began = seconds(), cpu_began = cpu_seconds(), own_began = thread_cpu_seconds();
    deployment.play(slice, in_flight, &waits);
    spent += seconds() - began;
    cpu += cpu_seconds() - cpu_began;
    own_cpu += thread_cpu_seconds() - own_began;
    if (tally.answered < next_report) continue;
    line(fmt::format("after {} decisions", tally.answered),
         "{:.0f} commands/s since the line before, {} MiB resident, peak {} MiB",
         static_cast<double>(tally.answered - reported) / (spent - reported_spent), resident_mib(),
         peak_mib());
    reported = tally.answered, reported_spent = spent;
    next_report += next_report < 1'000'000 ? 300'000 : 1'000'000;
  }
  deployment.must_be_accepted();
  auto count = static_cast<double>(tally.answered);
  auto cpu_began = cpu_seconds();
  auto rest = settle_store(deployment.engine().store());
  cpu += cpu_seconds() - cpu_began;
  deployment.close();
  auto limit = log_alone(dir.string() + "-limit", std::min<std::uint64_t>(commands, 1'000'000), in_flight,
                         command_bytes / tally.answered, tally.bytes / tally.answered);
  line("commands, in flight, open", "{}, {}, {}", tally.answered, in_flight, open_entities);
  line("bytes a command, a decision", "{}, {}", command_bytes / tally.answered, tally.bytes / tally.answered);
  goal("commands/s", count / spent, 70'000, true, "/s");
  line("the same, compaction waited for", "{:.0f}/s ({:.1f} s of flush and compaction at the end)",
       count / (spent + rest), rest);
  line("log alone, the limit", "{:.0f}/s (the engine reaches {:.2f} of it)", limit, count / spent / limit);
  line("p50 / p99 of a group", "{:.2f} / {:.2f} ms", percentile(waits, 0.5) * 1e3,
       percentile(waits, 0.99) * 1e3);
  line("CPU", "{:.1f} us a command: {:.1f} the engine's thread, the rest flusher and compaction",
       cpu * 1e6 / count, own_cpu * 1e6 / count);
  goal("peak memory", static_cast<double>(peak_mib()), 512, false, "MiB");
}

}  // namespace
}  // namespace toono::bench

int main(int argc, char** argv) {
  using namespace toono::bench;
  run(number_argument(argc, argv, 1, 3'000'000), number_argument(argc, argv, 2, 256),
      path_argument(argc, argv, 3, "/tmp/toono-bench"), number_argument(argc, argv, 4, 20'000));
  return 0;
}
