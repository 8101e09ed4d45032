// `toono status`: how the deployment stands. `toono run`: keeps sending what is due.
#include <fmt/format.h>

#include "adapters/cli/broken_off.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/stop.h"
#include "adapters/engine/verify.h"
#include "adapters/json/writer.h"
#include "adapters/metrics/end_watch.h"
#include "core/time.h"

namespace toono::cli {
namespace {

constexpr std::int64_t kPollMs = 1000;

std::uint64_t bytes_under(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::is_regular_file(path, failed)) return std::filesystem::file_size(path, failed);
  std::uint64_t bytes = 0;
  for (std::filesystem::recursive_directory_iterator at(path, failed), end; !failed && at != end;
       at.increment(failed))
    if (std::error_code gone; at->is_regular_file(gone))
      bytes += std::filesystem::file_size(at->path(), gone);
  return bytes;
}

struct Status {
  GenesisFacts genesis;
  std::vector<JournalHead> heads;
  std::uint64_t decisions = 0, void_count = 0, quarantined = 0;
  std::uint64_t registry = 0;
  std::optional<Instant> broken_off;
  std::size_t agenda = 0;
  std::optional<Instant> oldest_due;
  std::uint64_t due = 0, parked = 0;
  RocksStore::Size rows;
  /// On Kafka.
  std::string brokers, deployment;
  std::vector<PartitionEnds> ends;
  std::vector<std::uint64_t> next_commands;
  std::uint64_t rows_bytes = 0;
  /// On the embedded log: on Kafka these stand with the brokers.
  struct Files {
    std::uint64_t dropped = 0, journal_bytes = 0, vault_bytes = 0;
  };
  std::optional<Files> files;
};

/// What is due and whether its command was decided already without taking the row away.
Result<void> look_at_agenda(Engine& engine, Status& status) {
  const auto& agenda = engine.processor().agenda();
  status.agenda = agenda.size();
  status.oldest_due = agenda.next_due();
  for (const auto& entry : agenda.due_by(engine.clock().now(), SIZE_MAX)) {
    ++status.due;
    TOONO_ASSIGN(auto first, engine.follower().first_outcome(entry.partition, entry.command_id()));
    status.parked += first ? 1 : 0;
  }
  return {};
}

Result<Status> status_of(Engine& engine) {
  Status status;
  auto& follower = engine.follower();
  status.genesis = follower.genesis();
  status.broken_off = broken_off_at(follower);
  for (PartitionNumber partition = 0; partition <= engine.partitions(); ++partition) {
    const auto& head = follower.head(partition);
    status.heads.push_back({partition, head.chain.seq, head.chain.hash});
    status.decisions += head.chain.seq;
    status.void_count += head.void_count;
    status.quarantined += head.quarantined_count;
  }
  status.registry = engine.registry().position();
  TOONO_TRY(look_at_agenda(engine, status));
  status.rows = engine.store().size();
  for (PartitionNumber partition = 0; partition <= engine.partitions(); ++partition)
    status.next_commands.push_back(follower.head(partition).chain.next_command);
  if (const auto& kafka = engine.options().kafka) {
    status.brokers = kafka->brokers;
    status.deployment = kafka->deployment;
    TOONO_ASSIGN(status.ends, partition_ends(*kafka, engine.partitions()));
  }
  DataPaths paths(engine.options().dir);
  status.rows_bytes = bytes_under(DataPaths(engine.options().rows_dir()).rows());
  if (const auto* log = engine.embedded_log())
    status.files = {log->dropped_bytes(), bytes_under(paths.dir / "journal"), bytes_under(paths.vault())};
  return status;
}

/// What engines refuse is refused here too: "nothing waits" would be no answer for an inbox that nobody
/// takes. What was trimmed since the heads were read is not gone undecided. Whoever only sends may not read
/// an inbox, and sees no more than where it begins.
Result<void> look_at_inboxes(Engine& engine) {
  auto is_damaged = [](const Result<void>& looked) {
    return !looked && looked.error().code == ErrorCode::damaged;
  };
  for (PartitionNumber partition = 0; partition <= engine.partitions(); ++partition) {
    if (!is_damaged(engine.check_inbox(partition))) continue;
    TOONO_TRY(engine.read_to_end(partition));
    if (auto looked = engine.check_inbox(partition); is_damaged(looked)) return looked;
  }
  return {};
}

/// Commands in the inbox that no decision was read of.
std::int64_t lag_of(const Status& status, const PartitionEnds& end) {
  return std::max<std::int64_t>(0,
                                end.inbox - static_cast<std::int64_t>(status.next_commands[end.partition]));
}

void add_kafka(JsonWriter& out, const Status& status, PartitionNumber partitions) {
  if (status.brokers.empty()) return;
  out.key("kafka")
      .begin_object()
      .field("brokers", status.brokers)
      .field("deployment", status.deployment)
      .key("partitions")
      .begin_list();
  for (const auto& end : status.ends)
    out.begin_object()
        .field("partition", partition_text(end.partition, partitions))
        .field("head", status.heads[end.partition].seq)
        .field("inbox_end", end.inbox)
        .field("journal_end", end.journal)
        .field("lag", lag_of(status, end))
        .end_object();
  out.end_list().end_object();
}

std::string kafka_text(const Globals& globals, const Status& status, PartitionNumber partitions) {
  if (status.brokers.empty()) return {};
  auto say = [&](std::string_view en, std::string_view zh) { return std::string(globals.say(en, zh)); };
  TextTable table({say("partition", "分区"), say("decisions", "决定"), say("inbox end", "收件末端"),
                   say("journal end", "日志末端"), say("waiting", "待决定")});
  for (const auto& end : status.ends)
    table.row({partition_text(end.partition, partitions), std::to_string(status.heads[end.partition].seq),
               std::to_string(end.inbox), std::to_string(end.journal), std::to_string(lag_of(status, end))});
  return fmt::format(fmt::runtime(globals.say("\nThe topics of {} at {} are as they must be.\n\n{}",
                                              "\n{} 在 {} 的主题符合要求。\n\n{}")),
                     status.deployment, status.brokers, table.str());
}

std::string to_json(const Status& status, PartitionNumber partitions) {
  JsonWriter out;
  out.begin_object()
      .field("log_id", to_text(status.genesis.log_id))
      .field("simulated", status.genesis.simulated);
  if (status.genesis.simulated) {
    out.key("broken_off");
    status.broken_off ? out.text(to_text(*status.broken_off)) : out.null();
  }
  out.field("created_at", to_text(status.genesis.created_at)).field("partitions", partitions);
  out.field("decisions", status.decisions).key("heads").raw(heads_json(status.heads, partitions));
  out.field("registry", status.registry)
      .field("void", status.void_count)
      .field("quarantined", status.quarantined);
  out.key("agenda").begin_object().field("rows", status.agenda).key("oldest_due");
  status.oldest_due ? out.text(to_text(*status.oldest_due)) : out.null();
  out.field("due", status.due).field("parked", status.parked).end_object();
  add_kafka(out, status, partitions);
  out.field("rows", status.rows.rows).field("rows_waiting", status.rows.waiting_changes);
  if (status.files) out.field("dropped_bytes", status.files->dropped);
  out.key("bytes").begin_object();
  if (status.files) out.field("journal", status.files->journal_bytes);
  out.field("rows", status.rows_bytes);
  if (status.files) out.field("vault", status.files->vault_bytes);
  return out.end_object().end_object().str();
}

std::string agenda_text(const Globals& globals, const Status& status) {
  auto text = fmt::format(fmt::runtime(globals.say("{} rows, {} due now", "{} 项，现已到期 {} 项")),
                          status.agenda, status.due);
  if (status.parked > 0)
    text +=
        fmt::format(fmt::runtime(globals.say(" ({} decided without effect)", "（其中 {} 项已决定而未生效）")),
                    status.parked);
  return text;
}

std::string to_text(const Globals& globals, const Status& status, PartitionNumber partitions) {
  auto say = [&](std::string_view en, std::string_view zh) { return std::string(globals.say(en, zh)); };
  TextTable table({say("what", "项目"), say("how it stands", "状况")});
  auto count = [&](std::string_view en, std::string_view zh, std::uint64_t number) {
    table.row({say(en, zh), std::to_string(number)});
  };
  auto kib = [&](std::string_view en, std::string_view zh, std::uint64_t bytes) {
    constexpr std::uint64_t kMiB = 1024 * 1024;
    table.row({say(en, zh), bytes < 10 * kMiB ? fmt::format("{} KiB", bytes / 1024)
                                              : fmt::format("{} MiB", bytes / kMiB)});
  };
  table.row({say("log_id", "日志编号"), toono::to_text(status.genesis.log_id)});
  table.row({say("simulated", "模拟"),
             status.broken_off
                 ? say("yes, and broken off at ", "是，且中断于 ") + toono::to_text(*status.broken_off)
             : status.genesis.simulated
                 ? say("yes: its clock and its people are made up", "是：时钟和人员都是虚构的")
                 : say("no", "否")});
  table.row({say("founded", "建立于"), toono::to_text(status.genesis.created_at)});
  count("partitions", "分区", partitions);
  count("decisions", "决定", status.decisions);
  table.row({say("registry", "登记"), fmt::format("{} r:{}", say("as of", "截至"), status.registry)});
  count("void records", "无效记录", status.void_count);
  count("quarantined entities", "隔离的实体", status.quarantined);
  table.row({say("agenda", "待办"), agenda_text(globals, status)});
  if (status.oldest_due)
    table.row({say("oldest on the agenda", "最早一项"), toono::to_text(*status.oldest_due)});
  table.row({say("rows", "行"), fmt::format(fmt::runtime(say("about {}; {} changes in memory only",
                                                             "约 {}；{} 项改动只在内存中")),
                                            status.rows.rows, status.rows.waiting_changes)});
  if (status.files) count("torn bytes dropped", "丢弃的残缺字节", status.files->dropped);
  if (status.files) kib("journal on disk", "日志占用", status.files->journal_bytes);
  kib("rows on disk", "行占用", status.rows_bytes);
  if (status.files) kib("vault on disk", "密钥库占用", status.files->vault_bytes);
  return table.str() + kafka_text(globals, status, partitions);
}

std::int64_t until_due(Engine& engine) {
  auto next = engine.processor().agenda().next_due();
  if (!next) return kPollMs;
  auto ms = next->ms() - engine.clock().now().ms();
  return ms <= 0 ? kPollMs : std::min(ms, kPollMs);  // what is due still was sent and did not go away
}

}  // namespace

