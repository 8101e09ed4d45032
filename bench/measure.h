// What every bench needs: clocks, memory, a scratch directory, and figures printed beside their limits.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono::bench {

/// Of the steady clock.
double seconds();
/// Of all threads of this process, system time included.
double cpu_seconds();
/// Of the calling thread alone.
double thread_cpu_seconds();
/// The most that was ever resident, and what is now, in MiB.
std::uint64_t peak_mib();
/// Begins the peak anew from what is resident now.
void forget_peak();
std::uint64_t resident_mib();

/// Runs `work` and returns how many seconds it took.
template <class Work>
double timed(Work work) {
  auto began = seconds();
  work();
  return seconds() - began;
}

/// Prints the error and ends: a bench that met one measured nothing.
[[noreturn]] void fail(const Error& error);
template <class T>
T must(Result<T> result) {
  if (!result) fail(result.error());
  return *std::move(result);
}
inline void must(const Result<void>& result) {
  if (!result) fail(result.error());
}

/// A directory that is empty at the beginning and gone at the end, with the master key beside it.
class Scratch {
 public:
  explicit Scratch(std::filesystem::path path);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// One line of a bench's answer: a name, then what `format` makes of the rest.
template <class... Values>
void line(std::string_view name, fmt::format_string<Values...> format, Values&&... values) {
  fmt::print("{:<35} {}\n", name, fmt::format(format, std::forward<Values>(values)...));
}
/// A goal, and whether it was reached.
void goal(std::string_view name, double reached, double wanted, bool more_is_better, std::string_view unit);

/// The value below which a share of all lies; sorts.
double percentile(std::vector<double>& values, double share);

/// The argument at `index`, or what stands in for it.
std::uint64_t number_argument(int argc, char** argv, int index, std::uint64_t otherwise);
std::filesystem::path path_argument(int argc, char** argv, int index, std::string_view otherwise);

}  // namespace toono::bench
