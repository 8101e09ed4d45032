// A foreign case log through the whole program: 1,434 real permit cases against a calculation that shares
// nothing with it, and every odd row by its rule.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/cli/fixture.h"

namespace toono {
namespace {

std::string source(const std::string& name) { return std::string(TOONO_SOURCE_DIR) + "/" + name; }

std::int64_t number(const boost::json::value& object, std::string_view key) {
  return object.at(key).to_number<std::int64_t>();
}

std::string file_in(const Desk& desk, const std::string& name, const std::string& text) {
  auto path = (desk.dir() / name).string();
  std::ofstream(path) << text;
  return path;
}
std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// `rows/cases accepted+rejected+repeated`.
std::string told(const boost::json::value& report) {
  CHECK(number(report, "accepted") + number(report, "rejected") + number(report, "repeated") ==
        number(report, "rows"));
  return std::to_string(number(report, "rows")) + "/" + std::to_string(number(report, "cases")) + " " +
         std::to_string(number(report, "accepted")) + "+" + std::to_string(number(report, "rejected")) + "+" +
         std::to_string(number(report, "repeated"));
}

std::string decisions(Desk& desk) {
  auto status = desk.ask(kNow, {"--json", "verify"});
  REQUIRE_MESSAGE(status.code == 0, status.err);
  return status.out;
}

/// Code of each station by name.
std::map<std::string, std::string> stations(Desk& desk) {
  std::map<std::string, std::string> codes;
  auto list = desk.query(kNow, {"stations"});
  for (const auto& row : list.as_array()) codes[text(row, "name")] = text(row, "station");
  return codes;
}

/// `orders, on time, late, open`, as the measures have them.
std::string verdicts(Desk& desk, const std::string& station, const std::string& year) {
  auto figures = desk.query(kNow, {"assess", "--year", year, "--station", station});
  std::int64_t orders = -1, on_time = -1, done = -1;
  for (const auto& figure : figures.as_array()) {
    if (text(figure, "measure") == "on_time_completion")
      orders = number(figure, "denominator"), on_time = number(figure, "numerator");
    if (text(figure, "measure") == "completion") done = number(figure, "numerator");
  }
  std::ostringstream out;
  out << orders << '\t' << on_time << '\t' << done - on_time << '\t' << orders - done;
  return out.str();
}

}  // namespace

TEST_CASE("1434 real permit cases come in whole and are counted as a calculation of its own counts them") {
  Desk desk;
  auto log = source("tests/data/permits.csv"), map = source("tests/data/permits.toml");
  auto rejects = (desk.dir() / "rejects.csv").string();
  auto import = [&] { return desk.ask(kNow, {"--json", "import", "--map", map, "--rejects", rejects, log}); };
  auto first = import();
  CHECK_MESSAGE(first.code == 0, first.err);
  CHECK(told(first.json()) == "8577/1434 8577+0+0");
  CHECK_FALSE(std::filesystem::exists(rejects));

  std::istringstream expected(
      output_of("python3 '" + source("tests/import/permits_check.py") + "' '" + log + "'"));
  std::string line;
  std::getline(expected, line);
  CHECK(line == "8577\t1434");
  auto codes = stations(desk);
  std::size_t groups = 0;
  while (std::getline(expected, line)) {
    CAPTURE(line);
    auto group = line.substr(0, line.find('\t')), year = line.substr(group.size() + 1, 4);
    REQUIRE(codes.contains(group));
    CHECK(verdicts(desk, codes[group], year) == line.substr(group.size() + 6));
    ++groups;
  }
  CHECK(groups == 18);

  auto before = decisions(desk);
  auto again = import();
  CHECK(again.code == 0);
  CHECK(told(again.json()) == "8577/1434 0+0+8577");
  CHECK(decisions(desk) == before);
}

TEST_CASE("a mapping that leaves something out is refused before anything is written") {
  Desk desk;
  auto before = decisions(desk);
  auto map = text_of_file(source("tests/data/permits.toml"));
  map.erase(map.find("\"*\""));
  auto log = source("tests/data/permits.csv");
  auto reply = desk.ask(kNow, {"import", "--map", file_in(desk, "m.toml", map), log});
  CHECK(reply.code == 2);
  CHECK_MESSAGE(reply.err.find("the activity `") != std::string::npos, reply.err);
  CHECK(reply.err.find("is not mapped") != std::string::npos);
  map = text_of_file(source("tests/data/permits.toml"));
  map.replace(map.find("case:deadline"), 13, "case:dedline");
  reply = desk.ask(kNow, {"import", "--map", file_in(desk, "m.toml", map), log});
  CHECK(reply.code == 2);
  CHECK_MESSAGE(reply.err.find("did you mean `case:deadline`?") != std::string::npos, reply.err);
  CHECK(decisions(desk) == before);
  CHECK_FALSE(stations(desk).contains("import root"));
}

TEST_CASE("an import in the name of nobody who works there writes nothing that would stand") {
  Desk desk;
  auto before = decisions(desk);
  auto map = source("tests/data/permits.toml");
  auto log = file_in(desk, "log.csv", text_of_file(source("tests/data/permits.csv")).substr(0, 20'000));
  for (const char* as : {"1@2", "15000001@150100"}) {
    auto reply = desk.ask(kNow, {"--as", as, "import", "--map", map, log});
    CHECK(reply.code == 1);
    CHECK_MESSAGE(has(reply.err, "works at this station on 2026-03-02: --as " + std::string(as)), reply.err);
  }
  CHECK(decisions(desk) == before);
  auto reply = desk.ask(kNow, {"--json", "--as", "15000001@150000", "import", "--map", map, log});
  CHECK_MESSAGE(number(reply.json(), "accepted") > 50, reply.err);
}

TEST_CASE("what is refused of a log that is no file needs a place of its own") {
  Desk desk;
  auto reply =
      desk.ask(kNow, {"import", "--dry-run", "--map", source("tests/data/permits.toml"), "/dev/null"});
  CHECK(reply.code == 2);
  CHECK_MESSAGE(has(reply.err, "and this is none: /dev/null: say where with --rejects FILE"), reply.err);
  // As a shell redirects a file.
  std::FILE* open = std::fopen(source("tests/data/permits.csv").c_str(), "r");
  REQUIRE(open != nullptr);
  for (const std::string dir : {"/dev/fd/", "/proc/self/fd/"}) {
    reply = desk.ask(kNow, {"import", "--dry-run", "--map", source("tests/data/permits.toml"),
                            dir + std::to_string(fileno(open))});
    CHECK(reply.code == 2);
    CHECK_MESSAGE(has(reply.err, "and this is none: " + dir), reply.err);
  }
  std::fclose(open);
}

TEST_CASE("each odd row of a log is taken or rejected by its rule and says so") {
  Desk desk;
  auto map = file_in(
      desk, "m.toml",
      "[log]\nname = \"odd\"\ntime_format = [\"%Y-%m-%d %H:%M:%S%z\", \"%d/%m/%Y %H:%M\"]\n"
      "[columns]\ncase = \"case\"\nrow_id = \"id\"\nactivity = \"what\"\ntime = \"when\"\n"
      "opened = \"opened\"\nstation = \"unit\"\ndeadline = \"due\"\ncompleted = \"done\"\n"
      "[stations]\ncreate = true\n[activities]\n"
      "\"receive\" = [\"RegisterCase\", \"DispatchOrder\", \"SignOrder\"]\n\"*\" = \"LogProgress\"\n");
  const std::string rows =
      "case,id,what,when,opened,unit,due,done\n"
      "two formats,1,receive,2011-02-01 10:00:00+08:00,,U1,2011-03-01 00:00:00+08:00,2011-02-20 "
      "00:00:00+08:00\n"
      "two formats,2,note,03/02/2011 10:00,,U1,2011-03-01 00:00:00+08:00,20/02/2011 00:00\n"
      "end before the first row,3,receive,2011-02-09 10:00:00+08:00,,U2,2011-03-01 00:00:00+08:00,"
      "2011-02-05 00:00:00+08:00\n"
      "rows after the end,4,receive,2011-02-01 10:00:00+08:00,,U3,2011-03-01 00:00:00+08:00,"
      "2011-02-05 00:00:00+08:00\n"
      "rows after the end,5,note,2011-04-01 10:00:00+08:00,,U3,2011-03-01 00:00:00+08:00,"
      "2011-02-05 00:00:00+08:00\n"
      "deadline before the first row,6,receive,2011-02-09 10:00:00+08:00,,U4,2011-01-05 00:00:00+08:00,"
      "2011-02-20 00:00:00+08:00\n"
      "start after the end,7,receive,2011-02-01 10:00:00+08:00,2011-02-25 00:00:00+08:00,U5,"
      "2011-03-01 00:00:00+08:00,2011-02-20 00:00:00+08:00\n"
      "done at the due,8,receive,2011-02-01 10:00:00+08:00,,U6,2011-02-20 00:00:00+08:00,"
      "2011-02-20 00:00:00+08:00\n"
      "never done,9,receive,2011-02-01 10:00:00+08:00,,U7,2011-02-20 00:00:00+08:00,\n"
      "no such time,10,receive,yesterday,,U8,,\n"
      "never done,11,note,2011-02-02 10:00:00+08:00,,Other,,\n";
  auto log = file_in(desk, "log.csv", rows);
  auto rejects = log + ".rejects.csv";
  auto reply = desk.ask(kNow, {"--json", "import", "--map", map, log});
  CHECK(reply.code == 1);
  CHECK(told(reply.json()) == "11/7 9+2+0");
  CHECK(text_of_file(rejects) ==
        "row,reason\n10,the time is not %Y-%m-%d %H:%M:%S%z or %d/%m/%Y %H:%M\n"
        "11,the station of its case is another than in an earlier row (the case begins in row 9)\n");
  struct stat about = {};
  REQUIRE(::stat(rejects.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  auto codes = stations(desk);
  const std::pair<const char*, const char*> expected[] = {
      {"U1", "1\t1\t0\t0"}, {"U2", "1\t1\t0\t0"}, {"U3", "1\t1\t0\t0"}, {"U4", "1\t0\t1\t0"},
      {"U5", "1\t1\t0\t0"}, {"U6", "1\t1\t0\t0"}, {"U7", "1\t0\t0\t1"}};
  for (const auto& [unit, verdict] : expected) {
    CAPTURE(unit);
    REQUIRE(codes.contains(unit));
    CHECK(verdicts(desk, codes[unit], "2011") == verdict);
  }
  CHECK_FALSE(codes.contains("U8"));

  auto dry = desk.ask(kNow, {"--json", "import", "--dry-run", "--map", map, log});
  CHECK(told(dry.json()) == "11/7 9+2+0");
  CHECK(dry.json().at("store_asked") == false);
  CHECK(has(desk.ask(kNow, {"import", "--dry-run", "--map", map, log}).out, "The store was not asked"));
  CHECK(desk.ask(kNow, {"import", "--with-rows", "--map", map, log}).code == 1);
  CHECK(text_of_file(rejects).find("\"no such time,10,receive,yesterday,,U8,,\"") != std::string::npos);
  CHECK(text_of_file(rejects).find("row,reason,text\n") == 0);
}

TEST_CASE("a column that stands twice in the header or in the mapping is named") {
  Desk desk;
  auto map = file_in(desk, "twice.toml", R"([columns]
case = "case"
activity = "what"
time = "when"
opened = "when"
[activities]
"*" = ["RegisterCase"]
)");
  auto log = file_in(desk, "twice.csv", "case,what,when,note,note\n1,receive,2011-03-02 09:00:00+0100,a,b\n");
  auto reply = desk.ask(kNow, {"import", "--dry-run", "--map", map, log});
  CHECK(reply.code != 2);
  CHECK(has(reply.err, "more than once, and none of them is read: `note`"));
  CHECK(has(reply.err, "one column as two things: `when`"));
}

TEST_CASE("a log in GB18030 is told by its encoding and how to convert it") {
  Desk desk;
  auto map_of = [&](const std::string& columns) {
    return file_in(desk, "gb.toml",
                   "[log]\nname = \"gb\"\ntime_format = \"%Y-%m-%d %H:%M\"\n[columns]\n" + columns +
                       "[stations]\ncreate = true\n[activities]\n\"*\" = \"LogProgress\"\n");
  };
  const std::string kRow = "R-1,\xca\xdc\xc0\xed,2026-03-01 09:00\n";  // 受理
  auto before = decisions(desk);
  // A header of which nothing can be read: nothing is imported.
  auto log = file_in(desk, "gb.csv", "\xb1\xe0\xba\xc5,\xbb\xb7\xbd\xda,\xca\xb1\xbc\xe4\n" + kRow);
  auto map = map_of("case = \"编号\"\nactivity = \"环节\"\ntime = \"时间\"\n");
  auto reply = desk.ask(kNow, {"import", "--map", map, log});
  CHECK(reply.code == 2);
  CHECK_MESSAGE(has(reply.err, "the log is not UTF-8 text: " + log + ", line 1"), reply.err);
  CHECK_MESSAGE(has(reply.err, "it looks like GB18030: convert it, `iconv -f GB18030 -t UTF-8 " + log),
                reply.err);
  CHECK(decisions(desk) == before);
  // An English header: the rows are rejected one by one, and why is said once more.
  log = file_in(desk, "gb2.csv", "case,what,when\n" + kRow);
  map = map_of("case = \"case\"\nactivity = \"what\"\ntime = \"when\"\n");
  reply = desk.ask(kNow, {"--json", "import", "--map", map, log});
  CHECK(reply.code == 1);
  CHECK(told(reply.json()) == "1/0 0+1+0");
  CHECK_MESSAGE(has(reply.err, "it looks like GB18030"), reply.err);
  log = file_in(desk, "wide.csv",
                std::string("\xff\xfe"
                            "c\0a\0",
                            6));
  CHECK(has(desk.ask(kNow, {"import", "--map", map, log}).err, "it looks like UTF-16"));
}

TEST_CASE("a case of which every row was refused is not counted as imported and is found by no number") {
  Desk desk;
  auto map = file_in(desk, "m.toml",
                     "[log]\nname = \"t\"\ntime_format = \"%Y-%m-%d %H:%M\"\n[columns]\ncase = \"case\"\n"
                     "activity = \"what\"\ntime = \"when\"\nstation = \"unit\"\n[stations]\ncreate = false\n"
                     "blank = \"150100\"\n[activities]\n\"*\" = \"LogProgress\"\n");
  auto log =
      file_in(desk, "log.csv",
              "case,what,when,unit\nTS-1,a,2026-03-01 09:00,150100\nTS-2,a,2026-03-01 09:00,nowhere\n");
  auto reply = desk.ask(kNow, {"--json", "import", "--map", map, log});
  CHECK(told(reply.json()) == "2/1 1+1+0");
  CHECK(told(desk.ask(kNow, {"--json", "import", "--map", map, log}).json()) == "2/1 0+1+1");

  // What came from elsewhere is found by the number that it has there.
  auto found = desk.query(kNow, {"find", "--number", "TS-1"});
  CHECK(column(found, "foreign_id") == std::vector<std::string>{"TS-1"});
  auto table = desk.ask(kNow, {"find"}).out;
  CHECK_MESSAGE(has(table, text(found.as_array().at(0), "number") + "  "), table);
  CHECK_MESSAGE(has(table, "    came as TS-1\n"), table);
  auto nothing = desk.ask(kNow, {"find", "--number", "TS-2"});
  CHECK(nothing.code == 1);
  CHECK_MESSAGE(has(nothing.err, "neither a UUID nor a case number"), nothing.err);
}

}  // namespace toono
