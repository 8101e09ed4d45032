#include "adapters/engine/vault_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adapters/embedded/embedded_log.h"
#include "adapters/engine/rebuild.h"
#include "adapters/json/print.h"
#include "adapters/json/shapes.h"
#include "adapters/vault/master_key.h"
#include "core/chain.h"
#include "projections/journal_reader.h"
#include "projections/keys.h"

namespace toono {
namespace {

constexpr std::uint64_t kToldEvery = 4096;
/// So many people are named one by one.
constexpr std::size_t kMostNamed = 100;

/// Every record about people and cases, in the order of each partition; its bytes are aligned.
Result<void> each_record(Log& log, PartitionNumber partitions, const Watch& watch,
                         const std::function<Result<void>(const LogRecord&)>& visit) {
  std::vector<From> from;
  for (PartitionNumber partition = 0; partition < partitions; ++partition) from.push_back({partition});
  std::uint64_t seen = 0;
  Result<void> outcome;
  TOONO_TRY(log.scan(Topic::journal, from, [&](const LogRecord& record) {
    if (++seen % kToldEvery == 0 && watch) watch(seen);
    Aligned aligned(record.bytes);
    auto copy = record;
    copy.bytes = aligned.bytes();
    outcome = visit(copy);
    return outcome.has_value();
  }));
  return outcome;
}

/// The same of every accepted decision, void ones too.
Result<void> each_accepted(Log& log, PartitionNumber partitions, const Watch& watch,
                           const std::function<Result<void>(const Decision&)>& visit) {
  return each_record(log, partitions, watch, [&](const LogRecord& record) -> Result<void> {
    const auto* decision = decision_of(record.bytes);
    return decision && decision->outcome() == Outcome::accepted ? visit(*decision) : Result<void>();
  });
}

/// The erasures of a decision; how many they were.
Result<std::uint64_t> carry_out(const Decision& decision, Vault& vault) {
  std::uint64_t erased = 0;
  for (const auto* event : events_of(decision)) {
    const auto* erasure = event->body_as_PersonErased();
    if (!erasure) continue;
    ++erased;
    TOONO_TRY(vault.destroy(id_as<PersonId>(*decision.entity()),
                            erasure->all_classes() ? std::nullopt : std::optional(erasure->class_())));
  }
  return erased;
}

/// All erasures of one person: the state tells of the last alone.
Result<void> keep_erased(const Store& rows, const Key& history, Vault& vault) {
  Result<void> outcome;
  TOONO_TRY(rows.scan(history, behind(history), [&](std::string_view, std::string_view row) {
    Aligned aligned(bytes_of(row));
    const auto* decision = decision_of(aligned.bytes());
    if (!decision || decision->outcome() != Outcome::accepted) return true;
    if (auto erased = carry_out(*decision, vault); !erased) outcome = unexpected(erased.error());
    return outcome.has_value();
  }));
  return outcome;
}

bool holds_seals(const TableShape& table);
bool holds_seals(const TypeShape& type) {
  return type.kind == Kind::sealed || type.kind == Kind::choice || (type.object && holds_seals(*type.object));
}
bool holds_seals(const TableShape& table) {
  return std::any_of(table.fields.begin(), table.fields.end(), [](const FieldShape& field) {
    return holds_seals(field.type) || holds_seals(field.element);
  });
}

/// By their numbers: the events whose tables have room for sealed words. Most have none, and reading every
/// field of every event would take longer than proving the chain.
std::vector<bool> events_with_seals() {
  std::vector<bool> sealed(static_cast<std::size_t>(EventBody::MAX) + 1);
  for (const auto& event : shapes().enumeration("EventBody")->values)
    sealed[static_cast<std::size_t>(event.value)] = event.table && holds_seals(*event.table);
  return sealed;
}

/// A vault as the check asks it, and what its owner does about what is found.
struct KeyQuestions {
  std::function<Result<bool>(PersonId, SealClass)> is_destroyed;
  std::function<Result<bool>(PersonId, SealClass, KeyId)> has_key;
  std::string_view vault;
  std::string_view not_erased;
  std::string_view lost;
};

KeyQuestions questions_to(SlotVault& vault) {
  return {.is_destroyed = [&vault](PersonId person, SealClass seal_class) -> Result<bool> {
            TOONO_ASSIGN(auto state, vault.key_state(person, seal_class));
            return state == SlotVault::KeyState::destroyed;
          },
          .has_key = [&vault](PersonId person, SealClass seal_class,
                              KeyId id) { return vault.has_key(person, seal_class, id); },
          .vault = "vault",
          .not_erased = "the next command that opens the store does it, say `status`",
          .lost = "restore the vault from a backup that has them"};
}

KeyQuestions questions_to(TopicVault& vault) {
  return {.is_destroyed = [&vault](PersonId person, SealClass seal_class) -> Result<bool> {
            return vault.is_erased(person, seal_class);
          },
          .has_key = [&vault](PersonId person, SealClass seal_class, KeyId id) -> Result<bool> {
            return vault.has_key(person, seal_class, id);
          },
          .vault = "keys topic",
          .not_erased = "the next engine or command that opens the deployment does it, say `status`",
          .lost = "bring its records back from a mirror that has them"};
}

/// What the journal says of the keys of people, and then whether the vault agrees.
class VaultChecker {
 public:
  void take(const Decision& decision) {
    for (const auto* event : events_of(decision)) {
      auto type = static_cast<std::size_t>(event->body_type());
      // A kind of event that this program does not know has no seals that it could judge.
      if (type < has_seals_.size() && has_seals_[type]) {
        scratch_.clear();
        append_json(scratch_, *static_cast<const flatbuffers::Table*>(event->body()),
                    EnumNameEventBody(event->body_type()), collecting_);
      }
      if (const auto* ordered = event->body_as_PersonErased()) note(ordered_, decision, *ordered);
      if (const auto* done = event->body_as_SubjectKeysDestroyed()) note(destroyed_, decision, *done);
    }
  }

