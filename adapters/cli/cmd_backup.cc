// `toono backup` and `toono restore`: a consistent copy of a deployment in use, and back.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/engine/backup.h"
#include "adapters/json/writer.h"

namespace toono::cli {

Result<int> run_backup(const Args& args) {
  TOONO_ASSIGN(auto dir, data_dir(args.globals));
  SystemEntropy entropy;
  auto stages = std::make_optional<Stages>();
  auto made = back_up({.from = dir,
                       .to = args.words.front(),
                       .master_key = args.globals.master_key,
                       .progress = [&](auto what, auto done, auto of) { stages->at(what, done, of); }},
                      entropy);
  stages.reset();
  if (!made)
    return unexpected(without_vault(made.error(), {.dir = dir, .master_key = args.globals.master_key}));
  const auto& verified = *made;
  if (args.globals.json) {
    JsonWriter out;
    out.begin_object().field("decisions", verified.decisions).field("bytes", verified.bytes);
    print(out.key("heads").raw(heads_json(verified.heads, verified.partitions)).end_object().str());
    return 0;
  }
  auto key = args.globals.master_key.empty() ? FileVault::default_master_key_path(dir.string())
                                             : args.globals.master_key;
  print(fmt::format(
      fmt::runtime(args.globals.say(
          "A copy of {} decisions, proved whole, in {}.\n\n"
          "The master key {} is not in it: keep it apart, and have a copy of it. Keys of people who are\n"
          "erased after this moment live on in this copy: let it not grow older than your rules allow.",
          "{} 条决定的副本，经验证完整，在 {}。\n\n"
          "主密钥 {} 不在其中：请分开保存，并另有副本。此后才删除的人员，其密钥仍留在\n"
          "这份副本里：保存时间不要超过规定。")),
      verified.decisions, args.words.front(), key));
  return 0;
}

Result<int> run_restore(const Args& args) {
  TOONO_ASSIGN(auto dir, data_dir(args.globals));
  SystemEntropy entropy;
  auto stages = std::make_optional<Stages>();
  auto copied = copy_back({.from = args.words.front(),
                           .to = dir,
                           .master_key = args.globals.master_key,
                           .progress = [&](auto what, auto done, auto of) { stages->at(what, done, of); }},
                          entropy);
  stages.emplace();
  if (!copied)
    return unexpected(without_vault(
        copied.error(), {.dir = args.words.front(),
                         .master_key = master_key_of({.dir = dir, .master_key = args.globals.master_key})}));
  const auto& manifest = copied->manifest;
  auto erased = copied->erased;
  {
    TOONO_ASSIGN(auto session, Session::open(args.globals));  // folds all rows
    TOONO_TRY(session->engine().store().flush());
    TOONO_TRY(session->close());
  }
  VerifyOptions proof;
  proof.expected = manifest.heads;
  proof.progress = [&](std::uint64_t done) { stages->at("records proved", done, manifest.decisions()); };
  TOONO_ASSIGN(auto verified, verify_journal(dir, proof));
  stages.reset();
  if (!verified.findings.empty())
    return unexpected({ErrorCode::damaged, "what was restored is not what the manifest says", dir.string(),
                       "remove it, and restore again from another copy"});
  if (args.globals.json) {
    JsonWriter out;
    out.begin_object().field("decisions", verified.decisions).field("erased", erased);
    print(out.key("heads").raw(heads_json(verified.heads, verified.partitions)).end_object().str());
    return 0;
  }
  print(
      fmt::format(fmt::runtime(args.globals.say(
                      "{} decisions are back in {}; {} erasures were carried out again.\n\n"
                      "Erasures that were ordered after the backup are not in its journal: order them again.",
                      "{} 条决定已恢复到 {}；重新执行了 {} 项删除。\n\n"
                      "备份之后下达的删除不在它的日志里：请重新下达。")),
                  verified.decisions, dir.string(), erased));
  return 0;
}

}  // namespace toono::cli
