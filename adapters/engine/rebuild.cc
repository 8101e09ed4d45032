#include "adapters/engine/rebuild.h"

#include <fmt/format.h>

#include <mutex>

#include "adapters/engine/engine.h"
#include "adapters/engine/heads.h"
#include "adapters/engine/parallel.h"
#include "adapters/json/nearest.h"
#include "core/chain.h"
#include "projections/facts.h"
#include "projections/follower.h"
#include "projections/log_up_to.h"

namespace toono {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRowsAtOnce = 10'000;

struct Range {
  std::string from, to;
};

/// Reads a store's rows one by one, some thousands ahead.
class RowCursor {
 public:
  RowCursor(const Store& store, const Range& range) : store_(store), range_(range) {}

  Result<void> ready() {
    if (at_ < rows_.size() || done_) return {};
    rows_.clear();
    at_ = 0;
    TOONO_TRY(store_.scan(range_.from, range_.to, [this](std::string_view key, std::string_view value) {
      rows_.put(key, value);
      return rows_.size() < kRowsAtOnce;
    }));
    done_ = rows_.size() < kRowsAtOnce;
    if (!rows_.empty()) range_.from.assign(rows_[rows_.size() - 1].key).push_back('\0');
    return {};
  }
  bool at_end() const { return at_ >= rows_.size(); }
  RowBatch::Row row() const { return rows_[at_]; }
  void next() { ++at_; }

 private:
  const Store& store_;
  Range range_;
  RowBatch rows_;
  std::size_t at_ = 0;
  bool done_ = false;
};

bool is_wanted(std::string_view key, const std::optional<Projection>& only) {
  if (key.size() <= kKeyPrefix || key[2] == static_cast<char>(Table::meta)) return false;
  if (!only) return true;
  if (key[2] != static_cast<char>(only->table)) return false;
  return !only->part ||
         (key.size() > kKeyPrefix + 16 && key[kKeyPrefix + 16] == static_cast<char>(*only->part));
}

Range rows_of(PartitionNumber partition, const std::optional<Projection>& only) {
  if (only) {
    Key prefix(partition, only->table);
    return {prefix.str(), behind(prefix)};
  }
  Key first(partition, Table::entity);
  return {first.str(), behind(first.str().substr(0, 2))};
}

Result<Compared> compare_range(RowCursor old_rows, RowCursor made, const std::optional<Projection>& only,
                               const RowDifference& visit) {
  Compared found;
  while (true) {
    TOONO_TRY(old_rows.ready());
    TOONO_TRY(made.ready());
    if (old_rows.at_end() && made.at_end()) return found;
    int order = old_rows.at_end() ? 1 : made.at_end() ? -1 : old_rows.row().key.compare(made.row().key);
    auto row = order < 0 ? old_rows.row() : made.row();
    bool is_of_it = is_wanted(row.key, only);
    if (is_of_it && order >= 0) ++found.rows;
    if (is_of_it && (order != 0 || old_rows.row().value != row.value)) {
      ++found.differing;
      TOONO_TRY(visit(row.key, order < 0 ? std::nullopt : std::optional(row.value)));
    }
    if (order <= 0) old_rows.next();
    if (order >= 0) made.next();
  }
}

Result<std::unique_ptr<RocksStore>> new_store(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return unexpected(embedded::io_error("removing", path, failed.value()));
  return RocksStore::open(path, {});
}

/// The journal as far as some rows were made of it. On a shared log others write on meanwhile, and what came
/// later is no difference between two ways to fold it.
Result<LogUpTo> journal_of(const Store& rows, Log& log, PartitionNumber partitions) {
  std::vector<std::uint64_t> ends;
  for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
    TOONO_ASSIGN(auto row, rows.get(head_key(partition)));
    HeadRow head;
    if (row) (void)read_plain(*row, head);
    ends.push_back(head.next_offset);
  }
  return LogUpTo(log, std::move(ends));
}

/// The old rows, folded to the end of the journal as every start does it.
Result<std::unique_ptr<RocksStore>> open_old(const fs::path& dir, Log& log, PartitionNumber partitions) {
  auto path = DataPaths(dir).rows();
  std::error_code failed;
  if (!fs::exists(path, failed))
    return unexpected({ErrorCode::not_found, "there are no rows", path.string(), "run `toono rebuild`"});
  TOONO_ASSIGN(auto store, RocksStore::open(path, {}));
  TOONO_TRY(fold_journal(log, partitions, *store));
  return store;
}

Result<void> move_aside(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) return unexpected(embedded::io_error("renaming", from, failed.value()));
  return embedded::sync_directory(from.parent_path());
}

