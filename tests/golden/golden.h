// Golden records: where they are, and how a new version of them is made.
#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "core/bytes.h"
#include "schemas/events_generated.h"

namespace toono {

std::filesystem::path golden_folder();

/// Histories of entities, a record a line in hexadecimal, an empty line behind each history.
std::vector<std::vector<Buffer>> read_golden(const std::filesystem::path& path);
void write_golden(const std::filesystem::path& path, const std::vector<std::vector<Buffer>>& histories);

/// The shortest whole histories of a simulated year that together hold every event but the `known` ones, with
/// what happens to a registry and a calendar behind it.
std::vector<std::vector<Buffer>> histories_with_every_event(const std::set<EventBody>& known);

}  // namespace toono
