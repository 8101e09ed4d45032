#include "adapters/engine/server.h"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "adapters/kafka/inbox_trim.h"
#include "adapters/kafka/topics.h"
#include "adapters/vault/master_key.h"

namespace toono {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t kAgendaEveryMs = 200;
constexpr std::int64_t kFirstRetryMs = 100;
/// Refusals with a longer pause between them have nothing to do with each other.
constexpr std::int64_t kRefusalsApartMs = 30'000;
/// Between two a long fold may lie.
constexpr int kRefusalsBelieved = 3;

std::int64_t ms_since(Steady::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - then).count();
}

/// What the brokers are asked now and then, on a thread of its own: the answer may take seconds.
template <class Answer>
class NowAndThen {
 public:
  using Ask = std::function<Result<Answer>(const KafkaAddress&)>;

  explicit NowAndThen(const ServerOptions& options)
      : address_(*options.engine.kafka), every_ms_(options.check_every_ms) {
    address_.should_stop = [this] { return over_.load(); };
  }
  ~NowAndThen() { over_ = true; }

  /// An answer that has come, once. When it is time to ask again `question` says here what is asked there.
  template <class Question>
  std::optional<Result<Answer>> look(Question question) {
    if (!asked_.valid() && ms_since(last_) >= every_ms_) {
      last_ = Steady::now();
      asked_ = std::async(std::launch::async, Ask(question()), address_);
    }
    if (!asked_.valid() || asked_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return {};
    return asked_.get();
  }

 private:
  std::atomic<bool> over_ = false;
  KafkaAddress address_;
  std::int64_t every_ms_;
  Steady::time_point last_ = Steady::now();
  std::future<Result<Answer>> asked_;  // the last: it is waited for while `over_` stands
};

/// What an engine that runs looks at beside its work.
class Lookout {
 public:
  Lookout(const ServerOptions& options, const Engine& engine)
      : options_(options), engine_(engine), topics_(options), strangers_(options), trimmed_(options) {}

  /// Error: a topic is not what it has to be any more. What could not be asked is asked again later.
  Result<void> look() {
    look_at_group();
    trim_inbox();
    return look_at_topics();
  }

 private:
  Result<void> look_at_topics() {
    auto report = topics_.look([this] {
      const TopicExpectation expected{.log_id = engine_.log_id(), .partitions = engine_.partitions()};
      return [expected](const KafkaAddress& address) { return check_topics(address, expected); };
    });
    if (!report) return {};
    if (options_.watch.on_topics) options_.watch.on_topics(*report);
    return *report ? refuse_findings(*options_.engine.kafka, **report) : Result<void>();
  }

  void look_at_group() {
    auto now = strangers_.look([count = with_registry()] {
      return [count](const KafkaAddress& address) { return inbox_strangers(address, count); };
    });
    if (!now || !*now || **now == known_strangers_) return;
    known_strangers_ = std::move(**now);
    if (options_.watch.on_strangers) options_.watch.on_strangers(known_strangers_);
  }

  /// That it fails, for want of rights, stops nothing.
  void trim_inbox() {
    if (options_.trim_inbox_after_ms == 0) return;
    auto trimmed = trimmed_.look([this] {
      InboxTrim trim{.keep_from = engine_.decided_inbox(),
                     .before_ms = options_.engine.clock->now().ms() - options_.trim_inbox_after_ms};
      return [trim = std::move(trim), count = with_registry()](const KafkaAddress& address) {
        return toono::trim_inbox(address, count, trim);
      };
    });
    if (trimmed && options_.watch.on_trim) options_.watch.on_trim(*trimmed);
  }

  PartitionNumber with_registry() const { return static_cast<PartitionNumber>(engine_.partitions() + 1); }

  const ServerOptions& options_;
  const Engine& engine_;
  std::vector<InboxStranger> known_strangers_;
  NowAndThen<TopicReport> topics_;
  NowAndThen<std::vector<InboxStranger>> strangers_;
  NowAndThen<std::uint64_t> trimmed_;
};

class Server {
 public:
  explicit Server(const ServerOptions& options) : options_(options) {
    options_.engine.role = EngineRole::owner;
    options_.engine.on_ownership = options_.watch.on_ownership;
    options_.engine.on_hole = options_.watch.on_hole;
    options_.engine.on_fold = options_.watch.on_fold;
    options_.engine.should_stop = options_.should_stop;
  }

