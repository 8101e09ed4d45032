// What a person meets who types something wrong, asks for help, or opens a figure.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/cli/help.h"
#include "adapters/cli/print.h"
#include "adapters/engine/edge.h"
#include "tests/cli/fixture.h"

namespace toono {
namespace {

constexpr std::string_view kCommands[] = {
    "init",     "send",      "schema",   "template", "show",    "find",     "history",
    "replay",   "worklist",  "workload", "assess",   "explain", "rank",     "deadline",
    "verify",   "rebuild",   "import",   "export",   "erase",   "stations", "staff",
    "policies", "calendars", "simulate", "status",   "run",     "backup",   "restore"};

}  // namespace

TEST_CASE("wrong use is told in the words of this program and names the near miss") {
  Desk desk;
  struct Row {
    std::vector<std::string> typed;
    std::string says;
  };
  const Row rows[] = {
      {{"sned"}, "there is no such command: sned: did you mean `send`?"},
      {{"qqqqqq"}, "there is no such command: qqqqqq: `toono --help`"},
      {{}, "no command is given"},
      {{"find", "--limt", "3"}, "find has no such option: --limt: did you mean `--limit`?"},
      {{"--limit", "3", "find"}, "this option belongs behind the command: --limit"},
      {{"status", "extra"}, "this is one word too many: extra"},
      {{"show", "a", "b"}, "ID is one word, and 2 are given: toono show: `toono show --help`"},
      {{"send", "a", "b", "c"}, "FILE is one word, and 3 are given: toono send"},
      {{"find", "--limit", "x"}, "this is not a number that can stand here"},
      {{"find", "--limit"}, "a value is missing behind it: --limit"},
      {{"workload", "--tier", "IV"}, "--tier does not take this word: IV: there are I, II, III"},
      {{"schema", "--asyncapi", "--deployment", "Foo bar"},
       "small letters, digits, - and _: --deployment Foo bar"},
      {{"topics", "check", "--partitions", "9"},
       "this option belongs to `toono topics create`: --partitions: leave it out"},
      {{"schema", "--asyncapi", "--events"},
       "two answers are asked for: --events and --asyncapi: say one of them"},
      {{"schema", "--asyncapi", "DispatchOrder"},
       "two answers are asked for: NAME and --asyncapi: say one of them"},
      {{"schema", "-o", "d", "DispatchOrder"}, "two answers are asked for: NAME and --output"},
      {{"schema", "-o", "d", "--events"}, "two answers are asked for: --events and --output"},
      {{"schema", "-o", "d", "--asyncapi"}, "two answers are asked for: --asyncapi and --output"},
      {{"schema", "--deployment", "north"}, "no topic is named in this answer: --deployment north"},
      {{"show"}, "ID is missing: toono show: `toono show --help`"},
      {{"--as", "bob", "status"}, "this does not say who sends"},
      {{"replay", "--", "find"}, "--as-of is missing: toono replay"},
      {{"replay", "--", "find", "--limit", "3"}, "--as-of is missing: toono replay"},
      {{"replay", "--as-of", "2026-03-02", "find", "--limit", "3"}, "stands with it behind --: toono replay"},
  };
  for (const auto& row : rows) {
    auto reply = desk.ask("03-02 09:00", row.typed);
    CAPTURE(row.says);
    CHECK(reply.code == 2);
    CHECK(reply.out.empty());
    CHECK_MESSAGE(has(reply.err, row.says), reply.err);
  }
}

TEST_CASE("every command's help has an example of it") {
  Desk desk;
  for (auto command : kCommands) {
    CAPTURE(command);
    auto text = desk.ask("03-02 09:00", {std::string(command), "--help"}).out;
    CHECK(has(text, "Examples:"));
    CHECK(has(text, cli::help_of(command)));
    CHECK(has(std::string(cli::help_of(command)), command));
  }
  CHECK(has(desk.ask("03-02 09:00", {"--help"}).out, cli::help_of_program()));
  CHECK(desk.ask("03-02 09:00", {"help"}).out == desk.ask("03-02 09:00", {"--help"}).out);
  CHECK(desk.ask("03-02 09:00", {"help", "send"}).out == desk.ask("03-02 09:00", {"send", "--help"}).out);
  CHECK(has(desk.ask("03-02 09:00", {"help", "shwo"}).err, "did you mean `show`?"));
}

TEST_CASE("what people read goes into 80 columns, in both languages") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  std::vector<std::vector<std::string>> asked = {
      {"worklist", "150100"},
      {"worklist", "150000"},
      {"find"},
      {"show", story.first},
      {"show", story.contact},
      {"show", story.person},
      {"show", story.shared},
      {"show", story.child_order},
      {"show", story.referral},
      {"status"},
      {"deadline", story.shared_order},
      {"workload"},
      {"workload", "150100", "--subtree"},
      {"assess", "--year", "2026"},
      {"rank", "on_time_completion_delegated", "--year", "2026", "--tier", "II", "--subtree"},
      {"stations"},
      {"staff"},
      {"policies"},
      {"calendars"},
      {"--help"},
  };
  for (auto command : kCommands) asked.push_back({"help", std::string(command)});
  for (const char* language : {"en", "zh"})
    for (auto words : asked) {
      words.insert(words.begin(), {"--lang", language});
      auto reply = desk.ask("03-20 09:00", words);
      CHECK(reply.code == 0);
      // An example is one line, to be copied.
      std::istringstream lines(reply.out.substr(0, reply.out.find("\nExamples:\n")));
      for (std::string line; std::getline(lines, line);)
        CHECK_MESSAGE(cli::display_width(line) <= 80, words[2], ": ", line);
    }
}

