#include "adapters/query/past.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/query/history.h"
#include "core/time.h"
#include "projections/journal_reader.h"
#include "projections/log_up_to.h"

namespace toono {
namespace {

constexpr std::uint64_t kWatched = 1024;

/// How far one partition has been read.
struct Reading {
  PartitionHead head;
  bool over = false;
};

/// Reads records by the rule of the journal and lets only those in that `belongs` agrees to.
class PrefixReader {
 public:
  using Belongs = std::function<bool(PartitionNumber, const Decision&)>;
  PrefixReader(PartitionNumber partitions, const Watch& watch, Belongs belongs)
      : readings_(partitions + 1u), shape_{partitions}, watch_(watch), belongs_(std::move(belongs)) {}

  Result<void> read(Log& log, const std::vector<PartitionNumber>& which) {
    std::vector<From> from;
    for (auto partition : which) from.push_back({.partition = partition});
    Result<void> outcome;
    TOONO_TRY(log.scan(Topic::journal, from, [&](const LogRecord& record) {
      if (watch_ && ++read_ % kWatched == 0) watch_(read_);
      outcome = take(record);
      return outcome.has_value() && !all_over(which);
    }));
    return outcome;
  }
  const Reading& reading(PartitionNumber partition) const { return readings_[partition]; }

  /// The bytes of the record of this seq are to be had when it has been read.
  void keep(std::uint64_t seq) { kept_seq_ = seq; }
  Buffer kept() { return std::move(kept_); }

 private:
  bool all_over(const std::vector<PartitionNumber>& which) const {
    return std::all_of(which.begin(), which.end(),
                       [this](auto partition) { return readings_[partition].over; });
  }

  Result<void> take(const LogRecord& record) {
    auto& reading = readings_[record.partition];
    if (reading.over) return {};
    Aligned aligned(record.bytes);
    auto next = reading.head;
    TOONO_ASSIGN(auto read, read_next(next, record, aligned.bytes(), shape_));
    if (read.genesis) shape_.window = read.genesis->window();
    reading.over = read.decision && !belongs_(record.partition, *read.decision);
    if (reading.over) return {};
    reading.head = next;
    if (read.decision && next.chain.seq == kept_seq_) kept_.assign(record.bytes.begin(), record.bytes.end());
    return {};
  }

  std::vector<Reading> readings_;
  JournalShape shape_;
  const Watch& watch_;
  std::uint64_t read_ = 0;
  Belongs belongs_;
  std::uint64_t kept_seq_ = 0;
  Buffer kept_;
};

std::vector<PartitionNumber> up_to(PartitionNumber count) {
  std::vector<PartitionNumber> list;
  for (PartitionNumber partition = 0; partition < count; ++partition) list.push_back(partition);
  return list;
}

Error no_such_record(PartitionNumber partitions, const AsOf& place, std::uint64_t last) {
  return {
      ErrorCode::not_found, "the journal has no such record",
      position_name(place.partition, partitions, place.seq),
      fmt::format("the last one of this partition is {}", position_name(place.partition, partitions, last))};
}

/// When the record asked for was decided.
Result<Instant> decided_at(Log& log, PartitionNumber partitions, const AsOf& as_of, const Watch& watch) {
  PrefixReader reader(partitions, watch,
                      [&](PartitionNumber, const Decision& decision) { return decision.seq() <= as_of.seq; });
  TOONO_TRY(reader.read(log, {as_of.partition}));
  const auto& head = reader.reading(as_of.partition).head.chain;
  if (head.seq == as_of.seq) return head.decided_at;
  return unexpected(no_such_record(partitions, as_of, head.seq));
}

}  // namespace

Result<Prefix> resolve(Log& log, PartitionNumber partitions, const AsOf& as_of, const Watch& watch) {
  Prefix prefix;
  if (as_of.at) {
    prefix.at = *as_of.at;
  } else {
    TOONO_ASSIGN(prefix.at, decided_at(log, partitions, as_of, watch));
  }
  std::uint64_t registry_seq = 0;
  auto is_in_time = [&](PartitionNumber partition, const Decision& decision) {
    if (!as_of.at && partition == as_of.partition) return decision.seq() <= as_of.seq;
    if (partition == partitions && decision.seq() <= registry_seq) return true;
    return *decision.decided_at() <= prefix.at;
  };
  PrefixReader reader(partitions, watch, [&](PartitionNumber partition, const Decision& decision) {
    bool belongs = is_in_time(partition, decision);
    if (belongs && partition != partitions) registry_seq = std::max(registry_seq, decision.registry_seq());
    return belongs;
  });
  TOONO_TRY(reader.read(log, up_to(partitions)));
  TOONO_TRY(reader.read(log, {partitions}));
  for (PartitionNumber partition = 0; partition <= partitions; ++partition)
    prefix.ends.push_back(reader.reading(partition).head.next_offset);
  if (reader.reading(partitions).head.chain.seq == 0)
    return unexpected({ErrorCode::not_found, "nothing had been founded by then", to_text(prefix.at),
                       "ask for a later moment"});
  return prefix;
}

Result<Buffer> decision_at(Log& log, PartitionNumber partitions, const AsOf& place, const Watch& watch) {
  PrefixReader reader(partitions, watch,
                      [&](PartitionNumber, const Decision& decision) { return decision.seq() <= place.seq; });
  reader.keep(place.seq);
  TOONO_TRY(reader.read(log, {place.partition}));
  auto kept = reader.kept();
  if (!kept.empty()) return kept;
  return unexpected(no_such_record(partitions, place, reader.reading(place.partition).head.chain.seq));
}

Result<std::unique_ptr<Past>> Past::fold(Log& log, PartitionNumber partitions, const Prefix& prefix,
                                         const Watch& watch) {
  auto past = std::unique_ptr<Past>(new Past());
  LogUpTo until(log, prefix.ends);
  TOONO_TRY(past->follower_.open(until, partitions, [&](std::uint64_t records) {
    if (watch) watch(records);
    return Result<void>();
  }));
  return past;
}

}  // namespace toono
