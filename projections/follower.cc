#include "projections/follower.h"

#include <fmt/format.h>

namespace toono {
namespace {

constexpr std::size_t kRowsPerStep = 50'000;

}  // namespace

Follower::Follower(Store& store, Registry& registry, Options options)
    : store_(store), registry_(registry), folder_(store, registry, options.cached_states) {}

Result<void> Follower::open(Log& log, PartitionNumber partitions) {
  partitions_ = partitions;
  TOONO_TRY(load_heads());
  TOONO_TRY(load_registry());
  TOONO_TRY(load_quarantine());
  return catch_up(log);
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
  TOONO_ASSIGN(auto stored, store_.get(genesis_key(0)));
  if (!stored) return {};
  Aligned aligned(bytes_of(*stored));
  if (const auto* record = read_record(aligned.bytes()); record && record->body_as_Genesis())
    remember(*record->body_as_Genesis());
  return {};
}

void Follower::remember(const Genesis& genesis) {
  genesis_ = {.log_id = *genesis.log_id(),
              .partitions = genesis.partitions(),
              .window = genesis.window(),
              .created_at = *genesis.created_at(),
              .simulated = genesis.simulated()};
  window_ = genesis_->window;
}

Result<void> Follower::load_registry() {
  registry_.clear();
  auto prefix = history_prefix(partitions_, EntityId{});
  Result<void> outcome;
  TOONO_TRY(store_.scan(prefix, behind(prefix), [&](std::string_view, std::string_view value) {
    Aligned record(bytes_of(value));
    const auto* found = read_record(record.bytes());
    const auto* decision = found ? found->body_as_Decision() : nullptr;
    if (!decision) {
      outcome = unexpected({ErrorCode::damaged, "a stored decision of the registry cannot be read",
                            "table entity", "run `toono rebuild` to make the store anew from the journal"});
      return false;
    }
    if (decision->outcome() == Outcome::accepted)
      for (const auto* event : *decision->events()) (void)registry_.apply(decision->seq(), *event);
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

Result<void> Follower::catch_up(Log& log) {
  std::vector<From> from;
  std::vector<bool> missing;
  for (const auto& head : heads_) missing.push_back(head.next_offset != 0);
  for (PartitionNumber partition = 0; partition <= partitions_; ++partition)
    from.push_back({partition, heads_[partition].head_offset, heads_[partition].place});
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
    if (outcome && batch_.size() >= kRowsPerStep) outcome = commit();
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
  const auto& head = heads_[partition];
  TOONO_TRY(
      log.scan(Topic::journal, {{partition, head.next_offset, head.place}}, [&](const LogRecord& record) {
        outcome = follow(record);
        return outcome.has_value();
      }));
  return outcome;
}

Result<void> Follower::follow(const LogRecord& record) {
  auto& head = heads_[record.partition];
  if (record.offset < head.next_offset) return {};
  Aligned aligned(record.bytes);
  TOONO_ASSIGN(auto read, read_next(head, record, aligned.bytes(), {partitions_, window_}));
  if (read.decision) {
    if (counted_) counted_(record.partition, *read.decision, aligned.bytes());
    return fold(record.partition, *read.decision, aligned.bytes());
  }
  if (read.genesis) {
    remember(*read.genesis);
    batch_.put(genesis_key(record.partition), text_of(record.bytes));
  } else {
    batch_.put(void_key(record.partition, record.offset), {});
  }
  return {};
}

Result<void> Follower::fold(PartitionNumber partition, const Decision& decision, Bytes bytes) {
  auto& head = heads_[partition];
  TOONO_ASSIGN(auto applied, folder_.apply(partition, decision, bytes, batch_));
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

void Follower::note_agenda(std::size_t from_row) {
  for (auto i = from_row; i < batch_.size(); ++i) {
    auto row = batch_[i];
    if (row.key.size() < kKeyPrefix || row.key[2] != static_cast<char>(Table::agenda)) continue;
    auto partition = KeyReader(row.key).number<PartitionNumber>();
    agenda_changes_.push_back({partition, std::string(row.key), std::string(row.value), row.removed});
  }
}

std::vector<AgendaChange> Follower::take_agenda_changes() { return std::exchange(agenda_changes_, {}); }

Result<void> Follower::foresee(PartitionNumber partition, Bytes decision) {
  Aligned aligned(decision);
  const auto* record = read_record(aligned.bytes());
  check(record && record->body_as_Decision(), "a decision that was just made can be read");
  auto hash = sha256(decision);
  foreseen_.push_back({partition, hash});
  const auto& made = *record->body_as_Decision();
  heads_[partition].chain = extend(heads_[partition].chain, made, hash);
  return fold(partition, made, aligned.bytes());
}

/// Which records are the foreseen ones; none when somewhere another's stands in their place. Within a
/// partition the order is the log's; between partitions it may differ.
std::optional<std::vector<bool>> Follower::match(const std::vector<LogRecord>& records) const {
  std::vector<std::deque<Digest>> expected(heads_.size());
  std::vector<bool> is_ours(heads_.size());
  for (const auto& foreseen : foreseen_) {
    expected[foreseen.partition].push_back(foreseen.hash);
    is_ours[foreseen.partition] = true;
  }
  std::vector<bool> ours;
  for (const auto& record : records) {
    bool is_new = record.offset >= heads_[record.partition].next_offset;
    ours.push_back(is_new && is_ours[record.partition]);
    if (!ours.back()) continue;
    auto& queue = expected[record.partition];
    if (queue.empty() || !(queue.front() == sha256(record.bytes))) return std::nullopt;
    queue.pop_front();
  }
  for (const auto& queue : expected)
    if (!queue.empty()) return std::nullopt;
  return ours;
}

Result<bool> Follower::confirm(Log& log, const std::vector<LogRecord>& records) {
  auto ours = match(records);
  foreseen_.clear();
  if (!ours) {
    TOONO_TRY(roll_back());
    TOONO_TRY(catch_up(log));
    return false;
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& record = records[i];
    if (!(*ours)[i]) {
      TOONO_TRY(follow(record));
      continue;
    }
    auto& head = heads_[record.partition];
    head.head_offset = record.offset;
    head.next_offset = record.offset + 1;
    head.place = record.place;
  }
  TOONO_TRY(commit());
  return true;
}

Result<void> Follower::roll_back() {
  batch_.clear();
  agenda_changes_.clear();
  folder_.forget();
  TOONO_TRY(load_heads());
  TOONO_TRY(load_quarantine());
  return load_registry();
}

Result<void> Follower::commit() {
  if (batch_.empty()) return {};
  auto from_row = batch_.size();
  TOONO_TRY(folder_.write_views(batch_));
  note_agenda(from_row);
  for (PartitionNumber partition = 0; partition <= partitions_; ++partition)
    if (heads_[partition].next_offset != 0)
      batch_.put(head_key(partition), plain_bytes(row_of(heads_[partition])));
  TOONO_TRY(store_.apply(batch_));
  batch_.clear();
  folder_.trim();
  return {};
}

}  // namespace toono