TEST_CASE("an order is shown with what met its due dates") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto card = desk.ask("03-20 09:00", {"show", story.first}).out;
  CHECK_MESSAGE(has(card, "\norder             " + story.first_order + "\n  station         150100 "), card);
  CHECK_MESSAGE(has(card, "  state           accepted · lead\n"), card);
  CHECK_MESSAGE(has(card, "  sign due        2026-03-03 18:00, signed 2026-03-02 "), card);
  CHECK_MESSAGE(has(card, "  handling due    2026-03-09 18:00, accepted 2026-03-0"), card);
  auto part = desk.ask("03-20 09:00", {"show", story.referral}).out;
  CHECK_MESSAGE(has(part, "\nreferral          " + story.referral + "\n  line "), part);
}

TEST_CASE("a measure is known as a table prints it, and one that is not is told where they are") {
  Desk desk;
  auto ranked = desk.ask("03-20 09:00", {"rank", "on time completion", "--year", "2026"});
  CHECK_MESSAGE(ranked.code == 0, ranked.err);
  auto unknown = desk.ask("03-20 09:00", {"rank", "qqqq", "--year", "2026"});
  CHECK(unknown.code == 2);
  CHECK_MESSAGE(has(unknown.err, "`toono assess --year 2026` names them"), unknown.err);
  CHECK(unknown.err.size() < 200);
}

TEST_CASE("a moment may be a day, and the refusal of another says so") {
  Desk desk;
  CHECK(desk.ask("03-20 09:00", {"find", "--since", "2026-03-01"}).code == 0);
  CHECK(has(desk.ask("03-20 09:00", {"find", "--since", "yesterday"}).err, ", or a day like 2026-11-24"));
}

TEST_CASE("text is wrapped at its spaces and by what it takes on a terminal") {
  CHECK(cli::wrapped("", 10).empty());
  CHECK(cli::wrapped("one two  three\nfour", 9) == "one two\nthree\nfour");
  CHECK(cli::wrapped("呼和浩特 市", 10) == "呼和浩特\n市");
  CHECK(cli::wrapped("a-word-too-long b", 5) == "a-word-too-long\nb");
}

TEST_CASE("what only the engine sends is not listed and its schema and template are refused") {
  Desk desk;
  auto listed = desk.ask("03-02 09:00", {"--json", "schema"}).json().as_array();
  std::set<std::string> names;
  for (const auto& name : listed) names.emplace(name.as_string());
  CHECK(names.contains("RegisterCase"));
  CHECK(names.contains("OpenStation"));
  std::size_t of_engine = 0;
  for (auto type : EnumValuesCommandBody()) {
    if (type == CommandBody::NONE) continue;
    std::string name = EnumNameCommandBody(type);
    CAPTURE(name);
    bool refused = is_internal(type);
    of_engine += refused ? 1 : 0;
    CHECK(names.contains(name) != refused);
    for (const char* command : {"schema", "template"}) {
      auto reply = desk.ask("03-02 09:00", {command, name});
      CHECK(reply.code == (refused ? 1 : 0));
      CHECK(has(reply.err, "the engine alone sends this command: " + name) == refused);
    }
  }
  CHECK(of_engine == 12);
}

TEST_CASE("who founds and keeps a deployment is answered in Chinese where they ask so") {
  Desk desk;
  auto other = "embedded:" + (desk.dir() / "other").string();
  auto copy = (desk.dir() / "copy").string();
  auto played = "embedded:" + (desk.dir() / "played").string();
  auto log = (desk.dir() / "log.csv").string(), map = (desk.dir() / "map.toml").string();
  std::ofstream(log) << "case,id,what,when\n1,1,a,2026-03-01 09:00\n";
  std::ofstream(map) << R"([log]
name = "t"
time_format = "%Y-%m-%d %H:%M"
[columns]
case = "case"
row_id = "id"
activity = "what"
time = "when"
[stations]
create = true
[activities]
"*" = "LogProgress"
)";
  struct Row {
    std::vector<std::string> typed;
    std::vector<const char*> says;
    const char* says_not;
  };
  const Row rows[] = {
      {{"--log", other, "init"}, {"新部署已建立", "服务台 116 个", "主密钥"}, "deployment"},
      {{"status"}, {"项目", "状况", "隔离的实体", "待办"}, "how it stands"},
      {{"verify", "--full"}, {"分区", "链头", "链条完整", "槽位"}, "partition"},
      {{"backup", copy}, {"经验证完整", "主密钥"}, "copy of"},
      {{"rebuild"}, {"由日志重建", "与原有的行一致"}, "rows"},
      {{"import", "--map", map, "--dry-run", log}, {"已检查，未写入", "接受的行"}, "accepted"},
      {{"--log", played, "simulate", "--seed", "1", "--contacts", "20", "--cases", "10"},
       {"已按种子 1 演练", "接触", "派单", "同一种子得到同样的链头"},
       "What"},
  };
  for (const auto& row : rows) {
    auto words = row.typed;
    words.insert(words.begin(), {"--lang", "zh"});
    auto reply = desk.ask("03-02 09:00", words);
    CHECK_MESSAGE(reply.code == 0, reply.err);
    for (const auto* part : row.says) CHECK_MESSAGE(has(reply.out, part), part, "\n", reply.out);
    CHECK_MESSAGE(!has(reply.out, row.says_not), reply.out);
  }
}

