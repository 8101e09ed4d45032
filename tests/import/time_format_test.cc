// The forms of time that a foreign log may have.
#include "adapters/import/time_format.h"

#include "tests/import/fixture.h"

namespace toono {
namespace {

TEST_CASE("import: times in the formats of foreign logs are read") {
  struct Row {
    const char *format, *text, *means;
  };
  const Row rows[] = {
      {"%Y-%m-%d %H:%M:%S%z", "2011-10-11 13:45:40.276000+00:00", "2011-10-11T21:45:40.276+08:00"},
      {"%Y-%m-%d %H:%M:%S%z", "2011-10-11 13:45:40+0200", "2011-10-11T19:45:40+08:00"},
      {"%Y-%m-%d %H:%M:%S%z", "2011-10-11 13:45:40-05", "2011-10-12T02:45:40+08:00"},
      {"%Y-%m-%dT%H:%M:%S%z", "2011-10-11T13:45:40,5Z", "2011-10-11T21:45:40.500+08:00"},
      {"%Y-%m-%d %H:%M:%S", "2011-10-11 13:45:40", "2011-10-11T13:45:40+08:00"},
      {"%Y-%m-%d", "2012-02-29", "2012-02-29T00:00:00+08:00"},
      {"%d/%m/%Y %R", "1/2/2011 9:05", "2011-02-01T09:05:00+08:00"},
      {"%Y%m%d%H%M%S", "20111011134540", "2011-10-11T13:45:40+08:00"},
      {"%d-%b-%y %I:%M %p", "05-FEB-11 12:30 am", "2011-02-05T00:30:00+08:00"},
      {"%d %b %Y %I:%M%p", "5 Feb 2011 12:30pm", "2011-02-05T12:30:00+08:00"},
      {"%d-%b-%y", "05-feb-99", "1999-02-05T00:00:00+08:00"},
      {"%F %T.%f%z", "2011-10-11 13:45:40.1239Z", "2011-10-11T21:45:40.123+08:00"},
      {"%F %T %Z", "2011-10-11 13:45:40 UTC", "2011-10-11T21:45:40+08:00"},
      {"%Y%%%m%%%d", "2011%10%11", "2011-10-11T00:00:00+08:00"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    REQUIRE(is_time_format(row.format));
    auto at = parse_time(row.text, row.format);
    REQUIRE(at.has_value());
    CHECK(to_text(*at) == row.means);
  }
}

TEST_CASE("import: what is not of the form or is no day is no time") {
  for (auto text : {"", "2011-10-11", "2011-02-29 10:00:00+00:00", "2011-13-01 10:00:00+00:00",
                    "2011-10-11 24:00:00+00:00", "2011-10-11 10:00:60+00:00", "2011-10-11 10:00:00",
                    "2011-10-11 10:00:00.+00:00", "2011-10-11 10:00:00+00:00 ", "11-10-2011 10:00:00+00:00",
                    "9999-12-31 10:00:00+00:00"}) {
    CAPTURE(text);
    CHECK(!parse_time(text, "%Y-%m-%d %H:%M:%S%z"));
  }
  for (auto format :
       {"", "%Y", "%Y-%m", "%H:%M", "%Y-%m-%d %q", "%Y-%m-%d %", "%Y-%m-%d %I:%M", "%Y-%m-%d %H %p"})
    CHECK_MESSAGE(!is_time_format(format), format);
}

TEST_CASE("import: of several formats the first that fits counts") {
  std::vector<std::string> formats{"%d/%m/%Y", "%m/%d/%Y"};
  CHECK(to_text(*parse_time("01/02/2011", formats)) == "2011-02-01T00:00:00+08:00");
  CHECK(to_text(*parse_time("01/22/2011", formats)) == "2011-01-22T00:00:00+08:00");
  CHECK(!parse_time("22/22/2011", formats));
}

}  // namespace
}  // namespace toono
