// `toono simulate`: a seeded year of hotline work in an empty place, and in words what it came to.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/json/writer.h"
#include "adapters/simulate/simulation.h"
#include "commands/effects.h"

namespace toono::cli {
namespace {

constexpr std::uint64_t kDaysOfYear = 365;

std::string as_json(const simulate::SimulationReport& report) {
  JsonWriter out;
  out.begin_object().field("commands", report.commands).field("decisions", report.decisions);
  out.key("heads").begin_object();
  for (const auto& [partition, head] : report.heads) out.field(partition, head);
  return out.end_object().end_object().str();
}

std::uint64_t count_of(const simulate::SimulationReport& report, const std::string& event) {
  auto found = report.by_event.find(event);
  return found == report.by_event.end() ? 0 : found->second;
}

std::string year_in_words(const Globals& globals, const simulate::SimulationReport& report) {
  TextTable table(
      {std::string(globals.say("what happened", "事项")), std::string(globals.say("times", "次数"))});
  auto row = [&](const char* en, const char* zh, std::initializer_list<const char*> events) {
    std::uint64_t count = 0;
    for (const auto* event : events) count += count_of(report, event);
    table.row({std::string(globals.say(en, zh)), std::to_string(count)});
  };
  row("contacts 接触", "接触", {"ContactOffered"});
  row("  answered", "  接通", {"ContactAnswered"});
  row("  abandoned", "  放弃", {"ContactAbandoned"});
  row("cases 个案", "个案", {"CaseRegistered"});
  row("  answered on the spot", "  当场答复", {"CaseAnsweredOnSpot"});
  row("  declined or withdrawn", "  不予受理或撤回", {"CaseDeclined", "CaseWithdrawn"});
  row("  closed", "  结案", {"CaseClosed"});
  row("  reopened", "  重新受理", {"CaseReopened"});
  row("orders dispatched 派单", "派单", {"OrderDispatched"});
  row("  delegated to a banner", "  交办旗县", {"OrderDelegated"});
  row("  returns asked 退单", "  退单", {"OrderReturnAsked"});
  row("  sign deadlines missed", "  签收超时", {"SignDeadlineMissed"});
  row("  handling deadlines missed", "  办理超时", {"HandleDeadlineMissed"});
  row("  escalated", "  升级", {"OrderEscalated"});
  row("  urged 督办", "  催办", {"OrderUrged"});
  row("service sessions held", "服务记录", {"ServiceSessionHeld"});
  row("replies delivered", "答复", {"ReplyDelivered"});
  row("call-backs completed 回访", "回访完成", {"CallbackCompleted"});
  row("reworks ordered 重办", "重办", {"ReworkOrdered"});
  row("referrals sent 转介", "转介", {"ReferralSent"});
  row("  loops closed", "  闭环", {"ReferralLoopClosed"});
  row("  without reply", "  未回复", {"ReferralNoReply"});
  return table.str();
}

std::string refusals_in_words(const Globals& globals, const simulate::SimulationReport& report) {
  if (report.rejected == 0)
    return std::string(globals.say("No command was refused.\n", "没有命令被拒绝。\n"));
  TextTable table({std::string(globals.say("refused because", "拒绝原因")),
                   std::string(globals.say("times", "次数")),
                   std::string(globals.say("which means", "含义"))});
  for (const auto& [rejection, count] : report.by_rejection)
    table.row({EnumNameRejection(rejection), std::to_string(count), std::string(message_of(rejection))});
  return fmt::format(
      fmt::runtime(globals.say(
          "{} commands were refused, as happens where people work; each stands in the journal:\n\n{}",
          "有 {} 条命令被拒绝，这在实际工作中难免；每一条都记在日志中：\n\n{}")),
      report.rejected, table.str());
}

std::string heads_in_words(const Globals& globals, const simulate::SimulationReport& report) {
  TextTable table({std::string(globals.say("partition", "分区")), std::string(globals.say("head", "链头"))});
  for (const auto& [partition, head] : report.heads) table.row({partition, head});
  return table.str();
}

}  // namespace

Result<int> run_simulate(const Args& args) {
  simulate::SimulationOptions options;
  TOONO_ASSIGN(options.dir, data_dir(args.globals));
  options.master_key = args.globals.master_key;
  options.seed = args.seed;
  options.year = args.year.value_or(2026);
  options.contacts = args.contacts;
  options.cases = args.cases;
  Progress progress("days played", kDaysOfYear);
  options.on_day = [&](std::uint64_t day) { progress.at(day); };
  TOONO_ASSIGN(auto report, simulate::simulate(options));
  if (args.globals.json) {
    print(as_json(report));
    return 0;
  }
  print(
      fmt::format(
          fmt::runtime(args.globals.say(
              "The year {} was played from seed {}: {} commands by people, {} by the clock, {} decisions.\n"
              "This is a simulation: nobody in it exists, and its store says so. Its clock stands at {}.\n\n"
              "{}\n{}\nThe same seed gives the same heads:\n\n{}\n"
              "What to do next:\n",
              "{} 年已按种子 {} 演练：人员命令 {} 条，时钟命令 {} 条，决定 {} 条。\n"
              "这是模拟：其中没有真实的人，数据中也如此注明。时钟停在 {}。\n\n"
              "{}\n{}\n同一种子得到同样的链头：\n\n{}\n"
              "下一步：\n")),
          options.year, options.seed, report.commands, report.from_clock, report.decisions,
          to_text(report.ended_at), year_in_words(args.globals, report),
          refusals_in_words(args.globals, report), heads_in_words(args.globals, report)) +
      fmt::format("  toono --log {} assess --year {}\n"
                  "  toono --log {} workload --tier II\n"
                  "  toono --log {} verify",
                  args.globals.log, options.year, args.globals.log, args.globals.log));
  return 0;
}

}  // namespace toono::cli
