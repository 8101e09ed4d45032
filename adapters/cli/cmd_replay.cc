// `toono replay`: any query on the journal as it was at a moment. Only the moment differs from asking live.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/ask.h"
#include "adapters/cli/commands.h"
#include "adapters/json/nearest.h"

namespace toono::cli {
namespace {

/// The store is one, and said before the --: an answer from another would pass for the past of this one.
Result<void> refuse_other_store(const Args& args) {
  for (const auto& word : args.words)
    for (const char* option : {"--log", "--data", "--master-key", "--inbox-limit"})
      if (word.substr(0, word.find('=')) == option)
        return unexpected({ErrorCode::usage, "this cannot stand behind the --", word,
                           fmt::format("say it before the command: toono {} ... replay ...", option)});
  return {};
}

Result<std::optional<Args>> parse_inner(const Args& args) {
  TOONO_TRY(refuse_other_store(args));
  std::vector<const char*> words{"toono"};
  for (const auto& word : args.words) words.push_back(word.c_str());
  TOONO_ASSIGN(auto inner, parse(static_cast<int>(words.size()), words.data()));
  if (!inner) return inner;
  if (!inner->as_of.empty())
    return unexpected({ErrorCode::usage, "a replay has one moment", "--as-of " + inner->as_of,
                       "leave it out behind the --"});
  inner->as_of = args.as_of;
  // What stands before the -- holds for the query too.
  auto globals = args.globals;
  globals.only_reads = inner->globals.only_reads;
  globals.json = globals.json || inner->globals.json;
  if (inner->globals.now) globals.now = inner->globals.now;
  if (!inner->globals.as.empty()) globals.as = inner->globals.as;
  if (std::find(args.words.begin(), args.words.end(), "--lang") != args.words.end())
    globals.language = inner->globals.language;
  inner->globals = std::move(globals);
  return inner;
}

}  // namespace

Result<int> run_replay(const Args& args) {
  TOONO_ASSIGN(auto inner, parse_inner(args));
  if (!inner) return 0;
  if (auto query = find_query(inner->command)) return ask(*inner, query);
  std::string next = "what can be replayed:";
  for (auto name : query_names()) next += " " + std::string(name);
  return unexpected({ErrorCode::usage, "this is no query", inner->command, next});
}

}  // namespace toono::cli
