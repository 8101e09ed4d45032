// `toono topics create` founds a deployment on Kafka, `toono topics check` says whether its topics are as
// they must be.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "adapters/cli/commands.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/inbox_check.h"

namespace toono::cli {
namespace {

Result<KafkaAddress> brokers_of(const Globals& globals) {
  TOONO_ASSIGN(auto address, log_address(globals));
  if (address.kafka) return *address.kafka;
  return unexpected({ErrorCode::usage, "an embedded log has no topics", globals.log,
                     "say --log kafka:HOST:PORT[,...] or --log kafka:FILE.toml"});
}

std::string as_json(const TopicReport& report) {
  JsonWriter out;
  out.begin_object().field("partitions", report.partitions).key("log_id");
  report.log_id ? out.text(to_text(*report.log_id)) : out.null();
  out.key("findings").begin_list();
  for (const auto& finding : report.findings)
    out.begin_object()
        .field("topic", finding.topic)
        .field("property", finding.property)
        .field("found", finding.found)
        .field("wanted", finding.wanted)
        .field("remedy", finding.remedy)
        .field("stops", finding.stops)
        .end_object();
  out.end_list().key("not_checked").begin_list();
  for (const auto& what : report.not_checked) out.text(what);
  return out.end_list().end_object().str();
}

std::string as_text(const TopicReport& report) {
  std::string text;
  if (report.log_id)
    text = fmt::format("The topics of log {}, {} partitions and the registry.\n", to_text(*report.log_id),
                       report.partitions);
  for (const auto& what : report.not_checked) text += "Not looked at: " + what + "\n";
  if (report.findings.empty()) return text + "All of them are as they must be.";
  TextTable table({"topic", "property", "found", "wanted", "engines", "what to do"});
  for (const auto& finding : report.findings)
    table.row({finding.topic, finding.property, finding.found, finding.wanted,
               finding.stops ? "stop" : "go on", finding.remedy});
  return text + fmt::format("\n{} findings; {}:\n\n{}", report.findings.size(),
                            std::ranges::any_of(report.findings, &TopicFinding::stops)
                                ? "no engine starts on those that say stop"
                                : "engines go on",
                            table.str());
}

/// Engines look at their partitions' themselves, with their rows.
void look_at_commands(const KafkaAddress& address, TopicReport& report) {
  auto lost = find_lost_commands(address);
  if (!lost) return report.not_checked.push_back("the commands of the inbox: " + lost.error().what);
  std::ranges::move(*lost, std::back_inserter(report.findings));
}

Result<int> check(const Args& args) {
  TOONO_ASSIGN(auto address, brokers_of(args.globals));
  TOONO_ASSIGN(auto report, check_topics(address));
  if (report.log_id && std::ranges::none_of(report.findings, &TopicFinding::is_missing_topic))
    look_at_commands(address, report);
  print(args.globals.json ? as_json(report) : as_text(report));
  return report.findings.empty() ? 0 : 1;
}

/// A deployment is founded once all of its topics are there: what a founded one lacks was lost.
std::vector<std::string> lost_topics(const TopicReport& report) {
  std::vector<std::string> lost;
  if (!report.log_id) return lost;
  for (const auto& finding : report.findings)
    if (finding.is_missing_topic()) lost.push_back(finding.topic);
  return lost;
}

/// They say what a new deployment begins with.
Result<void> refuse_founding(const Args& args) {
  for (const auto& [option, given] :
       {std::pair("--stations", args.stations_file), std::pair("--calendar", args.calendar_file),
        std::pair("--policy", args.policy_file), std::pair("--log-id", args.log_id)})
    if (!given.empty())
      return unexpected({ErrorCode::usage,
                         "the deployment is founded already, and lost topics are made again without this",
                         fmt::format("{} {}", option, given),
                         "leave it out; what holds now is changed by commands: `toono schema` lists them"});
  return {};
}

/// What was only told can be told again; what engines decide from cannot be made anew.
Result<int> make_lost_again(const Args& args, const KafkaAddress& address, const TopicReport& report) {
  TOONO_TRY(refuse_findings(address, report));
  TOONO_TRY(refuse_founding(args));
  if (args.partitions && *args.partitions != report.partitions)
    return unexpected({ErrorCode::refused,
                       fmt::format("the deployment was founded with {} partitions, and {} are asked for",
                                   report.partitions, *args.partitions),
                       fmt::format("--partitions {}", *args.partitions),
                       "leave it out: their number can never change"});
  TopicOptions options;
  options.genesis.partitions = report.partitions;
  options.replication = static_cast<int>(args.replication);
  auto lost = lost_topics(report);
  TOONO_TRY(make_again(address, options, lost));
  if (args.globals.json) {
    JsonWriter out;
    out.begin_object().key("made_again").begin_list();
    for (const auto& topic : lost) out.text(topic);
    print(out.end_list().end_object().str());
    return 0;
  }
  print(fmt::format("Made again, and empty: {}.\nFill them with `toono publish --from beginning`.",
                    fmt::join(lost, ", ")));
  return 0;
}

Result<int> create(const Args& args) {
  TOONO_ASSIGN(auto address, brokers_of(args.globals));
  auto report = check_topics(address);
  return report && !lost_topics(*report).empty() ? make_lost_again(args, address, *report) : run_init(args);
}

}  // namespace

Result<int> run_topics(const Args& args) {
  return args.words.front() == "create" ? create(args) : check(args);
}

}  // namespace toono::cli