  Result<std::vector<std::string>> judge(const KeyQuestions& vault) {
    for (const auto& [person, seal_class] : destroyed_) {
      TOONO_ASSIGN(auto is_destroyed, vault.is_destroyed(person, seal_class));
      if (!is_destroyed) not_erased_.insert(person);
    }
    for (const auto& [whose, id] : seals_) {
      if (ordered_.contains(whose)) continue;
      TOONO_ASSIGN(auto there, vault.has_key(whose.first, whose.second, id));
      if (there) continue;
      ++lost_keys_;
      losers_.insert(whose.first);
    }
    return findings(vault);
  }

 private:
  using Whose = std::pair<PersonId, SealClass>;

  template <class Event>
  static void note(std::set<Whose>& into, const Decision& decision, const Event& event) {
    for (auto seal_class : EnumValuesSealClass())
      if (event.all_classes() || event.class_() == seal_class)
        into.insert({id_as<PersonId>(*decision.entity()), seal_class});
  }

  std::vector<std::string> findings(const KeyQuestions& vault) const {
    std::vector<std::string> found;
    auto name = [&](const std::set<PersonId>& people, std::string_view what) {
      std::size_t named = 0;
      for (const auto& person : people)
        if (named++ < kMostNamed) found.push_back(fmt::format("{} person {}", what, to_text(person)));
    };
    if (!not_erased_.empty())
      found.push_back(fmt::format(
          "the erasure of {} people is not carried out in this {}, it is older than the journal: {}",
          not_erased_.size(), vault.vault, vault.not_erased));
    name(not_erased_, fmt::format("the {} has not erased", vault.vault));
    if (lost_keys_ > 0)
      found.push_back(fmt::format("the {} has lost {} keys of {} people, their words cannot be read: {}",
                                  vault.vault, lost_keys_, losers_.size(), vault.lost));
    name(losers_, fmt::format("the {} has lost a key of", vault.vault));
    return found;
  }

  const std::vector<bool> has_seals_ = events_with_seals();
  std::set<std::pair<Whose, KeyId>> seals_;
  std::set<Whose> ordered_, destroyed_;
  std::set<PersonId> not_erased_, losers_;
  std::uint64_t lost_keys_ = 0;
  std::string scratch_;
  JsonOptions collecting_{.open = [this](const Sealed& sealed) {
    if (sealed.person() && sealed.key_id() && sealed.class_() <= SealClass::MAX)
      seals_.insert({{*sealed.person(), sealed.class_()}, *sealed.key_id()});
    return Opened{};
  }};
};

}  // namespace

Result<std::uint64_t> erase_again(Log& log, PartitionNumber partitions, Vault& vault, const Watch& watch) {
  std::uint64_t erased = 0;
  TOONO_TRY(each_accepted(log, partitions, watch, [&](const Decision& decision) -> Result<void> {
    TOONO_ASSIGN(auto here, carry_out(decision, vault));
    erased += here;
    return {};
  }));
  return erased;
}

Result<void> keep_erased(const Store& rows, PartitionNumber partitions, Vault& vault) {
  for (PartitionNumber partition = 0; partition < partitions; ++partition) {
    std::vector<EntityId> people;
    Key all(partition, Table::erased);
    TOONO_TRY(rows.scan(all, behind(all), [&](std::string_view key, std::string_view) {
      people.push_back(KeyReader(key).skip(kKeyPrefix).id<EntityId>());
      return true;
    }));
    for (const auto& person : people) TOONO_TRY(keep_erased(rows, history_prefix(partition, person), vault));
  }
  return {};
}

Result<std::vector<std::string>> check_vault(const std::filesystem::path& dir, FileVault& vault,
                                             const Watch& watch) {
  TOONO_ASSIGN(auto reader, SegmentReader::open(dir));
  auto partitions = static_cast<PartitionNumber>(reader.partitions() - 1);
  ReadOnlyLog log(std::move(reader));
  VaultChecker checker;
  TOONO_TRY(each_accepted(log, partitions, watch, [&](const Decision& decision) -> Result<void> {
    checker.take(decision);
    return {};
  }));
  return checker.judge(questions_to(vault));
}

Result<std::vector<std::string>> check_vault(Log& log, PartitionNumber partitions, TopicVault& vault,
                                             const Watch& watch) {
  VaultChecker checker;
  std::vector<PartitionHead> heads(partitions);
  TOONO_TRY(each_record(log, partitions, watch, [&](const LogRecord& record) -> Result<void> {
    TOONO_ASSIGN(auto read,
                 read_next(heads[record.partition], record, record.bytes, {.partitions = partitions}));
    if (read.decision && read.decision->outcome() == Outcome::accepted) checker.take(*read.decision);
    return {};
  }));
  TOONO_TRY(vault.read_to_end());
  return checker.judge(questions_to(vault));
}

}  // namespace toono
