// How long a restart takes, until the first command can be decided: after a stop in good order, and after a
// crash that lost every row not yet on disk, so that the journal's end is folded again. Beside it, in the
// same run, the least that a start can do: opening the journal and checking its last segment.
//   restart_bench [DECISIONS=1000000] [DIR=/tmp/toono-bench]
#include "bench/deployment.h"

namespace toono::bench {
namespace {

double open_timed(Deployment& deployment) {
  return timed([&] { deployment.open(); });
}

void run(std::uint64_t decisions, const std::filesystem::path& dir) {
  Scratch scratch(dir);
  Deployment deployment(dir);
  deployment.create();
  Workload workload({});
  deployment.fill(workload, decisions);
  deployment.must_be_accepted();
  auto waiting = deployment.engine().store().size().waiting_changes;
  deployment.drop();
  auto crashed = open_timed(deployment);
  auto agenda = deployment.engine().processor().agenda().size();
  deployment.close();
  auto stopped = open_timed(deployment);
  deployment.close();
  auto log_alone = timed([&] { (void)must(EmbeddedLog::open(dir)); });
  line("decisions, agenda rows", "{}, {}", decisions, agenda);
  line("rows to fold again after the crash", "{}", waiting);
  goal("restart after a stop", stopped, 1, false, "s");
  goal("restart after a crash", crashed, 1, false, "s");
  line("journal opened and checked alone", "{:.3f} s", log_alone);
}

}  // namespace
}  // namespace toono::bench

int main(int argc, char** argv) {
  using namespace toono::bench;
  run(number_argument(argc, argv, 1, 1'000'000), path_argument(argc, argv, 2, "/tmp/toono-bench"));
  return 0;
}