TEST_CASE("a history and a figure's events are read in Chinese, with the schema's names beside") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto history = desk.ask("03-20 09:00", {"--lang", "zh", "history", story.first}).out;
  CHECK_MESSAGE(has(history, "个案登记 CaseRegistered"), history);
  CHECK(has(history, "结案 CaseClosed"));
  auto figure = desk.ask("03-20 09:00",
                         {"--lang", "zh", "explain", "sign_on_time", "--station", "150100", "--year", "2026"})
                    .out;
  CHECK_MESSAGE(has(figure, "签收 OrderSigned"), figure);
  CHECK(has(desk.ask("03-20 09:00", {"history", story.first}).out, "  CaseRegistered  "));
}

TEST_CASE("a directory is no file of commands, and a file without any is said to be so") {
  Desk desk;
  for (auto words : {std::vector<std::string>{"send"}, {"send", "--check"}}) {
    words.push_back(desk.dir().string());
    auto reply = desk.ask("03-02 09:00", words);
    CHECK(reply.code == 3);
    CHECK_MESSAGE(has(reply.err, "this is a directory, not a file"), reply.err);
  }
  auto empty = desk.dir() / "empty.jsonl";
  std::ofstream(empty) << "\n  \n";
  auto reply = desk.ask("03-02 09:00", {"send", empty.string()});
  CHECK(reply.code == 0);
  CHECK_MESSAGE(has(reply.err, "there is no line with a command in it"), reply.err);
}

TEST_CASE("a file is no directory of a log, and what stood there before is not to be removed") {
  Desk desk;
  auto file = desk.dir() / "file";
  std::ofstream(file) << "somebody's";
  for (const auto& log : {file, file / "below"})
    for (auto* command : {"init", "status"}) {
      auto reply = desk.ask("03-02 09:00", {"--log", "embedded:" + log.string(), command});
      CAPTURE(command);
      CHECK(reply.code == 3);
      CHECK_MESSAGE(has(reply.err, "a file stands where a directory must be"), reply.err);
      CHECK_FALSE(has(reply.err, "remove the directory"));
    }
  CHECK(has(desk.ask("03-02 09:00", {"--log", "embedded:" + file.string(), "init"}).err,
            "nothing was left behind"));
  CHECK(std::filesystem::file_size(file) == 10);
}

TEST_CASE("a figure opens to cases by number and events by name, those that fell short apart") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto open = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"explain", "sign_on_time", "--station", "150100", "--year", "2026"});
    return desk.ask("03-20 09:00", more).out;
  };
  auto text = open({});
  CHECK(has(text, "above the line: 2\n"));
  CHECK(has(text, "case " + story.first_number + "  order " + story.first_order));
  CHECK(has(text, "  OrderSigned\n"));
  auto short_of_it = text.substr(text.find("below the line: 3; of these not above it: 1\n"));
  CHECK(has(short_of_it, story.late_order));
  CHECK_FALSE(has(short_of_it, story.first_order));
  auto limited = open({"--limit", "1"});
  CHECK(has(limited, "and more: 1: --limit N shows more, --json all"));
  CHECK(limited.size() < text.size());
}

TEST_CASE("verify says what was proved against heads that were kept") {
  Desk desk;
  auto kept = (desk.dir() / "heads.json").string();
  std::ofstream(kept) << desk.ask("03-02 09:00", {"--json", "verify"}).out;
  CHECK(has(desk.ask("03-02 09:00", {"verify"}).out, "Keep these heads elsewhere"));
  auto proved = desk.ask("03-02 09:00", {"verify", "--full", "--expect", kept});
  CHECK_MESSAGE(has(proved.out, "Every head of " + kept + " is on it"), proved.err);
  CHECK(has(proved.out, "every row"));
  // As an editor keeps it that marks UTF-8.
  std::ofstream(kept) << "\xef\xbb\xbf" << desk.ask("03-02 09:00", {"--json", "verify"}).out;
  CHECK(desk.ask("03-02 09:00", {"verify", "--expect", kept}).code == 0);
  std::ofstream(kept) << "root:x:0\n";
  auto reply = desk.ask("03-02 09:00", {"verify", "--expect", kept});
  CHECK(reply.code == 1);
  CHECK_MESSAGE(has(reply.err, "give what `toono --json verify` printed"), reply.err);
}

}  // namespace toono
