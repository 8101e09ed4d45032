// What an inbox that is behind still takes, and which cases are danger's.
#include "commands/pressure.h"

#include <doctest/doctest.h>

namespace toono {
namespace {

CaseStateT open_case() {
  CaseStateT state;
  state.version = 1;
  state.status = CaseStatus::registered;
  return state;
}
CaseStateT triaged(Priority priority) {
  auto state = open_case();
  state.status = CaseStatus::triaged;
  state.triaged = Moment(Instant(1), EventRef(2, 0));
  state.priority = priority;
  return state;
}
CaseStateT with_risk(RiskLevel risk, CaseStatus status = CaseStatus::in_progress) {
  auto state = triaged(Priority::ordinary);
  state.risk = risk;
  state.status = status;
  return state;
}

}  // namespace

TEST_CASE("ordinary commands have room up to L and those of danger cases up to twice that") {
  struct Row {
    std::uint64_t behind, limit;
    bool of_danger, taken;
    std::int64_t retry_after_ms;
  };
  const Row rows[] = {
      {0, 100, false, true, 0},         {99, 100, false, true, 0},
      {100, 100, false, false, 1000},   {101, 100, false, false, 2000},
      {0, 100, true, true, 0},          {100, 100, true, true, 0},
      {199, 100, true, true, 0},        {200, 100, true, false, 2000},
      {1000, 100, true, false, 10'000}, {1u << 30, 1, true, false, 60'000},
      {0, 1, false, true, 0},           {1, 1, false, false, 1000},
      {0, 0, false, true, 0},           {1, 0, false, false, 1000},
  };
  for (const auto& row : rows) {
    CAPTURE(row.behind);
    CAPTURE(row.limit);
    CAPTURE(row.of_danger);
    auto no = overload(row.behind, row.limit, row.of_danger);
    CHECK(no.has_value() == !row.taken);
    if (!no) continue;
    CHECK(no->behind == row.behind);
    CHECK(no->of_danger == row.of_danger);
    CHECK(no->retry_after_ms == row.retry_after_ms);
  }
}

TEST_CASE("who is turned away is told how far behind it is and when to come again") {
  auto ordinary = error_of(*overload(150, 100, false), 7);
  CHECK(ordinary.code == ErrorCode::busy);
  CHECK(ordinary.what ==
        "overload: 150 commands wait to be decided, and from 100 on ordinary and imported "
        "ones are turned away");
  CHECK(ordinary.where == "the inbox, partition 7");
  CHECK(ordinary.next ==
        "nothing of it was stored: send it again in 2 s, under the same id if you gave one; "
        "what is about a danger case is still taken");
  auto danger = error_of(*overload(200, 100, true), 7);
  CHECK(danger.what ==
        "overload: 200 commands wait to be decided, and from 200 on even those of danger cases "
        "are turned away");
  CHECK(danger.next == "nothing of it was stored: send it again in 2 s, under the same id if you gave one");
}

TEST_CASE("a case is danger's while it is open and its risk is high or it was triaged so") {
  struct Row {
    const char* says;
    EntityState state;
    bool is_danger;
  };
  const Row rows[] = {
      {"nothing there", EntityState(), false},
      {"not registered", CaseStateT(), false},
      {"registered, with the priority that zero stands for", open_case(), false},
      {"triaged as danger", triaged(Priority::danger), true},
      {"triaged as pressing", triaged(Priority::pressing), false},
      {"medium risk", with_risk(RiskLevel::medium), false},
      {"high risk", with_risk(RiskLevel::high), true},
      {"imminent risk", with_risk(RiskLevel::imminent), true},
      {"imminent risk, answered and waiting for the call-back",
       with_risk(RiskLevel::imminent, CaseStatus::replied), true},
      {"closed", with_risk(RiskLevel::high, CaseStatus::closed), false},
      {"declined", with_risk(RiskLevel::high, CaseStatus::declined), false},
      {"withdrawn", with_risk(RiskLevel::high, CaseStatus::withdrawn), false},
      {"a contact", ContactStateT(), false},
      {"a person", PersonStateT(), false},
  };
  for (const auto& row : rows) CHECK_MESSAGE(is_danger_case(row.state) == row.is_danger, row.says);
}

}  // namespace toono
