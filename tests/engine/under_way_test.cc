// Groups that are decided while others are on their way to the journal: what is answered counts, the store
// has nothing that may yet be lost, and a race that is lost leaves nothing behind.
#include <doctest/doctest.h>

#include <set>

#include "tests/engine/shared_world.h"

namespace toono {
namespace {

/// The journal as a reader sees it who knows the chain rule and nothing else.
class Truth {
 public:
  explicit Truth(const SharedTopics& topics) : topics_(topics), heads_(topics.journal.size()) {
    hashes_.resize(heads_.size());
  }
  /// It counts, and stands there now.
  bool has(PartitionNumber partition, std::uint64_t seq, const Digest& hash) {
    read();
    const auto& hashes = hashes_[partition];
    return seq >= 1 && seq <= hashes.size() && hashes[seq - 1] == hash;
  }
  bool is_erased(PersonId person, std::optional<SealClass> only) {
    read();
    return erased_.contains({to_text(person), only ? static_cast<int>(*only) : -1});
  }
  const ChainHead& head(PartitionNumber partition) {
    read();
    return heads_[partition].chain;
  }

 private:
  void read() {
    for (PartitionNumber p = 0; p < heads_.size(); ++p)
      for (auto& head = heads_[p]; head.next_offset < topics_.journal[p].size();) {
        const auto& bytes = topics_.journal[p][head.next_offset].bytes;
        LogRecord record{.partition = p, .offset = head.next_offset, .bytes = bytes};
        auto found = must(read_next(head, record, bytes, {kSharedPartitions, kWindow}));
        if (!found.decision) continue;
        hashes_[p].push_back(head.chain.hash);
        if (found.decision->outcome() != Outcome::accepted) continue;
        for (const auto* event : *found.decision->events())
          if (const auto* body = event->body_as_PersonErased())
            erased_.insert({to_text(id_as<PersonId>(*found.decision->entity())),
                            body->all_classes() ? -1 : static_cast<int>(body->class_())});
      }
  }

  const SharedTopics& topics_;
  std::vector<PartitionHead> heads_;
  std::vector<std::vector<Digest>> hashes_;
  std::set<std::pair<std::string, int>> erased_;
};

/// An engine of another version decides the next command of a partition, and otherwise than ours would.
void decide_otherwise(SharedTopics& topics, Truth& truth, PartitionNumber partition) {
  const auto& head = truth.head(partition);
  if (head.next_command >= topics.inbox[partition].size()) return;
  const auto& bytes = topics.inbox[partition][head.next_command].bytes;
  const auto& command = *GetCommand(bytes.data());
  DecisionT decision;
  decision.seq = head.seq + 1;
  decision.prev = head.hash;
  decision.command_offset = head.next_command;
  decision.command_hash = sha256(bytes);
  decision.command_id = *command.id();
  decision.fingerprint = *command.fingerprint();
  decision.schema_version = kSchemaVersion;
  decision.entity = *command.entity();
  decision.entity_kind = kind_of(command);
  decision.decided_at = std::max(*command.received_at(), head.decided_at);
  decision.registry_seq = head.registry_seq;
  decision.command_type = static_cast<std::uint8_t>(command.body_type());
  decision.outcome = Outcome::rejected;
  decision.rejection = Rejection::version_moved;
  RecordT record;
  record.body.Set(std::move(decision));
  flatbuffers::FlatBufferBuilder builder;
  FinishRecordBuffer(builder, Record::Pack(builder, &record));
  topics.journal[partition].push_back(
      {0, Buffer(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize())});
}

std::vector<PartitionHead> stored_heads(const Store& store) {
  std::vector<PartitionHead> heads;
  for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) {
    HeadRow row;
    auto found = must(store.get(head_key(p)));
    if (found) REQUIRE(read_plain(*found, row));
    heads.push_back(found ? head_of(row) : PartitionHead());
  }
  return heads;
}

/// What a store holds is what a reader makes of the journal up to the heads in it: no row more, no row less.
void check_store(const SharedNode& node, const SharedTopics& topics, SetClock& clock) {
  auto heads = stored_heads(node.store);
  SharedTopics prefix(kSharedPartitions + 1);
  for (PartitionNumber p = 0; p <= kSharedPartitions; ++p)
    prefix.journal[p].assign(topics.journal[p].begin(),
                             topics.journal[p].begin() + static_cast<std::ptrdiff_t>(heads[p].next_offset));
  MemoryStore made;
  SharedLog log(prefix, clock);
  must(fold_journal(log, kSharedPartitions, made));
  CHECK(rows_differing(node.store, made, kSharedPartitions) == 0);
  auto fresh = stored_heads(made);
  for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) {
    CHECK(heads[p].chain.hash == fresh[p].chain.hash);
    CHECK(heads[p].next_offset == fresh[p].next_offset);
    CHECK(heads[p].void_count == fresh[p].void_count);
    CHECK(heads[p].case_count == fresh[p].case_count);
  }
}

