// `toono erase`: orders an erasure, destroys the keys in the same call, and prints what is left: the
// tombstone.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "adapters/cli/answers.h"
#include "adapters/cli/broken_off.h"
#include "adapters/cli/commands.h"
#include "adapters/json/writer.h"
#include "core/partition.h"
#include "core/time.h"

namespace toono::cli {
namespace {

Result<bool> is_meant(const Args& args) {
  if (args.yes) return true;
  if (isatty(STDIN_FILENO) != 1)
    return unexpected({ErrorCode::usage, "there is nobody to ask", "erase",
                       "say --yes: what is erased cannot be brought back"});
  to_stderr(fmt::format("Destroy the keys of {} ({})? Nobody can bring the words back. Type yes: ",
                        args.words.front(), args.seal_class.empty() ? "all classes" : args.seal_class));
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

Result<LineCommand> command_of(const Args& args) {
  if (!parse_id<PersonId>(args.words.front()))
    return unexpected(
        {ErrorCode::usage, "this is not the UUID of a person", args.words.front(), "`toono find` shows ids"});
  JsonWriter body;
  body.begin_object().field("person_id", args.words.front()).field("ground", args.ground);
  if (!args.seal_class.empty()) body.field("class", args.seal_class);
  body.field("all_classes", args.seal_class.empty()).end_object();
  JsonWriter line;
  line.begin_object().field("command", "ErasePerson").key("body").raw(body.str()).end_object();
  return parse_line(line.str());
}

/// Where the person's record is, or will be: words may be kept of somebody whom nobody registered.
Result<Found> place_of(Engine& engine, const std::string& id) {
  auto found = find_entity(engine.store(), engine.partitions(), id);
  if (found && found->kind != EntityKind::person)
    return unexpected({ErrorCode::usage, "this is not a person's id, but a case's or a contact's", id,
                       "`toono show` of it names its people by their ids"});
  if (found || found.error().code != ErrorCode::not_found) return found;
  auto entity = *parse_id<EntityId>(id);
  return Found{partition_of(entity, engine.partitions()), entity, EntityKind::person, std::nullopt};
}

void print_tombstone(const Args& args, const PersonStateT& person, PartitionNumber partition) {
  bool gone = happened(person.keys_destroyed);
  auto place = [&](const Moment& moment) {
    return fmt::format("{}:{}:{}", partition, moment.event().seq(), moment.event().index());
  };
  std::string seal_class = person.erased_all ? "all" : EnumNameSealClass(person.erased_class);
  if (args.globals.json) {
    JsonWriter out;
    out.begin_object()
        .field("person", args.words.front())
        .field("class", seal_class)
        .field("ground", args.ground);
    out.field("erased_at", to_text(person.erased.at())).field("event", place(person.erased));
    out.key("keys_destroyed_at");
    gone ? out.text(to_text(person.keys_destroyed.at())) : out.null();
    print(out.end_object().str());
    return;
  }
  print(fmt::format(
      "Erased: {}, class {}, event {}.\n{}Ground: {}\n{}", args.words.front(), seal_class,
      place(person.erased),
      happened(person.registered) ? "" : "Nobody was registered under this id; words were kept for it.\n",
      args.ground,
      gone ? "The keys are destroyed." : "The keys will be destroyed when it is due: `toono run`."));
}

}  // namespace

Result<int> run_erase(const Args& args) {
  TOONO_ASSIGN(auto command, command_of(args));
  TOONO_ASSIGN(bool meant, is_meant(args));
  if (!meant)
    return unexpected(
        {ErrorCode::refused, "nothing was erased", args.words.front(), "type yes, or say --yes"});
  TOONO_ASSIGN(auto sender, sender_of(args.globals));
  TOONO_ASSIGN(auto session, Session::open(args.globals));
  auto& engine = session->engine();
  TOONO_TRY(may_go_on(engine, args.globals));
  TOONO_ASSIGN(auto found, place_of(engine, args.words.front()));
  TOONO_ASSIGN(auto sent, session->edge().send(command, sender));
  TOONO_ASSIGN(auto answer, session->edge().await_decision(sent));
  const auto* decision = decision_of(answer);
  if (!decision)
    return unexpected({ErrorCode::world, "the command was not answered", "erase",
                       "look with `toono show`, then try again"});
  if (decision->outcome() != Outcome::accepted) {
    auto code = EnumNameRejection(decision->rejection());
    TOONO_TRY(session->close());
    return unexpected({ErrorCode::refused, std::string(message_of(decision->rejection())),
                       fmt::format("{}, {}", args.words.front(), code), "nothing was erased by this call"});
  }
  TOONO_ASSIGN(auto fired, engine.processor().fire_due(std::max(session->now(), *decision->decided_at())));
  (void)fired;
  TOONO_ASSIGN(auto state, load_state(engine.store(), found));
  TOONO_TRY(session->close());
  if (const auto* person = std::get_if<PersonStateT>(&state)) print_tombstone(args, *person, found.partition);
  return 0;
}

}  // namespace toono::cli
