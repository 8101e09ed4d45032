// `toono init`: founds a deployment.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/engine/founding.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/topics.h"

namespace toono::cli {
namespace {

/// What founds cannot be changed later: a file that says nothing does not stand for what is built in.
Result<std::string> text_given(const char* option, const std::string& file) {
  if (file.empty()) return std::string();
  TOONO_ASSIGN(auto text, read_file(file));
  if (text.empty())
    return unexpected({ErrorCode::usage, "the file is empty", fmt::format("{} {}", option, file),
                       "name the right one, or leave the option out for what is built in"});
  return text;
}

/// On Kafka; 0: none is kept, or nobody says it any more. What is founded is founded all the same.
int copies_of(const EngineOptions& options) {
  if (!options.kafka) return 0;
  auto copies = copies_kept(*options.kafka);
  return copies ? *copies : 0;
}

std::string said_of(const Globals& globals, int copies) {
  if (copies == 0) return {};
  auto said = fmt::format(
      fmt::runtime(globals.say("\n\nCopies kept of every record: {}.", "\n\n每条记录保存 {} 份。")), copies);
  if (copies < kMostCopies)
    said += globals.say(
        " With three brokers there must be three, or no\n"
        "engine starts. If a broker is only away, remove these topics and found the deployment anew with\n"
        "--replication 3; if a third one comes later: docs/operations.md, Growing to three brokers.",
        "集群有三台服务器（broker）时必须保存三份，否则引擎不能启动。\n"
        "若只是有一台暂时不在，请删除这些主题，用 --replication 3 重新建立；\n"
        "若以后才增加第三台，见 docs/operations.md，Growing to three brokers。");
  return said;
}

}  // namespace

Result<int> run_init(const Args& args) {
  Founding founding;
  if (args.partitions) founding.partitions = static_cast<PartitionNumber>(*args.partitions);
  founding.replication = static_cast<int>(args.replication);
  if (!args.log_id.empty()) {
    founding.log_id = parse_id<LogId>(args.log_id);
    if (!founding.log_id)
      return unexpected(
          {ErrorCode::usage, "this is not a UUID", "--log-id " + args.log_id, "leave it out to draw one"});
  }
  FoundingTexts texts;
  TOONO_ASSIGN(texts.stations_csv, text_given("--stations", args.stations_file));
  TOONO_ASSIGN(texts.calendar_csv, text_given("--calendar", args.calendar_file));
  TOONO_ASSIGN(texts.policy_json, text_given("--policy", args.policy_file));
  TOONO_ASSIGN(founding.registry, founding_registry(texts));
  TOONO_TRY(check_set_clock(args.globals));
  TOONO_ASSIGN(auto session, Session::create(args.globals, founding));
  auto& engine = session->engine();
  auto stations = engine.registry().now().stations(day_of(session->now())).size();
  auto log_id = to_text(engine.log_id());
  TOONO_TRY(session->close());
  int copies = copies_of(engine.options());
  if (args.globals.json) {
    JsonWriter out;
    out.begin_object()
        .field("log_id", log_id)
        .field("partitions", founding.partitions)
        .field("stations", stations);
    if (copies > 0) out.field("copies", copies);
    print(out.end_object().str());
    return 0;
  }
  auto key =
      args.globals.master_key.empty() ? engine.options().dir.string() + ".key" : args.globals.master_key;
  const auto text = fmt::format(
      fmt::runtime(args.globals.say(
          "A new deployment with {} partitions and {} stations.\n\n"
          "  log_id      {}\n  data        {}\n  master key  {}\n\n"
          "Keep the master key apart from the data and have a copy of it: whoever loses it loses every\n"
          "sealed word, and nobody can bring them back.",
          "新部署已建立：分区 {} 个，服务台 {} 个。\n\n"
          "  日志编号  {}\n  数据      {}\n  主密钥    {}\n\n"
          "主密钥要与数据分开保存，并另有副本：丢了它，所有密封的内容都无人能够恢复。")),
      founding.partitions, stations, log_id, engine.options().dir.string(), key);
  print(text + said_of(args.globals, copies));
  return 0;
}

}  // namespace toono::cli
