#include "adapters/cli/access.h"

#include <fmt/format.h>

#include "adapters/cli/broken_off.h"
#include "adapters/json/writer.h"
#include "commands/decide.h"

namespace toono::cli {

Result<void> record_access(const Asking& asking, const Found& found) {
  if (asking.args.globals.as.empty())
    return unexpected({ErrorCode::usage, "nobody is said to ask", "--purpose " + asking.args.purpose,
                       "say who asks with --as STAFF@STATION"});
  TOONO_TRY(may_go_on(asking.session.engine(), asking.args.globals));
  JsonWriter line;
  line.begin_object().field("command", "RecordAccess").key("body").begin_object();
  line.field("entity_id", to_text(found.entity)).field("entity_kind", EnumNameEntityKind(found.kind));
  line.field("purpose", asking.args.purpose).end_object().end_object();
  TOONO_ASSIGN(auto command, parse_line(line.str()));
  TOONO_ASSIGN(auto sender, sender_of(asking.args.globals));
  TOONO_ASSIGN(auto sent, asking.session.edge().send(command, sender));
  TOONO_ASSIGN(auto answer, asking.session.edge().await_decision(sent));
  const auto* decision = decision_of(answer);
  if (decision && decision->outcome() == Outcome::accepted) return {};
  auto why = decision ? message_of(decision->rejection()) : std::string_view("it was not answered");
  return unexpected({ErrorCode::refused, fmt::format("the words may not be read: {}", why),
                     "--purpose " + asking.args.purpose,
                     "say who asks with --as STAFF@STATION, and why in a few words"});
}

JsonOptions opening_seals(const Asking& asking, Result<void>& problem) {
  return {.open = [&asking, &problem](const Sealed& sealed) {
    Opened opened;
    auto words = asking.session.engine().vault().open(sealed);
    if (!words) {
      if (problem) problem = unexpected(words.error());
      return opened;
    }
    opened.outcome = *words ? Opened::Outcome::words : Opened::Outcome::erased;
    if (*words) opened.words = **words;
    return opened;
  }};
}

}  // namespace toono::cli
