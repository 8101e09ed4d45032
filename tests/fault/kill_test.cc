// An engine killed with -9 under load, at random moments, round after round: every answered command is there
// once, the chain is whole, and the rows are those of a rebuild.
#include "tests/fault/fault.h"

namespace toono {
namespace {

/// What the killed process says of each answer, before it goes on.
struct Told {
  CommandId id;
  std::uint64_t seq;
  std::uint16_t partition;
  std::uint16_t outcome;
};

/// Never returns by itself: sends, decides, tells every answer.
int work_until_killed(Deployment& place, std::uint64_t seed, int tell) {
  auto opened = place.try_open();
  if (!opened) return 10;
  auto& engine = **opened;
  Load load(seed, 3);
  bool told = true;
  engine.processor().on_answer([&](const Answered& answered) {
    load.learn(answered);
    Told now{*answered.decision->command_id(), answered.decision->seq(), answered.partition,
             static_cast<std::uint16_t>(answered.decision->outcome())};
    told = told && ::write(tell, &now, sizeof now) == sizeof now;
  });
  while (told) {
    place.clock().set(after(place.clock().now(), static_cast<std::int64_t>(load.pick(30)) * kMinuteMs));
    if (!engine.fire_due()) return 11;
    for (auto group = 1 + load.pick(60); group > 0; --group) {
      auto sent = load.next(place.clock().now(), engine.registry().position());
      if (!engine.log().send(sent.partition, sent.record)) return 12;
    }
    if (!engine.drain()) return 13;
    if (load.pick(20) == 0 && !engine.store().flush()) return 14;
  }
  return 15;
}

/// The answers of one round: the process is killed once so many of them were read.
std::vector<Told> one_round(Deployment& place, std::uint64_t seed, std::size_t answers) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t owner = spawn([&] {
    ::close(ends[0]);
    return work_until_killed(place, seed, ends[1]);
  });
  ::close(ends[1]);
  std::vector<Told> told;
  Told next;
  while (told.size() < answers && ::read(ends[0], &next, sizeof next) == sizeof next) told.push_back(next);
  ::kill(owner, SIGKILL);
  CHECK(wait_for(owner) == 128 + SIGKILL);
  while (::read(ends[0], &next, sizeof next) == sizeof next) told.push_back(next);
  ::close(ends[0]);
  return told;
}

/// Each answered command once on its chain, at the place that was told.
void check_answers(Engine& engine, const std::vector<Told>& told) {
  std::map<std::pair<std::uint16_t, std::uint64_t>, const Told*> expected;
  std::map<std::string, int> times;
  for (const auto& answer : told)
    if (answer.outcome == 0) times[to_text(answer.id)] = 0;
  for (const auto& answer : told) expected[{answer.partition, answer.seq}] = &answer;
  std::size_t met = 0;
  std::vector<From> from{{0}, {1}, {2}};
  must(engine.log().scan(Topic::journal, from, [&](const LogRecord& record) {
    Buffer copy(record.bytes.begin(), record.bytes.end());
    const auto* decision = decision_of(copy);
    if (!decision) return true;
    auto found = expected.find({record.partition, decision->seq()});
    if (found != expected.end() && found->second->id == *decision->command_id()) ++met;
    auto count = times.find(to_text(*decision->command_id()));
    if (count != times.end() && decision->outcome() == Outcome::accepted) ++count->second;
    return true;
  }));
  CHECK(met == expected.size());
  std::size_t once = 0;
  for (const auto& [id, count] : times) once += count == 1 ? 1 : 0;
  CHECK(once == times.size());
}

/// The same command again: the first answer, at the first place.
void send_again(Engine& engine, Deployment& place, const std::vector<Told>& told) {
  auto registered = register_case_at(place.clock().now(), "", 3);
  std::size_t repeated = 0, asked = 0;
  engine.processor().on_answer([&](const Answered& answered) {
    for (const auto& answer : told)
      if (answer.id == *answered.decision->command_id() && answer.partition == answered.partition)
        repeated += answered.decision->first_seq() == answer.seq ? 1 : 0;
  });
  for (std::size_t i = 0; i < told.size(); i += 1 + told.size() / 20) {
    if (told[i].partition > 2 || told[i].outcome > 1) continue;
    // Its fingerprint is that of its id, as the load makes it; the words do not matter for a repeat.
    registered.header.id = told[i].id;
    registered.header.fingerprint = sha256(bytes_of(told[i].id));
    registered.header.entity = derive<EntityId>(told[i].id, "entity");
    if (partition_of(registered.header.entity, 3) != told[i].partition) continue;
    must(engine.log().send(told[i].partition, registered.record()));
    ++asked;
  }
  must(engine.drain());
  engine.processor().on_answer({});
  CHECK(repeated == asked);
}

}  // namespace

TEST_CASE("an engine killed at any moment has kept what it answered and its rows are those of a rebuild") {
  auto seed = test_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Deployment place;
  { must(place.found()->close()); }
  std::size_t answered = 0;
  const int rounds = kill_rounds();
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    auto told = one_round(place, seed + static_cast<std::uint64_t>(round), 1 + random() % 400);
    answered += told.size();
    place.clock().set(after(place.clock().now(), 12 * kHourMs));
    {
      auto engine = place.open();
      check_answers(*engine, told);
      send_again(*engine, place, told);
      if (random() % 2 == 0) must(engine->close());
    }
    auto verified = must(verify_journal(place.dir()));
    REQUIRE(findings_text(verified) == "");
    CHECK(verified.void_count == 0);
    if (round % 10 == 9 || round + 1 == rounds) CHECK(must(check_rows(place.dir(), {})) == 0);
  }
  MESSAGE(rounds << " kills, " << answered << " answers, none lost, none twice");
  CHECK(answered > static_cast<std::size_t>(rounds) * 20);
}

}  // namespace toono
