// What may be typed: the one file that knows the library of options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/cli/commands.h"
#include "adapters/cli/help.h"
#include "adapters/cli/misuse.h"
#include "adapters/cli/print.h"
#include "adapters/json/text.h"
#include "core/time.h"

namespace toono::cli {
namespace {

struct CommandRow {
  std::string_view name;
  Run run;
  const char* about;
  void (*options)(CLI::App&, Args&);
  const char* group;
};

constexpr const char* kAsk = "To ask";
constexpr const char* kSend = "To send";
constexpr const char* kProve = "To prove";
constexpr const char* kKeep = "To found and keep";
constexpr const char* kLook = "To look things up";

/// A whole number in plain digits: no sign, no octal or hexadecimal, nothing that overflows.
CLI::Validator number_from(std::uint64_t least, std::uint64_t most) {
  return CLI::Validator(
      [least, most](std::string& typed) {
        std::uint64_t number = 0;
        auto [end, problem] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
        bool plain = problem == std::errc() && end == typed.data() + typed.size() &&
                     (typed.size() == 1 || typed.front() != '0');
        if (plain && number >= least && number <= most) return std::string();
        return fmt::format("{}{}{} to {}", typed, kNoNumber, least, most);
      },
      "");
}
constexpr std::uint64_t kMostRows = 1'000'000, kMostPlayed = 1'000'000'000;
constexpr std::uint64_t kFirstAsked = 2000, kLastAsked = 2199;

void one_word(CLI::App& app, Args& args, const char* name, const char* about) {
  app.add_option(name, args.words, about)->required()->expected(1)->type_name("");
}
void limit(CLI::App& app, Args& args) {
  app.add_option("--limit", args.limit, "at most so many rows")
      ->check(number_from(1, kMostRows))
      ->type_name("N");
}
void as_of(CLI::App& app, Args& args) {
  app.add_option("--as-of", args.as_of, "as it was known then: an instant, a day, or PARTITION:SEQ")
      ->type_name("WHEN");
}
void period(CLI::App& app, Args& args) {
  app.add_option("--year", args.year, "the calendar year")
      ->check(number_from(kFirstAsked, kLastAsked))
      ->type_name("YEAR");
  app.add_option("--from", args.from, "first local day")->type_name("DAY");
  app.add_option("--to", args.to, "last local day")->type_name("DAY");
}
void registry(CLI::App& app, Args& args) { as_of(app, args); }

void init_options(CLI::App& app, Args& args) {
  app.add_option("--partitions", args.partitions, "partitions of the journal, for ever (default 12)")
      ->check(number_from(1, 99))
      ->type_name("N");
  app.add_option("--stations", args.stations_file, "CSV: code,tier,parent,name_zh,kind,note")
      ->type_name("FILE");
  app.add_option("--calendar", args.calendar_file, "CSV: date,kind,name_zh")->type_name("FILE");
  app.add_option("--policy", args.policy_file, "JSON: the body of PublishPolicy")->type_name("FILE");
  app.add_option("--replication", args.replication,
                 "on Kafka: copies of every record (default: 3, or as many as brokers answer)")
      ->check(number_from(1, 9))
      ->type_name("N");
  app.add_option("--log-id", args.log_id, "the UUID of the log (default: drawn)")->type_name("UUID");
}
void send_options(CLI::App& app, Args& args) {
  app.add_option("FILE", args.words, "JSON lines; - or nothing: standard input")
      ->expected(0, 1)
      ->type_name("");
  app.add_flag("--check", args.check, "check the form of every line and send nothing");
}
void opening(CLI::App& app, Args& args) {
  app.add_option("--purpose", args.purpose, "open sealed words for this purpose; it is recorded first")
      ->type_name("TEXT");
}
void show_options(CLI::App& app, Args& args) {
  one_word(app, args, "ID",
           "UUID of a case, contact, order, referral or person, a case number, or of a decision its place "
           "PARTITION:SEQ or its command's UUID");
  opening(app, args);
}
void find_options(CLI::App& app, Args& args) {
  app.add_option("--state", args.state, "only in this state")->type_name("STATE");
  app.add_option("--station", args.station, "only of this station (code or name)")->type_name("STATION");
  app.add_option("--since", args.since, "only from this day or instant on")->type_name("WHEN");
  app.add_option("--phone", args.phone, "contacts and cases of who calls from this number")
      ->type_name("NUMBER");
  app.add_option("--number", args.number, "the case of this number, ours or the one it came with")
      ->type_name("CASE");
  limit(app, args);
}
void worklist_options(CLI::App& app, Args& args) {
  one_word(app, args, "STATION", "code or name");
  app.add_option("--state", args.state, "only in this state")->type_name("STATE");
  app.add_option("--risk", args.risk, "only of this risk level")->type_name("RISK");
  app.add_option("--due-before", args.due_before, "only due before this day or instant")->type_name("WHEN");
  limit(app, args);
}
void workload_options(CLI::App& app, Args& args) {
  app.add_option("STATION", args.words, "code or name; absent: every station with work")
      ->expected(0, 1)
      ->type_name("");
  app.add_option("--tier", args.tier, "only of this tier")
      ->type_name("TIER")
      ->check(CLI::IsMember({"I", "II", "III"}));
  app.add_flag("--subtree", args.subtree, "with every station below it");
  app.add_option("--day", args.day, "as it stood at the end of this local day")->type_name("DAY");
}
void assess_options(CLI::App& app, Args& args) {
  period(app, args);
  app.add_option("--station", args.station, "code or name (default: the region)")->type_name("STATION");
  app.add_flag("--subtree", args.subtree, "with every station below it");
  as_of(app, args);
}
void explain_options(CLI::App& app, Args& args) {
  one_word(app, args, "MEASURE", "as docs/measures.md and `toono --json assess` name it");
  assess_options(app, args);
  app.add_option("--limit", args.limit, "at most so many of each list, in text (default 10)")
      ->check(number_from(1, kMostRows))
      ->type_name("N");
}
void rank_options(CLI::App& app, Args& args) {
  one_word(app, args, "MEASURE", "as docs/measures.md and `toono --json assess` name it");
  period(app, args);
  app.add_option("--tier", args.tier, "only of this tier")
      ->type_name("TIER")
      ->check(CLI::IsMember({"I", "II", "III"}));
  app.add_flag("--subtree", args.subtree, "each with every station below it");
  as_of(app, args);
  limit(app, args);
}
void history_options(CLI::App& app, Args& args) {
  one_word(app, args, "ID", "UUID of a case, contact, order, referral or person, or a case number");
  opening(app, args);
}
void replay_options(CLI::App& app, Args& args) {
  app.add_option("--as-of", args.as_of, "an instant, a day, or PARTITION:SEQ")->required()->type_name("WHEN");
  app.add_option("QUERY", args.words, "-- and any query with its options")
      ->required()
      ->expected(1, -1)
      ->type_name("");
}
void deadline_options(CLI::App& app, Args& args) { one_word(app, args, "ORDER", "UUID of an order"); }
void verify_options(CLI::App& app, Args& args) {
  app.add_option("--expect", args.expect, "file with what an earlier `verify --json` printed")
      ->type_name("FILE");
  app.add_flag("--full", args.full, "the store and the vault too, and rows against the journal");
}
void rebuild_options(CLI::App& app, Args& args) {
  app.add_option("PROJECTION", args.words, "one projection; absent: all")->expected(0, 1)->type_name("");
}
void import_options(CLI::App& app, Args& args) {
  one_word(app, args, "LOG", "CSV file with a header");
  app.add_option("--map", args.map_file, "TOML: columns, stations, activities")
      ->required()
      ->type_name("FILE");
  app.add_option("--rejects", args.rejects_file, "where refused rows go (default LOG.rejects.csv)")
      ->type_name("FILE");
  app.add_flag("--dry-run", args.dry_run, "check every row and write nothing");
  app.add_flag("--with-rows", args.with_rows, "the rejects file holds the rows' text too");
}
void export_options(CLI::App& app, Args& args) {
  one_word(app, args, "TABLE", "cases, orders, contacts, referrals or measures");
  period(app, args);
  app.add_option("--station", args.station, "only of this station (code or name)")->type_name("STATION");
  app.add_flag("--subtree", args.subtree, "with every station below it");
  as_of(app, args);
  app.add_option("-o,--output", args.output, "file (default: standard output)")->type_name("FILE");
}
void erase_options(CLI::App& app, Args& args) {
  one_word(app, args, "PERSON", "UUID");
  app.add_option("--ground", args.ground, "why; it is kept for ever")->required()->type_name("TEXT");
  app.add_option("--class", args.seal_class, "identity, narrative or health (default: all)")
      ->check(CLI::IsMember({"identity", "narrative", "health"}))
      ->type_name("CLASS");
  app.add_flag("--yes", args.yes, "without asking");
}
void simulate_options(CLI::App& app, Args& args) {
  app.add_option("--seed", args.seed, "the same seed gives the same journal")
      ->required()
      ->check(number_from(0, UINT64_MAX))
      ->type_name("N");
  app.add_option("--year", args.year, "the year to play (default 2026)")
      ->check(number_from(kFirstAsked, kLastAsked))
      ->type_name("YEAR");
  app.add_option("--contacts", args.contacts, "how many contacts (default 60000)")
      ->check(number_from(0, kMostPlayed))
      ->type_name("N");
  app.add_option("--cases", args.cases, "how many cases (default 20000)")
      ->check(number_from(0, kMostPlayed))
      ->type_name("N");
}
void run_options(CLI::App& app, Args& args) {
  app.add_flag("--once", args.once, "send what is due now, then end");
}
void serve_options(CLI::App& app, Args& args) {
  app.add_option("--metrics", args.metrics, "answer Prometheus there (a PORT alone: 127.0.0.1)")
      ->type_name("HOST:PORT");
  app.add_option("--check-every", args.check_every_s, "seconds between checks of the topics (default 60)")
      ->check(number_from(1, 86400))
      ->type_name("S");
  app.add_option("--trim-inbox-after", args.trim_inbox_days,
                 "remove commands that are decided and older than this from the inbox (default 0: never)")
      ->check(number_from(0, 36500))
      ->type_name("DAYS");
}
void topics_options(CLI::App& app, Args& args) {
  app.add_option("WHAT", args.words,
                 "create: found the deployment; check: see that the topics are as they must be")
      ->type_name("one of")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"create", "check"}));
  init_options(app, args);
}
constexpr char kEventsFrom[] = "beginning, an instant, a day, P:SEQ, or the ids of the last events you have";
void publish_options(CLI::App& app, Args& args) {
  app.add_option("--from", args.from, kEventsFrom)->type_name("PLACE");
  app.add_flag("--once", args.once, "end at the journal's end as it is now");
}
void partners_options(CLI::App& app, Args& args) {
  app.add_flag("--once", args.once, "end at the topics' ends as they are now");
}
void subscribe_options(CLI::App& app, Args& args) {
  app.add_option("--type", args.types, "only these events; may be said more than once")->type_name("EVENT");
  app.add_option("--entity", args.entity, "only of this case, contact or person")->type_name("UUID");
  app.add_option("--station", args.station, "only what this station did or is named in")->type_name("CODE");
  app.add_option("--from", args.from, kEventsFrom)->type_name("PLACE");
  app.add_flag("--once", args.once, "end at the topic's end as it is now");
  limit(app, args);
}
void schema_options(CLI::App& app, Args& args) {
  auto* name = app.add_option("NAME", args.words, "a command, or with --events an event; absent: the list")
                   ->expected(0, 1);
  auto* events = app.add_flag("--events", args.events, "of public events instead of commands");
  auto* asyncapi = app.add_flag("--asyncapi", args.asyncapi, "the AsyncAPI document of the public topics")
                       ->excludes(events)
                       ->excludes(name);
  app.add_option("-o,--output", args.output, "a directory: writes the whole contract into it")
      ->type_name("DIR")
      ->excludes(events)
      ->excludes(name)
      ->excludes(asyncapi);
  app.add_option("--deployment", args.deployment, "what the topics' names begin with (default toono)")
      ->type_name("NAME");
}
void template_options(CLI::App& app, Args& args) { one_word(app, args, "COMMAND", "a command"); }
void directory(CLI::App& app, Args& args) { one_word(app, args, "DIR", "a directory"); }
void nothing(CLI::App&, Args&) {}

