#include "adapters/engine/founding.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "adapters/engine/csv.h"
#include "adapters/engine/files.h"
#include "adapters/json/command.h"
#include "commands/command_builder.h"
#include "commands/decide.h"
#include "core/default_policy.h"
#include "core/derive.h"

namespace toono {
namespace {

constexpr std::uint32_t kStaffPerStation = 2;
/// The files by the options that name them.
constexpr std::string_view kStations = "--stations", kCalendar = "--calendar", kPolicy = "--policy";

Error wrong(std::string what, std::string_view file, std::uint64_t line) {
  return {ErrorCode::usage, std::move(what), fmt::format("{}, line {}", file, line),
          "mend the file; the built-in one shows the form: adapters/data"};
}

/// The table under its header: each row by column name. Error: a column is missing, or a row has too few or
/// too many.
Result<std::vector<std::map<std::string, std::string>>> read_table(std::string_view csv,
                                                                   std::string_view file,
                                                                   const std::vector<std::string>& needed) {
  CsvReader reader(csv);
  CsvRow header, row;
  TOONO_ASSIGN(bool has_header, reader.next(header));
  for (const auto& column : needed)
    if (!has_header || std::find(header.fields.begin(), header.fields.end(), column) == header.fields.end())
      return unexpected(wrong("the column `" + column + "` is missing", file, 1));
  std::vector<std::map<std::string, std::string>> table;
  while (true) {
    TOONO_ASSIGN(bool more, reader.next(row));
    if (!more) return table;
    if (row.fields.size() != header.fields.size())
      return unexpected(wrong(
          fmt::format("there are {} fields, the header has {}", row.fields.size(), header.fields.size()),
          file, row.line));
    auto& entry = table.emplace_back();
    for (std::size_t i = 0; i < row.fields.size(); ++i) entry[header.fields[i]] = row.fields[i];
    entry["#line"] = std::to_string(row.line);
  }
}

std::uint64_t line_of(const std::map<std::string, std::string>& row) { return std::stoull(row.at("#line")); }

std::optional<StationId> station_code(const std::string& text) {
  std::uint32_t code = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (problem != std::errc() || end != text.data() + text.size() || code == 0 || code > 9'999'999)
    return std::nullopt;
  return StationId(code);
}

Result<std::vector<OpenStationT>> read_stations(std::string_view csv) {
  TOONO_ASSIGN(auto table, read_table(csv, kStations, {"code", "tier", "parent", "name_zh", "kind"}));
  std::vector<OpenStationT> stations;
  const std::map<std::string, Tier> tiers{{"I", Tier::I}, {"II", Tier::II}, {"III", Tier::III}};
  const std::map<std::string, StationKind> kinds{{"region", StationKind::region},
                                                 {"league", StationKind::league},
                                                 {"direct-report city", StationKind::direct_report_city},
                                                 {"banner", StationKind::banner}};
  for (const auto& row : table) {
    OpenStationT station;
    auto code = station_code(row.at("code"));
    if (!code) return unexpected(wrong("`code` is not a station code (digits)", kStations, line_of(row)));
    auto tier = tiers.find(row.at("tier"));
    if (tier == tiers.end())
      return unexpected(wrong("`tier` is none of I, II, III", kStations, line_of(row)));
    auto kind = kinds.find(row.at("kind"));
    if (kind == kinds.end())
      return unexpected(
          wrong("`kind` is none of region, league, direct-report city, banner", kStations, line_of(row)));
    station.station = *code;
    station.tier = tier->second;
    station.kind = kind->second;
    station.name = row.at("name_zh");
    if (const auto& parent = row.at("parent"); !parent.empty()) {
      auto parent_code = station_code(parent);
      if (!parent_code) return unexpected(wrong("`parent` is not a station code", kStations, line_of(row)));
      station.parent = *parent_code;
    }
    if (auto note = row.find("note"); note != row.end()) station.note = note->second;
    stations.push_back(std::move(station));
  }
  if (stations.empty()) return unexpected(wrong("there is no station in it", kStations, 1));
  std::stable_sort(stations.begin(), stations.end(),
                   [](const auto& a, const auto& b) { return a.tier < b.tier; });
  return stations;
}

Result<CalendarT> read_calendar(std::string_view csv) {
  TOONO_ASSIGN(auto table, read_table(csv, kCalendar, {"date", "kind", "name_zh"}));
  CalendarT calendar;
  calendar.first_year = 9999;
  for (const auto& row : table) {
    CalendarDayT day;
    auto date = parse_day(row.at("date"));
    if (!date) return unexpected(wrong("`date` is not a day like 2026-02-17", kCalendar, line_of(row)));
    const auto& kind = row.at("kind");
    if (kind != "holiday" && kind != "make-up workday")
      return unexpected(wrong("`kind` is neither holiday nor make-up workday", kCalendar, line_of(row)));
    day.date = *date;
    day.kind = kind == "holiday" ? DayKind::holiday : DayKind::make_up_workday;
    day.name = row.at("name_zh");
    auto year = static_cast<std::uint16_t>(year_of(*date));
    calendar.first_year = std::min(calendar.first_year, year);
    calendar.last_year = std::max(calendar.last_year, year);
    calendar.days.push_back(std::move(day));
  }
  if (calendar.days.empty()) return unexpected(wrong("there is no day in it", kCalendar, 1));
  calendar.version = fmt::format("national-{}", calendar.last_year);
  TOONO_TRY(validate(calendar));
  return calendar;
}

/// What is said of a line that is sent, said of a file.
Error wrong_policy(Error error) {
  if (error.where.starts_with("character"))
    error.next = "give the body of PublishPolicy, as `toono template PublishPolicy` has it";
  error.code = ErrorCode::usage;
  error.where = fmt::format("{}, {}", kPolicy, error.where);
  return error;
}

Result<PolicyT> read_policy(const std::string& json) {
  if (json.empty()) return default_policy();
  auto command = parse_command("PublishPolicy", json);
  if (!command) return unexpected(wrong_policy(command.error()));
  flatbuffers::FlatBufferBuilder builder;
  TOONO_ASSIGN(auto offset, command->build(builder, {}));
  builder.Finish(flatbuffers::Offset<PublishPolicy>(offset.o));
  PublishPolicyT body;
  flatbuffers::GetRoot<PublishPolicy>(builder.GetBufferPointer())->UnPackTo(&body);
  return *body.policy;
}

/// The station that a registry command is about; none: a policy or a calendar.
std::optional<StationId> station_of(const CommandBodyUnion& body) {
  if (const auto* opened = body.AsOpenStation()) return opened->station;
  if (const auto* appointed = body.AsAppointStaff()) return appointed->station;
  return std::nullopt;
}

Error refused(const CommandBodyUnion& body, Rejection why) {
  auto station = station_of(body);
  return {ErrorCode::refused, "the registry would refuse this: " + std::string(message_of(why)),
          EnumNameCommandBody(body.type) + (station ? fmt::format(" of {}", station->code()) : std::string()),
          "mend the stations, calendar or policy given and start again: nothing was made"};
}

}  // namespace

Result<std::vector<CommandBodyUnion>> founding_registry(const FoundingTexts& texts) {
  std::vector<CommandBodyUnion> commands;
  auto add = [&](auto body) { commands.emplace_back().Set(std::move(body)); };
  TOONO_ASSIGN(auto policy, read_policy(texts.policy_json));
  PublishPolicyT publish_policy;
  publish_policy.policy = std::make_unique<PolicyT>(std::move(policy));
  add(std::move(publish_policy));
  TOONO_ASSIGN(auto calendar, read_calendar(texts.calendar_csv.empty() ? embedded_file("calendar.csv")
                                                                       : texts.calendar_csv));
  PublishCalendarT publish_calendar;
  publish_calendar.calendar = std::make_unique<CalendarT>(std::move(calendar));
  add(std::move(publish_calendar));
  TOONO_ASSIGN(auto stations, read_stations(texts.stations_csv.empty() ? embedded_file("stations.csv")
                                                                       : texts.stations_csv));
  for (const auto& station : stations) add(station);
  for (const auto& station : stations)
    for (std::uint32_t n = 1; n <= kStaffPerStation; ++n) {
      AppointStaffT appointment;
      appointment.staff = founding_staff(station.station, n);
      appointment.station = station.station;
      add(appointment);
    }
  return commands;
}

Buffer founding_record(const LogId& log_id, std::uint32_t n, const CommandBodyUnion& body, Instant at) {
  CommandHeader header{
      .id = derive<CommandId>(id_as<CommandId>(log_id), "founding", n), .received_at = at, .occurred_at = at};
  header.fingerprint = sha256(bytes_of(header.id));
  flatbuffers::FlatBufferBuilder builder;
  auto offset = body.Pack(builder);
  finish_command(builder, header, body.type, offset);
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

Result<void> check_registry(const std::vector<CommandBodyUnion>& registry, Instant at) {
  Registry made;
  for (const auto& body : registry) {
    auto record = founding_record({}, 0, body, at);
    const auto& command = *GetCommand(record.data());
    Context context{.registry = made.now(),
                    .id = *command.id(),
                    .occurred_at = at,
                    .decided_at = at,
                    .actor = *command.actor(),
                    .station = *command.station()};
    auto effects = decide_registry(command, context);
    if (effects.rejection != Rejection::none) return unexpected(refused(body, effects.rejection));
    auto position = made.position() + 1;
    for (const auto& event : effects.events) {
      flatbuffers::FlatBufferBuilder packed;
      auto inner = event.Pack(packed);
      packed.Finish(CreateEvent(packed, event.type, inner));
      (void)made.apply(position, *flatbuffers::GetRoot<Event>(packed.GetBufferPointer()));
    }
    made.advance(position);
  }
  return {};
}

}  // namespace toono
