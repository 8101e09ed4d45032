// The reader that the fault tests trust finds what it is there to find.
#include "tests/kafka/engines/chain.h"

#include <doctest/doctest.h>

#include "tests/engine/deployment.h"

namespace toono {
namespace {

using testing::Answers;
using testing::Chain;
using testing::Contradictions;
using testing::hold_against;
using testing::read_chain;

constexpr PartitionNumber kAll = MemoryDeployment::kPartitions + 1;

/// A journal of random work with what its edge was told.
struct Story {
  MemoryDeployment place;
  Answers answers;

  Story() {
    Load load(7, MemoryDeployment::kPartitions);
    place.processor->on_answer([&](const Answered& answered) {
      load.learn(answered);
      const auto& decision = *answered.decision;
      answers[to_text(*decision.command_id())] = {answered.partition, decision.seq(), decision.outcome(),
                                                  decision.first_seq()};
    });
    for (int i = 0; i < 200; ++i) {
      auto next = load.next(place.clock.now(), place.registry.position());
      must(place.log.send(next.partition, next.record));
      place.drain();
    }
  }

  std::vector<Chain> chains() { return chains_of(place.log); }
  static std::vector<Chain> chains_of(Log& log) {
    std::vector<Chain> all;
    for (PartitionNumber p = 0; p < kAll; ++p) all.push_back(read_chain(log, p));
    return all;
  }
  std::vector<Buffer> records(PartitionNumber partition) {
    std::vector<Buffer> all;
    must(place.log.scan(Topic::journal, {{partition}}, [&](const LogRecord& record) {
      all.emplace_back(record.bytes.begin(), record.bytes.end());
      return true;
    }));
    return all;
  }
  /// The chains of a log that holds these records in place of the partition's own.
  std::vector<Chain> with(PartitionNumber partition, const std::vector<Buffer>& instead) {
    MemoryLog log(kAll);
    for (PartitionNumber p = 0; p < kAll; ++p)
      for (const auto& bytes : p == partition ? instead : records(p)) must(log.append(p, bytes));
    (void)must(log.settle());
    return chains_of(log);
  }
};

/// The decision again, as if it came behind `before`.
Buffer put_behind(const Buffer& decision, const Buffer& before, std::uint64_t command_offset) {
  std::unique_ptr<DecisionT> body(decision_of(decision)->UnPack());
  body->seq = decision_of(before)->seq() + 1;
  body->prev = sha256(before);
  body->command_offset = command_offset;
  flatbuffers::FlatBufferBuilder builder;
  auto offset = CreateDecision(builder, body.get());
  FinishRecordBuffer(builder, CreateRecord(builder, RecordBody::Decision, offset.Union()));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace

TEST_CASE("a journal and the answers that were given agree") {
  Story story;
  auto chains = story.chains();
  REQUIRE(chains[0].seq > 10);
  CHECK(story.answers.size() == 200);
  auto found = hold_against(chains, story.answers);
  CHECK(found.twice + found.missing + found.elsewhere + found.out_of_order == 0);
  for (PartitionNumber p = 0; p < kAll; ++p) {
    CHECK(chains[p].voids == 0);
    CHECK(chains[p].head == story.place.follower->head(p).chain.hash);
  }
}

TEST_CASE("an answer that stands nowhere or elsewhere is found") {
  Story story;
  auto lost = story.answers;
  lost["00000000-0000-7000-8000-000000000001"] = {0, 3, Outcome::accepted, 0};
  CHECK(hold_against(story.chains(), lost).missing == 1);
  for (auto change : {0, 1, 2}) {
    CAPTURE(change);
    auto moved = story.answers;
    auto& told = moved.begin()->second;
    if (change == 0) ++told.seq;
    if (change == 1) told.outcome = Outcome::malformed;
    if (change == 2) told.partition = (told.partition + 1) % MemoryDeployment::kPartitions;
    CHECK(hold_against(story.chains(), moved).elsewhere == 1);
    CHECK(hold_against(story.chains(), moved).missing == 0);
  }
}

TEST_CASE("a command decided a second time is found") {
  Story story;
  auto records = story.records(0);
  records.push_back(put_behind(records[2], records.back(), records.size() - 1));
  auto chains = story.with(0, records);
  CHECK(chains[0].voids == 0);
  CHECK(chains[0].seq == records.size() - 1);
  CHECK(hold_against(chains, story.answers).twice == 1);
}

TEST_CASE("a command that was passed over is found") {
  Story story;
  auto records = story.records(0);
  auto last = records.back();
  records.pop_back();
  records.push_back(put_behind(last, records.back(), records.size()));
  CHECK(hold_against(story.with(0, records), story.answers).out_of_order == 1);
}

TEST_CASE("a chain with a record altered or left out ends there and what was told of the rest is missing") {
  Story story;
  const auto whole = story.records(1);
  const std::size_t broken = whole.size() / 2;
  auto left_out = whole;
  left_out.erase(left_out.begin() + static_cast<std::ptrdiff_t>(broken));
  auto altered = whole;
  altered[broken][altered[broken].size() / 2] ^= 1;
  for (const auto& records : {left_out, altered}) {
    auto chains = story.with(1, records);
    // An altered record may still be a good decision by itself: then it is the next that does not fit.
    CHECK(chains[1].seq <= broken);
    CHECK(chains[1].seq >= broken - 1);
    CHECK(chains[1].voids == records.size() - 1 - chains[1].seq);
    CHECK(hold_against(chains, story.answers).missing >= whole.size() - 1 - broken);
    CHECK_FALSE(chains[1].head == story.place.follower->head(1).chain.hash);
  }
}

}  // namespace toono