/// Every answer is held against the journal as it is at that moment, and against the rows.
struct Answers {
  Truth& truth;
  Load& load;
  std::uint64_t count = 0;
  std::set<std::pair<PartitionNumber, std::uint64_t>> told = {};

  void take(const SharedNode& node, const Answered& answered) {
    const auto& decision = *answered.decision;
    ++count;
    CHECK(truth.has(answered.partition, decision.seq(), sha256(answered.bytes)));
    CHECK(told.insert({answered.partition, decision.seq()}).second);
    if (leaves_rows(decision)) {
      auto row = must(node.store.get(history_key(answered.partition, *decision.entity(), decision.seq())));
      CHECK(row == std::string(text_of(answered.bytes)));
    }
    load.learn(answered);
  }
};

/// Commands on their way through one engine that owns everything, with the journal at the test's command.
struct Held {
  SharedWorld world{1};
  SharedNode& node = *world.nodes[0];
  Load load{7, kSharedPartitions};
  std::vector<std::pair<PartitionNumber, std::uint64_t>> answers;
  std::vector<Outcome> outcomes;
  std::size_t arriving = 0;
  std::uint8_t next_id = 20;
  CommandHeader last;

  explicit Held(std::size_t cached_states = 50) {
    node.cached_states = cached_states;
    node.open();
    for (PartitionNumber p = 0; p < kSharedPartitions; ++p) node.take(p);
    node.processor->on_answer([this](const Answered& answered) {
      answers.emplace_back(answered.partition, answered.decision->seq());
      outcomes.push_back(answered.decision->outcome());
      load.learn(answered);
    });
    node.log.some = [this](std::size_t all) { return std::min(all, arriving); };
  }
  /// An id whose entity lies in partition 0, and the header of its command.
  CommandHeader next_header() {
    for (CommandHeader header;;) {
      header.id = id_as<CommandId>(test_log_id(next_id++));
      header.entity = derive<EntityId>(header.id, "entity");
      if (partition_of(header.entity, kSharedPartitions) != 0) continue;
      return node.header(header.entity, header.id);
    }
  }
  /// Decided as a group of its own.
  template <class BodyT>
  void decide(const CommandHeader& header, const BodyT& body) {
    must(node.log.send(0, command_record(header, body)));
    (void)node.step();
  }
  template <class BodyT>
  void decide_new(BodyT body) {
    last = next_header();
    if constexpr (requires { body.person_id; }) body.person_id = id_as<PersonId>(last.entity);
    decide(last, body);
  }
  /// The next decision of partition 0 arrives and is read back.
  void let_one_arrive() {
    arriving = 1;
    (void)node.step();
    arriving = 0;
  }
  Load::Sent send() {
    auto sent = load.next(world.clock.now(), node.registry.position());
    must(node.log.send(sent.partition, sent.record));
    return sent;
  }
};

}  // namespace