Result<int> run_status(const Args& args) {
  TOONO_ASSIGN(auto session, Session::open(args.globals));
  TOONO_ASSIGN(auto status, status_of(session->engine()));
  if (session->engine().is_shared()) TOONO_TRY(look_at_inboxes(session->engine()));
  auto partitions = session->engine().partitions();
  TOONO_TRY(session->close());
  print(args.globals.json ? to_json(status, partitions) : to_text(args.globals, status, partitions));
  return 0;
}

namespace {
int tell_sent(const Args& args, std::uint64_t sent) {
  print(args.globals.json ? fmt::format(R"({{"sent":{}}})", sent)
                          : fmt::format(fmt::runtime(args.globals.say("{} commands of the agenda were sent.",
                                                                      "已发送 {} 条待办命令。")),
                                        sent));
  return 0;
}
}  // namespace

Result<int> run_run(const Args& args) {
  StopSignals stop;
  auto opened = Session::open(args.globals, [&stop] { return stop.came(); });
  if (!opened && stop.ended(opened.error())) return tell_sent(args, 0);
  TOONO_ASSIGN(auto session, std::move(opened));
  auto& engine = session->engine();
  TOONO_TRY(may_go_on(engine, args.globals));
  std::uint64_t sent = 0;
  if (!args.once && !args.globals.json) warn("sending what is due; Ctrl-C ends it in good order");
  do {
    TOONO_ASSIGN(auto fired, engine.fire_due());
    sent += fired;
  } while (!args.once && !stop.wait(until_due(engine)));
  TOONO_TRY(session->close());
  return tell_sent(args, sent);
}

}  // namespace toono::cli