Result<void> switch_rows(const fs::path& dir) {
  auto rows = DataPaths(dir).rows();
  std::error_code failed;
  fs::remove_all(dir / "rows.old", failed);
  if (fs::exists(rows, failed))
    TOONO_TRY(move_aside(rows, dir / "rows.old"));
  else
    fs::create_directory(dir / "rows.old", failed);
  return finish_switch(dir);
}

/// Puts right what differs in the old rows, some thousands at a time.
Result<Compared> mend_rows(RocksStore& rows, const Store& made, PartitionNumber partitions,
                           const Projection& only) {
  RowBatch batch;
  auto put_right = [&](std::string_view key, std::optional<std::string_view> value) {
    if (value)
      batch.put(key, *value);
    else
      batch.remove(key);
    if (batch.size() < kRowsAtOnce) return Result<void>();
    auto applied = rows.apply(batch);
    batch.clear();
    return applied;
  };
  TOONO_ASSIGN(auto compared, compare_rows(rows, made, partitions, only, put_right));
  TOONO_TRY(rows.apply(batch));
  TOONO_TRY(rows.flush());
  return compared;
}

}  // namespace

const std::vector<Projection>& projections() {
  static const std::vector<Projection> kAll = {
      {"cases", Table::entity, std::uint8_t{0}},
      {"history", Table::entity, std::uint8_t{1}},
      {"outcomes", Table::outcomes},
      {"agenda", Table::agenda},
      {"worklists", Table::worklist},
      {"facts", Table::facts},
      {"workloads", Table::tallies},
      {"numbers", Table::numbers},
      {"recent", Table::recent},
      {"links", Table::links},
      {"erased", Table::erased},
  };
  return kAll;
}

Result<Projection> find_projection(std::string_view name) {
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& projection : projections()) {
    if (projection.name == name) return projection;
    names.push_back(projection.name);
    list += (list.empty() ? "" : ", ") + std::string(projection.name);
  }
  auto near = nearest(name, names);
  return unexpected(
      {ErrorCode::usage, "there is no such projection", std::string(name),
       near.empty() ? "there are " + list : fmt::format("did you mean `{}`? there are {}", near, list)});
}

Result<void> fold_journal(Log& log, PartitionNumber partitions, Store& into) {
  Registry registry;
  Follower follower(into, registry, {});
  TOONO_TRY(follower.open(log, partitions));
  if (!follower.has_begun())
    return unexpected(
        {ErrorCode::damaged, "the journal has no genesis", "the journal", "restore it from a backup"});
  return {};
}

Result<Compared> compare_rows(const Store& old_rows, const Store& made, PartitionNumber partitions,
                              const std::optional<Projection>& only, const RowDifference& visit) {
  std::mutex mutex;
  Compared all;
  RowDifference one_by_one = [&](std::string_view key, std::optional<std::string_view> value) {
    std::lock_guard lock(mutex);
    return visit ? visit(key, value) : Result<void>();
  };
  auto compare_one = [&](std::size_t partition) -> Result<void> {
    auto range = rows_of(static_cast<PartitionNumber>(partition), only);
    TOONO_ASSIGN(auto found, compare_range({old_rows, range}, {made, range}, only, one_by_one));
    std::lock_guard lock(mutex);
    all.rows += found.rows;
    all.differing += found.differing;
    return {};
  };
  TOONO_TRY(in_parallel(partitions + 1u, 0, compare_one));
  return all;
}

Result<void> finish_switch(const fs::path& dir) {
  std::error_code failed;
  auto rows = DataPaths(dir).rows(), made = dir / "rows.new", old = dir / "rows.old";
  if (!fs::exists(old, failed)) {
    // What a rebuild or a check that was cut short has left is worth nothing.
    fs::remove_all(made, failed);
    fs::remove_all(dir / "rows.check", failed);
    return {};
  }
  if (!fs::exists(rows, failed) && fs::exists(made, failed)) TOONO_TRY(move_aside(made, rows));
  fs::remove_all(old, failed);
  if (failed) return unexpected(embedded::io_error("removing", old, failed.value()));
  return embedded::sync_directory(dir);
}

Result<void> check_rows_are_of(const Store& rows, EmbeddedLog& log, const fs::path& dir) {
  TOONO_ASSIGN(auto genesis, rows.get(genesis_key(0)));
  if (genesis) {
    Aligned aligned(bytes_of(*genesis));
    const auto* facts = genesis_of(aligned.bytes());
    if (facts && !(*facts->log_id() == log.log_id()))
      return unexpected({ErrorCode::damaged,
                         fmt::format("the journal is of log {}, the rows were made from log {}",
                                     to_text(log.log_id()), to_text(*facts->log_id())),
                         dir.string(),
                         "bring back the journal that belongs here, or run `toono rebuild` for this one"});
  }
  TOONO_ASSIGN(auto kept, read_heads(dir));
  // Of each partition the later: behind a crash the rows may be ahead of the file, after short runs the file
  // is ahead of the rows.
  if (!kept) kept = KeptHeads{.log_id = log.log_id(), .heads = std::vector<KeptHead>(log.partitions())};
  for (std::size_t partition = 0; partition < kept->heads.size(); ++partition) {
    TOONO_ASSIGN(auto row, rows.get(head_key(static_cast<PartitionNumber>(partition))));
    HeadRow head;
    if (!row || !read_plain(*row, head) || head.rows_version != kRowsVersion) continue;
    auto& known = kept->heads[partition];
    if (head.next_offset > known.next_offset)
      known = {head.seq, head.hash, head.head_offset, head.next_offset, head.place};
  }
  return check_heads(log, dir, *kept);
}