TEST_CASE(
    "engines that decide ahead of the journal and fight answer only what counts and store nothing else") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::uint64_t voids = 0, ahead = 0, answered = 0, destroyed = 0, races = 0;
  for (std::uint64_t history = 0; history < 5; ++history) {
    SharedWorld world(3);
    Load load(seed + history, kSharedPartitions);
    Truth truth(world.topics);
    std::vector<Answers> answers(3, {truth, load});
    std::vector<Load::Sent> sent_so_far;
    auto open = [&](std::size_t self) {
      auto& node = *world.nodes[self];
      // Few, so that states of groups under way are among those to be let go.
      node.cached_states = 4 + load.pick(20);
      node.open();
      node.log.some = [&](std::size_t all) { return load.pick(3) == 0 ? all : load.pick(all + 1); };
      node.processor->on_answer(
          [&, self](const Answered& one) { answers[self].take(*world.nodes[self], one); });
      node.processor->on_key_destruction([&](PersonId person, std::optional<SealClass> only) {
        CHECK(truth.is_erased(person, only));
        ++destroyed;
        return Result<void>();
      });
    };
    for (std::size_t self = 0; self < 3; ++self) open(self);
    bool in_race = false;
    for (int round = 0; round < 200; ++round) {
      auto self = load.pick(3);
      auto& node = *world.nodes[self];
      auto p = static_cast<PartitionNumber>(load.pick(kSharedPartitions + 1));
      if (load.pick(3) == 0) node.take(p);
      if (load.pick(16) == 0) node.give_up(p);
      if (load.pick(30) == 0) {
        if (load.pick(2) == 0) node.log.lose_what_was_sent();
        open(self);
      }
      world.clock.set(after(world.clock.now(), static_cast<std::int64_t>(load.pick(60)) * kMinuteMs));
      for (auto group = load.pick(10); group > 0; --group) {
        auto sent = load.next(world.clock.now(), truth.head(kSharedPartitions).seq);
        must(node.log.send(sent.partition, sent.record));
        if (load.pick(5) == 0) must(node.log.send(sent.partition, sent.record));
        sent_so_far.push_back(sent);
      }
      node.log.before_settle = [&, self] {
        if (load.pick(16) == 0)
          decide_otherwise(world.topics, truth, static_cast<PartitionNumber>(load.pick(kSharedPartitions)));
        if (in_race || load.pick(4) != 0) return;
        in_race = true;
        (void)world.nodes[(self + 1 + load.pick(2)) % 3]->step();
        in_race = false;
      };
      (void)must(node.processor->send_due(world.clock.now()));
      for (auto steps = load.pick(4); steps > 0; --steps) {
        (void)node.step(1 + load.pick(16));
        ahead += node.processor->under_way() > 0;
        races += node.processor->races_lost() > 0;
      }
      node.log.before_settle = nullptr;
      if (load.pick(10) == 0) check_store(node, world.topics, world.clock);
    }
    for (auto& node : world.nodes) {
      node->log.some = nullptr;
      must(node->processor->finish());
    }
    for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) world.nodes[0]->take(p);
    (void)must(world.nodes[0]->processor->fire_due(world.clock.now()));
    world.drain();
    for (auto& node : world.nodes) {
      check_store(*node, world.topics, world.clock);
      for (PartitionNumber p = 0; p <= kSharedPartitions; ++p) {
        const auto& head = node->follower->head(p);
        CHECK(head.chain.seq == truth.head(p).seq);
        CHECK(head.chain.hash == node->follower->confirmed_head(p).chain.hash);
        CHECK(head.chain.next_command == world.topics.inbox[p].size());
        CHECK(head.next_offset == world.topics.journal[p].size());
      }
    }
    for (const auto& sent : sent_so_far)
      CHECK(must(world.nodes[1]->follower->stored_outcome(sent.partition, sent.id)).has_value());
    for (PartitionNumber p = 0; p <= kSharedPartitions; ++p)
      voids += world.nodes[0]->follower->head(p).void_count;
    for (const auto& one : answers) answered += one.count;
  }
  // The test is worth nothing if nobody was ever ahead, or second.
  CHECK(voids > 50);
  CHECK(ahead > 100);
  CHECK(races > 20);
  CHECK(answered > 1000);
  CHECK(destroyed > 0);
}

TEST_CASE("the next group is decided on what is foreseen and answered in its order once it is read back") {
  Held held;
  auto before = stored_heads(held.node.store);
  auto first = held.send();
  (void)held.node.step();
  // The same command once more: the first decision on it is on its way.
  must(held.node.log.send(first.partition, first.record));
  (void)held.node.step();
  CHECK(held.node.processor->under_way() == 2);
  CHECK(held.node.follower->groups_foreseen() == 2);
  CHECK(held.answers.empty());
  auto seq = before[first.partition].chain.seq;
  CHECK(held.node.follower->head(first.partition).chain.seq == seq + 2);
  CHECK(held.node.follower->confirmed_head(first.partition).chain.seq == seq);
  CHECK(stored_heads(held.node.store)[first.partition].chain.hash == before[first.partition].chain.hash);
  CHECK(!must(held.node.follower->stored_outcome(first.partition, first.id)));
  held.arriving = 1;
  (void)held.node.step();
  CHECK(held.answers == std::vector<std::pair<PartitionNumber, std::uint64_t>>{{first.partition, seq + 1}});
  CHECK(stored_heads(held.node.store)[first.partition].chain.seq == seq + 1);
  held.arriving = 100;
  (void)held.node.step();
  CHECK(held.answers.size() == 2);
  CHECK(held.node.processor->under_way() == 0);
  check_store(held.node, held.world.topics, held.world.clock);
}

TEST_CASE("a group of which a part was read back waits, and those behind it too") {
  Held held;
  // Two groups, each with decisions in all partitions.
  for (int group = 0; group < 2; ++group) {
    for (std::set<PartitionNumber> seen; seen.size() < kSharedPartitions;) seen.insert(held.send().partition);
    (void)held.node.step(1000);
  }
  auto all = held.node.processor->under_way();
  auto before = stored_heads(held.node.store);
  // Everything but partition 0, of both groups.
  PartitionNumber asked = 0;
  held.node.log.some = [&](std::size_t there) { return asked++ / 2 == 0 ? std::size_t{0} : there; };
  (void)held.node.step();
  CHECK(held.node.follower->foreseen(0) > 0);
  CHECK(held.node.processor->under_way() == held.node.follower->foreseen(0));
  CHECK(held.answers.empty());
  for (PartitionNumber p = 0; p < kSharedPartitions; ++p)
    CHECK(stored_heads(held.node.store)[p].chain.hash == before[p].chain.hash);
  must(held.node.processor->finish());
  CHECK(held.answers.size() == all);
  check_store(held.node, held.world.topics, held.world.clock);
}

