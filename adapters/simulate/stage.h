// The stage: the clock of a simulation, its stories by time, and the way of their commands through the real
// edge and the real processor.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <queue>
#include <unordered_map>

#include "adapters/engine/clocks.h"
#include "adapters/engine/edge.h"
#include "adapters/simulate/line.h"
#include "adapters/simulate/region.h"
#include "adapters/simulate/story.h"

namespace toono::simulate {

/// What became of a command.
struct Answer {
  bool accepted = false;
  Rejection rejection = Rejection::none;
};

/// A command that was sent: its ids are known before its answer.
struct Posted {
  CommandId id;
  EntityId entity;
  std::uint64_t ticket = 0;
};

/// What the year came to.
struct Tally {
  /// Sent by people, and by the agenda.
  std::uint64_t commands = 0;
  std::uint64_t from_clock = 0;
  std::uint64_t rejected = 0;
  std::array<std::uint64_t, 256> by_command{};
  std::array<std::uint64_t, 256> by_event{};
  std::map<Rejection, std::uint64_t> by_rejection;
};

/// One thread. Stories hold a reference to it: it must outlive them, and it does, for it owns them.
class Stage {
 public:
  Stage(Engine& engine, SetClock& clock, const Region& region, Instant end);
  ~Stage();

  /// Called whenever the played time has moved on.
  void on_progress(std::function<void(Instant)> progress) { progress_ = std::move(progress); }
  /// The story begins at that time.
  void begin(Story story, Instant at);
  /// Plays all that happens before the end, and brings the clock to the year's last instant. Errors of the
  /// engine; refused: a command of wrong form, which is a mistake in a story.
  Result<void> play();

  const Region& region() const { return region_; }
  const Tally& tally() const { return tally_; }
  Instant end() const { return end_; }
  /// The state of a case as it stands after all commands that were answered; null when there is none. Valid
  /// until the story waits for something.
  const CaseStateT* case_state(const CaseId& id);
  /// Close of so much working time at that station after `from`.
  Instant working_time(StationId station, Instant from, std::int64_t ms) const;

  // ---- for Course
  Posted post(Line& line, Instant occurred_at);
  void wait(Instant at, std::coroutine_handle<> story);
  void wait_for(std::uint64_t ticket, std::coroutine_handle<> story);
  Answer answer_of(std::uint64_t ticket) const;

 private:
  struct Cue {
    Instant at;
    std::uint64_t number;
    std::coroutine_handle<> story;
    void* root;
    bool operator>(const Cue& other) const {
      return at.ms() != other.at.ms() ? at > other.at : number > other.number;
    }
  };
  struct Pending {
    CommandId id;
    std::coroutine_handle<> story;
    void* root = nullptr;
    Answer answer;
  };

  void resume(std::coroutine_handle<> story, void* root);
  void on_answer(const Answered& answered);
  Result<void> settle();
  Result<void> sync();
  Result<void> fire_agenda(Instant until);
  void fail(const Error& error);

  Engine& engine_;
  SetClock& clock_;
  const Region& region_;
  Edge edge_;
  Instant end_;
  std::function<void(Instant)> progress_;
  std::priority_queue<Cue, std::vector<Cue>, std::greater<>> cues_;
  std::uint64_t cue_count_ = 0;
  std::unordered_map<void*, Story> stories_;
  void* playing_ = nullptr;
  /// Sent and not yet decided, in order; the first has the ticket first_ticket_.
  std::vector<Pending> pending_;
  std::uint64_t first_ticket_ = 1;
  std::unordered_map<CommandId, std::size_t, IdHash> places_;
  /// While the answers of a group are given.
  const std::vector<Pending>* answered_ = nullptr;
  /// Rows of the agenda up to here were sent and did not go.
  Instant stuck_{INT64_MIN};
  /// The clock when the first command of the group under way was sent.
  Instant group_from_;
  std::uint64_t settled_commands_ = 0;
  Tally tally_;
  std::optional<Error> failed_;
};

/// What a story holds: its own time, and its own chance.
class Course {
 public:
  Course(Stage& on, Chance drawn, Instant begins) : stage(on), chance(drawn), now(begins) {}

  struct Waiting {
    Stage& stage;
    Instant at;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> story) const { stage.wait(at, story); }
    void await_resume() const noexcept {}
  };
  struct Sending {
    Stage& stage;
    std::uint64_t ticket;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> story) const { stage.wait_for(ticket, story); }
    Answer await_resume() const { return stage.answer_of(ticket); }
  };

  /// Goes on at that time, or at once when it is past.
  Waiting until(Instant at) {
    now = std::max(now, at);
    return {stage, now};
  }
  Waiting pause(std::int64_t ms) { return until(after(now, ms)); }
  /// Waits for so much working time of that station.
  Waiting work(StationId station, std::int64_t ms) { return until(stage.working_time(station, now, ms)); }
  /// Sends and does not wait for the answer.
  Posted post(Line& line) { return stage.post(line, now); }
  /// Sends what happened earlier.
  Posted post_late(Line& line, Instant occurred_at) { return stage.post(line, occurred_at); }
  /// Sends and waits until it is decided.
  Sending send(Line& line) { return answer(stage.post(line, now)); }
  Sending answer(const Posted& posted) { return {stage, posted.ticket}; }

  Who somebody(StationId station) { return stage.region().somebody(station, now, chance); }

  Stage& stage;
  Chance chance;
  Instant now;
};

}  // namespace toono::simulate
