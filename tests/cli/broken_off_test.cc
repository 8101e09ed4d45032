// A simulated year that was cut short says so wherever it is looked at, and takes no commands.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/simulate/simulation.h"
#include "tests/cli/fixture.h"

namespace toono {
namespace {

/// Days played before the process is gone; 365: it goes on to the end.
std::string year_of_days(const Desk& desk, std::uint64_t days) {
  auto dir = desk.dir() / ("year-" + std::to_string(days));
  pid_t child = fork();
  if (child == 0) {
    simulate::SimulationOptions options{
        .dir = dir, .master_key = {}, .seed = 5, .contacts = 60, .cases = 20, .on_day = {}};
    options.on_day = [&](std::uint64_t day) {
      if (day >= days) ::_exit(0);
    };
    ::_exit(simulate::simulate(options) ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  return "embedded:" + dir.string();
}

}  // namespace

TEST_CASE("a simulated year that was broken off says so and takes no commands") {
  Desk desk;
  auto log = year_of_days(desk, 120);
  auto status = desk.ask(kNow, {"--log", log, "status"});
  CHECK(status.code == 0);
  CHECK(has(status.out, "broken off at 2026-0"));
  CHECK(has(status.err, "this simulated year was broken off at 2026-0"));
  CHECK(has(text(desk.ask(kNow, {"--log", log, "--json", "status"}).json(), "broken_off"), "2026-0"));
  auto asked = desk.ask(kNow, {"--log", log, "assess", "--year", "2026"});
  CHECK(asked.code == 0);
  CHECK(has(asked.err, "broken off"));
  auto file = (desk.dir() / "nothing.jsonl").string();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"send", file}, {"run", "--once"}}) {
    output_of("touch '" + file + "'");
    auto typed = words;
    typed.insert(typed.begin(), {"--log", log});
    auto refused = desk.ask(kNow, typed);
    CHECK(refused.code == 1);
    CHECK(has(refused.err, "it cannot be gone on with"));
  }
}

TEST_CASE("a simulated year that was played to its end takes commands and says nothing") {
  Desk desk;
  auto log = year_of_days(desk, 400);
  auto status = desk.ask(kNow, {"--log", log, "status"});
  CHECK(status.code == 0);
  CHECK_FALSE(has(status.out + status.err, "broken off"));
  CHECK(desk.ask(kNow, {"--log", log, "--json", "status"}).json().at("broken_off").is_null());
  CHECK(desk.ask(kNow, {"--log", log, "run", "--once"}).code == 0);
}

}  // namespace toono
