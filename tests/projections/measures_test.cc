// The measures, each rule at its borders: one fact, one measure, what stands above and below the line.
#include "projections/measures.h"

#include "tests/projections/measures_fixture.h"

namespace toono::test {
namespace {

using W = World&;

void accept(World& world, OrderFact& order, const char* submitted) {
  order.submitted = order.accepted_submission = world.at(submitted);
  order.accepted = world.at("2026-03-20 10:00");
  order.status = OrderStatus::accepted;
}
void escalate(World& world, OrderFact& order, const char* when) {
  order.escalated = world.at(when);
  order.status = OrderStatus::superseded;
}
void inherit(World& world, OrderFact& order, const char* dispatched) {
  order.dispatched = world.at(dispatched);
  order.due_source = DueSource::inherited;
}
void recall(World& world, OrderFact& order, const char* when) {
  order.recalled = world.at(when);
  order.status = OrderStatus::recalled;
}
void ask_return(World& world, OrderFact& order, const char* when) {
  order.return_asked = world.at(when);
  order.status = OrderStatus::return_asked;
}
void rule(World& world, OrderFact& order, bool upheld) {
  order.return_ruled = world.at("2026-03-03 12:00");
  order.return_upheld = upheld;
  order.status = upheld ? OrderStatus::returned : OrderStatus::dispatched;
}

constexpr RuleRow<OrderFact> kSigning[] = {
    {"signed at the due is in time", "sign_on_time",
     [](W w, OrderFact& o) { o.signed_at = w.at("2026-03-03 18:00"); }, 1, 1},
    {"signed a second later is not", "sign_on_time",
     [](W w, OrderFact& o) { o.signed_at = w.at("2026-03-03 18:00:01"); }, 0, 1},
    {"never signed stays below", "sign_on_time", [](W, OrderFact&) {}, 0, 1},
    {"a return asked in time counts", "sign_on_time",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"); }, 1, 1},
    {"a return upheld counts", "sign_on_time",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"), rule(w, o, true); }, 1, 1},
    {"a return refused does not", "sign_on_time",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"), rule(w, o, false); }, 0, 1},
    {"recalled before the due is out", "sign_on_time",
     [](W w, OrderFact& o) { recall(w, o, "2026-03-03 09:00"); }, 0, 0},
    {"recalled after the due is not", "sign_on_time",
     [](W w, OrderFact& o) { recall(w, o, "2026-03-04 09:00"); }, 0, 1},
    {"escalated before the due is out", "sign_on_time",
     [](W w, OrderFact& o) { escalate(w, o, "2026-03-03 09:00"); }, 0, 0},
    {"due in another year", "sign_on_time", [](W, OrderFact& o) { o.sign_due_ms = ms("2027-01-01 00:00"); },
     0, 0},
    {"first contact by the due", "response",
     [](W w, OrderFact& o) { o.first_contact = w.at("2026-03-03 18:00"); }, 1, 1},
    {"first contact after it", "response",
     [](W w, OrderFact& o) { o.first_contact = w.at("2026-03-03 18:01"); }, 0, 1},
    {"the delegated order made the contact", "response",
     [](W w, OrderFact& o) { o.child_contact = w.at("2026-03-03 10:00"); }, 1, 1},
    {"returned with good ground", "response",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-02 10:00"), rule(w, o, true); }, 0, 0},
};

constexpr RuleRow<OrderFact> kCompletion[] = {
    {"submitted at the due", "on_time_completion",
     [](W w, OrderFact& o) { accept(w, o, "2026-03-09 18:00"); }, 1, 1},
    {"submitted late", "on_time_completion", [](W w, OrderFact& o) { accept(w, o, "2026-03-09 18:01"); }, 0,
     1},
    {"late all the same is completion", "completion",
     [](W w, OrderFact& o) { accept(w, o, "2026-03-19 18:01"); }, 1, 1},
    {"submitted and not accepted", "on_time_completion",
     [](W w, OrderFact& o) {
       o.submitted = w.at("2026-03-06 10:00");
       o.status = OrderStatus::submitted;
     },
     0, 1},
    {"open and overdue stays below", "on_time_completion", [](W, OrderFact&) {}, 0, 1},
    {"recalled", "on_time_completion", [](W w, OrderFact& o) { recall(w, o, "2026-03-05 10:00"); }, 0, 0},
    {"returned with good ground", "on_time_completion",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"), rule(w, o, true); }, 0, 0},
    {"a refused return stays", "on_time_completion",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"), rule(w, o, false); }, 0, 1},
    {"escalated by the due: the successor answers", "on_time_completion",
     [](W w, OrderFact& o) { escalate(w, o, "2026-03-09 18:00"); }, 0, 0},
    {"escalated when overdue: it answers itself", "on_time_completion",
     [](W w, OrderFact& o) { escalate(w, o, "2026-03-09 18:01"); }, 0, 1},
    {"and the successor does not", "on_time_completion",
     [](W w, OrderFact& o) { inherit(w, o, "2026-03-09 18:01"); }, 0, 0},
    {"a successor in time does", "on_time_completion",
     [](W w, OrderFact& o) { inherit(w, o, "2026-03-09 17:00"), accept(w, o, "2026-03-09 17:59"); }, 1, 1},
    {"an imported due before the dispatch stays", "on_time_completion",
     [](W w, OrderFact& o) {
       o.dispatched = w.at("2027-02-01 09:00");
       o.due_source = DueSource::imported;
     },
     0, 1},
    {"due in the last moment of the year", "on_time_completion",
     [](W, OrderFact& o) { o.handle_due_ms = ms("2027-01-01 00:00") - 1; }, 0, 1},
    {"due at the midnight that ends it", "on_time_completion",
     [](W, OrderFact& o) { o.handle_due_ms = ms("2027-01-01 00:00"); }, 0, 0},
    {"due at the midnight that begins it", "on_time_completion",
     [](W, OrderFact& o) { o.handle_due_ms = ms("2026-01-01 00:00"); }, 0, 1},
    {"dispatched years before", "on_time_completion",
     [](W w, OrderFact& o) { o.dispatched = w.at("2021-03-02 09:00"); }, 0, 1},
    {"by the moved due", "on_time_completion",
     [](W w, OrderFact& o) {
       o.handle_due_ms = ms("2026-03-12 18:00");
       accept(w, o, "2026-03-11 10:00");
     },
     1, 1},
    {"not by the first", "on_time_completion_strict",
     [](W w, OrderFact& o) {
       o.handle_due_ms = ms("2026-03-12 18:00");
       accept(w, o, "2026-03-11 10:00");
     },
     0, 1},
    {"a delegated order is not the case's", "on_time_completion",
     [](W, OrderFact& o) { o.role = OrderRole::delegated; }, 0, 0},
    {"but its station's", "on_time_completion_delegated",
     [](W w, OrderFact& o) {
       o.role = OrderRole::delegated;
       o.due_source = DueSource::inherited;
       accept(w, o, "2026-03-06 10:00");
     },
     1, 1},
};

constexpr RuleRow<OrderFact> kStock[] = {
    {"open and overdue", "overdue_stock", [](W, OrderFact&) {}, 1, 1},
    {"open and not yet due", "overdue_stock",
     [](W, OrderFact& o) { o.handle_due_ms = ms("2027-02-01 18:00"); }, 0, 1},
    {"done by the end of the year", "overdue_stock",
     [](W w, OrderFact& o) { accept(w, o, "2026-12-31 18:00"); }, 0, 0},
    {"done after it", "overdue_stock", [](W w, OrderFact& o) { accept(w, o, "2027-01-02 18:00"); }, 1, 1},
    {"dispatched after it", "overdue_stock",
     [](W w, OrderFact& o) { o.dispatched = w.at("2027-01-02 09:00"); }, 0, 0},
    {"overdue since 2021", "overdue_stock",
     [](W w, OrderFact& o) {
       o.dispatched = w.at("2021-03-02 09:00");
       o.handle_due_ms = ms("2021-03-09 18:00");
     },
     1, 1},
    {"its age up to the end of the year", "overdue_age_days",
     [](W, OrderFact& o) { o.handle_due_ms = ms("2026-12-30 00:00"); }, 2 * kDayMs, 1},
    {"from Monday nine to Tuesday nine: a working day", "handling_hours_mean",
     [](W w, OrderFact& o) { accept(w, o, "2026-03-03 09:00"); }, 7 * kHourMs, 1},
    {"no level raised", "level_raises", [](W, OrderFact&) {}, 0, 1},
    {"one raised", "level_raises", [](W w, OrderFact& o) { o.level_raised = w.at("2026-03-20 09:00"); }, 1,
     1},
    {"urged thrice", "urgings", [](W, OrderFact& o) { o.urge_count = 3; }, 3, 1},
    {"no return", "return_rate", [](W, OrderFact&) {}, 0, 1},
    {"a return", "return_rate", [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"); }, 1, 1},
    {"not ruled yet", "return_upheld_share", [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"); },
     0, 0},
    {"upheld", "return_upheld_share",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"), rule(w, o, true); }, 1, 1},
    {"refused", "return_refused_share",
     [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"), rule(w, o, false); }, 1, 1},
};

void reply(World& world, CaseFact& fact) {
  fact.replied = world.at("2026-03-10 10:00");
  fact.callback_due_ms = ms("2026-03-11 18:00");
}
void answer(World& world, CaseFact& fact, std::uint8_t satisfaction, Answer solved) {
  reply(world, fact);
  fact.callback_completed = world.at("2026-03-11 10:00");
  fact.callback_attempts = 1;
  fact.satisfaction = satisfaction;
  fact.solved = solved;
}
void triage(World& world, CaseFact& fact, const char* dispatched) {
  fact.triaged = world.at("2026-03-02 08:30");
  fact.first_dispatch_due_ms = ms("2026-03-03 08:30");
  if (!dispatched) return;
  fact.first_dispatch = world.at(dispatched);
  fact.orders = 1;
}

constexpr RuleRow<CaseFact> kCases[] = {
    {"at the due", "dispatch_on_time", [](W w, CaseFact& c) { triage(w, c, "2026-03-03 08:30"); }, 1, 1},
    {"late", "dispatch_on_time", [](W w, CaseFact& c) { triage(w, c, "2026-03-03 08:31"); }, 0, 1},
    {"never", "dispatch_on_time", [](W w, CaseFact& c) { triage(w, c, nullptr); }, 0, 1},
    {"withdrawn before any dispatch", "dispatch_on_time",
     [](W w, CaseFact& c) { triage(w, c, nullptr), c.status = CaseStatus::withdrawn; }, 0, 0},
    {"kept by the first station", "first_dispatch_accuracy",
     [](W w, CaseFact& c) { triage(w, c, "2026-03-02 09:00"); }, 1, 1},
    {"returned by it", "first_dispatch_accuracy",
     [](W w, CaseFact& c) { triage(w, c, "2026-03-02 09:00"), c.first_returned = 1; }, 0, 1},
    {"three orders", "hops_per_case",
     [](W w, CaseFact& c) { triage(w, c, "2026-03-02 09:00"), c.orders = 3; }, 3, 1},
    {"a problem", "problem_cases",
     [](W w, CaseFact& c) { triage(w, c, "2026-03-02 09:00"), c.problem_marked = w.at("2026-04-02 09:00"); },
     1, 1},
    {"nobody called back", "callback_rate", [](W w, CaseFact& c) { reply(w, c); }, 0, 1},
    {"tried and not reached", "callback_rate", [](W w, CaseFact& c) { reply(w, c), c.callback_attempts = 1; },
     1, 1},
    {"and so without an answer", "callback_answer_rate",
     [](W w, CaseFact& c) {
       reply(w, c), c.callback_attempts = 3, c.callback_exhausted = w.at("2026-03-15 10:00");
     },
     0, 1},
    {"answered", "callback_answer_rate", [](W w, CaseFact& c) { answer(w, c, 5, Answer::yes); }, 1, 1},
    {"due next year", "callback_rate",
     [](W w, CaseFact& c) { reply(w, c), c.callback_due_ms = ms("2027-01-04 18:00"); }, 0, 0},
    {"basically satisfied", "satisfaction", [](W w, CaseFact& c) { answer(w, c, 3, Answer::yes); }, 1, 1},
    {"not satisfied", "satisfaction", [](W w, CaseFact& c) { answer(w, c, 2, Answer::yes); }, 0, 1},
    {"no mark is no valid answer", "satisfaction", [](W w, CaseFact& c) { answer(w, c, 0, Answer::yes); }, 0,
     0},
    {"solved", "solved", [](W w, CaseFact& c) { answer(w, c, 0, Answer::yes); }, 1, 1},
    {"not solved", "solved", [](W w, CaseFact& c) { answer(w, c, 5, Answer::no); }, 0, 1},
    {"not asked", "solved", [](W w, CaseFact& c) { answer(w, c, 5, Answer::not_asked); }, 0, 0},
    {"the unit says it is and the caller it is not", "false_closure_gap",
     [](W w, CaseFact& c) { answer(w, c, 1, Answer::no), c.unit_says_solved = Answer::yes; }, 1, 1},
    {"both say it is not", "false_closure_gap",
     [](W w, CaseFact& c) { answer(w, c, 1, Answer::no), c.unit_says_solved = Answer::no; }, 0, 1},
    {"the unit says nothing", "false_closure_gap", [](W w, CaseFact& c) { answer(w, c, 1, Answer::no); }, 0,
     0},
    {"handled again", "rework", [](W w, CaseFact& c) { reply(w, c), c.rework_count = 1; }, 1, 1},
    {"closed and opened again", "reopen",
     [](W w, CaseFact& c) { c.closed = w.at("2026-04-01 10:00"), c.reopen_count = 1; }, 1, 1},
    {"closed the year before", "reopen", [](W w, CaseFact& c) { c.closed = w.at("2025-12-31 23:59"); }, 0, 0},
};

void answer(World& world, ContactFact& contact, const char* when) {
  contact.answered = world.at(when);
  contact.status = ContactStatus::answered;
}
void classify(World& world, ContactFact& contact, ContactClass contact_class) {
  contact.classified = world.at("2026-03-02 08:10");
  contact.contact_class = contact_class;
}

constexpr RuleRow<ContactFact> kContacts[] = {
    {"not answered", "connect_rate", [](W, ContactFact&) {}, 0, 1},
    {"answered", "connect_rate", [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:01"); }, 1, 1},
    {"a test", "connect_rate",
     [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:01"), classify(w, c, ContactClass::test); }, 0, 0},
    {"a silent call counts", "connect_rate",
     [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:01"), classify(w, c, ContactClass::silent); }, 1,
     1},
    {"gone after five seconds", "connect_rate",
     [](W w, ContactFact& c) { c.abandoned = w.at("2026-03-02 08:00:05"); }, 0, 0},
    {"gone after six", "connect_rate", [](W w, ContactFact& c) { c.abandoned = w.at("2026-03-02 08:00:06"); },
     0, 1},
    {"a letter does not ring", "connect_rate", [](W, ContactFact& c) { c.channel = Channel::letter; }, 0, 0},
    {"fifteen seconds", "answered_within_15s",
     [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:00:15"); }, 1, 1},
    {"sixteen", "answered_within_15s", [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:00:16"); }, 0,
     1},
    {"gone", "abandonment", [](W w, ContactFact& c) { c.abandoned = w.at("2026-03-02 08:00:05"); }, 1, 1},
    {"waited", "wait_p50", [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:00:16"); }, 16'000, 1},
    {"one language is no gap", "language_gap",
     [](W w, ContactFact& c) { answer(w, c, "2026-03-02 08:00:16"); }, 0, 0},
    {"not classified", "counselling_share", [](W, ContactFact&) {}, 0, 0},
    {"counselling by letter", "counselling_share",
     [](W w, ContactFact& c) { c.channel = Channel::letter, classify(w, c, ContactClass::counselling); }, 1,
     1},
    {"a joke", "counselling_share", [](W w, ContactFact& c) { classify(w, c, ContactClass::joke); }, 0, 1},
    {"ended without a case", "direct_answer_rate",
     [](W w, ContactFact& c) {
       classify(w, c, ContactClass::counselling), c.ended = w.at("2026-03-02 08:20");
     },
     1, 1},
    {"linked to a case of elsewhere", "direct_answer_rate",
     [](W w, ContactFact& c) {
       classify(w, c, ContactClass::counselling);
       c.ended = w.at("2026-03-02 08:20");
       c.case_id = numbered<CaseId>(777);
     },
     0, 1},
};

constexpr RuleRow<ReferralFact> kReferrals[] = {
    {"sent", "referral_sent", [](W, ReferralFact&) {}, 1, 1},
    {"of its line", "referral_sent.line_110", [](W, ReferralFact&) {}, 1, 1},
    {"of no other line", "referral_sent.court", [](W, ReferralFact&) {}, 0, 0},
    {"received at the due", "referral_received_in_time",
     [](W w, ReferralFact& r) { r.received = w.at("2026-03-02 10:15"), r.receive_due_ms = r.received.ms; }, 1,
     1},
    {"received later", "referral_received_in_time",
     [](W w, ReferralFact& r) {
       r.received = w.at("2026-03-02 10:15"), r.receive_due_ms = r.received.ms - 1;
     },
     0, 1},
    {"accepted", "referral_accepted", [](W w, ReferralFact& r) { r.accepted = w.at("2026-03-02 11:00"); }, 1,
     1},
    {"refused", "referral_refused.line_110",
     [](W w, ReferralFact& r) { r.refused = w.at("2026-03-02 11:00"); }, 1, 1},
    {"an outcome that nobody had to give by then", "referral_outcome_in_time",
     [](W w, ReferralFact& r) { r.outcome = w.at("2026-03-02 11:00"); }, 0, 1},
    {"the loop closed", "referral_loop_closed.hospital",
     [](W w, ReferralFact& r) { r.line = ReferralLine::hospital, r.loop_closed = w.at("2026-05-02 11:00"); },
     1, 1},
};

constexpr RuleRow<FollowUpFact> kFollowUps[] = {
    {"held at the due", "follow_up_on_time", [](W w, FollowUpFact& f) { f.held = w.at("2026-03-03 10:00"); },
     1, 1},
    {"held later", "follow_up_on_time", [](W w, FollowUpFact& f) { f.held = w.at("2026-03-03 10:01"); }, 0,
     1},
    {"missed", "follow_up_on_time", [](W w, FollowUpFact& f) { f.missed = w.at("2026-03-03 10:01"); }, 0, 1},
    {"due next year", "follow_up_on_time", [](W, FollowUpFact& f) { f.due_ms = ms("2027-01-01 10:00"); }, 0,
     0},
};

TEST_CASE("measures: signing and responding are judged at their dues") {
  holds<OrderFact>(kSigning, [](W world) { return world.order(); });
}
TEST_CASE("measures: completion is counted where the order lay when it fell due") {
  holds<OrderFact>(kCompletion, [](W world) { return world.order(); });
}
TEST_CASE("measures: stock and handling time and returns and supervision") {
  holds<OrderFact>(kStock, [](W world) { return world.order(); });
}
TEST_CASE("measures: dispatch and outcome of cases") {
  holds<CaseFact>(kCases, [](W world) { return world.case_file(); });
}
TEST_CASE("measures: contacts") {
  holds<ContactFact>(kContacts, [](W world) { return world.contact(); });
}
TEST_CASE("measures: the referral ladder and follow-up") {
  holds<ReferralFact>(kReferrals, [](W world) { return world.referral(); });
  holds<FollowUpFact>(kFollowUps, [](W world) { return world.follow_up(); });
}

}  // namespace
namespace {

/// What a rule says it looked at; null: nothing has come, or there is no due.
struct GroundRow {
  const char* name;
  const char* measure;
  void (*change)(W, OrderFact&);
  At OrderFact::*moment;
  std::int64_t OrderFact::*due;
};

constexpr GroundRow kGrounds[] = {
    {"submitted in time", "on_time_completion", [](W w, OrderFact& o) { accept(w, o, "2026-03-06 10:00"); },
     &OrderFact::accepted_submission, &OrderFact::handle_due_ms},
    {"submitted late, whatever found it late before", "on_time_completion",
     [](W w, OrderFact& o) {
       o.handle_missed = w.at("2026-03-09 18:00");
       accept(w, o, "2026-03-11 10:00");
     },
     &OrderFact::accepted_submission, &OrderFact::handle_due_ms},
    {"found late and never done", "on_time_completion",
     [](W w, OrderFact& o) { o.handle_missed = w.at("2026-03-09 18:00"); }, &OrderFact::handle_missed,
     &OrderFact::handle_due_ms},
    {"nothing has come", "on_time_completion", [](W, OrderFact&) {}, nullptr, &OrderFact::handle_due_ms},
    {"by the first due", "on_time_completion_strict",
     [](W w, OrderFact& o) { accept(w, o, "2026-03-06 10:00"); }, &OrderFact::accepted_submission,
     &OrderFact::first_handle_due_ms},
    {"signed in time", "sign_on_time", [](W w, OrderFact& o) { o.signed_at = w.at("2026-03-02 10:00"); },
     &OrderFact::signed_at, &OrderFact::sign_due_ms},
    {"a return asked in time, signed late", "sign_on_time",
     [](W w, OrderFact& o) {
       ask_return(w, o, "2026-03-03 09:00");
       o.signed_at = w.at("2026-03-04 10:00");
     },
     &OrderFact::return_asked, &OrderFact::sign_due_ms},
    {"found late and signed then", "sign_on_time",
     [](W w, OrderFact& o) {
       o.sign_missed = w.at("2026-03-03 18:00");
       o.signed_at = w.at("2026-03-04 10:00");
     },
     &OrderFact::sign_missed, &OrderFact::sign_due_ms},
    {"the delegated order made the contact, the own came late", "response",
     [](W w, OrderFact& o) {
       o.child_contact = w.at("2026-03-03 10:00");
       o.first_contact = w.at("2026-03-05 10:00");
     },
     &OrderFact::child_contact, &OrderFact::first_contact_due_ms},
    {"return asked", "return_rate", [](W w, OrderFact& o) { ask_return(w, o, "2026-03-03 09:00"); },
     &OrderFact::return_asked, nullptr},
    {"no return asked", "return_rate", [](W, OrderFact&) {}, nullptr, nullptr},
};

}  // namespace

TEST_CASE("a rule says what it looked at") {
  for (const auto& row : kGrounds) {
    CAPTURE(row.name);
    World world;
    auto order = world.order();
    row.change(world, order);
    Frame frame{year_period(2026), Instant(ms("2027-03-01 00:00")), world.registry.now(), {}};
    auto count = std::get<OrderRule>(find_measure(row.measure)->rule)(order, frame);
    CHECK(count.below);
    CHECK(count.ground.moment.seq == (row.moment ? (order.*row.moment).seq : 0));
    CHECK(count.ground.due_ms == (row.due ? order.*row.due : 0));
  }
}

}  // namespace toono::test
