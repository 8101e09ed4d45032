// How long the questions take that people ask most, on a store that exists: a case shown, a station's year
// assessed, the region's. Each goes the whole way from what was typed to what is printed, in one process.
//   question_bench DIR [TIMES=200]      (DIR: made by `toono --log embedded:DIR simulate --seed 12355`)
#include <fcntl.h>
#include <unistd.h>

#include "adapters/cli/ask.h"
#include "bench/measure.h"
#include "core/time.h"
#include "projections/keys.h"

namespace toono::bench {
namespace {

/// What is printed goes nowhere as long as it lives.
class Silence {
 public:
  Silence() : saved_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::close(nowhere);
  }
  ~Silence() {
    std::fflush(stdout);
    ::dup2(saved_, STDOUT_FILENO);
    ::close(saved_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int saved_;
};

class Asker {
 public:
  explicit Asker(const std::filesystem::path& dir) {
    globals_.log = "embedded:" + dir.string();
    globals_.json = true;
    session_ = must(cli::Session::open(globals_));
  }
  cli::Session& session() { return *session_; }

  /// Seconds of each time.
  std::vector<double> ask(cli::Query query, std::size_t times,
                          const std::function<void(cli::Args&, std::size_t)>& fill_in) {
    Silence silence;
    std::vector<double> took;
    for (std::size_t i = 0; i < times; ++i) {
      cli::Args args;
      args.globals = globals_;
      fill_in(args, i);
      took.push_back(timed([&] {
        auto& engine = session_->engine();
        (void)must(query({.args = args,
                          .context = {.store = engine.store(),
                                      .registry = engine.registry().now(),
                                      .known = engine.registry(),
                                      .partitions = engine.partitions(),
                                      .now = session_->now()},
                          .session = *session_}));
      }));
    }
    return took;
  }

 private:
  cli::Globals globals_;
  std::unique_ptr<cli::Session> session_;
};

/// The ids of cases, spread over all partitions.
std::vector<std::string> some_cases(Engine& engine, std::size_t count) {
  std::vector<std::string> ids;
  for (PartitionNumber p = 0; p < engine.partitions(); ++p) {
    auto prefix = Key(p, Table::numbers);
    std::size_t left = count / engine.partitions() + 1;
    must(engine.store().scan(prefix, behind(prefix), [&](std::string_view, std::string_view id) {
      ids.push_back(to_text(id_from<CaseId>(bytes_of(id))));
      return --left > 0;
    }));
  }
  return ids;
}

void report(std::string_view name, std::vector<double> took, double goal_ms) {
  goal(name, percentile(took, 0.5) * 1e3, goal_ms, false, "ms");
  line("  p99", "{:.3f} ms of {} times", percentile(took, 0.99) * 1e3, took.size());
}

void run(const std::filesystem::path& dir, std::size_t times) {
  Asker asker(dir);
  auto& engine = asker.session().engine();
  auto ids = some_cases(engine, times * 5);
  check(!ids.empty(), "the store has cases");
  auto year = static_cast<int>(year_of(day_of(asker.session().now())));
  std::vector<StationId> stations;
  for (const auto* station : engine.registry().now().stations(day_of(asker.session().now())))
    if (station->kind != StationKind::region) stations.push_back(station->id);
  report(
      "a case shown",
      asker.ask(cli::query_show, ids.size(), [&](cli::Args& args, std::size_t i) { args.words = {ids[i]}; }),
      0.2);
  report("a station's year assessed",
         asker.ask(cli::query_assess, times,
                   [&](cli::Args& args, std::size_t i) {
                     args.station = std::to_string(stations[i % stations.size()].code());
                     args.year = year;
                   }),
         5);
  report("the region's year assessed",
         asker.ask(cli::query_assess, 10, [&](cli::Args& args, std::size_t) { args.year = year; }), 500);
  must(asker.session().close());
}

}  // namespace
}  // namespace toono::bench

int main(int argc, char** argv) {
  using namespace toono::bench;
  if (argc < 2) {
    fmt::print(stderr, "usage: question_bench DIR [TIMES=200]\n");
    return 2;
  }
  run(argv[1], number_argument(argc, argv, 2, 200));
  return 0;
}
