// What every command of the command line begins with: the clock, the data directory, the opened engine.
#pragma once

#include <filesystem>
#include <memory>

#include "adapters/cli/args.h"
#include "adapters/cli/own_rows.h"
#include "adapters/cli/print.h"
#include "adapters/engine/address.h"
#include "adapters/engine/clocks.h"
#include "adapters/engine/edge.h"
#include "adapters/vault/system_entropy.h"

namespace toono::cli {

/// Where the log is. Error usage: it cannot be read so.
Result<LogAddress> log_address(const Globals& globals);
/// The directory of `embedded:DIR`, for what works on files alone. Error usage: another kind of log.
Result<std::filesystem::path> data_dir(const Globals& globals);
/// `STAFF@STATION`; zeroes when nothing was said.
Result<Sender> sender_of(const Globals& globals);
/// The beginning of a text without the mark that some editors put before UTF-8.
std::string without_mark(std::string text);
/// A file's text without such a mark, or standard input's for "-". Error not_found or world.
Result<std::string> read_file(const std::string& path);
/// An instant as typed: RFC 3339, or a day, which means its beginning.
Result<Instant> parse_moment(std::string_view text);
/// A station by its code or its exact name, as of the registry's end.
Result<StationId> parse_station(std::string_view text, RegistryView registry, Day day);

/// --now where something is to be written: decisions are dated by it for ever, and none of their partition
/// can be dated earlier again. Later than this machine's clock it is warned of; error usage when it is years
/// later.
Result<void> check_set_clock(const Globals& globals);

/// What opening said, for who typed it: a vault or master key that cannot be had is the world failing (exit
/// code 3), whether the file is not there, is another's or is open to others.
Error without_vault(Error error, const EngineOptions& options);

/// The system's clock until it is told to stand.
class SessionClock final : public Clock {
 public:
  Instant now() override { return stands_at_ ? *stands_at_ : SystemClock().now(); }
  void stand_at(Instant at) { stands_at_ = at; }

 private:
  std::optional<Instant> stands_at_;
};

/// An opened engine with its clock and entropy; closed in good order by close(), or as after a crash.
class Session {
 public:
  /// Opens what is there; on Kafka as an edge, that sends and reads. `should_stop` as EngineOptions has it:
  /// for who holds the signals back that would end the process.
  static Result<std::unique_ptr<Session>> open(const Globals& globals, const FoldStop& should_stop = {});
  /// Founds a new deployment.
  static Result<std::unique_ptr<Session>> create(const Globals& globals, const Founding& founding);

  Engine& engine() { return *engine_; }
  Edge& edge() { return *edge_; }
  Clock& clock() { return clock_; }
  Instant now() { return clock_.now(); }
  Result<void> close() { return engine_->close(); }

 private:
  Result<EngineOptions> prepare(const Globals& globals);
  SessionClock clock_;
  SystemEntropy entropy_;
  /// Outlives the engine, whose rows may be in it.
  PassingDirectory passing_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Edge> edge_;
  Session() = default;
};

/// `STAFF@STATION` of somebody who works there now, for who sends what must not be refused for the sender's
/// sake: a refusal stands, also when the same is sent again in the right name. Error refused.
Result<Sender> sender_at_work(Session& session, const Globals& globals);

/// Where an id or a case number leads: the entity and its partition. Orders and referrals lead to their case.
struct Found {
  PartitionNumber partition = 0;
  EntityId entity;
  EntityKind kind = EntityKind::none;
  /// The id that was asked for, when it is an order's or a referral's.
  std::optional<Uuid> part;
};
/// Error not_found: says what was looked for. Works on any store (a replay's too).
Result<Found> find_entity(const Store& store, PartitionNumber partitions, std::string_view id_or_number);

/// The stored state of an entity. Error not_found or damaged.
Result<EntityState> load_state(const Store& store, const Found& found);

/// `"read_to":{...},"void":n,"quarantined":n`, the beginning of every JSON answer to a query, and the whole
/// answer around `data`.
Result<std::string> answer_json(const Store& store, PartitionNumber partitions, std::string_view data);

}  // namespace toono::cli
