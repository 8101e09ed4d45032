// An owner whose broker refuses what it writes, by each of the codes that a broker has for it: what passes is
// written once, what does not stops the owner, and opened again it decides what was not written.
#include <doctest/doctest.h>

#include "adapters/kafka/kafka_log.h"
#include "tests/engine/deployment.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/engines/chain.h"
#include "tests/kafka/mock_cluster.h"

namespace toono {
namespace {

/// An owner of everything on a cluster that answers as it is told.
class Owner {
 public:
  static constexpr PartitionNumber kPartitions = 2;

  Owner() {
    GenesisFacts facts{.log_id = test_log_id(), .partitions = kPartitions, .created_at = clock_.now()};
    auto founder = must(KafkaLog::open({.address = mock_.address()}));
    for (PartitionNumber p = 0; p <= kPartitions; ++p) must(founder->append(p, genesis_record(facts, p)));
    (void)must(founder->settle());
    open();
    std::uint32_t count = 0;
    for (const auto& body : first_registry())
      must(log_->send(kPartitions, founding_record(test_log_id(), count++, body, clock_.now())));
    sent_ = count;
    must(decide_all());
  }

  void open() {
    log_.reset();
    log_ = must(KafkaLog::open({.address = mock_.address(), .own_all = true, .on_assigned = [this](auto p) {
                                  return Result<std::uint64_t>(follower_->head(p).chain.next_command);
                                }}));
    follower_ = std::make_unique<Follower>(store_, registry_, Follower::Options{});
    must(follower_->open(*log_, kPartitions));
    processor_ = std::make_unique<Processor>(*log_, store_, registry_, *follower_, clock_);
    processor_->on_key_destruction([](PersonId, std::optional<SealClass>) { return Result<void>(); });
    processor_->on_answer([this](const Answered& answered) {
      load_.learn(answered);
      const auto& decision = *answered.decision;
      answers[to_text(*decision.command_id())] = {answered.partition, decision.seq(), decision.outcome(),
                                                  decision.first_seq()};
    });
    must(processor_->open());
  }
  void send(int commands) {
    for (int i = 0; i < commands; ++i) {
      auto next = load_.next(clock_.now(), registry_.position());
      must(log_->send(next.partition, next.record));
    }
    sent_ += static_cast<std::uint64_t>(commands);
    must(log_->flush_inbox());
  }
  void refuse_next(rd_kafka_resp_err_t code) { mock_.answer_produce({code}); }
  /// Until every command sent has its decision.
  Result<void> decide_all() {
    Result<void> outcome;
    bool all = testing::eventually([&] {
      auto decided = processor_->step(64);
      if (!decided) outcome = unexpected(decided.error());
      return !outcome || decided_count() >= sent_;
    });
    REQUIRE_MESSAGE(all, decided_count() << " of " << sent_ << " commands were decided within 30 s");
    return outcome;
  }
  std::vector<testing::Chain> chains() {
    std::vector<testing::Chain> all;
    for (PartitionNumber p = 0; p <= kPartitions; ++p) all.push_back(testing::read_chain(*log_, p));
    return all;
  }
  std::uint64_t sent() const { return sent_; }

  testing::Answers answers;

 private:
  std::uint64_t decided_count() const {
    std::uint64_t count = 0;
    for (PartitionNumber p = 0; p <= kPartitions; ++p) count += follower_->confirmed_head(p).chain.seq;
    return count;
  }

  testing::MockCluster mock_;
  SystemClock clock_;
  Load load_{11, kPartitions};
  MemoryStore store_;
  Registry registry_;
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<Follower> follower_;
  std::unique_ptr<Processor> processor_;
  std::uint64_t sent_ = 0;
};

}  // namespace

TEST_CASE("an owner meets every refusal of a broker and each command still has one decision") {
  Owner owner;
  struct Row {
    std::string name;
    rd_kafka_resp_err_t code;
    bool passes;
    ErrorCode told = ErrorCode::world;
    std::string next =
        "an engine opens again and looks by itself; who sends repeats it under the same id: it takes effect "
        "once";
  };
  for (const auto& row :
       {Row{"not enough replicas", RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, true},
        Row{"request timed out", RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, true},
        Row{"not the leader", RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, true},
        Row{"not allowed", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, false, ErrorCode::refused,
            "give this client the rights that docs/operations.md lists for its role"},
        Row{"too large", RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, false}}) {
    CAPTURE(row.name);
    owner.send(40);
    owner.refuse_next(row.code);
    auto decided = owner.decide_all();
    CHECK(decided.has_value() == row.passes);
    if (!decided) {
      CHECK(decided.error().code == row.told);
      CHECK(decided.error().where.find("journal.v1") != std::string::npos);
      CHECK(decided.error().next == row.next);
      owner.open();
      must(owner.decide_all());
    }
    auto chains = owner.chains();
    std::uint64_t decisions = 0;
    for (const auto& chain : chains) decisions += chain.seq;
    CHECK(decisions == owner.sent());
    auto found = testing::hold_against(chains, owner.answers);
    CHECK(found.twice + found.missing + found.elsewhere + found.out_of_order == 0);
  }
  // Of the last that were sent before a stop some were written, and by then nobody was there to tell it.
  CHECK(owner.answers.size() >= owner.sent() - 2 * 40);
}

}  // namespace toono