constexpr std::array kCommandRows = {
    CommandRow{"init", run_init, "found a deployment: journal, vault, registry", init_options, kKeep},
    CommandRow{"send", run_send, "send commands as JSON lines; one result a line", send_options, kSend},
    CommandRow{"schema", run_schema, "list commands or events, or the schema of one", schema_options, kSend},
    CommandRow{"template", run_template, "an example of a command, to fill in and send", template_options,
               kSend},
    CommandRow{"show", run_show, "one case, contact, order, person or decision", show_options, kAsk},
    CommandRow{"find", run_find, "cases and contacts, newest first", find_options, kAsk},
    CommandRow{"history", run_history, "every event of an entity, in order", history_options, kAsk},
    CommandRow{"subscribe", run_subscribe, "public events as JSON lines", subscribe_options, kAsk},
    CommandRow{"replay", run_replay, "any query on the journal as it was at a moment", replay_options,
               kProve},
    CommandRow{"worklist", run_worklist, "what waits at a station, by due time", worklist_options, kAsk},
    CommandRow{"workload", run_workload, "open, waiting, near due and overdue work", workload_options, kAsk},
    CommandRow{"assess", run_assess, "the annual measures of a station", assess_options, kAsk},
    CommandRow{"explain", run_explain, "the orders, cases and events behind a measure", explain_options,
               kProve},
    CommandRow{"rank", run_rank, "the stations by one measure, best first", rank_options, kAsk},
    CommandRow{"deadline", run_deadline, "how an order's due dates were worked out", deadline_options,
               kProve},
    CommandRow{"verify", run_verify, "prove the journal complete and unchanged", verify_options, kProve},
    CommandRow{"rebuild", run_rebuild, "make the rows anew from the journal", rebuild_options, kKeep},
    CommandRow{"import", run_import, "bring in a foreign case log", import_options, kSend},
    CommandRow{"export", run_export, "a table as CSV", export_options, kAsk},
    CommandRow{"erase", run_erase, "destroy the keys of a person's words", erase_options, kKeep},
    CommandRow{"stations", run_stations, "the station tree", registry, kLook},
    CommandRow{"staff", run_staff, "who works where", registry, kLook},
    CommandRow{"policies", run_policies, "the timers and their rows", registry, kLook},
    CommandRow{"calendars", run_calendars, "holidays and make-up working days", registry, kLook},
    CommandRow{"simulate", run_simulate, "play a seeded year into an empty store", simulate_options, kKeep},
    CommandRow{"status", run_status, "how the deployment stands", nothing, kKeep},
    CommandRow{"run", run_run, "keep sending what is due", run_options, kKeep},
    CommandRow{"topics", run_topics, "on Kafka: make the topics, or check them", topics_options, kKeep},
    CommandRow{"serve", run_serve, "on Kafka: an engine; several share the work", serve_options, kKeep},
    CommandRow{"publish", run_publish, "on Kafka: tell the world outside what happened", publish_options,
               kKeep},
    CommandRow{"partners", run_partners, "on Kafka: take what the lines' partners say", partners_options,
               kKeep},
    CommandRow{"backup", run_backup, "a consistent copy, also of a store in use", directory, kKeep},
    CommandRow{"restore", run_restore, "bring a backup back into an empty place", directory, kKeep},
};

