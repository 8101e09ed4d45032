// `toono import`: a foreign case log through the same commands. What is refused goes to the rejects file with
// the reason.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "adapters/cli/broken_off.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/output.h"
#include "adapters/engine/csv.h"
#include "adapters/import/importer.h"
#include "adapters/json/writer.h"

namespace toono::cli {
namespace {

/// A pipe and the like; a name of standard input is none even where a file was redirected there.
bool is_beside_nothing(const std::filesystem::path& log) {
  std::error_code problem;
  auto dir =
      std::filesystem::weakly_canonical(std::filesystem::absolute(log, problem).parent_path(), problem);
  return log == "-" || !std::filesystem::is_regular_file(log, problem) || dir == "/dev" ||
         dir.string().starts_with("/proc/");
}

/// Mode 0600: a reason may be as private as the row. Error usage: beside a pipe there is no place for it.
Result<OutputFile> rejects_file(const Args& args) {
  const auto& log = args.words.front();
  if (args.rejects_file.empty() && is_beside_nothing(log))
    return unexpected({ErrorCode::usage, "what is refused is listed beside the file, and this is none", log,
                       "say where with --rejects FILE"});
  return OutputFile{.path = args.rejects_file.empty() ? log + ".rejects.csv" : args.rejects_file,
                    .option = "--rejects",
                    .beginnings = {"row,reason\n", "row,reason,text\n"},
                    .inputs = {log, args.map_file},
                    .mode = 0600,
                    .is_private = true};
}

/// The text of each data row, as it stands in the file.
Result<std::vector<std::string>> row_texts(const std::string& csv) {
  std::vector<std::string> texts;
  CsvReader reader(csv);
  CsvRow row;
  TOONO_ASSIGN(bool more, reader.next(row));
  while (more) {
    TOONO_ASSIGN(more, next_data_row(reader, row));
    if (!more) break;
    std::vector<std::string> fields;
    for (const auto& field : row.fields) fields.push_back(csv_field(field));
    texts.push_back(fmt::format("{}", fmt::join(fields, ",")));
  }
  return texts;
}

/// The rows' text only when asked for.
Result<std::string> rejects_text(const ImportReport& report, const std::string* csv) {
  std::string text = csv ? "row,reason,text\n" : "row,reason\n";
  std::vector<std::string> texts;
  if (csv) {
    TOONO_ASSIGN(texts, row_texts(*csv));
  }
  for (const auto& reject : report.rejects) {
    text += fmt::format("{},{}", reject.number, csv_field(reject.reason));
    if (csv && reject.number <= texts.size()) text += "," + csv_field(texts[reject.number - 1]);
    text += "\n";
  }
  return text;
}

void print_report(const Args& args, const ImportReport& report, const std::string& rejects) {
  JsonWriter out;
  out.begin_object().field("rows", report.rows).field("cases", report.cases).field("events", report.events);
  out.field("accepted", report.accepted)
      .field("rejected", report.rejected)
      .field("repeated", report.repeated);
  if (args.dry_run) out.field("store_asked", false);
  if (args.globals.json) return print(out.end_object().str());
  const auto& globals = args.globals;
  TextTable table({std::string(args.dry_run ? globals.say("checked, nothing written", "已检查，未写入")
                                            : globals.say("imported", "已导入")),
                   ""});
  auto row = [&](std::string_view en, std::string_view zh, std::uint64_t count) {
    table.row({std::string(globals.say(en, zh)), std::to_string(count)});
  };
  row("rows", "行", report.rows);
  row("cases", "个案", report.cases);
  row("events", "事件", report.events);
  row("rows accepted", "接受的行", report.accepted);
  row("rows rejected", "拒绝的行", report.rejected);
  row("rows repeated", "重复的行", report.repeated);
  print(table.str());
  if (args.dry_run)
    print(std::string(globals.say(
        "The form of the rows and the mapping were checked. The store was not asked: what it has "
        "already, and what it refuses, only the run can say.",
        "只检查了各行的格式和映射，没有查询数据：哪些已经导入、哪些会被拒绝，要到导入时才知道。")));
  if (!report.rejects.empty())
    print(std::string(globals.say("Why rows were rejected: ", "拒绝的原因见：")) + rejects);
}

/// What is no error and may well be a mistake.
void warn_of(const ImportMapping& mapping, const CaseLog& log) {
  for (const auto& activity : log.never_seen)
    warn("the mapping names an activity that no row has: `" + printable(activity) + "`");
  for (const auto& column : log.columns_twice)
    warn("the header has this column more than once, and none of them is read: `" + printable(column) + "`");
  auto columns = mapping.columns();
  std::sort(columns.begin(), columns.end());
  for (auto at = columns.begin(); at != columns.end(); ++at)
    if (auto next = at + 1; next != columns.end() && *at == *next)
      warn("the mapping reads one column as two things: `" + printable(*at) + "`");
  if (!mapping.completed_column) return;
  for (const auto& [activity, commands] : mapping.activities)
    for (const auto& command : commands)
      if (command == "SubmitResult" || command == "AcceptResult" || command == "CloseCase")
        warn(command + " of `" + printable(activity) +
             "` counts as progress: columns.completed says when a case ended");
}

}  // namespace

Result<int> run_import(const Args& args) {
  TOONO_ASSIGN(auto map_text, read_file(args.map_file));
  TOONO_ASSIGN(auto mapping, read_mapping(map_text, args.map_file));
  const auto& log_file = args.words.front();
  TOONO_ASSIGN(auto csv, read_file(log_file));
  TOONO_ASSIGN(auto rejects, rejects_file(args));
  TOONO_TRY(check_output(args.globals, rejects));
  auto now = args.globals.now ? *args.globals.now : SystemClock().now();
  std::unique_ptr<Session> session;
  Sender sender;
  if (!args.dry_run) {
    TOONO_ASSIGN(session, Session::open(args.globals));
    TOONO_TRY(may_go_on(session->engine(), args.globals));
    TOONO_ASSIGN(sender, sender_at_work(*session, args.globals));
    now = session->now();
  }
  TOONO_ASSIGN(auto log, read_case_log(csv, mapping, log_file, now));
  warn_of(mapping, log);
  if (auto seen = encoding_seen(csv); !log.rejected.empty() && seen == "GB18030")
    warn("rows that are not UTF-8 text are rejected: " + log_file + ": " + how_to_convert(seen, log_file));
  ImportReport report;
  if (args.dry_run) {
    report = dry_run(log);
  } else {
    Progress progress("commands", 0);
    TOONO_ASSIGN(report, toono::run_import(session->engine(), session->edge(), log, mapping, sender,
                                           [&](std::uint64_t done) { progress.at(done); }));
    TOONO_TRY(session->close());
  }
  if (!report.rejects.empty()) {
    TOONO_ASSIGN(auto text, rejects_text(report, args.with_rows ? &csv : nullptr));
    TOONO_TRY(write_output(args.globals, rejects, text));
  }
  print_report(args, report, rejects.path);
  return report.rejected == 0 ? 0 : 1;
}

}  // namespace toono::cli
