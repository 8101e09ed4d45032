// From the journal to public events: what counts, what is void, and what ends the publishing.
#include "adapters/kafka/public_event.h"

#include <map>

#include "tests/integrators/year.h"

namespace toono {
namespace {

Result<void> nobody(const PublicEvent&) { return {}; }

/// The year's journal taken up to the record before `stop`, in the order of the files.
std::unique_ptr<PublicFeed> taken_until(PartitionNumber partition, std::uint64_t offset) {
  auto feed = std::make_unique<PublicFeed>(static_cast<PartitionNumber>(year().partitions + 1));
  for (const auto& kept : year().journal)
    if (kept.record.partition != partition || kept.record.offset < offset)
      must(feed->take(kept.record, nobody));
  return feed;
}
const LogRecord& record_at(PartitionNumber partition, std::uint64_t offset) {
  for (const auto& kept : year().journal)
    if (kept.record.partition == partition && kept.record.offset == offset) return kept.record;
  FAIL("the year has no such record");
  return year().journal.front().record;
}

/// The decision as its record holds it, changed.
template <class Change>
Buffer changed(const LogRecord& record, Change change) {
  RecordT table;
  read_record(record.bytes)->UnPackTo(&table);
  change(*table.body.AsDecision());
  flatbuffers::FlatBufferBuilder builder;
  FinishRecordBuffer(builder, Record::Pack(builder, &table));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}
LogRecord with_bytes(LogRecord record, const Buffer& bytes) {
  record.bytes = bytes;
  return record;
}

}  // namespace

TEST_CASE("every event of every accepted decision is told in order and under its place") {
  std::size_t decisions_with_events = 0, told = 0;
  for (const auto& kept : year().journal) {
    const auto* decision = decision_of(kept.record.bytes);
    if (!decision || decision->outcome() != Outcome::accepted) continue;
    ++decisions_with_events;
    told += decision->events()->size();
  }
  CHECK(year().event_count == told);
  CHECK(decisions_with_events > 3000);
  for (const auto& partition : year().events)
    for (std::size_t i = 1; i < partition.size(); ++i) {
      CHECK(partition[i - 1].event.place < partition[i].event.place);
      CHECK(partition[i - 1].event.attribute("sequence") < partition[i].event.attribute("sequence"));
      CHECK(partition[i - 1].event.recorded_at <= partition[i].event.recorded_at);
    }
}

TEST_CASE("a line is told of its referrals from the sending on and of nothing else") {
  std::map<std::string, ReferralLine> lines;
  std::size_t told = 0;
  for (const auto& partition : year().events)
    for (const auto& [event, line] : partition) {
      auto data = parsed(event.data);
      auto type = event_of_type_name(event.attribute("type"));
      if (type == "ReferralPrepared") {
        CHECK_FALSE(line.has_value());
        for (auto each : EnumValuesReferralLine())
          if (EnumNameReferralLine(each) == data.at("line").as_string())
            lines[std::string(data.at("referral_id").as_string())] = each;
        continue;
      }
      bool of_referral = type.starts_with("Referral");
      CHECK(line.has_value() == of_referral);
      if (!of_referral) continue;
      CHECK(*line == lines.at(std::string(data.at("referral_id").as_string())));
      ++told;
    }
  CHECK(told > 20);
  CHECK(told == year().referral_count);
}

TEST_CASE("a record that does not extend the chain is passed over") {
  auto feed = taken_until(1, 20);
  auto stranger = changed(record_at(1, 20), [](DecisionT& decision) { decision.prev = Digest(); });
  std::size_t told = 0;
  auto count = [&](const PublicEvent&) -> Result<void> { return ++told, Result<void>(); };
  must(feed->take(with_bytes(record_at(1, 20), stranger), count));
  CHECK(told == 0);
  CHECK(feed->void_count() == 1);
  CHECK(feed->seq(1) == 19);
  // The one that was decided anew counts, at the next place of the log.
  auto next = record_at(1, 20);
  next.offset = 21;
  must(feed->take(next, count));
  CHECK(feed->seq(1) == 20);
}

TEST_CASE("nothing is told beyond a hole in the journal or a record that was altered") {
  auto feed = taken_until(1, 20);
  auto beyond = feed->take(record_at(1, 21), nobody);
  REQUIRE_FALSE(beyond.has_value());
  CHECK(beyond.error().code == ErrorCode::damaged);
  CHECK(beyond.error().where == "partition 1, record 20");

  feed = taken_until(1, 20);
  auto far = changed(record_at(1, 20), [](DecisionT& decision) { decision.seq = 20 + kWindow + 1; });
  auto broken = feed->take(with_bytes(record_at(1, 20), far), nobody);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().what.find("broken") != std::string::npos);
  CHECK(broken.error().where == "partition 1, record 20");
}

TEST_CASE("a journal of a newer version stops the publishing and says upgrade") {
  auto feed = taken_until(1, 20);
  auto newer =
      changed(record_at(1, 20), [](DecisionT& decision) { decision.schema_version = kSchemaVersion + 1; });
  auto refused = feed->take(with_bytes(record_at(1, 20), newer), nobody);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::refused);
  CHECK(refused.error().next == "upgrade this program");
}

TEST_CASE("what was taken before is passed over and whoever takes the events may refuse") {
  auto feed = taken_until(1, 20);
  must(feed->take(record_at(1, 3), [](const PublicEvent&) -> Result<void> {
    FAIL("told twice");
    return {};
  }));
  Result<void> outcome;
  for (std::uint64_t offset = 20; outcome && offset < 40; ++offset)
    outcome = feed->take(record_at(1, offset), [](const PublicEvent&) -> Result<void> {
      return unexpected({ErrorCode::world, "no room", "here", ""});
    });
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().what == "no room");
}

TEST_CASE("a partition that does not begin with its own genesis is refused") {
  PublicFeed feed(static_cast<PartitionNumber>(year().partitions + 1));
  auto other = record_at(2, 0);
  other.partition = 1;
  CHECK(feed.take(other, nobody).error().code == ErrorCode::damaged);
  PublicFeed another(static_cast<PartitionNumber>(year().partitions + 1));
  auto late = record_at(1, 1);
  late.offset = 0;
  CHECK(another.take(late, nobody).error().code == ErrorCode::damaged);
}

}  // namespace toono
