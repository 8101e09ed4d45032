#include "adapters/import/mapping.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "adapters/import/time_format.h"
#include "adapters/json/nearest.h"

namespace toono {
namespace {

class Reader {
 public:
  Reader(const toml::table& root, std::string file) : root_(root), file_(std::move(file)) {}

  Error wrong(std::string_view key, std::string what) const {
    return {ErrorCode::usage, std::move(what), fmt::format("{}: {}", file_, key),
            "docs/import.md shows a mapping"};
  }

  /// Refuses keys that mean nothing, with the nearest that does.
  Result<void> known_keys(const toml::table& table, const std::string& section,
                          const std::vector<std::string_view>& known) const {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      auto near = nearest(key.str(), known);
      auto path = section.empty() ? std::string(key.str()) : section + "." + std::string(key.str());
      return unexpected(wrong(path, near.empty()
                                        ? "this key means nothing"
                                        : fmt::format("this key means nothing: did you mean `{}`?", near)));
    }
    return {};
  }

  Result<const toml::table*> section(std::string_view name) const {
    const auto* node = root_.get(name);
    if (!node) return static_cast<const toml::table*>(nullptr);
    if (!node->is_table())
      return unexpected(wrong(name, "this must be a table: [" + std::string(name) + "]"));
    return node->as_table();
  }

  Result<std::optional<std::string>> text(const toml::table* table, const std::string& section,
                                          std::string_view key) const {
    const auto* node = table ? table->get(key) : nullptr;
    if (!node) return std::optional<std::string>();
    auto value = node->value_exact<std::string>();
    if (!value || value->empty())
      return unexpected(wrong(section + "." + std::string(key), "this must be a text in quotes"));
    return value;
  }

 private:
  const toml::table& root_;
  std::string file_;
};

/// One format, or several in a list.
Result<std::vector<std::string>> read_formats(const Reader& reader, const toml::table* log) {
  const auto* node = log ? log->get("time_format") : nullptr;
  if (!node) return ImportMapping().time_formats;
  std::vector<std::string> formats;
  if (const auto* list = node->as_array()) {
    for (const auto& item : *list) formats.push_back(item.value_exact<std::string>().value_or(""));
  } else {
    formats.push_back(node->value_exact<std::string>().value_or(""));
  }
  if (formats.empty()) return unexpected(reader.wrong("log.time_format", "the list is empty"));
  for (const auto& format : formats)
    if (!is_time_format(format))
      return unexpected(
          reader.wrong("log.time_format", "this is no time format: \"" + format +
                                              "\": use %Y %m %d %H %M %S %z, as in \"%Y-%m-%d %H:%M:%S%z\""));
  return formats;
}

Result<void> read_columns(const Reader& reader, ImportMapping& mapping) {
  TOONO_ASSIGN(const auto* table, reader.section("columns"));
  if (!table) return unexpected(reader.wrong("columns", "the table [columns] is missing"));
  TOONO_TRY(reader.known_keys(
      *table, "columns",
      {"case", "row_id", "activity", "time", "opened", "station", "deadline", "completed"}));
  const std::pair<const char*, std::string*> needed[] = {
      {"case", &mapping.case_column}, {"activity", &mapping.activity_column}, {"time", &mapping.time_column}};
  for (const auto& [key, column] : needed) {
    TOONO_ASSIGN(auto value, reader.text(table, "columns", key));
    if (!value) return unexpected(reader.wrong(std::string("columns.") + key, "this column must be mapped"));
    *column = *value;
  }
  TOONO_ASSIGN(mapping.row_id_column, reader.text(table, "columns", "row_id"));
  TOONO_ASSIGN(mapping.opened_column, reader.text(table, "columns", "opened"));
  TOONO_ASSIGN(mapping.station_column, reader.text(table, "columns", "station"));
  TOONO_ASSIGN(mapping.deadline_column, reader.text(table, "columns", "deadline"));
  TOONO_ASSIGN(mapping.completed_column, reader.text(table, "columns", "completed"));
  return {};
}

Result<std::vector<std::string>> read_commands(const Reader& reader, const toml::node& node,
                                               const std::string& path) {
  std::vector<std::string> commands;
  if (auto one = node.value_exact<std::string>()) {
    commands.push_back(*one);
  } else if (const auto* list = node.as_array()) {
    for (const auto& item : *list) {
      auto name = item.value_exact<std::string>();
      if (!name) return unexpected(reader.wrong(path, "every item must be a command's name in quotes"));
      commands.push_back(*name);
    }
  } else {
    return unexpected(reader.wrong(path, "this must be a command's name, or a list of them"));
  }
  if (commands.empty())
    return unexpected(reader.wrong(path, "the list is empty: name a command, or LogProgress"));
  for (const auto& command : commands) {
    const auto& known = importable_commands();
    if (std::find(known.begin(), known.end(), command) != known.end()) continue;
    auto near = nearest(command, known);
    return unexpected(reader.wrong(path, near.empty()
                                             ? fmt::format("`{}` is no command that an import sends", command)
                                             : fmt::format("`{}` is no command that an import sends: did you "
                                                           "mean `{}`?",
                                                           command, near)));
  }
  return commands;
}

}  // namespace

