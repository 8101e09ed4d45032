#include "adapters/cli/help.h"

#include <array>

namespace toono::cli {
namespace {

struct HelpRow {
  std::string_view command;
  std::string_view text;
};

// What is data in the examples is what `toono init` and `toono simulate --seed 12355` make.
constexpr std::array kHelpRows = {
    HelpRow{"init",
            R"(Makes DIR, the first record of every partition, the registry, and the vault
whose master key stands beside it (DIR.key). The number of partitions can never
change. Without files: 116 stations of Inner Mongolia with two members of staff
each, the national calendar 2018-2026, the policy that `toono policies` prints.

Examples:
  toono --log embedded:/var/lib/toono/data init
  toono init --stations my-stations.csv --calendar my-calendar.csv)"},
    HelpRow{"send",
            R"(Each line is {"command":...,"body":{...}}, and may have "id" (a UUID of yours:
sent again, it is answered from its first decision), "occurred_at", "actor",
"station", "expected_version". Each answer is one line too; when it is printed,
the decision is on the disk. Exit code 1: a line was refused; those behind it
were sent nevertheless. "overload": too many commands wait to be decided,
nothing of this one was stored; send it again after "retry_after_ms". "unknown",
with exit code 3: not decided yet; sent again under the "id" that is told it
takes effect once.

Examples:
  toono template RegisterCase | toono send
  toono --as 15000001@150000 send commands.jsonl
  toono send --check commands.jsonl)"},
    HelpRow{"schema",
            R"(maxLength counts characters. The limit of a text is bytes of UTF-8, as its
description says.

Examples:
  toono schema
  toono schema DispatchOrder
  toono schema --events OrderDispatched
  toono schema --asyncapi)"},
    HelpRow{"subscribe",
            R"(Prints each event as a CloudEvent, one JSON line, in order within a partition
and once. From a topic it goes on until Ctrl-C, --limit or --once; an embedded
log is read to its end.

Examples:
  toono --log kafka:127.0.0.1:9092 subscribe --type OrderDispatched --station 150102
  toono subscribe --from 7:42:1,r:88:0)"},
    HelpRow{"publish",
            R"(Tells the events topic and the topics of the lines' partners what counts in the
journal. It keeps nothing: it goes on from what it finds there, and can be
started again at any time.

Examples:
  toono --log kafka:127.0.0.1:9092 publish
  toono --log kafka:127.0.0.1:9092 publish --from beginning --once)"},
    HelpRow{"partners",
            R"(Each message of a line's inbound topic becomes a command of the ladder; its
place is kept after the answer. What cannot be taken is listed, with the reason,
in DEPLOYMENT.referral.dead.v1.

Examples:
  toono --log kafka:127.0.0.1:9092 --as 15000001@150000 partners)"},
    HelpRow{"template",
            R"(The ids in it are made up: put those of your own case, order or person in their
place; what is to be put right before it is sent is said on standard error.
Commands to the registry are about a station and a member of staff that are not
there; PublishPolicy begins with the policy in force. Who sends it is somebody
who works there now, where there is an embedded store to tell (`toono staff`
lists them all).

Examples:
  toono template RegisterCase | toono send
  toono template DispatchOrder >order.json)"},
    HelpRow{"show",
            R"(People's words are sealed. --purpose opens them and is recorded as an event
before a word leaves; it needs --as. A decision is shown by its place, as
answers and histories give it (6:57950, an event's 6:57950:0, r:12 of the
registry), or by the id of its command: who sent what and when, what came of it,
its hash and that of the one before it.

Examples:
  toono show 0600160826
  toono show 6:57950
  toono --as 15000001@150000 show 0600160826 --purpose "the caller asks what we noted")"},
    HelpRow{"find",
            R"(Twenty unless --limit says otherwise. A telephone number is looked up by its
keyed hash and is kept in no log (your shell may keep what you type).

Examples:
  toono find --state in_progress --station 150100
  toono find --since 2026-12-01 --limit 100
  toono find --phone 13812345678
  toono find --number TS-2026-0042)"},
    HelpRow{"history",
            R"(Each event with its position PARTITION:SEQ:INDEX, when it happened, when it was
recorded (if that differs) and who did it.

Examples:
  toono history 0600160826
  toono --json history 0600160826)"},
    HelpRow{"replay",
            R"(Folds the journal up to that moment into memory (about 2 KB a decision) and asks
it there. A moment is an instant or a day (its beginning); PARTITION:SEQ is that
record and all that had been decided by then. Nothing that was recorded later is
seen. `now` is that moment too, unless --now is given. --log and --master-key
stand before `replay`.

Examples:
  toono replay --as-of 2026-07-01 -- workload --tier II
  toono replay --as-of 6:57950 -- show 0600160826)"},
    HelpRow{"worklist",
            R"(Orders of the station, and what it has to review, rule on, dispatch, answer or
call back. The clock says which due it is: an order that is not signed waits for
its sign due, then for its handling due (`toono show` has both, `toono deadline`
how they came about).

Examples:
  toono worklist 150100 --limit 10
  toono worklist 呼和浩特市 --state dispatched --due-before 2027-01-04)"},
    HelpRow{"workload",
            R"(open: not yet accepted; waiting: not signed; near due: 80 % of the time is gone;
overdue: past it.

Examples:
  toono workload 150100 --subtree
  toono workload --tier II --day 2026-06-30)"},
    HelpRow{"assess",
            R"(docs/measures.md defines each figure. `few` stands where fewer than 10 are below
the line.

Examples:
  toono assess --year 2026
  toono assess --from 2026-01-01 --to 2026-03-31 --station 150100 --subtree
  toono assess --year 2026 --as-of 2027-01-15)"},
    HelpRow{"explain",
            R"(Folds the journal's records of everything that was counted anew, and compares.
Text shows the first of each list (--limit), JSON all. Open any of them with
`toono history`.

Examples:
  toono explain on_time_completion --station 150100 --year 2026
  toono --json explain 按时办结率 --station 150100 --year 2026)"},
    HelpRow{"rank",
            R"(Of what is a burden (returns, waiting, rework...) less is better. Stations with
fewer than 10 below the line have no rank.

Examples:
  toono rank on_time_completion --year 2026 --tier II --subtree
  toono rank return_rate --year 2026 --tier III --limit 10)"},
    HelpRow{"deadline",
            R"(For each clock: the row of the policy, the calendar, the days that counted, and
whether this leads to the due date that is stored.

Examples:
  toono deadline 8190338f-bc45-8cd2-99bf-3024971e8c62
  toono deadline $(toono --json worklist 150100 --limit 1 | grep -o '"order":"[^"]*' | cut -c10-))"},
    HelpRow{"verify",
            R"(Reads the journal's files alone, also while another process writes to them:
checksums, the chain of every partition, one decision for each command.
Findings: exit code 1. Only against heads kept elsewhere is it proved that
nobody made the whole journal anew.

Examples:
  toono --json verify >heads-2026-11-25.json     keep this file elsewhere
  toono verify --expect heads-2026-11-25.json
  toono verify --full                            nobody may use the store meanwhile)"},
    HelpRow{"rebuild",
            R"(The rows follow from the journal; nothing is lost when they are. They are made
beside the old ones, compared with them, and put in their place. Says how many
differed.

Examples:
  toono rebuild
  toono rebuild facts)"},
    HelpRow{"import",
            R"(docs/import.md tells how to write a mapping. A second run of the same file
changes nothing: all rows are `repeated`. Exit code 1: rows were rejected, and
the rejects file says why. An earlier rejects file is replaced, any other file
of that name is not. --dry-run checks the mapping and the form of the rows; the
store is not asked, so it knows of no row that is there already.

Examples:
  toono import --map permits.toml permits.csv --dry-run
  toono import --map permits.toml permits.csv)"},
    HelpRow{"export",
            R"(CSV in UTF-8 with a header, people's words never among it. `measures` needs a
period: --year, or --from and --to. Of the other tables a period takes the rows
whose matter began in it (registered, dispatched, offered, sent); without one
all are taken. A file that is there is replaced only if an earlier export made
it; a device or pipe is written through.

Examples:
  toono export orders --year 2026 -o orders-2026.csv
  toono export cases --from 2026-04-01 --to 2026-06-30 --station 150100 --subtree
  toono export measures --year 2026 --station 150100)"},
    HelpRow{"erase",
            R"(Destroys the keys, in this vault, of a person's words; the events, and so the
figures, stay. It cannot be undone. Backups of the vault keep their keys until
they are destroyed themselves. Words of somebody whom nobody registered (a
caller, the young person that a case names) are erased at the region. An id that
means nobody is refused.

Examples:
  toono --as 15000001@150000 erase UUID --ground "asked for by the guardian, letter 17"
  toono --as 15000001@150000 erase UUID --ground "retention is over" --class health --yes)"},
    HelpRow{"stations", R"(Examples:
  toono stations
  toono --json stations --as-of 2026-07-01)"},
    HelpRow{"staff", R"(Examples:
  toono staff
  toono staff --as-of 2026-07-01)"},
    HelpRow{"policies", R"(The first row that fits an order is its row.

Examples:
  toono policies
  toono --lang zh policies)"},
    HelpRow{"calendars",
            R"(Beyond the last published year Monday to Friday are working days, and due dates
are provisional.

Examples:
  toono calendars)"},
    HelpRow{"simulate",
            R"(A year of 60,000 contacts takes about a minute and 0.9 GB. One that was broken
off is not gone on with: remove the directory and its key. The clock of such a
store stands at the year's end.

Examples:
  toono --log embedded:demo simulate --seed 12355
  toono --log embedded:small simulate --seed 1 --contacts 3000 --cases 1000)"},
    HelpRow{"status",
            R"(due now: what `toono run` or the next `toono send` will send. void records:
other writers' records that do not count. torn bytes dropped: of a write that a
crash cut short and nobody had been answered. registry: the last of its records
that was read. rows: what is in memory only stands in the journal.

Examples:
  toono status
  toono --json status)"},
    HelpRow{"run",
            R"(Deadlines, reminders and follow-ups come to pass when their command is sent: by
this command, and by every `toono send`. While it runs no other command can open
the store: one process a directory.

Examples:
  toono run
  toono run --once                               from a timer, between other commands)"},
    HelpRow{"topics",
            R"(create makes every topic of a deployment with its settings, the first record of
every partition, the keys and the registry, once and for ever; it takes init's
options, and says how many copies are kept of every record: name them with
--replication where a broker may be away. check names what is not as it must be,
and what to do; every engine checks the same before it starts, and while it
runs.

Examples:
  toono --log kafka:127.0.0.1:9092 topics create --replication 3
  toono --log kafka:toono.toml topics check)"},
    HelpRow{"serve",
            R"(Engines on several machines share the partitions out; when one falls away the
others take its over. Each keeps its rows in --data and needs a copy of the
master key. What it does goes to standard error, one JSON object a line. Ctrl-C
or SIGTERM hands its partitions over. A start that reaches no broker ends with
3; once it has begun it keeps trying.

Examples:
  toono --log kafka:127.0.0.1:9092 --data /var/lib/toono/node --master-key /etc/toono/key serve)"},
    HelpRow{"backup",
            R"(Takes no lock: `toono run` may go on. The copy is proved before the manifest is
written; without a manifest there is no backup. The master key is not in it.

Examples:
  toono backup /mnt/backup/2026-11-25)"},
    HelpRow{"restore",
            R"(Into the directory of --log, which must be empty or not there, with the master
key beside it (DIR.key) or --master-key. Proves the backup first, makes all rows
anew, carries out its erasures again.

Examples:
  cp key-from-the-safe data2.key && toono --log embedded:data2 restore /mnt/backup/2026-11-25)"},
};

}  // namespace

std::string_view help_of(std::string_view command) {
  for (const auto& row : kHelpRows)
    if (row.command == command) return row.text;
  return {};
}

std::string_view help_of_program() {
  return R"(WHEN is an instant (2026-11-24T08:30:00+08:00) or a day, which means its
beginning; STATION is a code or an exact name; a case has a UUID and a number.
`toono help COMMAND` has examples. Exit codes: 0 done, 1 refused or not found,
2 wrong use, 3 the world failed. Answers go to standard output, errors,
warnings and progress to standard error.)";
}

}  // namespace toono::cli
