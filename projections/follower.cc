#include "projections/follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace toono {
namespace {

constexpr std::size_t kRowsPerStep = 50'000;
constexpr std::uint64_t kGuardEvery = 1024;

}  // namespace

Follower::Follower(Store& store, Registry& registry, Options options)
    : store_(store), registry_(registry), folder_(store, registry, options.cached_states) {}

Result<void> Follower::open(Log& log, PartitionNumber partitions, const Guard& guard) {
  partitions_ = partitions;
  foreseen_.resize(partitions_ + 1u);
  TOONO_TRY(load_heads());
  TOONO_TRY(load_registry());
  TOONO_TRY(load_quarantine());
  return catch_up(log, guard);
}

Result<void> Follower::load_heads() {
  heads_.assign(partitions_ + 1u, {});
  for (PartitionNumber partition = 0; partition <= partitions_; ++partition) {
    TOONO_ASSIGN(auto found, store_.get(head_key(partition)));
    if (!found) continue;
    HeadRow row;
    if (!read_plain(*found, row) || row.rows_version != kRowsVersion)
      return unexpected({ErrorCode::damaged, "the store was written by another version",
                         fmt::format("partition {}", partition),
                         "run `toono rebuild` to make it anew from the journal"});
    heads_[partition] = head_of(row);
  }
  confirmed_ = heads_;
  TOONO_ASSIGN(auto stored, store_.get(genesis_key(0)));
  if (!stored) return {};
  Aligned aligned(bytes_of(*stored));
  if (const auto* genesis = genesis_of(aligned.bytes())) remember(*genesis);
  return {};
}

void Follower::remember(const Genesis& genesis) {
  genesis_ = facts_of(genesis);
  window_ = genesis_->window;
}

Result<void> Follower::load_registry() {
  registry_.clear();
  auto prefix = history_prefix(partitions_, EntityId{});
  Result<void> outcome;
  TOONO_TRY(store_.scan(prefix, behind(prefix), [&](std::string_view, std::string_view value) {
    Aligned record(bytes_of(value));
    const auto* decision = decision_of(record.bytes());
    if (!decision) {
      outcome = unexpected(damaged_row("a stored decision of the registry cannot be read", "table entity"));
      return false;
    }
    (void)registry_.apply(*decision);
    return true;
  }));
  registry_.advance(heads_[partitions_].chain.seq);
  return outcome;
}

Result<void> Follower::load_quarantine() {
  for (PartitionNumber partition = 0; partition <= partitions_; ++partition) {
    auto prefix = Key(partition, Table::meta).byte(2);
    TOONO_TRY(store_.scan(prefix, behind(prefix), [&](std::string_view key, std::string_view) {
      folder_.quarantine(KeyReader(key).skip(kKeyPrefix + 1).id<EntityId>());
      return true;
    }));
  }
  return {};
}

Result<void> Follower::catch_up(Log& log, const Guard& guard) {
  std::vector<From> from;
  std::vector<bool> missing;
  for (const auto& head : heads_) missing.push_back(head.next_offset != 0);
  for (PartitionNumber partition = 0; partition <= partitions_; ++partition)
    from.push_back({partition, heads_[partition].head_offset, heads_[partition].place});
  std::uint64_t folded = 0;
  Result<void> outcome;
  TOONO_TRY(log.scan(Topic::journal, from, [&](const LogRecord& record) {
    auto& head = heads_[record.partition];
    // The head itself is read again, so that another journal, or a shorter one, is found before anything is
    // applied.
    bool is_head = record.offset == head.head_offset && head.next_offset != 0;
    if (record.offset < head.next_offset) {
      if (is_head && !(sha256(record.bytes) == head.chain.hash)) {
        outcome = unexpected(journal_error("the journal is not the one that the store was made from",
                                           record.partition, head.chain.seq,
                                           "restore the journal, or run `toono rebuild`"));
        return false;
      }
      if (is_head) missing[record.partition] = false;
      return true;
    }
    outcome = follow(record);
    if (outcome && open_run().rows.size() >= kRowsPerStep) outcome = commit();
    if (outcome && guard && ++folded % kGuardEvery == 0) outcome = guard(folded);
    return outcome.has_value();
  }));
  TOONO_TRY(outcome);
  for (PartitionNumber partition = 0; partition <= partitions_; ++partition)
    if (missing[partition])
      return unexpected(journal_error("the journal is shorter than what was applied", partition,
                                      heads_[partition].chain.seq, "restore the journal from a backup"));
  return commit();
}

