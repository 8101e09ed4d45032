// A long fold is told now and then, with a rate and the time that remains; a short one is not.
#include "adapters/cli/fold_pace.h"

#include "doctest/doctest.h"

namespace toono::cli {
namespace {

TEST_CASE("a fold is told from its second second on, then every ten, each stage for itself") {
  FoldPace pace;
  CHECK_FALSE(pace.at({"read", 1'000, 100'000}, 50'000));
  CHECK_FALSE(pace.at({"read", 20'000, 100'000}, 51'999));
  auto told = pace.at({"read", 21'000, 100'000}, 52'000);
  REQUIRE(told);
  CHECK(told->at.done == 21'000);
  CHECK(told->per_second == 10'000);
  CHECK(told->seconds_left == 7);
  CHECK_FALSE(pace.at({"read", 60'000, 100'000}, 61'999));
  told = pace.at({"read", 61'000, 100'000}, 62'000);
  REQUIRE(told);
  CHECK(told->per_second == 5'000);
  CHECK(told->seconds_left == 7);
  // The next stage begins anew.
  CHECK_FALSE(pace.at({"folded", 20'000, 100'000}, 80'000));
  told = pace.at({"folded", 60'000, 100'000}, 84'000);
  REQUIRE(told);
  CHECK(told->per_second == 10'000);
  CHECK(told->seconds_left == 4);
}

TEST_CASE("how long a fold still takes is not guessed") {
  FoldPace pace;
  CHECK_FALSE(pace.at({"read", 0}, 0));
  auto unknown = pace.at({"read", 500}, 2'000);
  REQUIRE(unknown);
  CHECK(unknown->per_second == 250);
  CHECK_FALSE(unknown->seconds_left);
  // It stands still.
  FoldPace stuck;
  CHECK_FALSE(stuck.at({"read", 500, 1'000}, 0));
  auto none = stuck.at({"read", 500, 1'000}, 2'000);
  REQUIRE(none);
  CHECK(none->per_second == 0);
  CHECK_FALSE(none->seconds_left);
}

}  // namespace
}  // namespace toono::cli
