// The commands that a log leads to: what, when, in which order, under which ids.
#include "adapters/import/plan.h"

#include "tests/import/fixture.h"

namespace toono {
namespace {

const char* const kActivities =
    "start = [\"RegisterCase\", \"DispatchOrder\"]\nsign = \"SignOrder\"\ncall = \"ContactCaller\"\nsubmit = "
    "\"SubmitResult\"\n"
    "accept = \"AcceptResult\"\nclose = \"CloseCase\"\n\"*\" = \"LogProgress\"";

/// `Register 02-01, Triage 02-01, ...`: the plan's commands with their local days.
std::string planned(const std::string& rows, const std::string& columns = case_columns()) {
  auto mapping = mapping_of(mapping_text(columns, kActivities));
  std::string text;
  for (const auto& command : plan_import(log_of(header() + rows, mapping), mapping))
    text += (text.empty() ? "" : " ") + command.name + "@" + to_text(command.at).substr(5, 5);
  return text;
}

TEST_CASE("plan: what a row needs is put in front of it") {
  const std::string begun = "RegisterCase@02-01 TriageCase@02-01 DispatchOrder@02-01";
  CHECK(planned("c,1,start,2011-02-01,,,,\n") == begun);
  CHECK(planned("c,1,sign,2011-02-01,,,,\n") == begun + " SignOrder@02-01");
  CHECK(planned("c,1,call,2011-02-01,,,,\n") == begun + " SignOrder@02-01 ContactCaller@02-01");
  CHECK(planned("c,1,note,2011-02-01,,,,\n") == begun + " LogProgress@02-01");
  CHECK(planned("c,1,start,2011-02-01,2011-01-15,,,\n") ==
        "RegisterCase@01-15 TriageCase@02-01 DispatchOrder@02-01");
}

TEST_CASE("plan: a command that the case has had already leaves progress") {
  CHECK(planned("c,1,start,2011-02-01,,,,\nc,2,start,2011-02-02,,,,\n") ==
        "RegisterCase@02-01 TriageCase@02-01 DispatchOrder@02-01 LogProgress@02-02");
}

TEST_CASE("plan: the column of the end finishes the order whatever the rows say") {
  const std::string done = "SignOrder@02-05 SubmitResult@02-05 AcceptResult@02-05 CloseCase@02-05";
  const std::string begun = "RegisterCase@02-01 TriageCase@02-01 DispatchOrder@02-01 ";
  CHECK(planned("c,1,start,2011-02-01,,,,2011-02-05\n") == begun + done);
  // Rows after the end are progress, and so are their commands.
  CHECK(planned("c,1,start,2011-02-01,,,,2011-02-05\nc,2,call,2011-02-06,,,,\n") ==
        begun + done + " LogProgress@02-06");
  CHECK(planned("c,1,start,2011-02-01,,,,2011-02-05\nc,2,close,2011-02-03,,,,\n") ==
        begun + "LogProgress@02-03 " + done);
  // An end before the first row: everything at the end, then the row.
  CHECK(planned("c,1,start,2011-02-09,,,,2011-02-05\n") ==
        "RegisterCase@02-05 TriageCase@02-05 DispatchOrder@02-05 " + done);
}

TEST_CASE("plan: without that column activities finish the order") {
  const std::string begun = "RegisterCase@02-01 TriageCase@02-01 DispatchOrder@02-01 ";
  CHECK(planned("c,1,start,2011-02-01,,,,\nc,2,close,2011-02-03,,,,\n", "") ==
        begun + "SignOrder@02-03 SubmitResult@02-03 AcceptResult@02-03 CloseCase@02-03");
  CHECK(planned("c,1,start,2011-02-01,,,,\nc,2,submit,2011-02-03,,,,\nc,3,call,2011-02-04,,,,\nc,4,accept,"
                "2011-02-05,,,,\n"
                "c,5,close,2011-02-06,,,,\nc,6,close,2011-02-07,,,,\n",
                "") == begun +
                           "SignOrder@02-03 SubmitResult@02-03 LogProgress@02-04 AcceptResult@02-05 "
                           "CloseCase@02-06 LogProgress@02-07");
}

TEST_CASE("plan: commands go by time over the whole file and rows of one moment as they stand") {
  CHECK(planned("c,2,call,2011-02-03,,,,\nd,3,start,2011-02-02,,,,\nc,1,start,2011-02-01,,,,\n") ==
        "RegisterCase@02-01 TriageCase@02-01 DispatchOrder@02-01 RegisterCase@02-02 TriageCase@02-02 "
        "DispatchOrder@02-02 "
        "SignOrder@02-03 ContactCaller@02-03");
}

TEST_CASE("plan: ids follow from the names and nothing else") {
  auto mapping = mapping_of(mapping_text());
  auto other = mapping;
  other.name = "u";
  CHECK(case_ids(mapping, "c").order_id == case_ids(mapping, "c").order_id);
  CHECK(case_ids(mapping, "c").order_id != case_ids(mapping, "d").order_id);
  CHECK(case_ids(mapping, "c").order_id != case_ids(other, "c").order_id);
  CHECK(import_id(mapping, "a", "b/c") != import_id(mapping, "a/b", "c"));
}

}  // namespace
}  // namespace toono
