#include "adapters/query/deadline_trace.h"

#include <algorithm>

#include "adapters/query/history.h"
#include "projections/folder.h"

namespace toono {
namespace {

constexpr int kMostDays = 400;

/// An event that fixed a due, and what was known when it did.
struct Fixing {
  TimerKind timer = TimerKind::none;
  Instant start;
  Instant due;
  StationId station;
  std::uint64_t registry_seq = 0;
  std::uint64_t seq = 0;
  std::string event;
  DueSource source = DueSource::policy;
  Priority priority = Priority::ordinary;
  HandlingClass handling_class = HandlingClass::ordinary;
  /// Of "near due": the due that it is a share of.
  Instant handle_due;
};

template <class T>
T get(const T* field) {
  return field ? *field : T{};
}

/// Goes through a case's history and notes every due of one order as it was fixed.
class FixingCollector {
 public:
  FixingCollector(PartitionNumber partition, const OrderId& order) : partition_(partition), order_(order) {}

  /// Takes the next decision; states are folded along, so that each due is seen with the priority that held
  /// then.
  bool take(const Decision& decision) {
    auto before = state_;
    bool readable = fold_decision(state_, decision);
    std::size_t index = 0;
    for (const auto* event : events_of(decision)) {
      name_ = event_name(partition_, decision.seq(), index++);
      note(*event, decision, std::get<CaseStateT>(before));
    }
    return readable;
  }
  std::vector<Fixing> fixings;

 private:
  /// Null: nothing is due.
  Fixing* add(TimerKind timer, Instant start, const Instant* due, StationId station,
              const Decision& decision) {
    if (is_none(get(due))) return nullptr;
    Fixing fixing;
    fixing.timer = timer;
    fixing.start = start;
    fixing.due = *due;
    fixing.station = station;
    fixing.registry_seq = decision.registry_seq();
    fixing.seq = decision.seq();
    fixing.event = name_;
    fixing.priority = priority_;
    fixing.handling_class = handling_class_;
    std::erase_if(fixings, [&](const Fixing& older) { return older.timer == timer; });
    return &fixings.emplace_back(std::move(fixing));
  }

  void note(const Event& event, const Decision& decision, const CaseStateT& before) {
    priority_ = before.priority;
    handling_class_ = before.handling_class;
    auto happened = *decision.occurred_at();
    const auto* order = find_order(std::get<CaseStateT>(state_), order_);
    if (!order) return;
    if (const auto* body = event.body_as_OrderDispatched(); body && get(body->order_id()) == order_)
      on_dispatched(*body, *order, decision);
    if (const auto* body = event.body_as_OrderReturnAsked(); body && get(body->order_id()) == order_)
      add(TimerKind::return_ruling, happened, body->ruling_due(), order->dispatched_by, decision);
    if (const auto* body = event.body_as_ResultSubmitted(); body && get(body->order_id()) == order_)
      add(TimerKind::result_review, happened, body->review_due(), order->dispatched_by, decision);
    if (const auto* body = event.body_as_HandleDeadlineMissed(); body && get(body->order_id()) == order_) {
      add(TimerKind::urge, get(body->due_at()), body->urge_at(), order->station, decision);
      add(TimerKind::level_raise, get(body->due_at()), body->raise_at(), order->station, decision);
    }
    if (const auto* body = event.body_as_DeadlineRecalculated(); body && get(body->order_id()) == order_) {
      if (auto* fixed =
              add(body->timer(), order->clock_started.at(), body->new_due(), order->station, decision))
        fixed->handle_due = order->handle_due;
    }
  }

  void on_dispatched(const OrderDispatched& body, const OrderT& order, const Decision& decision) {
    auto happened = *decision.occurred_at();
    auto source = body.due_source();
    auto handle_start = source == DueSource::inherited ? order.clock_started.at() : happened;
    add(TimerKind::sign, happened, body.sign_due(), order.station, decision);
    add(TimerKind::first_contact, happened, body.first_contact_due(), order.station, decision);
    if (auto* near = add(TimerKind::handle_near, handle_start, body.near_due(), order.station, decision)) {
      near->source = source == DueSource::inherited ? source : DueSource::policy;
      near->handle_due = get(body.handle_due());
    }
    if (auto* handle = add(TimerKind::handle, handle_start, body.handle_due(), order.station, decision))
      handle->source = source;
  }