bool only_reads(const Args& args) {
  if (!args.purpose.empty()) return false;  // that is recorded
  if (args.command == "status") return true;
  if (args.command == "topics") return args.words.front() == "check";
  return std::any_of(kCommandRows.begin(), kCommandRows.end(), [&](const CommandRow& row) {
    bool asks = row.group == kAsk || row.group == kProve || row.group == kLook;
    return row.name == args.command && asks;
  });
}

Language language_of(const std::string& choice) {
  if (!choice.empty()) return choice == "zh" ? Language::zh : Language::en;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value && *value)
      return std::string_view(value).starts_with("zh") ? Language::zh : Language::en;
  return Language::en;
}

Error misuse(const CLI::App& app, const std::string& message) {
  Misuse misuse{
      .message = message, .extras = app.remaining(true), .command = {}, .commands = {}, .options = {}};
  const CLI::App* sub = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
  if (sub != &app) misuse.command = sub->get_name();
  for (const auto& row : kCommandRows) misuse.commands.emplace_back(row.name);
  for (const auto* owner : {sub, &app})
    for (const auto* option : owner->get_options())
      if (option->nonpositional()) misuse.options.push_back(option->get_name());
  return misuse_error(std::move(misuse));
}

/// An empty value means a variable of a script that was not set: it never stands for "not given".
Result<void> refuse_empty(const CLI::App& app) {
  for (const auto* owner : {&app, static_cast<const CLI::App*>(app.get_subcommands().front())})
    for (const auto* option : owner->get_options())
      for (const auto& value : option->results())
        if (value.empty() && option->get_expected_max() > 0)
          return unexpected({ErrorCode::usage, "the value is empty", option->get_name(),
                             "give it a value, or leave it out"});
  return {};
}