namespace {

/// `fits`: whether the journal is the one that was here at the last close.
Result<Rebuilt> rebuild_as_it_is(Log& log, PartitionNumber partitions, const fs::path& dir,
                                 const RebuildOptions& options, const Result<void>& fits) {
  if (!fits && options.only) return unexpected(fits.error());
  TOONO_ASSIGN(auto rebuilt, rebuild_rows(log, partitions, dir, options));
  if (fits) return rebuilt;
  // The new rows hold the heads of this journal on the disk; the file comes back at the next close.
  rebuilt.why_not_the_last = fits.error().what + ": " + fits.error().where;
  TOONO_TRY(remove_heads(dir));
  return rebuilt;
}

}  // namespace

Result<Rebuilt> rebuild_rows(const fs::path& dir, const RebuildOptions& options) {
  TOONO_ASSIGN(auto owner, EmbeddedLog::open(dir));  // drops a torn last frame, and holds the lock
  TOONO_ASSIGN(auto reader, SegmentReader::open(dir));
  ReadOnlyLog log(std::move(reader));
  return rebuild_as_it_is(log, static_cast<PartitionNumber>(owner->partitions() - 1), dir, options,
                          check_heads(*owner, dir));
}

Result<Rebuilt> rebuild_rows(KafkaLog& log, const fs::path& dir, const RebuildOptions& options) {
  auto fits = check_heads(log, dir);
  if (!fits && fits.error().code != ErrorCode::damaged) return unexpected(fits.error());
  return rebuild_as_it_is(log, static_cast<PartitionNumber>(log.partitions() - 1), dir, options, fits);
}

Result<Rebuilt> rebuild_rows(Log& log, PartitionNumber partitions, const fs::path& dir,
                             const RebuildOptions& options) {
  TOONO_TRY(finish_switch(dir));
  TOONO_ASSIGN(auto made, new_store(dir / "rows.new"));
  Rebuilt result;
  TOONO_ASSIGN(result.rows, fold_in_bulk(log, partitions, *made, {.watch = options.watch}));
  TOONO_ASSIGN(auto same, journal_of(*made, log, partitions));
  auto old = open_old(dir, same, partitions);
  if (options.only) {
    if (!old)
      return unexpected({old.error().code, "one projection alone cannot be rebuilt: " + old.error().what,
                         old.error().where, "run `toono rebuild` without a name"});
    TOONO_ASSIGN(auto mended, mend_rows(**old, *made, partitions, *options.only));
    made.reset();
    std::error_code failed;
    fs::remove_all(dir / "rows.new", failed);
    return Rebuilt{.rows = mended.rows, .differing = mended.differing};
  }
  auto compared =
      old ? compare_rows(**old, *made, partitions, {}) : Result<Compared>(unexpected(old.error()));
  if (compared) result.differing = compared->differing;
  if (!compared) result.why_not_compared = compared.error().what + ": " + compared.error().where;
  made.reset();
  if (old) old->reset();
  TOONO_TRY(switch_rows(dir));
  return result;
}

Result<std::uint64_t> check_rows(const fs::path& dir, const FoldWatch& watch) {
  TOONO_ASSIGN(auto reader, SegmentReader::open(dir));
  auto partitions = static_cast<PartitionNumber>(reader.partitions() - 1);
  ReadOnlyLog log(std::move(reader));
  return check_rows(log, partitions, dir, watch);
}

Result<std::uint64_t> check_rows(Log& log, PartitionNumber partitions, const fs::path& dir,
                                 const FoldWatch& watch) {
  TOONO_ASSIGN(auto old, open_old(dir, log, partitions));
  auto path = dir / "rows.check";
  TOONO_ASSIGN(auto made, new_store(path));
  TOONO_ASSIGN(auto same, journal_of(*old, log, partitions));
  auto folded = fold_in_bulk(same, partitions, *made, {.watch = watch});
  auto compared =
      folded ? compare_rows(*old, *made, partitions, {}) : Result<Compared>(unexpected(folded.error()));
  made.reset();
  std::error_code failed;
  fs::remove_all(path, failed);
  TOONO_TRY(compared);
  return compared->differing;
}

}  // namespace toono
