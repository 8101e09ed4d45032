// One order at one station: signed or returned, perhaps delegated, worked on, submitted, reviewed.

#include "adapters/simulate/stories.h"
#include "adapters/simulate/words.h"

namespace toono::simulate {
namespace {

constexpr Spread kSignDanger = {1 * kMinuteMs, 4 * kMinuteMs, 11 * kMinuteMs, 40 * kMinuteMs};
constexpr Spread kSignPressing = {4 * kMinuteMs, 35 * kMinuteMs, 105 * kMinuteMs, 260 * kMinuteMs};
constexpr Spread kSign = {5 * kMinuteMs, 80 * kMinuteMs, 300 * kMinuteMs, 900 * kMinuteMs};
constexpr Spread kRuling = {10 * kMinuteMs, 90 * kMinuteMs, 220 * kMinuteMs, 500 * kMinuteMs};
constexpr Spread kReview = {10 * kMinuteMs, 110 * kMinuteMs, 400 * kMinuteMs, 1100 * kMinuteMs};
// From signing to the result, in working time; danger runs around the clock.
constexpr Spread kHandleDanger = {90 * kMinuteMs, 6 * kHourMs, 17 * kHourMs, 40 * kHourMs};
constexpr Spread kHandleConsult = {60 * kMinuteMs, 6 * kHourMs, 15 * kHourMs, 34 * kHourMs};
constexpr Spread kHandle = {2 * kHourMs, 12 * kHourMs, 26 * kHourMs, 60 * kHourMs};
constexpr Spread kHandleComplex = {5 * kHourMs, 26 * kHourMs, 56 * kHourMs, 110 * kHourMs};

Line about(std::string_view command, CaseFile& file, const Job& job, StationId by) {
  Line line(command, file.course.somebody(by));
  line.id("case_id", file.id).id("order_id", job.id);
  return line;
}

std::int64_t slowed(const CaseFile& file, StationId station, std::int64_t ms) {
  return ms * file.world.stage.region().station(station).habits.slowness / 1000;
}

Course::Waiting take_time(CaseFile& file, StationId station, const Spread& spread) {
  auto ms = slowed(file, station, file.course.chance.of(spread));
  return file.in_danger() ? file.course.pause(ms) : file.course.work(station, ms);
}

const OrderT* order_state(CaseFile& file, const Job& job) {
  const auto* state = file.world.stage.case_state(file.id);
  return state ? find_order(*state, job.id) : nullptr;
}

/// True: the return was upheld.
Part<bool> ask_return(CaseFile& file, Job& job) {
  auto& course = file.course;
  auto& chance = course.chance;
  auto ask = about("AskReturn", file, job, job.station);
  ask.word("ground", EnumNameReturnGround(chance.pick<ReturnGround>({{ReturnGround::not_our_territory, 45},
                                                                     {ReturnGround::not_our_programme, 25},
                                                                     {ReturnGround::lacks_capacity, 20},
                                                                     {ReturnGround::wrong_facts, 7},
                                                                     {ReturnGround::recusal, 3}})));
  auto asked = co_await course.send(ask);
  if (!asked.accepted) co_return false;
  // Some try to rule on what they asked themselves.
  if (chance.in_1000(15) && !(job.dispatcher == job.station)) {
    auto own = about("RuleOnReturn", file, job, job.station);
    own.truth("upheld", true);
    co_await course.send(own);
  }
  co_await course.work(job.dispatcher, chance.of(kRuling));
  bool upheld = chance.in_1000(560);
  auto rule = about("RuleOnReturn", file, job, job.dispatcher);
  rule.truth("upheld", upheld);
  co_await course.send(rule);
  job.finally_designated = !upheld;
  // Who was refused sometimes asks again, and is told that there is no second return.
  if (!upheld && chance.in_1000(60)) {
    co_await course.work(job.station, chance.between(5, 60) * kMinuteMs);
    auto again = about("AskReturn", file, job, job.station);
    again.word("ground", "lacks_capacity");
    co_await course.send(again);
  }
  co_return upheld;
}

/// Signs in time and writes it down after the deadline: the miss that the clock found is withdrawn.
Part<bool> sign_and_record_late(CaseFile& file, Job& job) {
  auto& course = file.course;
  const auto* order = order_state(file, job);
  auto due = order ? order->sign_due : Instant{};
  if (due <= after(course.now, 3 * kMinuteMs)) co_return false;
  co_await course.until(after(due, 4 * kMinuteMs));
  auto line = about("SignOrder", file, job, job.station);
  auto posted = course.post_late(line, after(due, -2 * kMinuteMs));
  auto answer = co_await course.answer(posted);
  co_return answer.accepted;
}

/// True: signed. False: returned.
Part<bool> sign(CaseFile& file, Job& job) {
  auto& course = file.course;
  auto& chance = course.chance;
  const auto& habits = file.world.stage.region().station(job.station).habits;
  bool own = job.station == job.dispatcher;
  if (chance.in_1000(9)) {
    bool signed_late = co_await sign_and_record_late(file, job);
    if (signed_late) co_return true;
  }
  const auto& spread = file.in_danger()                      ? kSignDanger
                       : file.priority == Priority::pressing ? kSignPressing
                                                             : kSign;
  co_await take_time(file, job.station, spread);
  bool wrong_place =
      !(job.station == file.origin.league || job.station == file.origin.banner) && !job.is_child && !own;
  if (!own && !file.in_danger() && chance.in_1000(wrong_place ? 700 : habits.returns)) {
    bool upheld = co_await ask_return(file, job);
    if (upheld) co_return false;
    co_await take_time(file, job.station, spread);
  }
  auto line = about("SignOrder", file, job, job.station);
  co_await course.send(line);
  if (chance.in_1000(4)) {
    auto twice = about("SignOrder", file, job, job.station);
    course.post(twice);
  }
  co_return true;
}

void assign(CaseFile& file, const Job& job, StaffId& handler, const char* cause) {
  auto& course = file.course;
  auto who = course.somebody(job.station);
  auto next = handler.number() == 0
                  ? who.staff
                  : file.world.stage.region().colleague({handler, job.station}, course.now, course.chance);
  if (next == handler) return;
  handler = next;
  Line line("AssignHandler", who);
  line.id("case_id", file.id).id("order_id", job.id).staff("handler", handler).word("cause", cause);
  course.post(line);
}

Part<bool> reach_caller(CaseFile& file, const Job& job) {
  auto& course = file.course;
  for (int tries = course.chance.in_1000(180) ? 1 : 0; tries > 0; --tries) {
    auto tried = about("ContactCaller", file, job, job.station);
    tried.word("outcome", "not_reached");
    course.post(tried);
    co_await course.pause(course.chance.between(40, 200) * kMinuteMs);
  }
  auto reached = about("ContactCaller", file, job, job.station);
  reached.word("outcome", "reached");
  co_await course.send(reached);
  co_return true;
}

void record_session(CaseFile& file, const Job& job) {
  auto& chance = file.course.chance;
  auto line = about("RecordSession", file, job, job.station);
  auto outcome = chance.pick<SessionOutcome>(
      {{SessionOutcome::held, 88}, {SessionOutcome::missed, 8}, {SessionOutcome::cancelled, 4}});
  line.word("kind", EnumNameServiceKind(file.service)).word("outcome", EnumNameSessionOutcome(outcome));
  line.number("minutes", outcome == SessionOutcome::held ? chance.between(20, 90) : 0);
  line.truth("online", chance.in_1000(550));
  file.course.post(line);
}

void log_progress(CaseFile& file, const Job& job) {
  auto line = about("LogProgress", file, job, job.station);
  if (file.course.chance.in_1000(800))
    line.text("note", progress_note(file.language, file.course.chance)).id("person_id", file.youth->id);
  file.course.post(line);
}

void assess_again(CaseFile& file, const Job& job) {
  auto& chance = file.course.chance;
  if (file.risk < RiskLevel::medium || !chance.in_1000(350)) return;
  if (file.risk == RiskLevel::medium && chance.in_1000(60)) file.risk = RiskLevel::high;
  Line line("AssessRisk", file.course.somebody(job.station));
  line.id("case_id", file.id).text("tool", "12355-R").text("tool_version", "2");
  line.word("level", EnumNameRiskLevel(file.risk));
  file.course.post(line);
}

/// What is done by those above when an order is late. True: it was escalated, and the job is the order that
/// follows.
Part<bool> supervise(CaseFile& file, Job& job) {
  auto& course = file.course;
  auto& chance = course.chance;
  const auto* order = order_state(file, job);
  if (!order || is_none(order->handle_due) || course.now <= order->handle_due) co_return false;
  if (chance.in_1000(220)) {
    auto urge = about("UrgeOrder", file, job, job.dispatcher);
    course.post(urge);
  }
  if (chance.in_1000(35)) {
    auto raise = about("RaiseSupervisionLevel", file, job, job.dispatcher);
    course.post(raise);
  }
  auto parent = file.world.stage.region().station(job.station).parent;
  if (is_none(parent) || !chance.in_1000(130)) co_return false;
  auto line = about("EscalateOrder", file, job, job.station);
  line.word("ground", chance.in_1000(750) ? "overdue" : "beyond_capacity");
  auto posted = course.post(line);
  auto answer = co_await course.answer(posted);
  if (!answer.accepted) co_return false;
  auto above = file.world.stage.region().station(parent).parent;
  job = {.id = derive<OrderId>(posted.id, "order"),
         .station = parent,
         .dispatcher = is_none(above) ? parent : above};
  co_return true;
}

struct Work {
  StaffId handler;
  bool escalated = false;
};

/// The hours between the first contact and the result. `escalated`: the job is the order that follows.
Part<Work> handle(CaseFile& file, Job& job) {
  auto& course = file.course;
  auto& chance = course.chance;
  const auto& region = file.world.stage.region();
  Work work;
  assign(file, job, work.handler, "first");
  co_await course.pause(chance.between(3, 90) * kMinuteMs);
  co_await reach_caller(file, job);
  const auto& spread = file.handling == HandlingClass::danger    ? kHandleDanger
                       : file.handling == HandlingClass::consult ? kHandleConsult
                       : file.handling == HandlingClass::complex ? kHandleComplex
                                                                 : kHandle;
  auto whole = slowed(file, job.station, chance.of(spread));
  auto steps = chance.between(1, file.handling == HandlingClass::complex ? 5 : 3);
  for (std::int64_t step = 0; step < steps; ++step) {
    if (file.in_danger())
      co_await course.pause(whole / steps);
    else
      co_await course.work(job.station, whole / steps);
    if (!region.works(work.handler, job.station, course.now))
      assign(file, job, work.handler, "left");
    else if (chance.in_1000(14))
      assign(file, job, work.handler, chance.in_1000(500) ? "leave" : "workload");
    if (chance.in_1000(file.programme == Programme::other ? 200 : 620))
      record_session(file, job);
    else
      log_progress(file, job);
    assess_again(file, job);
    // The answers to what was just done come first: who supervises looks at the order as it is.
    auto note = about("LogProgress", file, job, job.station);
    co_await course.send(note);
    work.escalated = co_await supervise(file, job);
    if (work.escalated) break;
  }
  co_return work;
}

void record_access(CaseFile& file, StationId by) {
  Line line("RecordAccess", file.course.somebody(by));
  line.id("entity_id", file.id)
      .word("entity_kind", "case_file")
      .text("purpose", "shift lead samples quality");
  file.course.post(line);
}

/// Submitted and reviewed until it is accepted.
Part<bool> submit(CaseFile& file, const Job& job) {
  auto& course = file.course;
  auto& chance = course.chance;
  const auto& habits = file.world.stage.region().station(job.station).habits;
  for (int round = 0;; ++round) {
    auto careless = habits.careless + (file.stubborn ? 550u : 0u);
    file.holds = !chance.in_1000(careless);
    auto line = about("SubmitResult", file, job, job.station);
    line.word("solved", chance.in_1000(file.holds ? 940 : 760) ? "yes" : "no");
    line.text("result", result_text(file.language, chance)).id("person_id", file.youth->id);
    co_await course.send(line);
    co_await course.work(job.dispatcher, chance.of(kReview));
    if (chance.in_1000(40)) record_access(file, job.dispatcher);
    if (round == 2 || !chance.in_1000(file.holds ? 40 : 170)) break;
    auto back = about("SendBackResult", file, job, job.dispatcher);
    back.word("ground",
              EnumNameSendBackGround(chance.pick<SendBackGround>({{SendBackGround::incomplete, 50},
                                                                  {SendBackGround::not_solved, 25},
                                                                  {SendBackGround::form, 20},
                                                                  {SendBackGround::wrong_matter, 5}})));
    co_await course.send(back);
    co_await course.work(job.station, slowed(file, job.station, chance.between(60, 600) * kMinuteMs));
    log_progress(file, job);
  }
  auto accept = about("AcceptResult", file, job, job.dispatcher);
  co_await course.send(accept);
  co_return true;
}

/// The share of a banner: the child order, until its result is accepted.
Part<OrderEnd> delegate(CaseFile& file, Job& job) {
  auto& course = file.course;
  co_await course.work(job.station, slowed(file, job.station, course.chance.between(5, 120) * kMinuteMs));
  auto banner = file.origin.league == job.station
                    ? file.origin.banner
                    : course.chance.one_of(file.world.stage.region().station(job.station).children);
  auto line = about("DelegateOrder", file, job, job.station);
  line.station("station", banner);
  auto posted = course.post(line);
  auto answer = co_await course.answer(posted);
  if (!answer.accepted) co_return OrderEnd::returned;
  Job child{.id = derive<OrderId>(posted.id, "order"),
            .station = banner,
            .dispatcher = job.station,
            .is_child = true};
  auto end = co_await work_order(file, child);
  if (end == OrderEnd::escalated) job = child;
  co_return end;
}

bool is_delegated(const CaseFile& file, const Job& job) {
  const auto& station = file.world.stage.region().station(job.station);
  return station.tier == Tier::II && !station.children.empty() && file.tier == Tier::III && !file.in_danger();
}

}  // namespace

Part<OrderEnd> work_order(CaseFile& file, Job& job) {
  auto& course = file.course;
  bool is_signed = co_await sign(file, job);
  if (!is_signed) co_return OrderEnd::returned;
  if (!job.is_child && !(job.station == job.dispatcher) && course.chance.in_1000(14)) {
    co_await course.work(job.dispatcher, course.chance.between(10, 200) * kMinuteMs);
    auto recall = about("RecallOrder", file, job, job.dispatcher);
    recall.word("ground", course.chance.in_1000(600) ? "dispatched_in_error" : "caller_withdrew");
    co_await course.send(recall);
    co_return OrderEnd::recalled;
  }
  bool by_child = false;
  if (!job.is_child && is_delegated(file, job)) {
    auto end = co_await delegate(file, job);
    if (end == OrderEnd::escalated) co_return end;
    by_child = end == OrderEnd::accepted;
    if (by_child) co_await course.work(job.station, course.chance.between(10, 180) * kMinuteMs);
  }
  if (!by_child) {
    auto work = co_await handle(file, job);
    if (work.escalated) co_return OrderEnd::escalated;
  }
  co_await submit(file, job);
  co_return OrderEnd::accepted;
}

}  // namespace toono::simulate
