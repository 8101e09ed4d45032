// `toono verify`: proves the journal from its files, and with --full the rows and the vault too.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/fold_line.h"
#include "adapters/engine/rebuild.h"
#include "adapters/engine/vault_check.h"
#include "adapters/engine/verify.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/kafka_log.h"
#include "adapters/kafka/keys_topic.h"
#include "adapters/kafka/topics.h"

namespace toono::cli {
namespace {

std::string to_json(const Verified& verified) {
  JsonWriter out;
  out.begin_object()
      .field("decisions", verified.decisions)
      .key("heads")
      .raw(heads_json(verified.heads, verified.partitions));
  out.field("void", verified.void_count).key("void_at").begin_list();
  for (const auto& place : verified.void_at)
    out.begin_object()
        .field("partition", partition_text(place.partition, verified.partitions))
        .field("offset", place.offset)
        .end_object();
  out.end_list().key("inbox_holes").begin_list();
  for (const auto& hole : verified.inbox_holes)
    out.begin_object()
        .field("partition", partition_text(hole.partition, verified.partitions))
        .field("offset", hole.offset)
        .field("count", hole.count)
        .end_object();
  out.end_list().key("findings").begin_list();
  for (const auto& finding : verified.findings) {
    out.begin_object().key("partition");
    finding.partition ? out.text(partition_text(*finding.partition, verified.partitions)) : out.null();
    out.key("seq");
    finding.seq ? out.number(*finding.seq) : out.null();
    out.field("file", finding.file).field("problem", finding.problem).end_object();
  }
  return out.end_list().end_object().str();
}

/// What has been proved, and what has not.
std::string proof_text(const Args& args) {
  auto say = [&](std::string_view en, std::string_view zh) { return std::string(args.globals.say(en, zh)); };
  auto text = say("\nThe chain is whole.", "\n链条完整。");
  if (args.full)
    text +=
        say(" The vault's slots and every row are what belongs to it.", "密钥库的槽位和每一行都与之相符。");
  if (!args.expect.empty())
    return text + fmt::format(fmt::runtime(say(" Every head of {} is on it: nothing up to there was changed, "
                                               "left out or made anew.\n",
                                               "{} 中的链头都在链上：到那里为止没有更改、遗漏或重做。\n")),
                              args.expect);
  return text + say(" Keep these heads elsewhere (`toono --json verify`) and give them to --expect later:\n"
                    "only against heads kept elsewhere is it proved that the journal was not made anew.\n",
                    "请把这些链头另存他处（`toono --json verify`），以后交给 --expect 核对：\n"
                    "只有对照另存的链头，才能证明日志没有被重做。\n");
}

/// The first places of what was passed over.
template <class Place>
std::string places_text(const std::vector<Place>& places, PartitionNumber partitions) {
  constexpr std::size_t kMostPlaces = 10;
  std::string text;
  for (std::size_t i = 0; i < places.size() && i < kMostPlaces; ++i)
    text += fmt::format("{}{}: {}", i ? ", " : "", partition_text(places[i].partition, partitions),
                        places[i].offset);
  return places.size() > kMostPlaces ? text + ", ..." : text;
}

std::string passed_text(const Args& args, const Verified& verified) {
  auto say = [&](std::string_view en, std::string_view zh) { return std::string(args.globals.say(en, zh)); };
  std::string text;
  if (!verified.void_at.empty())
    text += fmt::format(fmt::runtime(say("\nVoid, listed and never applied (partition: offset): {}\n",
                                         "\n无效记录，仅列出、不生效（分区: 偏移）：{}\n")),
                        places_text(verified.void_at, verified.partitions));
  if (!verified.inbox_holes.empty())
    text += fmt::format(
        fmt::runtime(
            say("\nHoles of the inbox, passed over (partition: offset): {}\nA transaction leaves such "
                "marks, and only a stranger writes one: see docs/operations.md.\n",
                "\n收件主题中的空位，已跳过（分区: 偏移）：{}\n这是事务留下的标记，只有外来者才会写事务，见 "
                "docs/operations.md。\n")),
        places_text(verified.inbox_holes, verified.partitions));
  return text;
}

std::string to_text(const Args& args, const Verified& verified) {
  auto say = [&](std::string_view en, std::string_view zh) { return std::string(args.globals.say(en, zh)); };
  TextTable heads({say("partition", "分区"), say("records", "记录"), say("head", "链头")});
  for (const auto& head : verified.heads)
    heads.row({partition_text(head.partition, verified.partitions), std::to_string(head.seq),
               to_hex(bytes_of(head.hash))});
  auto text = fmt::format(fmt::runtime(say("{} decisions in {} partitions and the registry, {} void\n\n{}",
                                           "决定 {} 条，分区 {} 个及登记，无效 {} 条\n\n{}")),
                          verified.decisions, verified.partitions, verified.void_count, heads.str()) +
              passed_text(args, verified);
  if (verified.findings.empty()) return text + proof_text(args);
  TextTable table(
      {say("partition", "分区"), say("record", "记录"), say("problem", "问题"), say("file", "文件")});
  for (const auto& finding : verified.findings)
    table.row({finding.partition ? partition_text(*finding.partition, verified.partitions) : "",
               finding.seq ? std::to_string(*finding.seq) : "", finding.problem, finding.file});
  auto count = verified.findings.size();
  return text + fmt::format(fmt::runtime(say(count == 1 ? "\n{} finding:\n\n{}" : "\n{} findings:\n\n{}",
                                             "\n发现 {} 处问题：\n\n{}")),
                            count, table.str());
}

Result<std::vector<JournalHead>> expected_heads(const Args& args, PartitionNumber partitions) {
  if (args.expect.empty()) return std::vector<JournalHead>();
  TOONO_ASSIGN(auto json, read_file(args.expect));
  auto heads = parse_heads(json, partitions);
  if (heads) return heads;
  auto error = heads.error();
  error.where = args.expect + ", " + error.where;
  error.next = "give what `toono --json verify` printed";
  return unexpected(error);
}

/// What is wrong with the files is a finding; that they, or a place for rows to compare with, cannot be had
/// now is an error.
Result<void> add(Verified& verified, const Error& error) {
  if (error.code == ErrorCode::world || error.code == ErrorCode::busy) return unexpected(error);
  verified.findings.push_back({std::nullopt, std::nullopt, error.where, error.what});
  return {};
}

/// The vault's slots and the rows. An error is that they cannot be looked at now; what is wrong with them is
/// a finding.
Result<void> verify_rest(const Args& args, const std::filesystem::path& dir, Verified& verified) {
  TOONO_ASSIGN(auto held, embedded::lock_directory(dir));
  SystemEntropy entropy;
  auto key = args.globals.master_key.empty() ? FileVault::default_master_key_path(dir.string())
                                             : args.globals.master_key;
  bool journal_is_whole = verified.findings.empty();
  auto vault = FileVault::open(dir.string(), key, entropy, Access::read_only);
  if (!vault) TOONO_TRY(add(verified, vault.error()));
  if (vault && journal_is_whole) {
    TOONO_ASSIGN(auto problems, check_vault(dir, **vault));
    for (auto& problem : problems)
      verified.findings.push_back(
          {std::nullopt, std::nullopt, DataPaths(dir).vault().string(), std::move(problem)});
  }
  {
    auto store = RocksStore::open(DataPaths(dir).rows(), {});
    if (!store) return add(verified, store.error());
    if (auto read = (*store)->verify(); !read) return add(verified, read.error());
  }
  if (!journal_is_whole) return {};  // rows are held against a journal that is whole
  FoldLine line;
  auto differing = check_rows(dir, line.watch());
  if (!differing) return add(verified, differing.error());
  if (*differing > 0)
    verified.findings.push_back(
        {std::nullopt, std::nullopt, DataPaths(dir).rows().string(),
         fmt::format("{} rows are not what the journal leads to: run `toono rebuild`", *differing)});
  return {};
}

/// Every seal of the journal has its key or its tombstone in the keys topic, which is only read.
Result<void> verify_keys(const Args& args, const LogAddress& address, Log& log, PartitionNumber partitions,
                         Verified& verified) {
  SystemEntropy entropy;
  auto key =
      master_key_of({.dir = address.dir, .kafka = address.kafka, .master_key = args.globals.master_key});
  auto vault = open_keys(*address.kafka, key, entropy, Access::read_only);
  if (!vault) return add(verified, vault.error());
  Stages stages;
  auto problems = check_vault(log, partitions, **vault, [&](std::uint64_t seen) {
    stages.at("held against the keys", seen, verified.decisions);
  });
  if (!problems) return add(verified, problems.error());
  for (auto& problem : *problems)
    verified.findings.push_back(
        {std::nullopt, std::nullopt, TopicNames(address.kafka->deployment).keys, std::move(problem)});
  return {};
}

/// The journal as the brokers give it. Its rows belong to this node: `--full` holds them against it too.
Result<Verified> verify_on_kafka(const Args& args, const LogAddress& address, VerifyOptions& options) {
  TOONO_ASSIGN(auto topics, check_topics(*address.kafka));
  TOONO_ASSIGN(options.expected, expected_heads(args, topics.partitions));
  TOONO_ASSIGN(auto log, KafkaLog::open({.address = *address.kafka, .only_reads = true}));
  auto partitions = static_cast<PartitionNumber>(log->partitions() - 1);
  TOONO_ASSIGN(auto verified, verify_log(*log, topics.log_id.value_or(LogId{}), partitions, options));
  for (const auto& finding : topics.findings)
    if (finding.stops)
      verified.findings.push_back(
          {std::nullopt, std::nullopt, finding.topic, finding.said() + ": " + finding.remedy});
  if (!args.full || !verified.findings.empty()) return verified;
  TOONO_TRY(verify_keys(args, address, *log, partitions, verified));
  FoldLine line;
  TOONO_ASSIGN(auto differing, check_rows(*log, partitions, address.dir, line.watch()));
  if (differing > 0)
    verified.findings.push_back(
        {std::nullopt, std::nullopt, DataPaths(address.dir).rows().string(),
         fmt::format("{} rows are not what the journal leads to: run `toono rebuild`", differing)});
  return verified;
}

Result<Verified> verify_files(const Args& args, const std::filesystem::path& dir, VerifyOptions& options) {
  auto reader = open_to_verify(dir);
  if (reader && !args.expect.empty()) {
    TOONO_ASSIGN(options.expected,
                 expected_heads(args, static_cast<PartitionNumber>(reader->partitions() - 1)));
  }
  auto journal = verify_journal(dir, options);
  // No file of it says which log it is, so nothing in it can be told from another's.
  if (!journal && journal.error().code == ErrorCode::damaged) {
    Verified unread;
    if (reader) unread.partitions = static_cast<PartitionNumber>(reader->partitions() - 1);
    unread.findings.push_back({std::nullopt, std::nullopt, journal.error().where,
                               journal.error().what + ": the journal cannot be followed, bring the file back "
                                                      "or restore a backup"});
    return unread;
  }
  TOONO_TRY(journal);
  auto verified = std::move(*journal);
  if (args.full) TOONO_TRY(verify_rest(args, dir, verified));
  return verified;
}

}  // namespace

Result<int> run_verify(const Args& args) {
  TOONO_ASSIGN(auto address, log_address(args.globals));
  VerifyOptions options;
  Progress progress("verified", 0);
  options.progress = [&](std::uint64_t done) { progress.at(done); };
  TOONO_ASSIGN(auto verified, address.is_kafka() ? verify_on_kafka(args, address, options)
                                                 : verify_files(args, address.dir, options));
  print(args.globals.json ? to_json(verified) : to_text(args, verified));
  return verified.findings.empty() ? 0 : 1;
}

}  // namespace toono::cli
