// `toono serve`: an engine among others on Kafka. It owns what the group gives it and follows the rest until
// it is told to stop; what it does goes to standard error, one JSON object a line.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/fold_pace.h"
#include "adapters/cli/print.h"
#include "adapters/cli/stop.h"
#include "adapters/engine/server.h"
#include "adapters/json/writer.h"
#include "adapters/metrics/metrics.h"
#include "core/time.h"

namespace toono::cli {
namespace {

/// One line of the log: a time, a level, what happened, and its facts. Never anything of a person.
class LogLine {
 public:
  LogLine(std::string_view level, std::string_view event) {
    out_.begin_object()
        .field("time", to_text(SystemClock().now()))
        .field("level", level)
        .field("event", event);
  }
  template <class Value>
  LogLine& with(std::string_view key, const Value& value) {
    out_.field(key, value);
    return *this;
  }
  void write() { to_stderr(out_.end_object().str() + "\n"); }

 private:
  JsonWriter out_;
};

void with_error(LogLine line, const Error& error) {
  line.with("what", error.what).with("where", error.where).with("next", error.next).write();
}

void say_how_far(const Pace& pace) {
  LogLine line("info", "folding");
  line.with("stage", pace.at.what).with("done", pace.at.done);
  if (pace.at.of > 0) line.with("of", pace.at.of);
  line.with("per_second", pace.per_second);
  if (pace.seconds_left) line.with("seconds_left", *pace.seconds_left);
  line.write();
}

/// The partitions as all lines of the log number them: P is the registry's.
void say_who_holds(const KafkaAddress& address, const std::vector<InboxStranger>& strangers) {
  const auto group = TopicNames(address.deployment).engines_group;
  if (strangers.empty()) LogLine("info", "strangers_gone").with("group", group).write();
  for (const auto& stranger : strangers)
    LogLine("warning", "stranger_in_group")
        .with("group", group)
        .with("client_id", stranger.client_id)
        .with("host", stranger.host)
        .with("partitions", fmt::format("{}", fmt::join(stranger.partitions, ", ")))
        .with("next",
              "nothing of these partitions is decided: stop that consumer, or give it a group of its "
              "own; if it is an engine, give all engines one client.id")
        .write();
}

ServerWatch watch(const ServerOptions& options) {
  ServerWatch watch;
  watch.on_fold = [pace = FoldPace()](const FoldProgress& progress) mutable {
    if (auto now = pace.at(progress, steady_ms())) say_how_far(*now);
  };
  watch.on_open = [&options](const Engine& engine) {
    LogLine("info", "opened")
        .with("log_id", to_text(engine.log_id()))
        .with("brokers", options.engine.kafka->brokers)
        .with("partitions", engine.partitions())
        .write();
  };
  watch.on_ownership = [](PartitionNumber partition, bool owned) {
    LogLine("info", owned ? "taken" : "given_up").with("partition", partition).write();
  };
  watch.on_hole = [](const Hole& hole) {
    LogLine("warning", "inbox_hole")
        .with("partition", hole.partition)
        .with("offset", hole.offset)
        .with("count", hole.count)
        .with("next", "find who writes transactions into the inbox: only edges may write to it")
        .write();
  };
  watch.on_race = [](std::uint32_t in_a_row) {
    // One line when it begins, and when it has doubled: two engines that fight must not fill a disk.
    if ((in_a_row & (in_a_row - 1)) == 0) LogLine("warning", "race_lost").with("in_a_row", in_a_row).write();
  };
  watch.on_clock_lead = [](std::int64_t ms) {
    LogLine("warning", "clock_ahead")
        .with("ahead_ms", ms)
        .with("next", "set this machine's clock right; what is due is sent by the brokers' time meanwhile")
        .write();
  };
  watch.on_topics = [](const Result<TopicReport>& report) {
    if (!report) return with_error(LogLine("warning", "topics_not_checked"), report.error());
    for (const auto& finding : report->findings) {
      auto line = finding.stops ? LogLine("error", "topic_finding") : LogLine("warning", "topic_warning");
      line.with("topic", finding.topic)
          .with("property", finding.property)
          .with("found", finding.found)
          .with("wanted", finding.wanted)
          .with("remedy", finding.remedy)
          .write();
    }
  };
  watch.on_strangers = [&options](const std::vector<InboxStranger>& strangers) {
    say_who_holds(*options.engine.kafka, strangers);
  };
  watch.on_trim = [](const Result<std::uint64_t>& removed) {
    if (!removed) with_error(LogLine("warning", "inbox_not_trimmed"), removed.error());
    if (removed && *removed > 0) LogLine("info", "inbox_trimmed").with("records", *removed).write();
  };
  watch.on_error = [](const Error& error) { with_error(LogLine("warning", "opening_again"), error); };
  return watch;
}

Result<void> serve_with(ServerOptions& options, const Args& args) {
  std::unique_ptr<Metrics> metrics;
  if (!args.metrics.empty()) {
    TOONO_ASSIGN(metrics, Metrics::listen(args.metrics));
    options.watch = metrics->with(options.watch);
  }
  LogLine("info", "started")
      .with("version", kVersion)
      .with("brokers", options.engine.kafka->brokers)
      .with("deployment", options.engine.kafka->deployment)
      .with("data", options.engine.dir.string())
      .with("metrics_port", metrics ? metrics->port() : 0)
      .write();
  return serve(options);
}

}  // namespace

Result<int> run_serve(const Args& args) {
  StopSignals stop;
  TOONO_ASSIGN(auto address, log_address(args.globals));
  if (!address.is_kafka())
    return unexpected({ErrorCode::usage,
                       "an embedded log is one process at a time: there is nothing to share",
                       args.globals.log, "say --log kafka:HOST:PORT[,...], or `toono run` for what is due"});
  SystemClock clock;
  SystemEntropy entropy;
  ServerOptions options;
  options.engine = {.dir = address.dir,
                    .kafka = address.kafka,
                    .role = EngineRole::owner,
                    .master_key = args.globals.master_key,
                    .clock = &clock,
                    .entropy = &entropy};
  options.should_stop = [&stop] { return stop.came(); };
  options.check_every_ms = std::int64_t{1000} * args.check_every_s;
  options.trim_inbox_after_ms = kDayMs * args.trim_inbox_days;
  options.watch = watch(options);
  auto ended = serve_with(options, args);
  if (ended) {
    LogLine("info", "stopped").write();
    return 0;
  }
  // What was typed is answered as ever; from here on the log alone speaks.
  if (ended.error().code == ErrorCode::usage) return unexpected(ended.error());
  // Its unit starts again what ends with 3, and damage does not get better by that.
  int code = ended.error().code == ErrorCode::damaged ? 1 : exit_code_of(ended.error().code);
  with_error(LogLine("error", "ended").with("exit_code", code), ended.error());
  return code;
}

}  // namespace toono::cli