/// They say what `create` makes. `check` compares with what was founded.
Result<void> refuse_founding(const CLI::App& app, const Args& args) {
  if (args.command != "topics" || args.words.front() != "check") return {};
  for (const auto* option : app.get_subcommands().front()->get_options())
    if (option->nonpositional() && option->count() > 0)
      return unexpected({ErrorCode::usage, "this option belongs to `toono topics create`", option->get_name(),
                         "leave it out: check compares with what the deployment was founded with"});
  return {};
}

/// `--option=` alone: the library would take the next word for its value.
Result<void> refuse_bare_equals(int argc, const char* const* argv) {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    std::string_view word(argv[i]);
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      return unexpected({ErrorCode::usage, "the value is empty", std::string(word.substr(0, word.size() - 1)),
                         "give it a value, or leave it out"});
  }
  return {};
}

Result<void> refuse_bytes(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    std::string_view rest(argv[i]);
    while (!rest.empty()) {
      auto character = first_character(rest);
      if (character.size == 0)
        return unexpected({ErrorCode::usage, "this is not UTF-8", argv[i], "type it in a UTF-8 terminal"});
      rest.remove_prefix(character.size);
    }
  }
  return {};
}

constexpr std::size_t kOptionColumns = 34;

/// So that a terminal need not break the lines.
void wrap_help(CLI::App& app) {
  for (auto* option : app.get_options())
    option->description(wrapped(option->get_description(), kTextColumns - kOptionColumns));
}

