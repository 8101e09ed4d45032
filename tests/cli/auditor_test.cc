// What the guide for auditors promises of the chain: other code, which knows only the format, finds the same.
#include <doctest/doctest.h>

#include <map>
#include <sstream>

#include "tests/cli/fixture.h"

namespace toono {

TEST_CASE("the chain checked by hand ends where verify says") {
  Desk desk;
  MorningStory story(desk);
  story.finish_first();
  auto verified = desk.ask("03-20 09:00", {"--json", "verify"}).json();
  // The directory of the desk's store is the one that holds its journal.
  std::filesystem::path data;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(desk.dir()))
    if (entry.path().filename() == "journal") data = entry.path().parent_path();
  std::istringstream lines(
      output_of("python3 " TOONO_SOURCE_DIR "/docs/check_chain.py '" + data.string() + "'"));
  std::map<std::string, std::string> heads;
  std::string partition, count, head, word, voids;
  while (lines >> partition >> count >> head >> word >> voids) {
    heads[partition] = count + ":" + head;
    CHECK(voids == "0");
  }
  REQUIRE(heads.size() > 1);
  CHECK(heads.size() == verified.at("heads").as_object().size());
  for (const auto& [name, kept] : heads) CHECK(text(verified.at("heads"), name) == kept);
}

}  // namespace toono
