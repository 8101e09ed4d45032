// What the clock finds: boundary times, misses and their withdrawal, recalculation.
#include "doctest/doctest.h"
#include "tests/commands/steps.h"

namespace toono {
namespace {

template <class BodyT>
Step mark() {
  return by_clock(say<BodyT>());
}
Step mark_sign() { return mark<MarkSignDeadlineMissedT>(); }
Step mark_near() { return mark<MarkHandleDeadlineNearT>(); }
Step mark_handle() { return mark<MarkHandleDeadlineMissedT>(); }
Step mark_urge() { return mark<MarkOrderUrgeDueT>(); }
Step mark_raise() { return mark<MarkLevelRaiseDueT>(); }
Step recalculate() { return mark<RecalculateDeadlinesT>(); }

/// The year's days in a new notice: those given, and no others.
Step publish(std::uint16_t year, std::vector<CivilDate> holidays, const char* version) {
  return say<PublishCalendarT>([=](PublishCalendarT& body) {
    body.calendar = std::make_unique<CalendarT>();
    body.calendar->version = version;
    body.calendar->first_year = body.calendar->last_year = year;
    for (const auto& date : holidays) {
      CalendarDayT day;
      day.date = day_of(date);
      body.calendar->days.push_back(day);
    }
  });
}
Step monday_off() { return publish(2026, {{2026, 3, 9}}, "2026-2"); }
Steps overdue() { return dispatched() + sign() + at("03-09 18:00", mark_handle()); }
Steps register_at(const char* time) { return {at(time, register_case()), triage()}; }

Rows boundary_rows() {
  using enum Rejection;
  return {
      {"1 ms before the sign deadline", dispatched(), at("03-03 17:59:59.999", mark_sign()), not_due},
      {"at the sign deadline",
       dispatched(),
       at("03-03 18:00", mark_sign()),
       {"SignDeadlineMissed due_at=03-03T18:00", "OrderUrged cause=sign_missed"}},
      {"missed once", dispatched() + at("03-03 18:00", mark_sign()), mark_sign(), not_due},
      {"signed in time", dispatched() + sign(), at("03-04 09:00", mark_sign()), not_due},
      {"a return asked stops the sign clock", dispatched() + ask_return(), at("03-04 09:00", mark_sign()),
       not_due},
      {"no such order", triaged(), mark_sign(), order_unknown},
      {"no such case", {}, mark_sign(), case_unknown},
      {"no such case to recalculate", {}, recalculate(), case_unknown},
      {"danger is signed in 15 minutes, at night too",
       {at("03-07 23:00", register_case()), triage(Priority::danger, HandlingClass::danger)},
       dispatch(),
       {"OrderDispatched sign_due=03-07T23:15 handle_due=03-08T23:00 near_due=03-08T18:12"}},
      {"pressing is signed in two working hours",
       {register_case(), triage(Priority::pressing)},
       at("03-02 17:00", dispatch()),
       {"OrderDispatched sign_due=03-03T09:30"}},
      {"consult: three working days",
       {register_case(), triage(Priority::ordinary, HandlingClass::consult)},
       dispatch(),
       {"OrderDispatched handle_due=03-05T18:00"}},
      {"complex: fifteen days of the calendar",
       {register_case(), triage(Priority::ordinary, HandlingClass::complex)},
       dispatch(),
       {"OrderDispatched handle_due=03-17T09:00"}},
      {"a Sunday that is a workday counts",
       register_at("09-18 10:00"),
       dispatch(),
       {"OrderDispatched sign_due=09-20T18:00"}},
      {"National Day does not count, and the make-up Saturday does",
       register_at("09-30 10:00"),
       dispatch(),
       {"OrderDispatched sign_due=10-08T18:00 handle_due=10-13T18:00"}},
      {"beyond the last published year it is provisional",
       register_at("12-31 10:00"),
       dispatch(),
       {"OrderDispatched sign_due=2027-01-01T18:00 provisional=true"}},
      {"1 ms before near due", dispatched() + sign(), at("03-06 16:41:59.999", mark_near()), not_due},
      {"near due",
       dispatched() + sign(),
       at("03-06 16:42", mark_near()),
       {"HandleDeadlineNear due_at=03-09T18:00"}},
      {"said once", dispatched() + sign() + at("03-06 16:42", mark_near()), mark_near(), not_due},
      {"not after the miss", overdue(), mark_near(), not_due},
      {"1 ms before the handling deadline", dispatched() + sign(), at("03-09 17:59:59.999", mark_handle()),
       not_due},
      {"urged the next working day, the level raised after five",
       dispatched() + sign(),
       at("03-09 18:00", mark_handle()),
       {"HandleDeadlineMissed due_at=03-09T18:00 urge_at=03-10T18:00 raise_at=03-16T18:00"}},
      {"found late, the dates are the same",
       dispatched() + sign(),
       at("03-11 12:00", mark_handle()),
       {"HandleDeadlineMissed urge_at=03-10T18:00 raise_at=03-16T18:00"}},
      {"missed once", overdue(), mark_handle(), not_due},
      {"a submitted result stops the clock", being_handled() + submit(), at("03-10 09:00", mark_handle()),
       not_due},
      {"sent back, it runs again",
       being_handled() + submit() + say<SendBackResultT>(),
       at("03-10 09:00", mark_handle()),
       {"HandleDeadlineMissed"}},
      {"no urging before its time", overdue(), at("03-10 17:59:59.999", mark_urge()), not_due},
      {"urged", overdue(), at("03-10 18:00", mark_urge()), {"OrderUrged cause=handle_missed"}},
      {"urged once", overdue() + at("03-10 18:00", mark_urge()), mark_urge(), not_due},
      {"no level before its time", overdue(), at("03-16 17:59:59.999", mark_raise()), not_due},
      {"the level raised",
       overdue(),
       at("03-16 18:00", mark_raise()),
       {"SupervisionLevelRaised cause=handle_missed_long level=1"}},
      {"raised once", overdue() + at("03-16 18:00", mark_raise()), mark_raise(), not_due},
      {"a delegated order has no handling clock of its own", dispatched() + sign() + delegate(),
       at("03-10 09:00", mark_handle()), not_due},
  };
}

Rows miss_rows() {
  const auto sign_missed = dispatched() + late("03-03 18:05", at("03-03 17:00", mark_sign()));
  const auto handle_missed = being_handled() + at("03-09 18:00", mark_handle());
  return {
      {"rule 8: an act in time takes the miss back",
       sign_missed,
       at("03-03 17:50", sign()),
       {"OrderSigned", "DeadlineMissWithdrawn timer=sign happened_at=03-03T17:50"}},
      {"at the deadline is in time",
       sign_missed,
       at("03-03 18:00", sign()),
       {"OrderSigned", "DeadlineMissWithdrawn timer=sign"}},
      {"rule 8: 1 ms after the deadline it stays",
       sign_missed,
       at("03-03 18:00:00.001", sign()),
       {"OrderSigned"}},
      {"a return asked in time takes it back too",
       sign_missed,
       at("03-03 17:50", ask_return()),
       {"OrderReturnAsked", "DeadlineMissWithdrawn timer=sign"}},
      {"a result in time takes the miss back",
       handle_missed,
       at("03-09 18:00", submit()),
       {"ResultSubmitted", "DeadlineMissWithdrawn timer=handle"}},
      {"a result 1 ms late does not", handle_missed, at("03-09 18:00:00.001", submit()), {"ResultSubmitted"}},
      {"what was not missed is not taken back", dispatched(), sign(), {"OrderSigned"}},
  };
}

Rows recalculation_rows() {
  using enum Rejection;
  return {
      {"a new holiday moves what is open",
       dispatched() + sign() + monday_off(),
       recalculate(),
       {"DeadlineRecalculated timer=handle old_due=03-09T18:00 new_due=03-10T18:00 calendar_version=2026-2"}},
      {"once", dispatched() + sign() + monday_off() + recalculate(), recalculate(), not_due},
      {"nothing changed", dispatched() + monday_off() + say<RecallOrderT>(), recalculate(), not_due},
      {"an imported due date stays", triaged() + say<DispatchOrderT>([](DispatchOrderT& body) {
                                       body.station = StationId(kLeague);
                                       body.due_at = moment_of("03-09 18:00");
                                     }) + monday_off(),
       recalculate(), not_due},
      {"the sign clock and the first contact move while they run",
       dispatched() + publish(2026, {{2026, 3, 3}}, "2026-3"),
       recalculate(),
       {"DeadlineRecalculated timer=sign old_due=03-03T18:00 new_due=03-04T18:00",
        "DeadlineRecalculated timer=first_contact old_due=03-03T18:00 new_due=03-04T18:00",
        "DeadlineRecalculated timer=handle_near", "DeadlineRecalculated timer=handle new_due=03-10T18:00"}},
      {"rule 8: what was missed stays missed",
       dispatched() + sign() + reach_caller() + at("03-09 18:00", mark_handle()) + monday_off(),
       recalculate(), not_due},
      {"a notice that changes no date confirms it",
       register_at("12-31 10:00") + dispatch() + sign() + reach_caller() + publish(2027, {}, "2027"),
       recalculate(),
       {"DeadlineRecalculated timer=handle old_due=2027-01-07T18:00 new_due=2027-01-07T18:00 "
        "provisional=false"}},
  };
}

}  // namespace

Rows deadline_rows() {
  Rows rows;
  for (auto family : {boundary_rows, miss_rows, recalculation_rows})
    for (auto& row : family()) rows.push_back(std::move(row));
  return rows;
}

TEST_CASE("deadlines: at the due time and a millisecond beside it") { run(boundary_rows()); }
TEST_CASE("deadlines: overdue is a fact that only an act in time withdraws") { run(miss_rows()); }
TEST_CASE("deadlines: a new calendar recalculates what is open") { run(recalculation_rows()); }

}  // namespace toono
