// `toono schema` and `toono template`: what can be asked and what integrators get, from the schemas
// themselves.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "adapters/cli/commands.h"
#include "adapters/cli/fields.h"
#include "adapters/cli/known_registry.h"
#include "adapters/cli/output.h"
#include "adapters/engine/address.h"
#include "adapters/json/asyncapi.h"
#include "adapters/json/describe.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/client.h"
#include "commands/table.h"
#include "core/registry.h"
#include "core/time.h"

namespace toono::cli {
namespace {

/// Only the engine itself sends it.
bool is_engines(std::string_view command) {
  for (auto type : EnumValuesCommandBody())
    if (command == EnumNameCommandBody(type)) return is_internal(type);
  return false;
}

Result<void> refuse_engines(std::string_view command) {
  if (!is_engines(command)) return {};
  return unexpected({ErrorCode::refused, "the engine alone sends this command", std::string(command),
                     "`toono schema` lists those that a person may send"});
}

std::vector<std::string_view> names_to_send() {
  auto names = command_names();
  std::erase_if(names, is_engines);
  return names;
}

void print_names(const Args& args, const std::vector<std::string_view>& names) {
  JsonWriter out;
  out.begin_list();
  std::string lines;
  for (auto name : names) {
    out.text(name);
    lines += std::string(name) + "\n";
  }
  print(args.globals.json ? out.end_list().str() : lines);
}

/// The whole contract as files, as the build keeps them.
Result<int> write_contract(const std::filesystem::path& dir, std::string_view deployment) {
  for (const auto& [name, text] : contract_files(deployment)) {
    auto path = dir / name;
    TOONO_TRY(check_place(path.string(), "-o"));
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    std::ofstream file(path, std::ios::binary);
    if (!(file << text << '\n' << std::flush))
      return unexpected({ErrorCode::world, "the file cannot be written", path.string(),
                         "name a directory that can be written to"});
  }
  return 0;
}

bool is_of_registry(std::string_view command) {
#define TOONO_IS(Name, word) || command == #Name
  return false TOONO_REGISTRY_COMMANDS(TOONO_IS);
#undef TOONO_IS
}

/// Who the example says sends it: somebody of Hohhot, of the region for a command to the registry, or where
/// nobody works there any more the first of all.
TemplateOrigin example_origin(const Args& args) {
  TemplateOrigin origin;
  origin.today = day_of(args.globals.now.value_or(SystemClock().now()));
  if (is_of_registry(args.words.front()))
    origin.actor = StaffId(15000001), origin.station = StationId(150000);
  auto address = log_address(args.globals);
  if (!address || address->is_kafka()) return origin;
  auto known = registry_of(address->dir, args.globals.now);
  if (!known) {
    if (known.error().code != ErrorCode::not_found)
      warn("the example may name somebody who does not work there: " + known.error().what + ": " +
           known.error().where);
    return origin;
  }
  auto view = known->registry->now();
  origin.today = known->today;
  if (const auto* policy = view.policy(known->day)) origin.policy = "{" + fields_of(*policy, "Policy") + "}";
  auto staff = view.staff(known->day);
  if (staff.empty()) return origin;
  auto there = std::find_if(staff.begin(), staff.end(),
                            [&](const auto& each) { return each.second == origin.station; });
  const auto& [actor, station] = there == staff.end() ? staff.front() : *there;
  origin.actor = actor;
  origin.station = station;
  return origin;
}

}  // namespace

Result<int> run_schema(const Args& args) {
  const std::string deployment = args.deployment.empty() ? KafkaAddress().deployment : args.deployment;
  TOONO_TRY(check_deployment(deployment, "--deployment " + deployment));
  if (!args.output.empty()) return write_contract(args.output, deployment);
  if (args.asyncapi) {
    print(asyncapi_document(deployment));
    return 0;
  }
  if (!args.deployment.empty())
    return unexpected({ErrorCode::usage, "no topic is named in this answer", "--deployment " + deployment,
                       "leave it out, or ask for --asyncapi or the whole contract (-o DIR)"});
  if (args.words.empty()) {
    print_names(args, args.events ? event_names() : names_to_send());
    return 0;
  }
  if (!args.events) TOONO_TRY(refuse_engines(args.words.front()));
  TOONO_ASSIGN(auto schema, args.events ? event_schema(args.words.front()) : json_schema(args.words.front()));
  print(schema);
  return 0;
}

Result<int> run_template(const Args& args) {
  TOONO_TRY(refuse_engines(args.words.front()));
  TOONO_ASSIGN(auto line, template_for(args.words.front(), example_origin(args)));
  print(line);
  if (auto note = template_note(args.words.front(), line); !note.empty())
    warn("before it is sent: " + std::string(note));
  return 0;
}

}  // namespace toono::cli
