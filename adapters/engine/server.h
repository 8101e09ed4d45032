// A server: an engine that owns what the group gives it, for as long as it is let. After any error it closes,
// opens again, reads to the end, and goes on; only what no new start can mend ends it.
#pragma once

#include <functional>

#include "adapters/engine/engine.h"
#include "adapters/kafka/strangers.h"
#include "adapters/kafka/topics.h"

namespace toono {

/// What a server tells of itself. Called on the server's thread; may not block for long.
struct ServerWatch {
  /// How far it has come with rows that its node lacks, while it opens.
  FoldWatch on_fold = {};
  std::function<void(const Engine&)> on_open = {};
  std::function<void(PartitionNumber, bool owned)> on_ownership = {};
  /// After each step: how many commands it decided or heard of, and how long it took.
  std::function<void(Engine&, std::size_t decided, std::int64_t us)> on_step = {};
  /// Offsets of the inbox that hold no record were passed over.
  std::function<void(const Hole&)> on_hole = {};
  /// Every decision made here.
  std::function<void(const Answered&)> on_decision = {};
  /// Several times a second between steps: the engine as it stands.
  std::function<void(Engine&)> on_tick = {};
  /// A step in which another engine's record counted first; how many in a row.
  std::function<void(std::uint32_t)> on_race = {};
  /// This machine's clock was found to be so many milliseconds ahead of the brokers'.
  std::function<void(std::int64_t)> on_clock_lead = {};
  /// The topics were checked while running, with findings that stop engines the server ends; or why nobody
  /// could be asked.
  std::function<void(const Result<TopicReport>&)> on_topics = {};
  /// Other consumers than engines hold partitions of the inbox in the engines' group, others than at the last
  /// call; empty: none do any more.
  std::function<void(const std::vector<InboxStranger>&)> on_strangers = {};
  /// What was decided long ago was taken out of the inbox: how many records, or why it could not be done.
  std::function<void(const Result<std::uint64_t>&)> on_trim = {};
  /// The world failed: it closes, waits, and opens again.
  std::function<void(const Error&)> on_error = {};
};

struct ServerOptions {
  /// Of role owner.
  EngineOptions engine = {};
  /// Asked between steps, and while rows are made; true ends the server in good order: its partitions are
  /// handed over at once.
  std::function<bool()> should_stop = {};
  ServerWatch watch = {};
  /// How often the topics, and who is in the engines' group, are looked at while running.
  std::int64_t check_every_ms = 60'000;
  /// Commands of the partitions owned that are decided are removed from the inbox when they are older than
  /// this; looked for as often as the topics are checked. 0: never.
  std::int64_t trim_inbox_after_ms = 0;
  /// The longest wait before the brokers are tried again.
  std::int64_t retry_most_ms = 5'000;
  /// So long it must be refused again and again before that is believed: longer than brokers take to hear of
  /// what was created or granted, or of who leads now.
  std::int64_t refusal_lasts_ms = 10'000;
};

/// Runs until it is told to stop. That the world fails at the first opening ends the server, so that a wrong
/// address is seen at once; after that it keeps trying. Error: that first one, or what a new start cannot
/// mend: damage, a key file that is missing or open to others, and what was refused for refusal_lasts_ms
/// (topics that were changed, another vault's key).
Result<void> serve(const ServerOptions& options);

}  // namespace toono