Result<void> Follower::follow_to_end(Log& log, PartitionNumber partition) {
  Result<void> outcome;
  const auto& head = confirmed_[partition];
  TOONO_TRY(
      log.scan(Topic::journal, {{partition, head.next_offset, head.place}}, [&](const LogRecord& record) {
        outcome = take_in(record);
        return outcome.has_value() && !lost_;
      }));
  return outcome;
}

Follower::Run& Follower::open_run() {
  if (runs_.empty() || runs_.back().has_ended) {
    runs_.push_back(std::move(spare_));
    spare_ = {};
  }
  return runs_.back();
}

std::size_t Follower::groups_foreseen() const {
  return static_cast<std::size_t>(
      std::count_if(runs_.begin(), runs_.end(), [](const Run& run) { return run.awaited > 0; }));
}

std::size_t Follower::bytes_waiting() const {
  return std::accumulate(runs_.begin(), runs_.end(), std::size_t{0},
                         [](std::size_t sum, const Run& run) { return sum + run.rows.bytes(); });
}

/// A record as it was read, whoever wrote it; one that was read before is passed over.
Result<void> Follower::take_in(const LogRecord& record) {
  auto& head = confirmed_[record.partition];
  if (record.offset < head.next_offset || lost_) return {};
  auto& foreseen = foreseen_[record.partition];
  if (foreseen.empty()) return follow(record);
  auto& run = run_of(foreseen.front());
  if (record.offset == head.next_offset &&
      std::ranges::equal(run.counted[foreseen.front().counted].bytes, record.bytes)) {
    confirm_next(record);
    return {};
  }
  Aligned aligned(record.bytes);
  auto next = head;
  TOONO_ASSIGN(auto read, read_next(next, record, aligned.bytes(), {partitions_, window_}));
  lost_ = !read.is_void();
  if (lost_) return {};
  run.rows.put(void_key(record.partition, record.offset), {});
  read_up_to(next, record.partition);
  return {};
}

/// The next foreseen decision of its partition stands where it was expected.
void Follower::confirm_next(const LogRecord& record) {
  auto partition = record.partition;
  auto& foreseen = foreseen_[partition].front();
  auto head = foreseen.after;
  head.head_offset = record.offset;
  head.next_offset = record.offset + 1;
  head.place = record.place;
  head.void_count = confirmed_[partition].void_count;
  auto& run = run_of(foreseen);
  run.heads[partition] = head;
  --run.awaited;
  --foreseen_count_;
  foreseen_[partition].pop_front();
  read_up_to(head, partition);
}

/// `head` has been read: the chain that is foreseen behind it stays.
void Follower::read_up_to(const PartitionHead& head, PartitionNumber partition) {
  confirmed_[partition] = head;
  auto& ahead = heads_[partition];
  ahead.head_offset = head.head_offset;
  ahead.next_offset = head.next_offset;
  ahead.place = head.place;
  ahead.void_count = head.void_count;
}

/// A record of a partition in which nothing is foreseen: what does not extend the chain is listed as void.
Result<void> Follower::follow(const LogRecord& record) {
  auto partition = record.partition;
  auto& head = heads_[partition];
  if (record.offset < head.next_offset) return {};
  Aligned aligned(record.bytes);
  TOONO_ASSIGN(auto read, read_next(head, record, aligned.bytes(), {partitions_, window_}));
  auto& run = open_run();
  if (read.decision) {
    if (wanted_ && wanted_(partition, *read.decision))
      run.counted.push_back({partition, false, Buffer(record.bytes.begin(), record.bytes.end())});
    TOONO_TRY(fold(partition, *read.decision, aligned.bytes()));
  } else if (read.genesis) {
    remember(*read.genesis);
    run.rows.put(genesis_key(partition), text_of(record.bytes));
  } else {
    run.rows.put(void_key(partition, record.offset), {});
  }
  run.heads[partition] = confirmed_[partition] = head;
  return {};
}

Result<void> Follower::fold(PartitionNumber partition, const Decision& decision, Bytes bytes) {
  auto& head = heads_[partition];
  TOONO_ASSIGN(auto applied, folder_.apply(partition, decision, bytes, open_run().rows));
  if (partition == partitions_) registry_.advance(head.chain.seq);
  if (leaves_rows(decision)) head.note_command(*decision.command_id());
  head.case_count += applied.registered_case ? 1 : 0;
  head.quarantined_count += applied.quarantined ? 1 : 0;
  return {};
}