const std::vector<std::string_view>& importable_commands() {
  static const std::vector<std::string_view> kCommands = {"RegisterCase", "TriageCase",    "DispatchOrder",
                                                          "SignOrder",    "ContactCaller", "SubmitResult",
                                                          "AcceptResult", "CloseCase",     "LogProgress"};
  return kCommands;
}

std::vector<std::string> ImportMapping::columns() const {
  std::vector<std::string> all{case_column, activity_column, time_column};
  for (const auto& column : {row_id_column, opened_column, station_column, deadline_column, completed_column})
    if (column) all.push_back(*column);
  return all;
}

const std::vector<std::string>* ImportMapping::commands_for(const std::string& activity) const {
  auto found = activities.find(activity);
  if (found == activities.end()) found = activities.find("*");
  return found == activities.end() ? nullptr : &found->second;
}

Result<ImportMapping> read_mapping(const std::string& toml_text, const std::string& file) {
  toml::table root;
  try {
    root = toml::parse(toml_text, file);
  } catch (const toml::parse_error& error) {
    return unexpected(
        {ErrorCode::usage, std::string("the mapping is not TOML: ") + std::string(error.description()),
         fmt::format("{}, line {}", file, error.source().begin.line), "docs/import.md shows a mapping"});
  }
  Reader reader(root, file);
  ImportMapping mapping;
  TOONO_TRY(reader.known_keys(root, "", {"log", "columns", "stations", "activities"}));
  TOONO_ASSIGN(const auto* log, reader.section("log"));
  if (log) TOONO_TRY(reader.known_keys(*log, "log", {"name", "time_format"}));
  TOONO_ASSIGN(auto name, reader.text(log, "log", "name"));
  mapping.name = name.value_or("");
  TOONO_ASSIGN(mapping.time_formats, read_formats(reader, log));
  TOONO_TRY(read_columns(reader, mapping));
  TOONO_ASSIGN(const auto* stations, reader.section("stations"));
  if (stations) {
    TOONO_TRY(reader.known_keys(*stations, "stations", {"create", "blank"}));
    if (const auto* create = stations->get("create")) {
      auto value = create->value_exact<bool>();
      if (!value) return unexpected(reader.wrong("stations.create", "this must be true or false"));
      mapping.create_stations = *value;
    }
    TOONO_ASSIGN(auto blank, reader.text(stations, "stations", "blank"));
    if (blank) mapping.blank_station = *blank;
  }
  TOONO_ASSIGN(const auto* activities, reader.section("activities"));
  if (!activities || activities->empty())
    return unexpected(reader.wrong("activities", "the table [activities] is missing, or empty"));
  for (const auto& [activity, node] : *activities) {
    auto path = "activities.\"" + std::string(activity.str()) + "\"";
    TOONO_ASSIGN(mapping.activities[std::string(activity.str())], read_commands(reader, node, path));
  }
  return mapping;
}

}  // namespace toono
