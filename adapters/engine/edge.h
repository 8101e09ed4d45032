// The edge: where a parsed command becomes a record of the inbox. It fills in what the sender left out, looks
// up repeats before anything is sealed, seals people's words, and names the partition.
#pragma once

#include "adapters/engine/engine.h"
#include "adapters/json/command.h"

namespace toono {

/// Who sends, where a line does not say: `--as STAFF@STATION`. Zeroes: the region's first member of staff.
struct Sender {
  StaffId actor;
  StationId station;
};

/// A command on its way, or answered at once because its id has been decided before.
struct Sent {
  CommandId id;
  Digest fingerprint = {};
  EntityId entity;
  PartitionNumber partition = 0;
  /// Set: the outcome was known already: repeated or conflict, and `first` is the record of the first
  /// decision.
  std::optional<Outcome> known;
  Buffer first;
  /// How many Edge::hold() had sent on their way before it since the last release().
  std::size_t place = 0;
  CommandKey key() const { return {id, fingerprint}; }
};

/// A command that was held and may not leave: somebody whose words are in it has been erased meanwhile.
struct NotSent {
  std::size_t place = 0;
  Error error;
};

/// One thread at a time; `engine` must outlive it.
class Edge {
 public:
  explicit Edge(Engine& engine) : engine_(engine) {}

  /// Puts the command into the inbox. It is neither durable nor decided before Engine::step(). Error refused:
  /// its form; busy: too many wait to be decided (overloaded() says how many), nothing was stored, step
  /// first.
  Result<Sent> send(const LineCommand& line, const Sender& sender);
  /// Takes the command as send() does, and on a shared log holds it back: a new key must stand in the keys
  /// topic before a command that needs it stands in the inbox, and so the keys of many make that way
  /// together.
  Result<Sent> hold(const LineCommand& line, const Sender& sender);
  /// Makes the keys of what is held durable, then puts it into the inbox in the order in which it came; names
  /// what may not leave. After an error nothing is held any more, and none of it may have been sent.
  Result<std::vector<NotSent>> release();
  /// send() and hold() for work that can wait: where there is no room they send what is held, step and try
  /// again, until nothing was decided within the engine's answer_within_ms.
  Result<Sent> send_patiently(const LineCommand& line, const Sender& sender);
  Result<Sent> hold_patiently(const LineCommand& line, const Sender& sender);

  /// Why the last send() was turned away, if it was.
  const std::optional<Overload>& overloaded() const { return overloaded_; }

  /// Steps until what was sent has its decision, and gives that one's record: of what was known already the
  /// first. Empty: it was not answered. Takes the processor's answers for that long. Errors as
  /// Engine::drain().
  Result<Buffer> await_decision(const Sent& sent);

  /// The stored record of the first decision on this command's id, which may be about another entity than
  /// this command is; empty when there is none.
  Result<Buffer> first_decision(const Sent& sent);

  /// UUIDv7 (RFC 9562 §5.7) of the engine's clock and entropy.
  CommandId new_command_id();

 private:
  /// A record with its keys, and what it is made from once more if they do not count.
  struct Held {
    LineCommand line;
    Sent sent;
    CommandHeader header;
    Buffer record;
  };

  Result<void> prepare(const LineCommand& line, const Sent& sent, const CommandHeader& header);
  Result<Sent> released(Sent sent);
  Result<void> send_held();
  Result<void> send_anew(const Held& held);
  Result<void> find_room(const LineCommand& line, const Sent& sent);
  Result<Buffer> stored_record(PartitionNumber partition, const OutcomeRow& first);
  Result<bool> is_urgent(const LineCommand& line, const Sent& sent);
  Result<void> is_somebody(const Sent& sent);
  Result<void> names_people(const LineCommand& line, const Sent& sent);
  Result<EntityKind> kind_under(const EntityId& id) const;
  Result<EntityId> entity_of(const LineCommand& line, const CommandId& id) const;
  bool may_register(const CommandHeader& header) const;
  Result<void> fill_in(LineCommand& line, const Sent& sent, const CommandHeader& header);
  Result<void> build(LineCommand& line, const CommandHeader& header);
  Result<void> default_subject(LineCommand& line, const Sent& sent);
  Sender complete(const LineCommand& line, const Sender& sender);
  Sender default_sender(Sender known);

  Engine& engine_;
  flatbuffers::FlatBufferBuilder builder_{1024};
  std::vector<Held> held_;
  /// How many were held since the last release(), and which of them may not leave.
  std::size_t taken_ = 0;
  std::vector<NotSent> not_sent_;
  /// The region's first member of staff, as found at this position of the registry.
  Sender region_;
  std::uint64_t region_position_ = 0;
  std::optional<Overload> overloaded_;
};

/// Commands that only the engine itself sends.
bool is_internal(CommandBody type);

}  // namespace toono