void add_commands(CLI::App& app, Args& args) {
  for (const auto& row : kCommandRows) {
    auto* sub = app.add_subcommand(std::string(row.name), row.about);
    sub->fallthrough();
    sub->group(row.group);
    sub->set_help_flag("-h,--help", "this text");
    sub->footer(std::string(help_of(row.name)) +
                "\n\nMore options, as --log, --as, --json and --lang: `toono --help`.");
    row.options(*sub, args);
    wrap_help(*sub);
  }
  app.add_subcommand("help", "this text, or a command's")
      ->group("")
      ->add_option("COMMAND", args.words, "a command")
      ->expected(0, 1);
}

/// `toono help COMMAND` is `toono COMMAND --help`.
Result<std::optional<Args>> help_with(const std::vector<std::string>& words) {
  if (words.empty()) return parse(2, std::array{"toono", "--help"}.data());
  const auto& command = words.front();
  return parse(find_command(command) ? 3 : 2, std::array{"toono", command.c_str(), "--help"}.data());
}

}  // namespace

Run find_command(std::string_view name) {
  for (const auto& row : kCommandRows)
    if (row.name == name) return row.run;
  return nullptr;
}

Result<std::optional<Args>> parse(int argc, const char* const* argv) {
  TOONO_TRY(refuse_bytes(argc, argv));
  TOONO_TRY(refuse_bare_equals(argc, argv));
  Args args;
  std::string now, language;
  CLI::App app{
      "Toono: the case management engine of a three-tier youth service hotline.\n"
      "Commands in, immutable decisions in a chained journal, projections out.",
      "toono"};
  app.set_version_flag("--version", std::string("toono ") + kVersion, "the version");
  app.add_option("--log", args.globals.log,
                 "embedded:DIR, kafka:HOST:PORT[,...] or kafka:FILE.toml (default: $TOONO_LOG, else "
                 "embedded:./toono-data)")
      ->envname("TOONO_LOG")
      ->type_name("LOG");
  app.add_option(
         "--data", args.globals.data,
         "on Kafka: where this node keeps its rows (default: ./toono-node); on an embedded log: where "
         "a question keeps them, which then writes nothing else")
      ->type_name("DIR");
  app.add_option("--as", args.globals.as, "who acts: STAFF@STATION, by number")->type_name("STAFF@STATION");
  app.add_option("--now", now,
                 "what time it is, RFC 3339 with offset (default: the system's clock). Questions are asked "
                 "as of then; "
                 "what is sent is dated so for ever")
      ->type_name("WHEN");
  app.add_flag("--json", args.globals.json, "answers for programs");
  app.add_option("--lang", language, "names of states and measures (default: the locale's)")
      ->check(CLI::IsMember({"en", "zh"}))
      ->type_name("LANGUAGE");
  app.add_option("--master-key", args.globals.master_key, "the vault's master key file (default: DIR.key)")
      ->type_name("FILE");
  app.add_option("--inbox-limit", args.globals.inbox_limit,
                 "commands that may wait to be decided before ordinary ones are turned away (default "
                 "16384; those of danger cases: twice as many)")
      ->check(number_from(1, kMostInboxLimit))
      ->type_name("N");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "this text");
  app.footer(std::string(help_of_program()));
  app.get_formatter()->column_width(kOptionColumns);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("REQUIRED", "(needed)");
  add_commands(app, args);
  wrap_help(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    (void)app.exit(success);
    return std::optional<Args>();
  } catch (const CLI::ParseError& error) {
    return unexpected(misuse(app, error.what()));
  }
  TOONO_TRY(refuse_empty(app));
  if (app.got_subcommand("help")) return help_with(args.words);
  args.command = app.get_subcommands().front()->get_name();
  TOONO_TRY(refuse_founding(app, args));
  args.globals.only_reads = only_reads(args);
  if (args.globals.log.empty()) args.globals.log = "embedded:./toono-data";
  args.globals.language = language_of(language);
  TOONO_TRY(sender_of(args.globals));
  if (!now.empty()) {
    TOONO_ASSIGN(args.globals.now, parse_instant(now));
  }
  return std::optional(std::move(args));
}

}  // namespace toono::cli
