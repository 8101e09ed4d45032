#include "adapters/metrics/metrics.h"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

#include "adapters/engine/verify.h"
#include "adapters/metrics/end_watch.h"
#include "adapters/metrics/scrape_door.h"
#include "core/error_code.h"

namespace toono {
namespace {

template <class Builder>
auto& family(const std::shared_ptr<prometheus::Registry>& registry, Builder builder, const char* name,
             const char* help) {
  return builder.Name(name).Help(help).Register(*registry);
}

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                          0.05,   0.1,   0.25,   0.5,   1,    5};
const prometheus::Histogram::BucketBoundaries kCommands = {1, 4, 16, 64, 256, 1024, 2048};

}  // namespace

Result<std::string> metrics_address(const std::string& text) {
  auto colon = text.rfind(':');
  auto port = colon == std::string::npos ? text : text.substr(colon + 1);
  bool is_port = !port.empty() && port.size() <= 5 &&
                 port.find_first_not_of("0123456789") == std::string::npos && std::stoi(port) <= 65535;
  if (!is_port || colon == 0)
    return unexpected({ErrorCode::usage, "this is not an address to listen at", "--metrics " + text,
                       "say PORT, or HOST:PORT as in 127.0.0.1:9464"});
  return colon == std::string::npos ? "127.0.0.1:" + text : text;
}

struct Metrics::State {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>&commands, &by_name, &restarts, &races, &holes, &broker_asked;
  prometheus::Family<prometheus::Gauge>&decisions, &voids, &quarantined, &owned, &inbox_lag, &journal_lag,
      &plain;
  prometheus::Family<prometheus::Gauge>& findings;
  prometheus::Histogram &step_seconds, &step_commands;
  prometheus::Gauge &under_way, &agenda_rows, &agenda_age;
  /// Heads as the engine last had them, and the ends as the brokers last said: the lags are differences.
  std::mutex mutex;
  PartitionNumber partitions = 0;
  std::vector<std::uint64_t> next_command, next_offset;
  std::vector<PartitionEnds> ends;
  std::unique_ptr<EndWatch> watch;  // these two last: they call back
  std::unique_ptr<ScrapeDoor> door;

  State();
  void opened(const Engine& engine);
  void looked_at(Engine& engine);
  void asked(const std::vector<PartitionEnds>& now);
  void show_lags();
};

Metrics::State::State()
    : commands(family(registry, prometheus::BuildCounter(), "toono_commands_total",
                      "Commands that this engine decided, by outcome.")),
      by_name(family(registry, prometheus::BuildCounter(), "toono_commands_by_name_total",
                     "Commands that this engine decided, by the command's name.")),
      restarts(family(registry, prometheus::BuildCounter(), "toono_restarts_total",
                      "Times that the engine closed and opened again, by reason.")),
      races(family(registry, prometheus::BuildCounter(), "toono_races_lost_total",
                   "Steps in which another engine's record counted first.")),
      holes(family(registry, prometheus::BuildCounter(), "toono_inbox_holes_total",
                   "Offsets of the inbox that hold no record and were passed over, by partition.")),
      broker_asked(family(registry, prometheus::BuildCounter(), "toono_broker_questions_total",
                          "Questions for the topics' ends, by whether a broker answered.")),
      decisions(family(registry, prometheus::BuildGauge(), "toono_decisions",
                       "Decisions that count, as followed, by partition.")),
      voids(family(registry, prometheus::BuildGauge(), "toono_void_records",
                   "Journal records that do not count, by partition.")),
      quarantined(family(registry, prometheus::BuildGauge(), "toono_quarantined_entities",
                         "Entities with an event that this program cannot read, by partition.")),
      owned(family(registry, prometheus::BuildGauge(), "toono_owned_partitions",
                   "1 where this engine owns the partition.")),
      inbox_lag(family(registry, prometheus::BuildGauge(), "toono_inbox_lag_commands",
                       "Commands in the inbox that no decision is known of, by partition.")),
      journal_lag(family(registry, prometheus::BuildGauge(), "toono_journal_lag_records",
                         "Journal records that this node has not followed yet, by partition.")),
      plain(family(registry, prometheus::BuildGauge(), "toono_rows_waiting",
                   "Row changes in memory that are not on the disk yet (the journal has them).")),
      findings(family(registry, prometheus::BuildGauge(), "toono_topic_findings",
                      "What is not as it must be, at the last check of the topics.")),
      step_seconds(
          family(registry, prometheus::BuildHistogram(), "toono_step_seconds",
                 "Time of a step that decided or answered something: it does not wait for the brokers.")
              .Add({}, kSeconds)),
      step_commands(family(registry, prometheus::BuildHistogram(), "toono_step_commands",
                           "Commands that were decided, or answered, in one step.")
                        .Add({}, kCommands)),
      under_way(family(registry, prometheus::BuildGauge(), "toono_decisions_under_way",
                       "Decisions made here that have not been read back from the journal yet.")
                    .Add({})),
      agenda_rows(family(registry, prometheus::BuildGauge(), "toono_agenda_rows",
                         "What the engine owes, due or not, of all partitions.")
                      .Add({})),
      agenda_age(family(registry, prometheus::BuildGauge(), "toono_agenda_oldest_due_seconds",
                        "How long the oldest row of the agenda has been due; 0: nothing is.")
                     .Add({})) {}

