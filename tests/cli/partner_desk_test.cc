// What a line says of a referral, taken at a desk: the ladder moves once a message, and what cannot be taken
// says why.
#include "adapters/cli/partner_desk.h"

#include <doctest/doctest.h>

#include "core/time.h"
#include "tests/cli/fixture.h"

namespace toono {
namespace {

/// The desk of the lines at a store where one referral was sent to 12348.
struct Lines {
  Desk desk;
  MorningStory story{desk};

  /// One message at that minute of 2026-03-02.
  PartnerAnswer take(const std::string& at, ReferralLine line, const std::string& message) {
    cli::Globals globals;
    globals.log = "embedded:" + (desk.dir() / "data").string();
    globals.now = *parse_instant("2026-03-02T" + at + ":00+08:00");
    auto session = cli::Session::open(globals);
    REQUIRE(session.has_value());
    PartnerAnswer answer;
    {
      cli::PartnerDesk partners(**session, {});
      auto taken = partners.take(line, message);
      if (!taken) FAIL(taken.error().what << ": " << taken.error().where);
      answer = *taken;
    }
    REQUIRE((*session)->close().has_value());
    return answer;
  }
  std::string message(const std::string& id, const std::string& more) const {
    return R"({"message_id":")" + id + R"(","case_id":")" + story.shared + R"(","referral_id":")" +
           story.referral + "\"," + more + "}";
  }
  std::string state(const std::string& at) {
    return text(desk.query("03-02 " + at, {"show", story.referral}), "state");
  }
  std::size_t events() { return desk.query("03-02 18:00", {"history", story.referral}).as_array().size(); }
};

constexpr auto kLine = ReferralLine::line_12348;

}  // namespace

TEST_CASE("what a line says moves the ladder rung by rung") {
  Lines lines;
  CHECK_FALSE(
      lines.take("10:00", kLine, lines.message("M-1", R"("says":"received","receipt":"R-1")")).refused);
  CHECK(lines.state("10:01") == "received");
  CHECK_FALSE(lines.take("10:05", kLine, lines.message("M-2", R"("says":"accepted")")).refused);
  CHECK_FALSE(lines.take("10:10", kLine, lines.message("M-3", R"("says":"interim")")).refused);
  CHECK_FALSE(
      lines.take("10:15", kLine, lines.message("M-4", R"("says":"outcome","result":"resolved")")).refused);
  CHECK(lines.state("10:16") == "outcome");
}

TEST_CASE("the same message takes effect once and is answered as the first time") {
  Lines lines;
  auto received = lines.message("M-1", R"("says":"received","receipt":"R-1")");
  CHECK_FALSE(lines.take("10:00", kLine, received).refused);
  auto before = lines.events();
  CHECK_FALSE(lines.take("10:01", kLine, received).refused);
  CHECK(lines.events() == before);
  auto other = lines.take("10:02", kLine, lines.message("M-1", R"("says":"received","receipt":"R-2")"));
  REQUIRE(other.refused);
  CHECK(other.refused->what == "this message was sent before with other content");
  // A refusal stands too.
  auto early = lines.message("M-2", R"("says":"outcome","result":"resolved")");
  auto first = lines.take("10:03", kLine, early), again = lines.take("10:04", kLine, early);
  REQUIRE(first.refused);
  REQUIRE(again.refused);
  CHECK(first.refused->what.find("referral_not_accepted") == 0);
  CHECK(first.refused->what == again.refused->what);
  CHECK(first.refused->where == again.refused->where);
}

TEST_CASE("a line speaks of its own referrals only") {
  Lines lines;
  auto foreign =
      lines.take("10:00", ReferralLine::line_110, lines.message("M-1", R"("says":"received","receipt":"R")"));
  REQUIRE(foreign.refused);
  CHECK(foreign.refused->what == "this line has no such referral");
  CHECK(lines.state("10:01") == "sent");
  auto unknown = lines.message("M-1", R"("says":"received","receipt":"R")");
  unknown.replace(unknown.find(lines.story.referral), 8, "00000000");
  CHECK(lines.take("10:02", kLine, unknown).refused->what == "this line has no such referral");
  auto unreadable = lines.take("10:03", kLine, "received!");
  REQUIRE(unreadable.refused);
  CHECK(lines.state("10:04") == "sent");
}

}  // namespace toono
