// Facts that the program carries inside: adapters/data, put into it by the build.
#pragma once

#include <string_view>

namespace toono {

/// The text of a file of adapters/data ("stations.csv"); empty when there is none of that name. Valid for the
/// whole run.
std::string_view embedded_file(std::string_view name);

}  // namespace toono