TEST_CASE("a record that is void in front of what was foreseen is listed and loses no race") {
  Held held;
  auto sent = held.send();
  (void)held.node.step();
  auto& journal = held.world.topics.journal[sent.partition];
  journal.push_back({0, journal.front().bytes});
  held.arriving = 100;
  (void)held.node.step();
  CHECK(held.answers.size() == 1);
  CHECK(held.node.processor->races_lost() == 0);
  CHECK(stored_heads(held.node.store)[sent.partition].void_count == 1);
  check_store(held.node, held.world.topics, held.world.clock);
}

TEST_CASE("states and outcomes that only a group under way has are kept however little is cached") {
  Held held(2);
  held.decide_new(RegisterCaseT());
  held.decide_new(RegisterCaseT());
  held.decide_new(RegisterCaseT());
  auto third = held.last;
  // The first two reach the store, and another is used between them: each time something is let go.
  held.let_one_arrive();
  held.decide_new(RegisterCaseT());
  held.let_one_arrive();
  REQUIRE(held.answers.size() == 2);
  TriageCaseT triage;
  triage.case_id = id_as<CaseId>(third.entity);
  triage.tier = Tier::II;
  held.decide(held.node.header(third.entity, held.next_header().id), triage);
  held.decide(third, RegisterCaseT());
  held.arriving = 100;
  while (held.node.step() + held.node.processor->under_way() > 0) continue;
  REQUIRE(held.outcomes.size() == 6);
  CHECK(held.outcomes[4] == Outcome::accepted);
  CHECK(held.outcomes[5] == Outcome::repeated);
  check_store(held.node, held.world.topics, held.world.clock);
}

TEST_CASE("keys are destroyed by what counts and not by what is foreseen") {
  Held held;
  std::vector<std::optional<SealClass>> destroyed;
  held.node.processor->on_key_destruction([&](PersonId, std::optional<SealClass> only) {
    destroyed.push_back(only);
    return Result<void>();
  });
  held.arriving = 100;
  held.decide_new(RegisterPersonT());
  auto person = held.last.entity;
  ErasePersonT erase;
  erase.person_id = id_as<PersonId>(person);
  erase.ground = "asked for";
  erase.class_ = SealClass::narrative;
  held.decide(held.node.header(person, held.next_header().id), erase);
  REQUIRE(held.outcomes == std::vector<Outcome>(2, Outcome::accepted));
  auto far = after(held.world.clock.now(), 1000 * kDayMs);
  auto owed = held.node.processor->agenda().due_by(far, 10);
  REQUIRE(owed.size() == 1);
  // Another engine has destroyed the keys and said so, and somebody wants the rest erased too: both are
  // foreseen, and what is owed still stands.
  held.arriving = 0;
  must(held.node.log.send(
      0, command_for(owed[0], held.world.clock.now(), held.node.registry.position()).record));
  (void)held.node.step();
  erase.all_classes = true;
  held.decide(held.node.header(person, held.next_header().id), erase);
  REQUIRE(held.node.processor->under_way() == 2);
  (void)must(held.node.processor->send_due(far));
  CHECK(destroyed == std::vector<std::optional<SealClass>>{SealClass::narrative});
}

TEST_CASE("what is on its way is bounded, and what does not fit stays in the inbox") {
  Held held;
  for (int i = 0; i < 40; ++i) {
    (void)held.send();
    (void)held.node.step();
  }
  auto groups = held.node.follower->groups_foreseen();
  CHECK(groups >= 2);
  CHECK(groups < 40);
  for (int i = 0; i < 6000; ++i) (void)held.send();
  must(held.node.processor->finish());
  for (int i = 0; i < 20; ++i) (void)held.node.step(10'000);
  CHECK(held.node.processor->under_way() == kWindow);
  held.arriving = 100'000;
  while (held.node.step() + held.node.processor->under_way() > 0) continue;
  CHECK(held.answers.size() == 6040);
  check_store(held.node, held.world.topics, held.world.clock);
}

TEST_CASE("a decision of the registry is waited for before anything is built on it") {
  Held held;
  held.node.take(kSharedPartitions);
  must(held.node.log.send(kSharedPartitions, founding_record(test_log_id(9), 0, first_registry().front(),
                                                             held.world.clock.now())));
  (void)held.send();
  CHECK(held.node.step() == 2);
  CHECK(held.node.processor->under_way() == 0);
  CHECK(held.answers.size() == 2);
}

}  // namespace toono
