// The processor: the owner of the partitions. It reads the inbox, checks, decides, appends, reads back, and
// answers; and it sends what the agenda owes.
#pragma once

#include <algorithm>

#include "commands/agenda.h"
#include "commands/decide.h"
#include "core/clock.h"
#include "core/id_map.h"

namespace toono {

/// A record of the inbox, as long as `bytes` lives; null: it is no command.
const Command* read_command(Bytes bytes);

/// Which command this is: under the same id other content is another command, and has another decision.
struct CommandKey {
  CommandId id;
  Digest fingerprint;
  static CommandKey of(const Command& command) { return {*command.id(), *command.fingerprint()}; }
  static CommandKey of(const Decision& decision) { return {*decision.command_id(), *decision.fingerprint()}; }
  bool operator==(const CommandKey&) const = default;
  struct Hash {
    std::size_t operator()(const CommandKey& key) const { return IdHash{}(key.id); }
  };
};

/// What became of a command: durable and applied by the time that it is given. The view lasts until the
/// handler returns.
struct Answered {
  PartitionNumber partition = 0;
  const Decision* decision = nullptr;
  Bytes bytes;
};

/// One thread drives it. Any error of step() or fire_due() means that the outcome of what was under way is
/// unknown: close, open again, and look. On a log that several engines share it decides only what it owns and
/// follows the rest; owning is a hint for speed, safety is the chain rule's.
class Processor {
 public:
  using AnswerHandler = std::function<void(const Answered&)>;
  /// Destroys a person's keys in the vault; called when the agenda owes it.
  using KeyDestroyer = std::function<Result<void>(PersonId, std::optional<SealClass>)>;

  Processor(Log& log, Store& store, Registry& registry, Follower& follower, Clock& clock);

  /// Loads the agenda. After Follower::open(). Owns all partitions until told otherwise.
  Result<void> open();

  /// Called for every decision made here, and for every decision of another engine that was awaited.
  void on_answer(AnswerHandler handler) { answer_ = std::move(handler); }
  void on_key_destruction(KeyDestroyer destroyer) { destroy_keys_ = std::move(destroyer); }

  void own_nothing() { std::fill(owned_.begin(), owned_.end(), false); }
  void take(PartitionNumber partition) { owned_[partition] = true; }
  /// What was received of it and is not decided yet is the next owner's.
  void give_up(PartitionNumber partition);
  bool owns(PartitionNumber partition) const { return owned_[partition]; }

  /// The decision on this command is to be answered whoever makes it.
  void await(const CommandKey& command) { ++awaited_[command], ++awaiting_; }
  /// How many decisions are awaited still.
  std::size_t awaiting() const { return awaiting_; }

  /// Decides at most `limit` commands that wait in the inbox and sends the decisions to the journal as one
  /// group; answers those that have been read back, of groups before it too where the log does not wait; and
  /// follows what others have written. Returns how many were received and decided, or answered if that is
  /// more, and heard of; 0 with nothing under way: there was nothing to do.
  Result<std::size_t> step(std::size_t limit);
  /// How many decisions are on their way: made here, and not read back yet. Always 0 after a step on a log
  /// that waits.
  std::size_t under_way() const { return follower_.foreseen(); }
  /// Waits until nothing is under way: what was read back is answered; where another engine was first, all
  /// that was is to be decided anew in the next step.
  Result<void> finish();

  /// Sends what is due by `due_by`, at most a group, of the partitions owned. Returns how many were sent.
  Result<std::size_t> send_due(Instant due_by);
  /// Sends what is due by `due_by` and decides it, and what that makes due in turn. Returns how many were
  /// sent.
  Result<std::size_t> fire_due(Instant due_by);

  /// Not 0: in the last step another engine's records counted in place of this one's; how many times since
  /// its own counted. It should wait a random and growing time before it steps again.
  std::uint32_t races_lost() const { return decide_again_ ? races_lost_ : 0; }
  const Agenda& agenda() const { return agenda_; }
  /// Not 0: this machine's clock is so many milliseconds ahead of the log's, as what was sent last has shown.
  /// What is due is sent by the log's time all the same.
  std::int64_t clock_lead_ms() const { return clock_lead_ms_; }

 private:
  /// A command whose decision does not count yet, with its place in the inbox.
  struct Left {
    LogRecord record;
    Buffer bytes;
  };
  std::size_t room(std::size_t limit) const;
  std::vector<LogRecord> with_left(const std::vector<LogRecord>& received);
  void leave(const std::vector<LogRecord>& received);
  struct Settled {
    std::size_t answered = 0, heard = 0;  // made here; made by others
  };
  Result<Settled> settle(Wait wait);
  Result<void> decide_one(const LogRecord& record);
  Result<void> append(const LogRecord& record, const Command* command, const Effects& effects,
                      Outcome outcome, std::uint64_t first_seq);
  Result<Effects> decide_body(const Command& command, const Context& context, PartitionNumber partition);
  bool is_awaited(const Decision& decision) const;
  Result<void> answer(const CountedDecision& counted);
  Result<void> settle_match(PartitionNumber partition, const Decision& decision);
  void learn_lead(Instant sent, Instant stamped);
  void heed_clock(const LogRecord& record, const Command& command);
  void heed_refusal(const Decision& decision);
  Instant log_time() const;
  Result<bool> send_entry(const AgendaEntry& entry);
  Result<std::size_t> tell_of_registry();

  Log& log_;
  Store& store_;
  Registry& registry_;
  Follower& follower_;
  Clock& clock_;
  Agenda agenda_;
  AnswerHandler answer_;
  KeyDestroyer destroy_keys_;
  std::vector<bool> owned_;
  boost::unordered_flat_map<CommandKey, std::uint32_t, CommandKey::Hash> awaited_;
  std::size_t awaiting_ = 0;
  /// Received, and what was decided on it has not been read back: when another engine was first somewhere,
  /// the next step decides it anew if it is still ours.
  std::vector<Left> left_;
  bool decide_again_ = false;
  std::uint32_t races_lost_ = 0;
  flatbuffers::FlatBufferBuilder builder_{4096};
  /// Rows that were sent and did not go away, and when by this machine's clock: not sent again by this
  /// process.
  IdMap<CommandId, Instant> parked_;
  /// So far this machine's clock is ahead of the log's, as far as known.
  std::int64_t clock_lead_ms_ = 0;
  /// Every partition has been told of the registry up to here.
  std::vector<std::uint64_t> told_up_to_;
};

}  // namespace toono
