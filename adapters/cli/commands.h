// The table of the command line: one function a command, one row each. Adding one: its row here, its options
// in parse.cc, its function in a file of its own.
#pragma once

#include "adapters/cli/session.h"

namespace toono::cli {

/// Runs a command; the value is the exit code (0 done, 1 refused). Errors become 1, 2 or 3 in main.
using Run = Result<int> (*)(const Args&);

Result<int> run_init(const Args& args);
Result<int> run_send(const Args& args);
Result<int> run_schema(const Args& args);
Result<int> run_template(const Args& args);
Result<int> run_show(const Args& args);
Result<int> run_find(const Args& args);
Result<int> run_history(const Args& args);
Result<int> run_replay(const Args& args);
Result<int> run_worklist(const Args& args);
Result<int> run_workload(const Args& args);
Result<int> run_assess(const Args& args);
Result<int> run_rank(const Args& args);
Result<int> run_explain(const Args& args);
Result<int> run_deadline(const Args& args);
Result<int> run_verify(const Args& args);
Result<int> run_rebuild(const Args& args);
Result<int> run_import(const Args& args);
Result<int> run_export(const Args& args);
Result<int> run_erase(const Args& args);
Result<int> run_stations(const Args& args);
Result<int> run_staff(const Args& args);
Result<int> run_policies(const Args& args);
Result<int> run_calendars(const Args& args);
Result<int> run_simulate(const Args& args);
Result<int> run_status(const Args& args);
Result<int> run_run(const Args& args);
Result<int> run_topics(const Args& args);
Result<int> run_serve(const Args& args);
Result<int> run_publish(const Args& args);
Result<int> run_subscribe(const Args& args);
Result<int> run_partners(const Args& args);
Result<int> run_backup(const Args& args);
Result<int> run_restore(const Args& args);

/// Null: no such command.
Run find_command(std::string_view name);

/// What was typed, or why it cannot be (exit 2); none: help was asked for and printed.
Result<std::optional<Args>> parse(int argc, const char* const* argv);

}  // namespace toono::cli
