// Compiled once a build, for all tests: what nearly every one of them includes, beside what the sources do.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/precompiled.h"