  Result<void> run() {
    for (auto wait = kFirstRetryMs; !options_.should_stop();) {
      TOONO_TRY(key_is_there());
      auto ended = run_once(wait);
      if (ended || was_stopped(ended.error())) return {};
      if (!may_pass(ended.error())) return ended;
      if (options_.watch.on_error) options_.watch.on_error(ended.error());
      pause(wait);
      wait = std::min(2 * wait, options_.retry_most_ms);
    }
    return {};
  }

 private:
  /// What is wrong with a file of this machine does not pass as what a broker refuses may.
  Result<void> key_is_there() const {
    ready_sodium();
    Secret key;
    return read_master_key(master_key_of(options_.engine), key);
  }

  /// While it made rows, or waited for a silent broker: what it has of them is kept or given up, and the next
  /// start makes the rest.
  bool was_stopped(const Error& error) const {
    return (error.code == ErrorCode::busy || error.code == ErrorCode::world) && options_.should_stop();
  }

  /// Closing and opening again can mend it: the brokers or the disk, not what is written.
  bool may_pass(const Error& error) {
    if (error.code == ErrorCode::refused) return !is_believed();
    return has_opened_ && (error.code == ErrorCode::world || error.code == ErrorCode::busy);
  }

  /// A broker that has just come back, or that has not heard of what was created or granted a moment ago,
  /// refuses what it will allow: a refusal is believed when all starts have come to one for so long, or an
  /// engine that opened has come to one again and again.
  bool is_believed() {
    auto now = Steady::now();
    if (refusals_ > 0 && ms_since(refused_at_) > kRefusalsApartMs) refusals_ = 0;
    if (refusals_ == 0) refused_since_ = now;
    refused_at_ = now;
    return ++refusals_ >= kRefusalsBelieved && ms_since(refused_since_) >= options_.refusal_lasts_ms;
  }

  /// Success: it was told to stop. `wait` begins anew once an engine has opened.
  Result<void> run_once(std::int64_t& wait) {
    TOONO_ASSIGN(auto engine, Engine::open(options_.engine));
    wait = kFirstRetryMs;
    has_opened_ = true;
    if (options_.watch.on_open) options_.watch.on_open(*engine);
    engine->processor().on_answer([this](const Answered& answered) {
      if (options_.watch.on_decision) options_.watch.on_decision(answered);
    });
    Lookout lookout(options_, *engine);
    auto agenda_at = Steady::now();
    while (!options_.should_stop()) {
      TOONO_TRY(step(*engine));
      if (ms_since(agenda_at) >= kAgendaEveryMs) {
        agenda_at = Steady::now();
        TOONO_TRY(engine->fire_due());
        if (options_.watch.on_tick) options_.watch.on_tick(*engine);
        look_at_clock(*engine);
        TOONO_TRY(lookout.look());
      }
    }
    return engine->close();
  }

  Result<void> step(Engine& engine) const {
    auto began = Steady::now();
    TOONO_ASSIGN(auto decided, engine.step());
    if (options_.watch.on_step) {
      auto us = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began).count();
      options_.watch.on_step(engine, decided, us);
    }
    auto lost = engine.processor().races_lost();
    if (lost > 0 && options_.watch.on_race) options_.watch.on_race(lost);
    return {};
  }

  void look_at_clock(Engine& engine) {
    auto lead = engine.processor().clock_lead_ms();
    if (lead > 0 && clock_lead_ms_ == 0 && options_.watch.on_clock_lead) options_.watch.on_clock_lead(lead);
    clock_lead_ms_ = lead;
  }

  void pause(std::int64_t ms) const {
    for (auto began = Steady::now(); ms_since(began) < ms && !options_.should_stop();)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  ServerOptions options_;
  bool has_opened_ = false;
  std::int64_t clock_lead_ms_ = 0;
  /// Refusals that belong together: how many, the first, and the last.
  int refusals_ = 0;
  Steady::time_point refused_since_ = {}, refused_at_ = {};
};

}  // namespace

Result<void> serve(const ServerOptions& options) { return Server(options).run(); }

}  // namespace toono
