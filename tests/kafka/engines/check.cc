// What must hold after every fault, held against the journal by a reader of its own.
#include <doctest/doctest.h>

#include "adapters/kafka/kafka_log.h"
#include "tests/kafka/engines/engines.h"

namespace toono::testing {
namespace {

/// A log that takes nothing more: what the agenda and answered questions led to stands in the inbox already.
class FedLog final : public Log {
 public:
  explicit FedLog(Log& inner) : inner_(inner) {}
  Result<void> send(PartitionNumber, Bytes) override { return {}; }
  Result<std::vector<LogRecord>> receive(std::size_t limit) override { return inner_.receive(limit); }
  Result<void> append(PartitionNumber p, Bytes decision) override { return inner_.append(p, decision); }
  Result<std::vector<LogRecord>> settle(Wait wait) override { return inner_.settle(wait); }
  Result<void> scan(Topic topic, const std::vector<From>& from, const Visitor& visit) override {
    return inner_.scan(topic, from, visit);
  }

 private:
  Log& inner_;
};

void check_told(const std::vector<Chain>& chains, const Answers& answers) {
  auto found = hold_against(chains, answers);
  CHECK(found.twice == 0);
  CHECK(found.missing == 0);
  CHECK(found.elsewhere == 0);
  // Every inbox record has one decision, in the inbox' order.
  CHECK(found.out_of_order == 0);
}

/// The embedded log, fed the same geneses and inbox records with the same stamps.
void check_embedded(Log& log, const std::vector<Chain>& chains, const Store& made, const LogId& log_id) {
  const auto registry_partition = static_cast<PartitionNumber>(chains.size() - 1);
  TemporaryDirectory place;
  SetClock clock(first_moment());
  auto embedded = must(EmbeddedLog::create(place.path(), log_id, static_cast<PartitionNumber>(chains.size()),
                                           {.clock = &clock}));
  embedded->set_durable(false);
  for (PartitionNumber p = 0; p < chains.size(); ++p) must(embedded->append(p, chains[p].genesis));
  (void)must(embedded->settle());
  FedLog fed(*embedded);
  MemoryStore store;
  Registry registry;
  Follower follower(store, registry, {});
  must(follower.open(fed, registry_partition));
  Processor processor(fed, store, registry, follower, clock);
  must(processor.open());
  auto decide_all = [&] {
    while (must(processor.step(256)) > 0) continue;
  };
  for (std::size_t i = 0; i < chains.size(); ++i) {
    // The registry first: commands are stamped with its positions.
    auto p = static_cast<PartitionNumber>(i == 0 ? registry_partition : i - 1);
    must(log.scan(Topic::inbox, {{p}}, [&](const LogRecord& record) {
      if (record.offset >= chains[p].seq) return false;
      clock.set(Instant(record.appended_at_ms));
      must(embedded->send(p, record.bytes));
      if (record.offset % 256 == 255) decide_all();
      return true;
    }));
    decide_all();
  }
  for (PartitionNumber p = 0; p < chains.size(); ++p) {
    CAPTURE(p);
    CHECK(follower.head(p).chain.seq == chains[p].seq);
    CHECK(follower.head(p).chain.hash == chains[p].head);
  }
  CHECK(rows_differing(store, made, registry_partition) == 0);
}

std::uint64_t listed_voids(const Store& store, PartitionNumber partition) {
  std::uint64_t count = 0;
  auto prefix = Key(partition, Table::meta).byte(1);
  must(store.scan(prefix, behind(prefix), [&](std::string_view, std::string_view) { return ++count, true; }));
  return count;
}

/// The rows that a node made while it ran; what it had not read when it ended is followed first.
void check_node(const EngineOptions& options, const std::vector<Chain>& chains, const Store& made) {
  CAPTURE(options.dir);
  auto engine = must(Engine::open(options));
  for (PartitionNumber p = 0; p < chains.size(); ++p) {
    CAPTURE(p);
    CHECK(engine->follower().head(p).chain.hash == chains[p].head);
    CHECK(engine->follower().head(p).void_count == chains[p].voids);
    CHECK(listed_voids(engine->store(), p) == chains[p].voids);
  }
  CHECK(rows_differing(engine->store(), made, static_cast<PartitionNumber>(chains.size() - 1)) == 0);
}

}  // namespace

Engines::Checked Engines::check_everything() {
  drain();
  edge_->close();
  std::vector<EngineProcess*> stopped;
  for (auto& engine : engines_) {
    if (!engine->runs()) continue;
    auto code = engine->stop();
    if (!code) FAIL_CHECK("an engine did not end within a minute of its TERM:\n" << engine->said());
    if (code && *code != 0) FAIL_CHECK("an engine ended with " << *code << ":\n" << engine->said());
    stopped.push_back(engine.get());
  }
  auto log = must(KafkaLog::open({.address = address_}));
  std::vector<Chain> chains;
  for (PartitionNumber p = 0; p <= kPartitions; ++p) chains.push_back(read_chain(*log, p));
  check_told(chains, edge_->answers());
  MemoryStore made;
  must(fold_journal(*log, kPartitions, made));
  for (auto& engine : engines_) check_node(node(engine->dir()), chains, made);
  auto reader = must(Engine::open(node(temporary_.path() / "edge")));
  auto log_id = reader->log_id();
  reader.reset();
  check_node(node(temporary_.path() / "edge"), chains, made);
  check_embedded(*log, chains, made, log_id);
  Checked sum;
  for (const auto& chain : chains) {
    sum.decisions += chain.seq;
    sum.voids += chain.voids;
    sum.repeats += chain.repeats;
  }
  for (auto* engine : stopped) engine->start();
  return sum;
}

}  // namespace toono::testing
