// Makes the rows anew from the journal, compares them with the old ones, and puts them in their place.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/embedded/embedded_log.h"
#include "adapters/engine/bulk_fold.h"
#include "adapters/kafka/kafka_log.h"
#include "projections/keys.h"

namespace toono {

/// A set of rows that is compared and rebuilt as one.
struct Projection {
  std::string_view name;
  Table table;
  /// Of the entity table: its states (0) or its histories (1).
  std::optional<std::uint8_t> part = {};
};
/// All of them: cases, history, outcomes, agenda, worklists, facts, workloads, numbers, recent, links,
/// erased.
const std::vector<Projection>& projections();
/// Error usage: there is none of that name; the nearest is named.
Result<Projection> find_projection(std::string_view name);

/// The log port over a reader of its files: scan() alone; everything else is refused.
class ReadOnlyLog final : public Log {
 public:
  explicit ReadOnlyLog(SegmentReader reader) : reader_(std::move(reader)) {}
  Result<void> send(PartitionNumber, Bytes) override { return no(); }
  Result<std::vector<LogRecord>> receive(std::size_t) override { return no(); }
  Result<void> append(PartitionNumber, Bytes) override { return no(); }
  Result<std::vector<LogRecord>> settle(Wait) override { return no(); }
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override {
    return reader_.scan(topic, from, visit);
  }
  const SegmentReader& reader() const { return reader_; }

 private:
  static Unexpected no() {
    return unexpected({ErrorCode::refused, "this log is only read", "a reader", "open the log"});
  }
  SegmentReader reader_;
};

/// Folds the journal behind the store's heads, decision by decision, as a node does that follows it. The rule
/// against which fold_in_bulk() is held.
Result<void> fold_journal(Log& log, PartitionNumber partitions, Store& into);

/// What a comparison found, meta rows (heads, void records, quarantine) apart.
struct Compared {
  std::uint64_t rows = 0;       // of `made`
  std::uint64_t differing = 0;  // keys that have another value, or are in one store only
};
/// `only`: just that projection's rows. Partitions are shared out over the cores. Error: a store cannot be
/// read. `visit`, where given, gets each key that differs with the value of `made`, or none, from one thread
/// at a time.
using RowDifference = std::function<Result<void>(std::string_view key, std::optional<std::string_view> made)>;
Result<Compared> compare_rows(const Store& old_rows, const Store& made, PartitionNumber partitions,
                              const std::optional<Projection>& only, const RowDifference& visit = {});

struct Rebuilt {
  std::uint64_t rows = 0;
  /// None: the old rows could not be read, so there was nothing to compare with.
  std::optional<std::uint64_t> differing;
  std::string why_not_compared = {};
  /// Not empty: this journal is not the one, or not all of the one, that was here at the last close. It
  /// counts from now on.
  std::string why_not_the_last = {};
};

struct RebuildOptions {
  std::optional<Projection> only;
  FoldWatch watch;
};

/// Takes the directory for itself (error busy: another process has it), folds DIR/rows.new, compares it with
/// DIR/rows, and switches: rows -> rows.old, rows.new -> rows. With `only` the old rows stay and just that
/// projection's rows are put right; then the old rows must be readable. Error damaged: the journal is broken;
/// nothing was changed.
Result<Rebuilt> rebuild_rows(const std::filesystem::path& dir, const RebuildOptions& options);
/// The same from a log on Kafka, whose directory is known to be of it.
Result<Rebuilt> rebuild_rows(KafkaLog& log, const std::filesystem::path& dir, const RebuildOptions& options);
/// The same from any log, of the rows under `dir`. Error world: another process has them open.
Result<Rebuilt> rebuild_rows(Log& log, PartitionNumber partitions, const std::filesystem::path& dir,
                             const RebuildOptions& options);

/// How many rows differ from what the journal leads to; nothing is changed. The caller holds the directory's
/// lock.
Result<std::uint64_t> check_rows(const std::filesystem::path& dir, const FoldWatch& watch = {});
Result<std::uint64_t> check_rows(Log& log, PartitionNumber partitions, const std::filesystem::path& dir,
                                 const FoldWatch& watch = {});

/// Refuses rows that were made from another log, and a journal that does not reach, or has another record at,
/// the heads of the rows and of DIR/heads: neither is ever reset by itself.
Result<void> check_rows_are_of(const Store& rows, EmbeddedLog& log, const std::filesystem::path& dir);

/// Finishes a switch that a crash cut short: rows.old beside rows.new says that the new rows are whole.
/// Called before the rows are opened, under the directory's lock.
Result<void> finish_switch(const std::filesystem::path& dir);

}  // namespace toono
