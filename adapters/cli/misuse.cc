#include "adapters/cli/misuse.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/json/nearest.h"

namespace toono::cli {
namespace {

std::string near_miss(const std::string& word, const std::vector<std::string>& known) {
  std::vector<std::string_view> views(known.begin(), known.end());
  auto near = nearest(word, views);
  return near.empty() ? std::string() : fmt::format("did you mean `{}`? ", near);
}

Error no_command(const Misuse& misuse) {
  auto is_word = [](const std::string& word) { return !word.starts_with('-'); };
  auto typed = std::find_if(misuse.extras.begin(), misuse.extras.end(), is_word);
  std::string next = "`toono --help` lists the commands";
  if (typed != misuse.extras.end())
    return {ErrorCode::usage, "there is no such command", *typed, near_miss(*typed, misuse.commands) + next};
  if (misuse.extras.empty())
    return {ErrorCode::usage, "no command is given", "the command line", std::move(next)};
  return {ErrorCode::usage, "there is no such option", misuse.extras.front(),
          near_miss(misuse.extras.front(), misuse.options) + next};
}

Error too_much(const Misuse& misuse, const std::string& next) {
  const auto& word = misuse.extras.front();
  if (!word.starts_with('-')) return {ErrorCode::usage, "this is one word too many", word, next};
  auto option = word.substr(0, word.find('='));
  if (std::find(misuse.options.begin(), misuse.options.end(), option) != misuse.options.end())
    return {ErrorCode::usage, "this option belongs behind the command", word,
            fmt::format("say `toono {} {} ...`", misuse.command, option)};
  if (misuse.command == "replay")
    return {ErrorCode::usage, "replay has no such option", word,
            near_miss(option, misuse.options) +
                "what belongs to the query stands with it behind --: toono replay --as-of WHEN -- find "
                "--limit 5"};
  return {ErrorCode::usage, misuse.command + " has no such option", word,
          near_miss(option, misuse.options) + next};
}

}  // namespace

Error misuse_error(Misuse misuse) {
  if (misuse.command.empty()) return no_command(misuse);
  // What stands behind a -- was not looked at: it is never what is wrong.
  misuse.extras.erase(std::find(misuse.extras.begin(), misuse.extras.end(), "--"), misuse.extras.end());
  auto next = fmt::format("`toono {} --help` shows what it takes", misuse.command);
  if (!misuse.extras.empty()) return too_much(misuse, next);
  const auto& message = misuse.message;
  auto colon = message.find(": ");
  auto option = message.substr(0, colon);
  if (auto at = message.find(" is required"); at != std::string::npos)
    return {ErrorCode::usage, message.substr(0, at) + " is missing", "toono " + misuse.command,
            std::move(next)};
  constexpr std::string_view kExcludes = " excludes ";
  if (auto at = message.find(kExcludes); at != std::string::npos && colon == std::string::npos)
    return {ErrorCode::usage, "two answers are asked for",
            message.substr(0, at) + " and " + message.substr(at + kExcludes.size()), "say one of them"};
  constexpr std::string_view kTooMany = ": At Most 1 required but received ";
  if (auto at = message.find(kTooMany); at != std::string::npos)
    return {ErrorCode::usage,
            fmt::format("{} is one word, and {} are given", option, message.substr(at + kTooMany.size())),
            "toono " + misuse.command, std::move(next)};
  if (auto at = message.find(" not in {"); at != std::string::npos && colon < at) {
    std::string words;
    for (char c : message.substr(at + 9, message.rfind('}') - at - 9)) {
      words += c;
      if (c == ',') words += ' ';
    }
    return {ErrorCode::usage, option + " does not take this word", message.substr(colon + 2, at - colon - 2),
            "there are " + words};
  }
  if (auto at = message.rfind(kNoNumber); at != std::string::npos && colon < at) {
    auto typed = message.substr(colon + 2, at - colon - 2);
    if (typed.empty()) return {ErrorCode::usage, "the value is empty", option, std::move(next)};
    return {
        ErrorCode::usage, "this is not a number that can stand here", fmt::format("{} {}", option, typed),
        fmt::format("say a whole number from {}, in plain digits", message.substr(at + kNoNumber.size()))};
  }
  if (message.starts_with("Could not convert: "))
    return {ErrorCode::usage, "this is not a number that can stand here",
            message.substr(std::string_view("Could not convert: ").size()), std::move(next)};
  if (message.find(" required ") != std::string::npos && message.ends_with(" missing"))
    return {ErrorCode::usage, "a value is missing behind it", option, std::move(next)};
  return {ErrorCode::usage, message, "toono " + misuse.command, std::move(next)};
}

}  // namespace toono::cli
