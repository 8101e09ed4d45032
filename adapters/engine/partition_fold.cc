#include "adapters/engine/partition_fold.h"

#include <fmt/format.h>

#include "adapters/embedded/format.h"

namespace toono {
namespace {

constexpr std::size_t kTalliesHeld = 50'000;
constexpr std::uint64_t kRowsBetween = 10'000;
constexpr std::size_t kHistoryKeyBytes = kKeyPrefix + sizeof(EntityId) + 1 + 8;
constexpr std::size_t kHistoryPrefixBytes = kHistoryKeyBytes - 8;
constexpr std::size_t kHeldKeyBytes = 32;
static_assert(kHistoryKeyBytes <= kHeldKeyBytes && kHeldKeyBytes % 8 == 0);
/// Of the memory, what decisions get while they are read; the rows of outcomes have the rest.
constexpr std::size_t share_of_decisions(std::size_t bytes) { return bytes / 4 * 3; }

std::uint64_t since_of(std::string_view value) {
  std::uint64_t since = 0;
  std::memcpy(&since, value.data() + value.size() - sizeof since, sizeof since);
  return since;
}

Table table_of(std::string_view key) { return static_cast<Table>(key[2]); }

/// Two rows of one key: tallies add up; else two entities claim one row, and it is the later one's, as it is
/// when they are followed one after the other.
void merge_into(std::string& row, std::string_view other, Table table) {
  if (table != Table::tallies) {
    if (since_of(other) >= since_of(row)) row.assign(other);
    return;
  }
  TallyRow sum, more;
  check(row.size() >= sizeof sum && other.size() == row.size(), "a tally's row has the size of a tally");
  std::memcpy(&sum, row.data(), sizeof sum);
  std::memcpy(&more, other.data(), sizeof more);
  for (std::size_t i = 0; i < std::size(sum.counts); ++i) sum.counts[i] += more.counts[i];
  std::memcpy(row.data(), &sum, sizeof sum);
}

}  // namespace

PartitionFold::PartitionFold(const Options& options)
    : partition_(options.partition),
      shape_{.partitions = options.partitions},
      decisions_(fmt::format("{}-decisions", options.spill.string()),
                 share_of_decisions(options.memory_bytes)),
      rows_(fmt::format("{}-rows", options.spill.string()),
            options.memory_bytes - share_of_decisions(options.memory_bytes)) {}

/// A row that waits for its place; behind its value stands the record that it is of.
Result<void> PartitionFold::put(std::string_view key, std::string_view value, std::uint64_t since) {
  char row[1024];
  if (value.size() + sizeof since > sizeof row)
    return rows_.add(key, std::string(value).append(plain_bytes(since)));
  if (!value.empty()) std::memcpy(row, value.data(), value.size());
  std::memcpy(row + value.size(), &since, sizeof since);
  return rows_.add(key, {row, value.size() + sizeof since});
}

Result<void> PartitionFold::read(const LogRecord& record) {
  TOONO_ASSIGN(auto found, read_next(head_, record, record.bytes, shape_));
  if (found.genesis) {
    shape_.window = found.genesis->window();
    return put(genesis_key(partition_), text_of(record.bytes), 0);
  }
  if (found.is_void()) return put(void_key(partition_, record.offset), {}, 0);
  const auto& decision = *found.decision;
  if (!leaves_rows(decision)) return {};
  head_.note_command(*decision.command_id());
  if (decision.entity_kind() == EntityKind::registry)
    head_.quarantined_count += registry_.apply(decision) ? 0 : 1;
  TOONO_TRY(put(outcome_key(partition_, *decision.command_id()), plain_bytes(outcome_of(decision)),
                decision.seq()));
  return decisions_.add(history_key(partition_, *decision.entity(), decision.seq()), text_of(record.bytes));
}

Result<void> PartitionFold::write(const Target& target, std::size_t memory_bytes, const Folded& folded) {
  if (!has_begun()) return {};
  rows_.set_memory(memory_bytes);
  auto take = [&](std::string_view key, std::string_view decision) -> Result<void> {
    bool is_next = !entity_.empty() && key_of(entity_.front()).substr(0, kHistoryPrefixBytes) !=
                                           key.substr(0, kHistoryPrefixBytes);
    if (is_next) {
      TOONO_TRY(folded(entity_.size()));
      TOONO_TRY(write_entity(target.rows));
    }
    hold(key, decision);
    return {};
  };
  TOONO_TRY(decisions_.drain(take));
  TOONO_TRY(folded(entity_.size()));
  TOONO_TRY(write_entity(target.rows));
  TOONO_TRY(put_tallies());
  TOONO_TRY(put(head_key(partition_), plain_bytes(row_of(head_)), 0));
  return write_sorted(target, folded);
}

void PartitionFold::hold(std::string_view key, std::string_view decision) {
  auto begin = embedded::round_up(held_.size(), 8) + kHeldKeyBytes;
  held_.resize(begin + decision.size());
  std::memcpy(held_.data() + begin - kHeldKeyBytes, key.data(), kHistoryKeyBytes);
  std::memcpy(held_.data() + begin, decision.data(), decision.size());
  entity_.push_back({begin, decision.size()});
}

std::string_view PartitionFold::key_of(const Held& held) const {
  return text_of(Bytes(held_).subspan(held.begin - kHeldKeyBytes, kHistoryKeyBytes));
}

/// The state, then the history: side by side in the store. What else the state leads to is sorted later.
Result<void> PartitionFold::write_entity(SortedLoad& rows) {
  if (entity_.empty()) return {};
  decisions_read_.clear();
  std::optional<std::uint64_t> since;
  for (const auto& held : entity_) {
    const auto* record = read_record(decision_of(held));
    const auto* decision = record ? record->body_as_Decision() : nullptr;
    if (!decision)
      return unexpected({ErrorCode::world, "a decision that was set aside cannot be read again",
                         fmt::format("partition {}", partition_), "check the disk, then start again"});
    decisions_read_.push_back(decision);
    if (!since && changes_state(*decision)) since = decision->seq();
  }
  auto entity = *decisions_read_.front()->entity();
  auto folded = fold_entity(decisions_read_);
  head_.case_count += folded.registered_cases;
  if (folded.quarantined_at) {
    ++head_.quarantined_count;
    TOONO_TRY(put(quarantine_key(partition_, entity), plain_bytes(*folded.quarantined_at), 0));
  }
  if (version_of(folded.state) != 0) {
    TOONO_TRY(rows.add(state_key(partition_, entity), pack_state(folded.state)));
    TOONO_TRY(write_views(folded.state, *since));
  }
  for (const auto& held : entity_) TOONO_TRY(rows.add(key_of(held), text_of(decision_of(held))));
  entity_.clear();
  held_.clear();
  return {};
}

Result<void> PartitionFold::write_views(const EntityState& state, std::uint64_t since) {
  views_.clear();
  write_rows(state, partition_, views_);
  for (std::size_t i = 0; i < views_.size(); ++i) TOONO_TRY(put(views_[i].key, views_[i].value, since));
  contributed_.clear();
  contributions(state, contributed_);
  for (const auto& contribution : contributed_) {
    auto day = static_cast<std::uint32_t>(contribution.day);
    ++tallies_[std::uint64_t{contribution.station} << 32 | day][contribution.counter];
  }
  return tallies_.size() > kTalliesHeld ? put_tallies() : Result<void>();
}

Result<void> PartitionFold::put_tallies() {
  for (const auto& [place, tally] : tallies_) {
    auto key = Key(partition_, Table::tallies)
                   .number(static_cast<std::uint32_t>(place >> 32))
                   .day(Day(static_cast<std::int32_t>(place)));
    TOONO_TRY(put(key, plain_bytes(tally), 0));
  }
  tallies_.clear();
  return {};
}

Result<void> PartitionFold::write_sorted(const Target& target, const Folded& folded) {
  std::string key, row;
  std::uint64_t count = 0;
  auto finish = [&]() -> Result<void> {
    if (key.empty()) return {};
    auto value = std::string_view(row).substr(0, row.size() - sizeof(std::uint64_t));
    return (table_of(key) == Table::meta ? target.meta : target.rows).add(key, value);
  };
  auto take = [&](std::string_view next, std::string_view value) -> Result<void> {
    if (next == key) return merge_into(row, value, table_of(key)), Result<void>();
    TOONO_TRY(finish());
    if (++count % kRowsBetween == 0) TOONO_TRY(folded(0));
    key.assign(next);
    row.assign(value);
    return {};
  };
  TOONO_TRY(rows_.drain(take));
  return finish();
}

}  // namespace toono
