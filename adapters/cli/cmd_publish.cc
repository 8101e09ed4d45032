// `toono publish`: the journal's events to the public topic and to the partners of the lines.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/stop.h"
#include "adapters/engine/address.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/publisher.h"
#include "adapters/kafka/topics.h"

namespace toono::cli {
namespace {

/// Nobody waits for an answer here: longer pauses, less work while nothing happens.
constexpr int kIdleWaitMs = 200;

int print_published(const Args& args, const Published& published) {
  JsonWriter out;
  out.begin_object().field("events", published.events).field("referrals", published.referrals);
  out.key("read_to").begin_object();
  for (std::size_t p = 0; p < published.read_to.size(); ++p)
    out.field(p + 1 == published.read_to.size() ? "r" : std::to_string(p), published.read_to[p]);
  out.end_object().field("void", published.void_count).field("unknown", published.unknown_count).end_object();
  print(args.globals.json ? out.str()
                          : fmt::format("{} events published, and {} records to partners of lines",
                                        published.events, published.referrals));
  for (auto line : published.lines_without_topic)
    warn(fmt::format("{} has referrals and no topic for its partner: `toono topics create` makes it",
                     EnumNameReferralLine(line)));
  if (published.unknown_count > 0)
    warn(fmt::format(
        "{} events are of a type that this version does not know: upgrade this program, then publish "
        "again --from beginning",
        published.unknown_count));
  return 0;
}

/// What would remove events that were told, or keep them from being written. Publishing goes on: what is told
/// is told.
void warn_of_topics(const KafkaAddress& address) {
  auto report = check_published_topics(address);
  if (!report) return warn("the topics' settings were not looked at: " + report.error().what);
  for (const auto& finding : report->findings)
    warn(fmt::format("{}: topic {}: {}", finding.said(), finding.topic, finding.remedy));
}

}  // namespace

Result<int> run_publish(const Args& args) {
  TOONO_ASSIGN(auto address, parse_log_address(args.globals.log));
  if (!address.is_kafka())
    return unexpected({ErrorCode::usage, "events are published from a journal on Kafka", args.globals.log,
                       "say --log kafka:HOST:PORT; `toono subscribe` shows the events of an embedded log"});
  StopSignals stop;
  address.kafka->should_stop = StopSignals::came;
  auto opened = KafkaLog::open({.address = *address.kafka, .idle_wait_ms = kIdleWaitMs});
  if (!opened && stop.ended(opened.error())) return print_published(args, {});
  TOONO_ASSIGN(auto log, std::move(opened));
  warn_of_topics(*address.kafka);
  PublishOptions options{.address = *address.kafka, .once = args.once, .stop = StopSignals::came};
  if (!args.from.empty()) {
    TOONO_ASSIGN(options.from,
                 parse_events_from(args.from, static_cast<PartitionNumber>(log->partitions() - 1)));
  }
  TOONO_ASSIGN(auto published, publish(*log, log->partitions(), options));
  return print_published(args, published);
}

}  // namespace toono::cli