  PartitionNumber partition_;
  OrderId order_;
  EntityState state_ = CaseStateT{};
  std::string name_;
  Priority priority_ = Priority::ordinary;
  HandlingClass handling_class_ = HandlingClass::ordinary;
};

/// The name that the last calendar published for this day gives it: the station's own layer before the
/// national one.
std::string name_of_day(const RegistryView& registry, StationId station, Day day, DayKind kind) {
  auto calendars = registry.calendars();
  for (bool local : {true, false})
    for (auto calendar = calendars.rbegin(); calendar != calendars.rend(); ++calendar) {
      bool is_local = !is_none((*calendar)->station);
      if (is_local != local || (local && !registry.is_within(station, (*calendar)->station, day))) continue;
      for (const auto& named : (*calendar)->days)
        if (named.date == day && named.kind == kind) return named.name;
    }
  return {};
}

/// What the calendar says of a day, in words.
CountedDay look_at(const WorkingCalendar& calendar, const RegistryView& registry, StationId station,
                   Day day) {
  bool weekend = weekday_of(day) >= Weekday::saturday;
  CountedDay seen{.day = day, .counted = calendar.is_working_day(day), .kind = {}, .name = {}};
  if (seen.counted) {
    seen.kind = weekend ? "make_up_workday" : "working_day";
    if (weekend) seen.name = name_of_day(registry, station, day, DayKind::make_up_workday);
    return seen;
  }
  seen.name = name_of_day(registry, station, day, DayKind::holiday);
  seen.kind = weekend && seen.name.empty() ? "weekend" : "holiday";
  return seen;
}

/// The due of a clock as the state has it.
Instant stored_due(const OrderT& order, TimerKind timer) {
  switch (timer) {
    case TimerKind::sign:
      return order.sign_due;
    case TimerKind::first_contact:
      return order.first_contact_due;
    case TimerKind::handle:
      return order.handle_due;
    case TimerKind::handle_near:
      return order.near_due;
    case TimerKind::return_ruling:
      return order.ruling_due;
    case TimerKind::result_review:
      return order.review_due;
    case TimerKind::urge:
      return order.urge_at;
    case TimerKind::level_raise:
      return order.raise_at;
    case TimerKind::none:
    case TimerKind::dispatch:
    case TimerKind::reply:
    case TimerKind::callback:
    case TimerKind::follow_up:
    case TimerKind::referral_received:
    case TimerKind::referral_accepted:
    case TimerKind::referral_outcome:
    case TimerKind::risk_assessment:
    case TimerKind::answer:
    case TimerKind::key_destruction:
    case TimerKind::match_request:
    case TimerKind::reopen_window:
    case TimerKind::match_answer:
      return {};
  }
  return {};
}

class Tracer {
 public:
  Tracer(const QueryContext& context, const Fixing& fixing)
      : fixing_(fixing),
        registry_(context.known.at(fixing.registry_seq)),
        day_(day_of(fixing.start)),
        calendar_(registry_.calendar(fixing.station, day_)) {}

  ClockTrace trace() const {
    ClockTrace trace;
    trace.timer = fixing_.timer;
    trace.start = fixing_.start;
    trace.source = fixing_.source;
    trace.fixed_by = fixing_.event;
    trace.stored_due = trace.computed_due = fixing_.due;
    trace.calendar_version = registry_.calendar_version(fixing_.station, day_);
    const auto* policy = registry_.policy(day_);
    if (!policy) return trace;
    trace.policy_version = policy->version;
    bool is_share = fixing_.timer == TimerKind::handle_near;
    auto timer = is_share ? TimerKind::handle : fixing_.timer;
    const auto* row = find_row(*policy, {timer, fixing_.priority, fixing_.handling_class});
    if (row) {
      trace.row = *row;
      trace.row_number = static_cast<std::size_t>(row - policy->rows.data()) + 1;
    }
    if (is_share) {
      trace.percent = policy->near_due_percent;
      auto clock = row ? row->clock : ClockKind::around_the_clock;
      trace.computed_due =
          near({fixing_.start, fixing_.handle_due, clock}, policy->near_due_percent, calendar_);
    } else if (fixing_.source == DueSource::policy) {
      auto due = row ? deadline(fixing_.start, rule_of(*row), calendar_) : Deadline{};
      trace.computed_due = due.due;
      trace.provisional = due.provisional;
    }
    if (row && row->clock == ClockKind::working_time && fixing_.source != DueSource::imported)
      count_days(trace, *row);
    return trace;
  }

