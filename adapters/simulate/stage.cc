// The loop: stories by time, the agenda before them, commands decided in groups.
#include "adapters/simulate/stage.h"

#include <algorithm>

#include "core/partition.h"

namespace toono::simulate {
namespace {

/// Commands of so much played time are decided together. No timer that a command starts runs out sooner (the
/// shortest are 15 minutes), so the agenda is never behind.
constexpr std::int64_t kGroupMs = 10 * kMinuteMs;
constexpr std::size_t kGroupCommands = 200;
/// Nobody waits for these answers, and a year cut short is thrown away: keys and log are synced now and then,
/// and at the end.
constexpr std::uint64_t kSyncEvery = 10'000;
constexpr std::size_t kStep = 256;
/// Within the policy's limit for what is recorded afterwards (15 minutes).
constexpr std::int64_t kLatestRecordMs = 14 * kMinuteMs;

}  // namespace

Stage::Stage(Engine& engine, SetClock& clock, const Region& region, Instant end)
    : engine_(engine), clock_(clock), region_(region), edge_(engine), end_(end) {
  engine_.processor().on_answer([this](const Answered& answered) { on_answer(answered); });
  engine_.set_durable(false);
}

Stage::~Stage() {
  engine_.processor().on_answer({});
  engine_.set_durable(true);
}

void Stage::begin(Story story, Instant at) {
  auto handle = story.handle();
  stories_.emplace(handle.address(), std::move(story));
  cues_.push({at, cue_count_++, handle, handle.address()});
}

void Stage::wait(Instant at, std::coroutine_handle<> story) {
  cues_.push({at, cue_count_++, story, playing_});
}

void Stage::wait_for(std::uint64_t ticket, std::coroutine_handle<> story) {
  check(ticket >= first_ticket_ && ticket < first_ticket_ + pending_.size(),
        "a story waits for an answer under way");
  auto& pending = pending_[ticket - first_ticket_];
  pending.story = story;
  pending.root = playing_;
}

Answer Stage::answer_of(std::uint64_t ticket) const {
  check(answered_ != nullptr, "answers are read when they are given");
  return (*answered_)[ticket - (first_ticket_ - answered_->size())].answer;
}

void Stage::resume(std::coroutine_handle<> story, void* root) {
  playing_ = root;
  story.resume();
  auto found = stories_.find(root);
  if (found->second.has_ended()) stories_.erase(found);
}

void Stage::fail(const Error& error) {
  if (!failed_) failed_ = error;
}

Posted Stage::post(Line& line, Instant occurred_at) {
  Posted posted;
  posted.ticket = first_ticket_ + pending_.size();
  auto& pending = pending_.emplace_back();
  // A story that goes on from an answer may be some minutes behind the clock: what it does is recorded a
  // little later.
  auto happened_at = std::max(std::min(occurred_at, clock_.now()), after(clock_.now(), -kLatestRecordMs));
  const auto& text = line.end(happened_at);
  auto parsed = parse_line(text);
  if (!parsed) return fail(parsed.error()), posted;
  auto sent = edge_.send(*parsed, {});
  if (!sent) return fail(sent.error()), posted;
  ++tally_.commands;
  ++tally_.by_command[static_cast<std::size_t>(parsed->body.type())];
  posted.id = sent->id;
  posted.entity = sent->entity;
  pending.id = sent->id;
  places_[sent->id] = pending_.size() - 1;
  return posted;
}

void Stage::on_answer(const Answered& answered) {
  const auto& decision = *answered.decision;
  bool accepted = decision.outcome() == Outcome::accepted;
  for (const auto* event : events_of(decision))
    ++tally_.by_event[static_cast<std::size_t>(event->body_type())];
  auto place = places_.find(*decision.command_id());
  if (place == places_.end()) {
    ++tally_.from_clock;
    ++tally_.by_command[decision.command_type()];
    return;
  }
  pending_[place->second].answer = {accepted, decision.rejection()};
  if (accepted) return;
  ++tally_.rejected;
  ++tally_.by_rejection[decision.rejection()];
}

/// Decides what was sent and lets those go on who wait for it, in the order in which they sent.
Result<void> Stage::settle() {
  if (pending_.empty()) return {};
  std::size_t steps = 0;
  do {
    TOONO_ASSIGN(steps, engine_.processor().step(kStep));
  } while (steps != 0);
  auto decided = std::exchange(pending_, {});
  first_ticket_ += decided.size();
  places_.clear();
  settled_commands_ += decided.size();
  if (settled_commands_ >= kSyncEvery) {
    settled_commands_ = 0;
    TOONO_TRY(sync());
  }
  group_from_ = clock_.now();
  for (const auto& one : decided) {
    if (!one.story) continue;
    // What a story sends meanwhile moves first_ticket_ no further: it stands in the next group.
    answered_ = &decided;
    resume(one.story, one.root);
    answered_ = nullptr;
  }
  return {};
}

/// Everything due by then, each at its own time, before what people do later (design.md §5).
Result<void> Stage::fire_agenda(Instant until) {
  while (true) {
    const auto& agenda = engine_.processor().agenda();
    auto due = agenda.next_due();
    if (due && *due <= stuck_) {
      due.reset();
      for (const auto& entry : agenda.due_by(until, SIZE_MAX))
        if (!due && entry.timer.due > stuck_) due = entry.timer.due;
    }
    if (!due || *due > until) return {};
    clock_.set(std::max(clock_.now(), *due));
    TOONO_TRY(engine_.processor().fire_due(clock_.now()));
    auto next = agenda.next_due();
    if (next && *next <= *due) stuck_ = std::max(stuck_, *due);
  }
}

Result<void> Stage::play() {
  auto last = after(end_, -1);
  while (true) {
    bool over = cues_.empty() || cues_.top().at > last;
    auto at = over ? last : cues_.top().at;
    auto due = engine_.processor().agenda().next_due();
    bool group_over = over || pending_.size() >= kGroupCommands || (due && *due <= at);
    if (!group_over && !pending_.empty()) group_over = at.ms() - group_from_.ms() > kGroupMs;
    if (group_over && !pending_.empty()) {
      TOONO_TRY(settle());
      if (failed_) return unexpected(*failed_);
      continue;
    }
    TOONO_TRY(fire_agenda(at));
    if (over) break;
    auto cue = cues_.top();
    cues_.pop();
    clock_.set(std::max(clock_.now(), cue.at));
    if (pending_.empty()) group_from_ = clock_.now();
    resume(cue.story, cue.root);
    if (failed_) return unexpected(*failed_);
    if (progress_) progress_(clock_.now());
  }
  clock_.set(last);
  return sync();
}

/// Keys first: no words reach the disk for good before what opens them.
Result<void> Stage::sync() {
  TOONO_TRY(engine_.vault().settle());
  return engine_.sync();
}

const CaseStateT* Stage::case_state(const CaseId& id) {
  auto entity = id_as<EntityId>(id);
  auto state = engine_.follower().folder().state(partition_of(entity, engine_.partitions()), entity,
                                                 EntityKind::case_file);
  if (!state) return fail(state.error()), nullptr;
  return std::get_if<CaseStateT>(*state);
}

Instant Stage::working_time(StationId station, Instant from, std::int64_t ms) const {
  auto registry = engine_.registry().now();
  return registry.calendar(station, day_of(from)).add_working_ms(from, ms).due;
}

}  // namespace toono::simulate