Result<std::optional<OutcomeRow>> Follower::first_outcome(PartitionNumber partition,
                                                          const CommandId& command) const {
  if (heads_[partition].is_beyond(command)) return std::optional<OutcomeRow>();
  return folder_.first_outcome(partition, command);
}

Result<std::optional<OutcomeRow>> Follower::stored_outcome(PartitionNumber partition,
                                                           const CommandId& command) const {
  if (confirmed_[partition].is_beyond(command)) return std::optional<OutcomeRow>();
  return toono::stored_outcome(store_, partition, command);
}

std::vector<AgendaChange> Follower::take_agenda_changes() { return std::exchange(agenda_changes_, {}); }

Result<void> Follower::foresee(PartitionNumber partition, Buffer decision) {
  Aligned aligned(decision);
  const auto* decided = decision_of(aligned.bytes());
  check(decided != nullptr, "a decision that was just made can be read");
  const auto& made = *decided;
  auto& head = heads_[partition];
  head.chain = extend(head.chain, made, sha256(decision));
  TOONO_TRY(fold(partition, made, aligned.bytes()));
  auto& run = open_run();
  foreseen_[partition].push_back({first_run_ + runs_.size() - 1, run.counted.size(), head});
  run.counted.push_back({partition, true, std::move(decision)});
  ++run.awaited;
  ++foreseen_count_;
  return {};
}

Result<bool> Follower::confirm(Log& log, const std::vector<LogRecord>& records) {
  TOONO_TRY(end_run());
  for (const auto& record : records) TOONO_TRY(take_in(record));
  if (lost_) {
    TOONO_TRY(start_over(log));
    return false;
  }
  TOONO_TRY(commit());
  return true;
}

/// What is still on its way lands first: decided anew it would stand in its own way.
Result<void> Follower::start_over(Log& log) {
  TOONO_ASSIGN(auto landed, log.settle(Wait::for_all));
  (void)landed;  // read again from the heads of the store
  TOONO_TRY(roll_back());
  return catch_up(log);
}

Result<void> Follower::roll_back() {
  first_run_ += runs_.size();
  runs_.clear();
  for (auto& foreseen : foreseen_) foreseen.clear();
  foreseen_count_ = 0;
  lost_ = false;
  folder_.forget();
  TOONO_TRY(load_heads());
  TOONO_TRY(load_quarantine());
  return load_registry();
}

/// Its rows are made, and nothing more comes into it but what was foreseen in it and is read back.
Result<void> Follower::end_run() {
  if (runs_.empty() || runs_.back().has_ended) return {};
  auto& run = runs_.back();
  auto from_row = run.rows.size();
  TOONO_TRY(folder_.write_views(run.rows));
  for (auto i = from_row; i < run.rows.size(); ++i) {
    auto row = run.rows[i];
    if (row.key.size() < kKeyPrefix || row.key[2] != static_cast<char>(Table::agenda)) continue;
    auto partition = KeyReader(row.key).number<PartitionNumber>();
    run.agenda_changes.push_back({partition, std::string(row.key), std::string(row.value), row.removed});
  }
  run.has_ended = true;
  return {};
}

Result<void> Follower::commit() {
  TOONO_TRY(end_run());
  while (!runs_.empty() && runs_.front().awaited == 0) TOONO_TRY(store_first_run());
  return {};
}

Result<void> Follower::store_first_run() {
  auto& run = runs_.front();
  for (const auto& [partition, head] : run.heads)
    run.rows.put(head_key(partition), plain_bytes(row_of(head)));
  if (!run.rows.empty()) TOONO_TRY(store_.apply(run.rows));
  std::ranges::move(run.agenda_changes, std::back_inserter(agenda_changes_));
  std::ranges::move(run.counted, std::back_inserter(counted_));
  spare_ = std::move(run);
  runs_.pop_front();
  ++first_run_;
  spare_.rows.clear();
  spare_.heads.clear();
  spare_.counted.clear();
  spare_.agenda_changes.clear();
  spare_.has_ended = false;
  folder_.trim(runs_.size());
  return {};
}

}  // namespace toono