 private:
  void count_days(ClockTrace& trace, const PolicyRowT& row) const {
    auto last = day_of(trace.computed_due);
    bool whole_days = row.unit == TimeUnit::days && !trace.percent;
    // Working days count from the day after the start, working hours from the moment.
    Day day = day_of(fixing_.start);
    if (whole_days) day = Day(day.days() + 1);
    for (int seen = 0; day <= last && seen < kMostDays; ++seen, day = Day(day.days() + 1)) {
      auto step = look_at(calendar_, registry_, fixing_.station, day);
      if (!whole_days) {
        auto from = std::max(fixing_.start, start_of(day));
        auto to = std::min(trace.computed_due, start_of(Day(day.days() + 1)));
        step.worked_ms = calendar_.working_ms_between(from, to);
      }
      trace.steps.push_back(std::move(step));
    }
  }

  const Fixing& fixing_;
  RegistryView registry_;
  Day day_;
  const WorkingCalendar& calendar_;
};

Result<std::vector<Fixing>> collect(const QueryContext& context, PartitionNumber partition,
                                    const CaseId& case_id, const OrderId& order, std::uint64_t before_seq) {
  FixingCollector collector(partition, order);
  bool readable = true;
  TOONO_TRY(each_decision(context.store, partition, id_as<EntityId>(case_id), [&](const Decision& decision) {
    if (decision.seq() >= before_seq) return false;
    readable = collector.take(decision);
    return readable;
  }));
  if (!readable) return unexpected(damaged_row("entity"));
  return std::move(collector.fixings);
}

/// Replaces an inherited clock by that of the order which it came from, as it stood when it was handed on.
Result<OrderId> follow_inheritance(const QueryContext& context, PartitionNumber partition,
                                   const CaseStateT& state, const OrderT& heir, Fixing& fixing) {
  auto handed_on = fixing;
  const auto* order = &heir;
  for (std::size_t steps = 0; handed_on.source == DueSource::inherited && steps < state.orders.size();
       ++steps) {
    const auto& from = is_nil(order->predecessor) ? order->delegated_from : order->predecessor;
    order = find_order(state, from);
    if (!order) return unexpected(damaged_row("entity"));
    TOONO_ASSIGN(auto older, collect(context, partition, state.id, order->id, handed_on.seq));
    auto same = std::find_if(older.begin(), older.end(),
                             [&](const Fixing& one) { return one.timer == fixing.timer; });
    if (same == older.end()) return unexpected(damaged_row("entity"));
    handed_on = *same;
  }
  auto stored = fixing.due;
  fixing = handed_on;
  fixing.due = stored;
  return order->id;
}

}  // namespace

Result<std::vector<ClockTrace>> trace_deadlines(const QueryContext& context, PartitionNumber partition,
                                                const CaseId& case_id, const OrderId& order_id) {
  TOONO_ASSIGN(auto row, context.store.get(state_key(partition, id_as<EntityId>(case_id))));
  auto state = row ? unpack_state(*row) : EntityState{};
  const auto* found = std::get_if<CaseStateT>(&state);
  const auto* order = found ? find_order(*found, order_id) : nullptr;
  if (!order)
    return unexpected(
        {ErrorCode::not_found, "there is no such order", to_text(order_id), "`toono worklist` lists orders"});
  TOONO_ASSIGN(auto fixings, collect(context, partition, case_id, order_id, UINT64_MAX));
  std::vector<ClockTrace> clocks;
  for (auto& fixing : fixings) {
    bool inherited = fixing.source == DueSource::inherited;
    OrderId from;
    if (inherited) {
      TOONO_ASSIGN(from, follow_inheritance(context, partition, *found, *order, fixing));
    }
    auto trace = Tracer(context, fixing).trace();
    trace.inherited_from = from;
    // A due that has done its work is cleared; then only the event still says it.
    if (auto due = stored_due(*order, trace.timer); !is_none(due)) trace.stored_due = due;
    if (inherited) trace.source = DueSource::inherited;
    clocks.push_back(std::move(trace));
  }
  std::sort(clocks.begin(), clocks.end(),
            [](const ClockTrace& a, const ClockTrace& b) { return a.timer < b.timer; });
  return clocks;
}

}  // namespace toono
