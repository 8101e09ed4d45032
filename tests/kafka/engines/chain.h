// The chains of a journal as a reader of its own sees them, and what the answers that were given say against
// them. It knows the chain rule and nothing of the engine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/chain.h"
#include "core/log.h"

namespace toono::testing {

/// What an edge was told of one of its commands.
struct Told {
  PartitionNumber partition = 0;
  std::uint64_t seq = 0;
  Outcome outcome = Outcome::accepted;
  std::uint64_t first_seq = 0;
};
/// By the command's id.
using Answers = std::map<std::string, Told>;

struct Chain {
  Buffer genesis;
  Digest head;
  std::uint64_t seq = 0, voids = 0, repeats = 0;
  /// Decisions on another command than the next of the inbox.
  std::uint64_t out_of_order = 0;
  /// By seq - 1: the command and its outcome.
  std::vector<std::pair<std::string, Outcome>> decided;
};
Chain read_chain(Log& log, PartitionNumber partition);

/// All 0 when all is well.
struct Contradictions {
  /// Commands decided anew that had a decision.
  std::size_t twice = 0;
  /// Commands that were answered and stand on no chain.
  std::size_t missing = 0;
  /// Commands that stand elsewhere than was said, or with another outcome.
  std::size_t elsewhere = 0;
  std::uint64_t out_of_order = 0;
};
Contradictions hold_against(const std::vector<Chain>& chains, const Answers& answers);

}  // namespace toono::testing
