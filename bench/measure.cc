#include "bench/measure.h"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace toono::bench {
namespace {

std::uint64_t status_mib(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string text; std::getline(status, text);)
    if (text.starts_with(field)) return std::stoull(text.substr(field.size())) / 1024;
  return 0;
}

}  // namespace

double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double thread_cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

std::uint64_t peak_mib() { return status_mib("VmHWM:"); }
// proc(5): "5" resets the high-water mark.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }
std::uint64_t resident_mib() { return status_mib("VmRSS:"); }

void fail(const Error& error) {
  fmt::print(stderr, "{}: {}: {}\n", error.what, error.where, error.next);
  std::exit(1);
}

Scratch::Scratch(std::filesystem::path path) : path_(std::move(path)) {
  std::filesystem::remove_all(path_);
  std::filesystem::remove(path_.string() + ".key");
  std::filesystem::create_directories(path_.parent_path());
}

Scratch::~Scratch() {
  std::error_code ignored;  // what is left of a bench harms nobody
  std::filesystem::remove_all(path_, ignored);
  std::filesystem::remove(path_.string() + ".key", ignored);
}

void goal(std::string_view name, double reached, double wanted, bool more_is_better, std::string_view unit) {
  bool met = more_is_better ? reached >= wanted : reached <= wanted;
  line(name, "{:.4g} {} ({} {:.6g}: {})", reached, unit, more_is_better ? "goal at least" : "goal at most",
       wanted, met ? "reached" : "not reached");
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

std::uint64_t number_argument(int argc, char** argv, int index, std::uint64_t otherwise) {
  return argc > index ? std::stoull(argv[index]) : otherwise;
}

std::filesystem::path path_argument(int argc, char** argv, int index, std::string_view otherwise) {
  return argc > index ? argv[index] : otherwise;
}

}  // namespace toono::bench
