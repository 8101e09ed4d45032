// Random histories of several processes on one keys topic, which interrupt each other where it hurts, while
// the log fails, lags and is compacted: what was released can be read until it is erased, and never after.
#include <algorithm>
#include <set>

#include "tests/vault/topic_fixture.h"

namespace toono::test {
namespace {

using Class = std::pair<PersonId, SealClass>;

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), shared_(seed), processes_(1 + random_() % 3) {
    compacts_ = chance(2);
    for (auto& process : processes_) {
      auto& weather = process.weather;
      weather.late = &late_;
      weather.before_append = weather.before_read_back = [this] {
        if (depth_ < 3 && chance(2)) step();
      };
      weather.next = [this] { return weather_now(); };
      reopen(process);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
  }

  /// Calm weather, and every process anew: also over the topic as a broker would leave it.
  void judge() {
    is_calm_ = true;
    land_late();
    auto whole = shared_.process();
    check_all(*whole);
    shared_.topic.compact(shared_.topic.end());
    for (const auto& process : processes_) {
      process.weather.lags ? void(process.vault->read_to_end()) : void();
      check_all(*process.vault);
    }
    auto compacted = shared_.process();
    check_all(*compacted);
    for (const auto& number : kNumbers)
      CHECK(answer(whole->find_caller(number)) == answer(compacted->find_caller(number)));
    for (std::uint32_t who = 0; who < kPeople; ++who)
      for (auto seal_class : EnumValuesSealClass()) {
        auto one = whole->seal(context_of(who, seal_class), "");
        auto two = compacted->seal(context_of(who, seal_class), "");
        CHECK(one.has_value() == two.has_value());
        if (erased_.contains({person(who), seal_class})) CHECK_FALSE(one.has_value());
        if (!erasing_.contains({person(who), seal_class})) CHECK(one.has_value());
      }
    check_bytes();
  }

  std::size_t released = 0, refused = 0, failed = 0, nested = 0;

 private:
  static constexpr std::uint32_t kPeople = 4;
  static constexpr std::string_view kNumbers[] = {"13800138000", "13800138001", "13800138002"};
  static constexpr std::string_view kWords = "words that must not be found ";

  struct Seal {
    SealedT sealed;
    std::string words;
    bool is_new = false;  // its key did not stand in the topic yet
    bool is_released = false;
  };
  struct Process {
    Weather weather;
    std::unique_ptr<TopicVault> vault;
    std::vector<std::size_t> unsettled;
    std::vector<std::pair<std::string, PersonId>> answers;
    bool is_busy = false;
  };

  std::uint64_t below(std::uint64_t count) { return random_() % count; }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
  Class any_class() {
    return {person(static_cast<std::uint32_t>(below(kPeople))), static_cast<SealClass>(below(3))};
  }

  Weather::Append weather_now() {
    using enum Weather::Append;
    if (is_calm_ || !chance(6)) return works;
    const Weather::Append bad[] = {fails, works_unseen, works_half, arrives_late};
    return bad[below(4)];
  }

  void land_late() {
    for (const auto& record : std::exchange(late_, {})) shared_.topic.append(record.key, record.value);
  }

  void step() {
    auto& process = processes_[below(processes_.size())];
    if (process.is_busy) return;
    process.is_busy = true;
    nested += depth_ > 0 ? 1 : 0;
    ++depth_;
    act(process);
    --depth_;
    process.is_busy = false;
  }

  void act(Process& process) {
    switch (below(16)) {
      case 0:
        if (chance(4)) reopen(process);
        return;
      case 1:
        if (compacts_) shared_.topic.compact(below(shared_.topic.end() + 1));
        return;
      case 2:
        if (chance(3)) destroy(process);
        return;
      case 3:
        process.weather.lags = chance(2);
        return;
      case 4:
        return land_late();
      case 5:
      case 6:
        return ask(process);
      case 7:
      case 8:
        return find(process);
      case 9:
      case 10:
      case 11:
        return settle(process);
      case 12:
      case 13:
        return seal(process);
      default:
        return open(process);
    }
  }

  void reopen(Process& process) {
    process.unsettled.clear();
    process.answers.clear();
    reopened_ += process.vault ? 1 : 0;
    process.vault.reset();
    auto opened = TopicVault::open(std::make_unique<WeatheredRecords>(shared_.topic, process.weather),
                                   shared_.master.bytes, shared_.entropy);
    if (opened) {
      process.vault = *std::move(opened);
      return;
    }
    CHECK(opened.error().code == ErrorCode::world);
    bool was_calm = std::exchange(is_calm_, true);
    process.vault = shared_.process(process.weather);
    is_calm_ = was_calm;
  }

  void seal(Process& process) {
    auto [who, seal_class] = any_class();
    auto begun = erasing_.contains({who, seal_class});
    auto done = erased_.contains({who, seal_class});
    auto words = std::string(kWords) + std::to_string(seals_.size());
    SealContext context{
        .person = who, .seal_class = seal_class, .origin = numbered<CommandId>(900), .path = "a.path"};
    auto sealed = process.vault->seal(context, words);
    if (!sealed) {
      CHECK(sealed.error().code == ErrorCode::refused);
      CHECK(begun);
      return;
    }
    CHECK((!done || process.weather.lags));
    process.unsettled.push_back(seals_.size());
    bool is_new = !is_in_topic(sealed->key_id);
    seals_.push_back({.sealed = *std::move(sealed), .words = words, .is_new = is_new});
  }

  bool is_in_topic(const KeyId& id) const {
    auto name = encode_name({.kind = RecordKind::key, .id = id_as<Uuid>(id)});
    const auto& records = shared_.topic.records();
    return std::any_of(records.begin(), records.end(),
                       [&](const auto& record) { return record.key == name; });
  }

  void ask(Process& process) {
    std::string number(kNumbers[below(3)]);
    auto otherwise =
        chance(2) ? person(static_cast<std::uint32_t>(below(kPeople))) : person(1000 + people_++);
    auto answer = process.vault->caller(number, otherwise);
    if (answer)
      process.answers.emplace_back(number, *answer);
    else
      CHECK(erasing_.contains({otherwise, SealClass::identity}));
  }

  void settle(Process& process) {
    auto erased_before = erased_;
    auto outcome = process.vault->settle();
    if (!outcome && outcome.error().code == ErrorCode::world) {
      ++failed;
      return;
    }
    if (outcome) {
      for (auto index : process.unsettled) release(seals_[index], erased_before);
      for (const auto& [number, who] : process.answers) remember(number, who);
    } else {
      CHECK(outcome.error().code == ErrorCode::refused);
      // One that was opened anew may be beaten by what it appended before.
      CHECK((!erasing_.empty() || processes_.size() > 1 || reopened_ > 0));
      ++refused;
    }
    process.unsettled.clear();
    process.answers.clear();
  }

  void release(Seal& seal, const std::set<Class>& erased_before) {
    CHECK_FALSE((seal.is_new && erased_before.contains({seal.sealed.person, seal.sealed.class_})));
    seal.is_released = true;
    ++released;
  }

  void remember(const std::string& number, PersonId who) {
    if (erasing_.contains({who, SealClass::identity})) return;
    auto known = callers_.find(number);
    if (known == callers_.end())
      callers_[number] = who;
    else
      CHECK(known->second == who);
  }

  void destroy(Process& process) {
    auto [who, seal_class] = any_class();
    std::optional<SealClass> only;
    if (chance(2)) only = seal_class;
    for (auto one : EnumValuesSealClass())
      if (!only || *only == one) erasing_.insert({who, one});
    auto person_id = who;
    if (erasing_.contains({who, SealClass::identity}))
      std::erase_if(callers_, [&](const auto& known) { return known.second == person_id; });
    auto outcome = process.vault->destroy(who, only);
    if (!outcome) {
      CHECK(outcome.error().code == ErrorCode::world);
      return;
    }
    for (auto one : EnumValuesSealClass())
      if (!only || *only == one) erased_.insert({who, one});
  }

  void open(Process& process) {
    if (seals_.empty()) return;
    auto index = below(seals_.size());
    bool is_mine =
        std::find(process.unsettled.begin(), process.unsettled.end(), index) != process.unsettled.end();
    if (seals_[index].is_released || is_mine) check_seal(*process.vault, seals_[index], process.weather.lags);
  }

  void check_seal(TopicVault& vault, const Seal& seal, bool lags) {
    Class of{seal.sealed.person, seal.sealed.class_};
    auto found = opened(vault, seal.sealed);
    if (found == "none") CHECK(erasing_.contains(of));
    if (found != "none") CHECK(found == "words: " + seal.words);
    if (erased_.contains(of) && !lags) CHECK(found == "none");
  }

  void find(Process& process) {
    for (const auto& [number, who] : callers_) {
      auto found = process.vault->find_caller(number);
      REQUIRE(found.has_value());
      // A process that lags may still have the entry of somebody who has been erased.
      if (!process.weather.lags) CHECK(*found == std::optional(who));
    }
  }

  void check_all(TopicVault& vault) {
    for (const auto& seal : seals_)
      if (seal.is_released) check_seal(vault, seal, false);
    for (const auto& [number, who] : callers_) CHECK(*vault.find_caller(number) == std::optional(who));
  }

  static std::string answer(const Result<std::optional<PersonId>>& found) {
    return !found ? "error" : !*found ? "nobody" : to_text(**found);
  }

  /// After all processes have been opened anew and the topic compacted no key of an erased class is left.
  void check_bytes() {
    shared_.topic.compact(shared_.topic.end());
    auto all = shared_.bytes();
    CHECK(all.find("words that") == std::string::npos);
    CHECK(all.find("13800138") == std::string::npos);
    for (const auto& record : shared_.topic.records()) {
      if (record.value->size() != kSlotSize) continue;
      auto slot = decode_slot(Bytes(*record.value).first<kSlotSize>()).value();
      bool is_key = slot.kind == SlotKind::key;
      auto of = is_key ? static_cast<SealClass>(slot.seal_class) : SealClass::identity;
      if (is_key || slot.kind == SlotKind::telephone) CHECK_FALSE(erased_.contains({slot.person, of}));
    }
  }

  std::mt19937_64 random_;
  SharedTopic shared_;
  std::vector<Process> processes_;
  std::vector<KeyRecord> late_;
  std::vector<Seal> seals_;
  std::set<Class> erasing_, erased_;
  std::map<std::string, PersonId> callers_;  // answers that were released and must hold
  std::uint32_t people_ = 0;
  std::size_t reopened_ = 0;
  int depth_ = 0;
  bool is_calm_ = false;
  bool compacts_ = false;
};

}  // namespace

TEST_CASE("processes that interrupt each other on a failing topic keep every promise") {
  auto seed = topic_seed();
  std::size_t released = 0, refused = 0, failed = 0, nested = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    CAPTURE(seed);
    CAPTURE(i);
    World world(seed + i);
    world.run(200);
    world.judge();
    released += world.released;
    refused += world.refused;
    failed += world.failed;
    nested += world.nested;
  }
  CHECK(released > 1000);
  CHECK(refused > 50);
  CHECK(failed > 100);
  CHECK(nested > 1000);
}

}  // namespace toono::test
