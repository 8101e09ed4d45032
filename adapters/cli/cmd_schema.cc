// `toono schema` and `toono template`: what can be asked and what integrators get, from the schemas
// themselves.
#include <filesystem>
#include <fstream>
#include <limits>

#include "adapters/cli/commands.h"
#include "adapters/cli/output.h"
#include "adapters/json/asyncapi.h"
#include "adapters/json/describe.h"
#include "adapters/json/writer.h"
#include "core/chain.h"
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

/// Behind whatever a registry knows.
const Day kLastDay{std::numeric_limits<std::int32_t>::max()};

/// The staff of a store as its registry last said; read from the files beside whoever has it open,
/// because the example is piped into a command that opens it.
Result<std::vector<std::pair<StaffId, StationId>>> staff_of(const std::filesystem::path& dir,
                                                            std::optional<Instant> now) {
  TOONO_ASSIGN(auto reader, SegmentReader::open(dir));
  auto registry_partition = static_cast<PartitionNumber>(reader.partitions() - 1);
  Registry registry;
  auto day = day_of(now.value_or(SystemClock().now()));
  TOONO_TRY(reader.scan(Topic::journal, {{registry_partition}}, [&](const LogRecord& record) {
    Aligned aligned(record.bytes);
    const auto* genesis = genesis_of(aligned.bytes());
    // The clock of a simulated store stands where its year ended.
    if (genesis && genesis->simulated() && !now) day = kLastDay;
    if (const auto* decision = decision_of(aligned.bytes())) (void)registry.apply(*decision);
    return true;
  }));
  return registry.now().staff(day);
}

/// Who the example says sends it: somebody of Hohhot, or where nobody works there any more the first of all.
Sender example_sender(const Args& args) {
  Sender sender{StaffId(15010001), StationId(150100)};
  auto address = log_address(args.globals);
  if (!address || address->is_kafka()) return sender;
  auto staff = staff_of(address->dir, args.globals.now);
  if (!staff && staff.error().code != ErrorCode::not_found)
    warn("the example may name somebody who does not work there: " + staff.error().what + ": " +
         staff.error().where);
  if (!staff || staff->empty()) return sender;
  for (const auto& [number, station] : *staff)
    if (station == sender.station) return {number, station};
  return {staff->front().first, staff->front().second};
}

}  // namespace

Result<int> run_schema(const Args& args) {
  if (!args.output.empty()) return write_contract(args.output, args.deployment);
  if (args.asyncapi) {
    print(asyncapi_document(args.deployment));
    return 0;
  }
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
  auto sender = example_sender(args);
  TOONO_ASSIGN(auto line, template_for(args.words.front(), sender.actor, sender.station));
  print(line);
  return 0;
}

}  // namespace toono::cli
