#include "tests/kafka/engines/chain.h"
#include "tests/must.h"

#include "core/chain.h"

namespace toono::testing {

Chain read_chain(Log& log, PartitionNumber partition) {
  Chain chain;
  must(log.scan(Topic::journal, {{partition}}, [&](const LogRecord& record) {
    Buffer copy(record.bytes.begin(), record.bytes.end());
    if (record.offset == 0) {
      chain.head = sha256(copy);
      chain.genesis = copy;
      return true;
    }
    const auto* decision = decision_of(copy);
    if (!decision || decision->seq() != chain.seq + 1 || !(*decision->prev() == chain.head)) {
      ++chain.voids;
      return true;
    }
    chain.out_of_order += decision->command_offset() == chain.seq ? 0 : 1;
    chain.head = sha256(copy);
    ++chain.seq;
    chain.repeats += decision->outcome() == Outcome::repeated ? 1 : 0;
    chain.decided.emplace_back(to_text(*decision->command_id()), decision->outcome());
    return true;
  }));
  return chain;
}

Contradictions hold_against(const std::vector<Chain>& chains, const Answers& answers) {
  Contradictions found;
  std::map<std::string, int> firsts;
  for (const auto& chain : chains) {
    found.out_of_order += chain.out_of_order;
    for (const auto& [id, outcome] : chain.decided)
      if (outcome != Outcome::repeated && outcome != Outcome::conflict) ++firsts[id];
  }
  for (const auto& [id, times] : firsts) found.twice += times > 1 ? 1 : 0;
  for (const auto& [id, told] : answers) {
    found.missing += firsts.contains(id) ? 0 : 1;
    const auto& decided = chains.at(told.partition).decided;
    auto at = told.outcome == Outcome::repeated ? told.first_seq : told.seq;
    bool there = told.seq >= 1 && told.seq <= decided.size() && decided[told.seq - 1].first == id &&
                 decided[told.seq - 1].second == told.outcome && at >= 1 && at <= decided.size() &&
                 decided[at - 1].first == id;
    found.elsewhere += there ? 0 : 1;
  }
  return found;
}

}  // namespace toono::testing