void Metrics::State::opened(const Engine& engine) {
  watch.reset();
  {
    std::scoped_lock guard(mutex);
    partitions = engine.partitions();
    next_command.assign(partitions + 1u, 0);
    next_offset.assign(partitions + 1u, 0);
    ends.clear();
  }
  // A rule that asks for a rise of what never was would find nothing to rise.
  restarts.Add({{"reason", std::string(to_text(ErrorCode::world))}});
  races.Add({});
  for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
    prometheus::Labels labels{{"partition", partition_text(partition, partitions)}};
    owned.Add(labels).Set(0);
    holes.Add(labels);
  }
  watch = std::make_unique<EndWatch>(*engine.options().kafka, partitions,
                                     [this](const std::vector<PartitionEnds>& now) { asked(now); });
}

void Metrics::State::looked_at(Engine& engine) {
  {
    std::scoped_lock guard(mutex);
    for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
      const auto& head = engine.follower().confirmed_head(partition);
      prometheus::Labels labels{{"partition", partition_text(partition, partitions)}};
      next_command[partition] = head.chain.next_command;
      next_offset[partition] = head.next_offset;
      decisions.Add(labels).Set(static_cast<double>(head.chain.seq));
      voids.Add(labels).Set(static_cast<double>(head.void_count));
      quarantined.Add(labels).Set(static_cast<double>(head.quarantined_count));
    }
    show_lags();
  }
  under_way.Set(static_cast<double>(engine.processor().under_way()));
  const auto& agenda = engine.processor().agenda();
  agenda_rows.Set(static_cast<double>(agenda.size()));
  auto due = agenda.next_due();
  auto late_ms = due ? engine.clock().now().ms() - due->ms() : 0;
  agenda_age.Set(late_ms > 0 ? static_cast<double>(late_ms) / 1000 : 0);
  plain.Add({}).Set(static_cast<double>(engine.store().size().waiting_changes));
}

void Metrics::State::asked(const std::vector<PartitionEnds>& now) {
  broker_asked.Add({{"answered", now.empty() ? "no" : "yes"}}).Increment();
  std::scoped_lock guard(mutex);
  if (!now.empty()) ends = now;
  show_lags();
}

/// Under the mutex.
void Metrics::State::show_lags() {
  for (const auto& end : ends) {
    prometheus::Labels labels{{"partition", partition_text(end.partition, partitions)}};
    auto behind = [](std::int64_t last, std::uint64_t next) {
      return static_cast<double>(std::max<std::int64_t>(0, last - static_cast<std::int64_t>(next)));
    };
    inbox_lag.Add(labels).Set(behind(end.inbox, next_command[end.partition]));
    journal_lag.Add(labels).Set(behind(end.journal, next_offset[end.partition]));
  }
}

Metrics::Metrics(std::unique_ptr<State> state) : state_(std::move(state)) {}
Metrics::~Metrics() = default;

Result<std::unique_ptr<Metrics>> Metrics::listen(const std::string& text) {
  TOONO_ASSIGN(auto address, metrics_address(text));
  auto state = std::make_unique<State>();
  TOONO_ASSIGN(state->door, ScrapeDoor::open(address, [registry = state->registry] {
                 return prometheus::TextSerializer().Serialize(registry->Collect());
               }));
  return std::unique_ptr<Metrics>(new Metrics(std::move(state)));
}

int Metrics::port() const { return state_->door->port(); }

ServerWatch Metrics::with(const ServerWatch& watch) {
  auto* state = state_.get();
  ServerWatch both = watch;
  both.on_open = [state, watch](const Engine& engine) {
    if (watch.on_open) watch.on_open(engine);
    state->opened(engine);
  };
  both.on_ownership = [state, watch](PartitionNumber partition, bool owned) {
    if (watch.on_ownership) watch.on_ownership(partition, owned);
    state->owned.Add({{"partition", partition_text(partition, state->partitions)}}).Set(owned ? 1 : 0);
  };
  both.on_step = [state, watch](Engine& engine, std::size_t decided, std::int64_t us) {
    if (watch.on_step) watch.on_step(engine, decided, us);
    if (decided == 0) return;
    state->step_seconds.Observe(static_cast<double>(us) / 1e6);
    state->step_commands.Observe(static_cast<double>(decided));
  };
  both.on_decision = [state, watch](const Answered& answered) {
    if (watch.on_decision) watch.on_decision(answered);
    const auto& decision = *answered.decision;
    state->commands.Add({{"outcome", EnumNameOutcome(decision.outcome())}}).Increment();
    auto body = static_cast<CommandBody>(decision.command_type());
    const char* name = body == CommandBody::NONE ? "unreadable" : EnumNameCommandBody(body);
    state->by_name.Add({{"command", name}}).Increment();
  };
  both.on_tick = [state, watch](Engine& engine) {
    if (watch.on_tick) watch.on_tick(engine);
    state->looked_at(engine);
  };
  both.on_race = [state, watch](std::uint32_t in_a_row) {
    if (watch.on_race) watch.on_race(in_a_row);
    state->races.Add({}).Increment();
  };
  both.on_hole = [state, watch](const Hole& hole) {
    if (watch.on_hole) watch.on_hole(hole);
    state->holes.Add({{"partition", partition_text(hole.partition, state->partitions)}})
        .Increment(static_cast<double>(hole.count));
  };
  both.on_topics = [state, watch](const Result<TopicReport>& report) {
    if (watch.on_topics) watch.on_topics(report);
    if (report) state->findings.Add({}).Set(static_cast<double>(report->findings.size()));
  };
  both.on_error = [state, watch](const Error& error) {
    if (watch.on_error) watch.on_error(error);
    state->restarts.Add({{"reason", std::string(to_text(error.code))}}).Increment();
  };
  return both;
}

}  // namespace toono
