// Compiled once a build: the generated vocabulary and what nearly every file includes. A file still names
// what it uses; this only saves the compiler from reading it again.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "schemas/commands_generated.h"
#include "schemas/journal_generated.h"
#include "schemas/state_generated.h"
