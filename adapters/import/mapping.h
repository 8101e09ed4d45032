// The mapping of a foreign case log: which columns and activities mean what. docs/import.md is written for
// who makes one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace toono {

struct ImportMapping {
  /// Keeps the ids of two logs apart whose row ids meet.
  std::string name;
  /// The first that fits a cell counts.
  std::vector<std::string> time_formats = {"%Y-%m-%dT%H:%M:%S%z"};
  // Columns by their header; the first three must be given.
  std::string case_column, activity_column, time_column;
  /// Without a row id, rows are told apart by case, activity and time.
  std::optional<std::string> row_id_column, opened_column, station_column, deadline_column, completed_column;
  bool create_stations = false;
  std::string blank_station = "unassigned";
  /// Activity -> commands; "*" stands for every other.
  std::map<std::string, std::vector<std::string>> activities;

  /// Every column that is mapped, by its header.
  std::vector<std::string> columns() const;
  /// Null: not mapped, and there is no "*".
  const std::vector<std::string>* commands_for(const std::string& activity) const;
};

/// What an activity may be mapped to.
const std::vector<std::string_view>& importable_commands();

/// Error usage: the key, what is wrong with it, the nearest known one. `where` names the file.
Result<ImportMapping> read_mapping(const std::string& toml_text, const std::string& file);

}  // namespace toono
