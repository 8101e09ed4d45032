// The names of states and figures as people read and type them: the schema's words, in English or Chinese.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/args.h"
#include "core/result.h"
#include "projections/facts.h"
#include "schemas/registry_generated.h"

namespace toono::cli {

/// Enumerations that have a Chinese name for every value.
// clang-format off
#define TOONO_NAMED(X) \
  X(CaseStatus)        \
  X(OrderStatus)       \
  X(ReferralStatus)    \
  X(ContactStatus)     \
  X(PersonStatus)      \
  X(RiskLevel)         \
  X(Programme)         \
  X(Tier)              \
  X(StationKind)       \
  X(TimerKind)         \
  X(Priority)          \
  X(HandlingClass)     \
  X(PartyRole)         \
  X(OrderRole)         \
  X(ReferralLine)      \
  X(ReferralResult)    \
  X(CaseOutcome)       \
  X(CloseGround)       \
  X(Answer)            \
  X(ServiceKind)       \
  X(Channel)           \
  X(ContactClass)      \
  X(DueSource)         \
  X(ClockKind)         \
  X(TimeUnit)          \
  X(DayKind)           \
  X(WaitKind)
// clang-format on

#define TOONO_NAMES(Enum)                                          \
  /** As schemas, JSON and options spell it: `in_progress`. */     \
  std::string word(Enum value);                                    \
  /** As a person reads it: `in progress`, 办理中. */           \
  std::string name(Enum value, Language language);                 \
  /** Every word but `none`. */                                    \
  std::vector<std::string> words(Enum);                            \
  /** From either of the two, blanks and hyphens as underlines. */ \
  std::optional<Enum> find_word(Enum, std::string_view typed);
TOONO_NAMED(TOONO_NAMES)
#undef TOONO_NAMES

/// `what` was typed and is none of `known`: error usage, naming the nearest.
Error unknown_word(std::string_view what, std::string_view typed, const std::vector<std::string>& known);

/// The value that was typed after `option`. Error usage, naming the nearest.
template <class Enum>
Result<Enum> parse_word(std::string_view option, std::string_view typed) {
  if (auto found = find_word(Enum{}, typed)) return *found;
  return unexpected(unknown_word(option, typed, words(Enum{})));
}

}  // namespace toono::cli
