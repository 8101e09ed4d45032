// Which rows of a log are taken, and why the others are not.
#include "adapters/import/case_log.h"

#include "tests/import/fixture.h"

namespace toono {
namespace {

TEST_CASE("case log: each odd row is taken or refused by its rule") {
  struct Row {
    const char *line, *why;  // why: nothing when it is taken
  };
  // Behind the row `c,1,a,2011-02-01 10:00,2011-01-31,Unit,2011-03-01,2011-02-20`.
  const Row rows[] = {
      {"c,2,a,2011-02-02 10:00,2011-01-31,Unit,2011-03-01,2011-02-20", ""},
      {"c,2,a,2011-02-02,,,,", ""},
      {" c , 2 , a , 2011-02-02 , , Unit , , ", ""},
      {"d,2,a,2011-02-02,,,,", ""},
      {"d,2,a,2011-02-02,2011-02-05,,2011-01-01,2011-01-01", ""},
      {"d,2,a,2011-02-02,,,2099-01-01,", ""},
      {"d,2,a,2026-03-02 09:05,,,,", ""},
      {"d,2,\"a,\"\"b\"\"\",2011-02-02,,,,", ""},
      {"d,2,a,2026-03-02 09:06,,,,", "the time is in the future"},
      {"d,2,a,2011-02-02,,,,2026-03-03", "the end is in the future"},
      {"d,2,a,2011-02-02,2026-03-03,,,", "the opening is in the future"},
      {"d,2,a,1969-12-31,,,,", "the time is before 1970-01-02"},
      {"d,2,a,2011-02-02,,,1900-01-01,", "the deadline is before 1970-01-02"},
      {"d,2,a,,,,,", "the time is blank"},
      {"d,2,a,02.02.2011,,,,", "the time is not %Y-%m-%d %H:%M or %Y-%m-%d"},
      {"d,2,a,2011-02-02,,,soon,", "the deadline is not %Y-%m-%d %H:%M or %Y-%m-%d"},
      {"d,2,a,2011-02-02,,,,9999-99-99", "the end is not %Y-%m-%d %H:%M or %Y-%m-%d"},
      {"13800138000,2,a,2011-02-02,,,,",
       "the case looks like a telephone number, and would stand in clear for ever"},
      {"11010519491231002X,2,a,2011-02-02,,,,",
       "the case looks like a resident identity number, and would stand in clear for ever"},
      {"d,2,a,2011-02-02,,138-0013-8000,,",
       "the station looks like a telephone number, and would stand in clear for ever"},
      {" ,2,a,2011-02-02,,,,", "the case is blank"},
      {"d, ,a,2011-02-02,,,,", "the row id is blank"},
      {"d,2, ,2011-02-02,,,,", "the activity is blank"},
      {"d,1,a,2011-02-02,,,,", "row 1 has the same row id"},
      {"d,2,a,2011-02-02,,,", "it has 7 fields, the header has 8"},
      {"d,2,a,2011-02-02,,,,,", "it has 9 fields, the header has 8"},
      {"d,2,\xff,2011-02-02,,,,", "it is not UTF-8 text"},
      {"d,2,a,2011-02-02,,\xc3,,", "it is not UTF-8 text"},
      {"c,2,a,2011-02-02,,Other,,",
       "the station of its case is another than in an earlier row (the case begins in row 1)"},
      {"c,2,a,2011-02-02,2011-01-30,,,",
       "the opening of its case is another than in an earlier row (the case begins in row 1)"},
      {"c,2,a,2011-02-02,,,2011-03-02,",
       "the deadline of its case is another than in an earlier row (the case begins in row 1)"},
      {"c,2,a,2011-02-02,,,,2011-02-21",
       "the end of its case is another than in an earlier row (the case begins in row 1)"},
  };
  auto mapping = mapping_of(mapping_text(case_columns()));
  for (const auto& row : rows) {
    CAPTURE(row.line);
    auto log =
        log_of(header() + "c,1,a,2011-02-01 10:00,2011-01-31,Unit,2011-03-01,2011-02-20\n" + row.line + "\n",
               mapping);
    CHECK(log.rows == 2);
    CHECK(log.good.size() + log.rejected.size() == 2);
    if (*row.why == '\0') {
      CHECK_MESSAGE(log.rejected.empty(), log.rejected.front().reason);
    } else {
      REQUIRE(log.rejected.size() == 1);
      CHECK(log.rejected.front().number == 2);
      CHECK(log.rejected.front().reason == row.why);
    }
  }
}

TEST_CASE("case log: a blank is filled in by a later row and a refused row says nothing") {
  auto mapping = mapping_of(mapping_text(case_columns()));
  auto log = log_of(
      header() +
          "c,1,a,2011-02-01,,,,\nc,1,a,2011-02-01,,Wrong,2011-01-01,\nc,2,a,2011-02-02,,Unit,2011-03-01,\n"
          "d,3,a,2011-02-02,,,,\n",
      mapping);
  REQUIRE(log.cases.size() == 2);
  CHECK(log.cases[0].station == "Unit");
  CHECK(to_text(*log.cases[0].deadline) == "2011-03-01T00:00:00+08:00");
  CHECK(log.cases[1].station == "unassigned");
  CHECK(!log.cases[1].deadline);
  CHECK(log.rejected.size() == 1);
}

TEST_CASE("case log: an empty line is no row and a byte order mark no text") {
  auto mapping = mapping_of(mapping_text());
  auto log = log_of(
      "\xef\xbb\xbf"
      "case,id,what,when\r\nc,1,a,2011-02-01\r\n\r\nc,2,a,2011-02-02\r\n\r\n",
      mapping);
  CHECK(log.rows == 2);
  CHECK(log.good.size() == 2);
}

TEST_CASE("case log: without a row id equal rows are told apart by their order") {
  auto text = mapping_text();
  text.erase(text.find("row_id"), std::string("row_id = \"id\"\n").size());
  auto mapping = mapping_of(text);
  auto log = log_of("case,what,when\nc,a,2011-02-01\nc,a,2011-02-01\nc,a,2011-02-02\n", mapping);
  REQUIRE(log.good.size() == 3);
  CHECK(log.good[0].row_id != log.good[1].row_id);
  CHECK(log.good[1].row_id != log.good[2].row_id);
  auto again = log_of("case,what,when\nc,a,2011-02-01\nc,a,2011-02-01\nc,a,2011-02-02\n", mapping);
  CHECK(log.good[1].row_id == again.good[1].row_id);
}

TEST_CASE("case log: what is missing is said before anything is read") {
  auto refused = [](const std::string& csv, const std::string& mapping) {
    auto log = read_case_log(csv, mapping_of(mapping), "log.csv", import_now());
    REQUIRE(!log);
    return log.error();
  };
  auto column = refused("case,id,what,wenn\nc,1,a,2011-02-01\n", mapping_text());
  CHECK(column.code == ErrorCode::usage);
  CHECK(column.what == "the log has no column `when`");
  CHECK(column.next.find("wenn") != std::string::npos);
  CHECK(refused("case,id,what,when,when\n", mapping_text()).what ==
        "the log has more than one column `when`");
  CHECK(refused("", mapping_text()).what == "the log is empty");
  auto activity =
      refused("case,id,what,when\nc,1,a\nc,2,\x1b[1m,2011-02-01\n", mapping_text("", "b = \"LogProgress\""));
  CHECK(activity.what == "the activity `\\x1b[1m` is not mapped");
  CHECK(activity.where == "log.csv, line 3");
  CHECK(refused("case,id,what,when\nc,1,\"a,2011-02-01\n", mapping_text()).code == ErrorCode::refused);
}

TEST_CASE("case log: an activity that is mapped and never occurs is told") {
  auto mapping =
      mapping_of(mapping_text("", "a = \"LogProgress\"\nb = \"LogProgress\"\n\"*\" = \"LogProgress\""));
  CHECK(log_of("case,id,what,when\nc,1,a,2011-02-01\n", mapping).never_seen == std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace toono
