// What a mapping may say, and how a slip in it is answered.
#include "adapters/import/mapping.h"

#include "tests/import/fixture.h"

namespace toono {
namespace {

TEST_CASE("mapping: every key is read") {
  auto mapping = mapping_of(
      mapping_text(case_columns(), "A = [\"DispatchOrder\", \"SignOrder\"]\n\"*\" = \"LogProgress\""));
  CHECK(mapping.name == "t");
  CHECK(mapping.time_formats == std::vector<std::string>{"%Y-%m-%d %H:%M", "%Y-%m-%d"});
  CHECK(mapping.row_id_column == "id");
  CHECK(mapping.opened_column == "opened");
  CHECK(mapping.station_column == "unit");
  CHECK(mapping.deadline_column == "due");
  CHECK(mapping.completed_column == "done");
  CHECK(mapping.create_stations);
  CHECK(mapping.blank_station == "unassigned");
  CHECK(mapping.commands_for("A")->size() == 2);
  CHECK(mapping.commands_for("B")->front() == "LogProgress");
}

TEST_CASE("mapping: a slip is named with its key and refused") {
  const std::string columns = "[columns]\ncase = \"c\"\nactivity = \"a\"\ntime = \"t\"\n";
  const std::pair<std::string, const char*> rows[] = {
      {"[log", "line 1"},
      {columns, "activities"},
      {columns + "[activities]\n", "activities"},
      {"[activities]\nA = \"LogProgress\"\n", "columns"},
      {"[columns]\ncase = \"c\"\nactivity = \"a\"\n[activities]\nA = \"LogProgress\"\n", "columns.time"},
      {columns + "dedline = \"d\"\n[activities]\nA = \"LogProgress\"\n", "columns.dedline"},
      {columns + "opened = \"\"\n[activities]\nA = \"LogProgress\"\n", "columns.opened"},
      {columns + "[activities]\nA = \"ErasePerson\"\n", "activities.\"A\""},
      {columns + "[activities]\nA = []\n", "activities.\"A\""},
      {columns + "[activities]\nA = 3\n", "activities.\"A\""},
      {columns + "[stations]\ncreate = \"yes\"\n[activities]\nA = \"LogProgress\"\n", "stations.create"},
      {columns + "[log]\ntime_format = \"%Y\"\n[activities]\nA = \"LogProgress\"\n", "log.time_format"},
      {columns + "[log]\ntime_format = []\n[activities]\nA = \"LogProgress\"\n", "log.time_format"},
  };
  for (const auto& [text, where] : rows) {
    CAPTURE(text);
    auto mapping = read_mapping(text, "m.toml");
    REQUIRE(!mapping);
    CHECK(mapping.error().code == ErrorCode::usage);
    CHECK_MESSAGE(mapping.error().where.find(where) != std::string::npos, mapping.error().where);
  }
  auto near = read_mapping(columns + "[activities]\nA = \"LogProgres\"\n", "m.toml");
  REQUIRE(!near);
  CHECK(near.error().what.find("did you mean `LogProgress`") != std::string::npos);
}

}  // namespace
}  // namespace toono
