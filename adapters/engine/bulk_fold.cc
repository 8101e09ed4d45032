#include "adapters/engine/bulk_fold.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "adapters/embedded/format.h"
#include "adapters/engine/parallel.h"
#include "adapters/engine/partition_fold.h"

namespace toono {
namespace {

constexpr std::size_t kBatchBytes = 512u << 10;
constexpr std::size_t kBatchesWaiting = 4;
constexpr std::uint64_t kAskEvery = 1'000;
constexpr std::uint64_t kWatchEvery = 20 * kAskEvery;

/// Some records, copied and aligned.
class Batch {
 public:
  /// False: it is full, and as it was.
  bool add(const LogRecord& record) {
    auto begin = embedded::round_up(used_, embedded::kAlignBytes);
    if (used_ != 0 && begin + record.bytes.size() > bytes_.size()) return false;
    if (begin + record.bytes.size() > bytes_.size())
      bytes_.resize(std::max(kBatchBytes, begin + record.bytes.size()));
    std::copy(record.bytes.begin(), record.bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin));
    used_ = begin + record.bytes.size();
    records_.push_back(record);
    records_.back().bytes = Bytes(bytes_).subspan(begin, record.bytes.size());
    return true;
  }
  const std::vector<LogRecord>& records() const { return records_; }
  void clear() {
    records_.clear();
    used_ = 0;
  }

 private:
  Buffer bytes_;
  std::size_t used_ = 0;
  std::vector<LogRecord> records_;
};

/// From the thread that reads the journal to one that judges: a few batches, which go round.
class Lane {
 public:
  /// Waits for room. False: the other side has given up.
  bool give(Batch& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return over_ || full_.size() < kBatchesWaiting; });
    if (over_) return false;
    full_.push_back(std::move(batch));
    batch = {};
    if (!empty_.empty()) {
      batch = std::move(empty_.back());
      empty_.pop_back();
    }
    changed_.notify_all();
    return true;
  }
  /// Takes the next one for the one that is done with. False: there are no more.
  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    batch.clear();
    empty_.push_back(std::move(batch));
    changed_.wait(lock, [this] { return over_ || !full_.empty(); });
    if (full_.empty()) return false;
    batch = std::move(full_.front());
    full_.pop_front();
    changed_.notify_all();
    return true;
  }
  void end() {
    std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> full_;
  std::vector<Batch> empty_;
  bool over_ = false;
};

class BulkFold {
 public:
  BulkFold(PartitionNumber partitions, RocksStore& into, const BulkFoldOptions& options)
      : into_(into), options_(options), threads_(thread_count(options.threads)) {
    auto memory = options.memory_bytes / (partitions + 1u);
    for (PartitionNumber p = 0; p <= partitions; ++p)
      folds_.push_back(std::make_unique<PartitionFold>(
          PartitionFold::Options{p, partitions, into.incoming() / ("sort-" + std::to_string(p)), memory}));
  }

  /// Every partition's records by the thread of its lane, so in their order.
  Result<void> read(Log& log) {
    std::vector<Lane> lanes(std::min<std::size_t>(threads_, folds_.size()));
    std::vector<Result<void>> judged(lanes.size());
    std::vector<std::thread> judges;
    for (std::size_t i = 0; i < lanes.size(); ++i)
      judges.emplace_back([&, i] {
        judged[i] = judge_all(lanes[i]);
        lanes[i].end();
      });
    auto scanned = scan(log, lanes);
    if (scanned && stopped_) scanned = unexpected(fold_was_stopped());
    for (auto& lane : lanes) lane.end();
    for (auto& judge : judges) judge.join();
    for (const auto& result : judged) TOONO_TRY(result);
    return scanned;
  }

  Result<std::uint64_t> write() {
    bool has_begun = false;
    for (const auto& fold : folds_) has_begun |= fold->has_begun();
    if (!has_begun)
      return unexpected(
          {ErrorCode::damaged, "the journal has no genesis", "the journal", "restore it from a backup"});
    std::vector<std::unique_ptr<SortedLoad>> loads;
    for (std::size_t i = 0; i < 2 * folds_.size(); ++i) loads.push_back(into_.sorted_load());
    TOONO_TRY(in_parallel(folds_.size(), threads_, [&](std::size_t i) {
      auto done = folds_[i]->write({*loads[2 * i], *loads[2 * i + 1]}, options_.memory_bytes / 2 / threads_,
                                   [this](std::size_t decisions) { return count_folded(decisions); });
      folds_[i].reset();
      return done;
    }));
    std::uint64_t rows = 0;
    for (std::size_t i = 1; i < loads.size(); i += 2) rows += loads[i]->rows();
    TOONO_TRY(into_.ingest(std::move(loads)));
    return rows;
  }

 private:
  Result<void> scan(Log& log, std::vector<Lane>& lanes) {
    std::vector<Batch> batches(lanes.size());
    std::vector<From> from;
    for (std::size_t p = 0; p < folds_.size(); ++p)
      from.push_back({.partition = static_cast<PartitionNumber>(p)});
    TOONO_TRY(log.scan(Topic::journal, from, [&](const LogRecord& record) {
      auto lane = record.partition % lanes.size();
      if (++read_ % kAskEvery == 0 && !tell_read()) return false;
      if (batches[lane].add(record)) return true;
      return lanes[lane].give(batches[lane]) && batches[lane].add(record);
    }));
    for (std::size_t i = 0; i < lanes.size(); ++i) (void)lanes[i].give(batches[i]);
    return {};
  }

  Result<void> judge_all(Lane& lane) {
    for (Batch batch; lane.take(batch);)
      for (const auto& record : batch.records()) TOONO_TRY(folds_[record.partition]->read(record));
    return {};
  }

  /// False: it is to end.
  bool tell_read() {
    if (options_.watch && read_ % kWatchEvery == 0)
      options_.watch({.what = "read", .done = read_, .of = options_.records});
    stopped_ = options_.should_stop && options_.should_stop();
    return !stopped_;
  }

  Result<void> count_folded(std::size_t decisions) {
    std::uint64_t before = folded_.fetch_add(decisions);
    bool has_passed = (before + decisions) / kAskEvery != before / kAskEvery;
    if (decisions != 0 && !has_passed) return {};
    std::lock_guard lock(watching_);
    if (options_.watch && (before + decisions) / kWatchEvery != before / kWatchEvery)
      options_.watch({.what = "folded", .done = folded_, .of = read_});
    stopped_ = stopped_ || (options_.should_stop && options_.should_stop());
    return stopped_ ? Result<void>(unexpected(fold_was_stopped())) : Result<void>();
  }

  RocksStore& into_;
  const BulkFoldOptions& options_;
  unsigned threads_;
  std::vector<std::unique_ptr<PartitionFold>> folds_;
  std::uint64_t read_ = 0;
  std::mutex watching_;
  bool stopped_ = false;  // of the thread that reads, then of those that write, under the lock
  std::atomic<std::uint64_t> folded_ = 0;
};

}  // namespace

Error fold_was_stopped() {
  return {ErrorCode::busy, "it was stopped before all rows were made", "the journal",
          "start it again: what is missing is made then"};
}

Result<std::uint64_t> fold_in_bulk(Log& log, PartitionNumber partitions, RocksStore& into,
                                   const BulkFoldOptions& options) {
  BulkFold fold(partitions, into, options);
  TOONO_TRY(fold.read(log));
  return fold.write();
}

}  // namespace toono
