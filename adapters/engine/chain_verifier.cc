#include "adapters/engine/chain_verifier.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/kafka/inbox_check.h"
#include "projections/journal_reader.h"

namespace toono {
namespace {

constexpr std::uint64_t kProgressEvery = 50'000;

}  // namespace

ChainVerifier::ChainVerifier(const Options& options, const VerifyOptions& verify)
    : log_(options), options_(verify), chains_(options.partitions + 1u) {
  found_.log_id = log_.log_id;
  found_.partitions = log_.partitions;
  expect(options_.expected, "the expected head");
  expect(options_.kept, "the head kept when the store was last closed");
  for (auto& chain : chains_)
    std::stable_sort(chain.expected.begin(), chain.expected.end(),
                     [](auto& a, auto& b) { return a.head.seq < b.head.seq; });
}

void ChainVerifier::expect(const std::vector<JournalHead>& heads, std::string_view whose) {
  for (const auto& head : heads)
    if (head.partition <= log_.partitions) chains_[head.partition].expected.push_back({head, whose});
}

bool ChainVerifier::is_full() const { return found_.findings.size() >= kMostListed; }

void ChainVerifier::find(std::optional<PartitionNumber> partition, std::optional<std::uint64_t> seq,
                         std::string file, std::string problem) {
  if (!is_full()) found_.findings.push_back({partition, seq, std::move(file), std::move(problem)});
}

void ChainVerifier::inbox_begins_at(PartitionNumber partition, std::uint64_t offset) {
  chains_[partition].trimmed_to = chains_[partition].next_asked = offset;
}

void ChainVerifier::must_have_decided_to(PartitionNumber partition, std::uint64_t inbox_begin) {
  auto lost = lost_commands(inbox_begin, chains_[partition].head.next_command);
  if (!lost.empty()) find(partition, {}, file_, std::move(lost));
}

Verified ChainVerifier::conclude() {
  for (PartitionNumber p = 0; p <= log_.partitions; ++p) conclude(p);
  return std::move(found_);
}

void ChainVerifier::command(const LogRecord& record) {
  auto& chain = chains_[record.partition];
  if (record.offset < chain.next_asked) return;
  if (record.offset > chain.next_asked && log_.shared && found_.inbox_holes.size() < kMostListed)
    found_.inbox_holes.push_back({record.partition, chain.next_asked, record.offset - chain.next_asked});
  chain.next_asked = record.offset + 1;
  chain.asked.push_back({record.offset, sha256(record.bytes)});
}

void ChainVerifier::record(const LogRecord& record) {
  auto& chain = chains_[record.partition];
  if (record.offset < chain.next_offset) return;  // told by the files' own check
  chain.anew = chain.anew || record.offset > chain.next_offset;
  chain.next_offset = record.offset + 1;
  chain.file = file_;
  Aligned aligned(record.bytes);
  Bytes bytes = aligned.bytes();
  const auto* read = read_record(bytes);
  if (!chain.begun && record.offset == 0) return begin(record.partition, read, bytes);
  const auto* decision = read ? read->body_as_Decision() : nullptr;
  if (!decision) {
    note_void(record);
    // The one owner of an embedded log writes none; on a shared one a stranger may, and it extends nothing.
    if (log_.shared) return;
    return find(record.partition, {}, file_,
                fmt::format("record {} of the journal cannot be read", record.offset));
  }
  judge_decision(record, *decision);
  if (++read_ % kProgressEvery == 0 && options_.progress) options_.progress(read_);
}

void ChainVerifier::note_void(const LogRecord& record) {
  ++chains_[record.partition].void_count;
  if (found_.void_at.size() < kMostListed) found_.void_at.push_back({record.partition, record.offset});
}

void ChainVerifier::begin(PartitionNumber partition, const Record* record, Bytes bytes) {
  auto& chain = chains_[partition];
  const auto* genesis = record ? record->body_as_Genesis() : nullptr;
  if (!genesis) {
    chain.anew = true;
    return find(partition, 0, file_, "the journal does not begin with a genesis");
  }
  chain.begun = true;
  chain.window = genesis->window();
  chain.head = begin_chain(sha256(bytes), *genesis);
  chain.genesis.assign(bytes.begin(), bytes.end());
  compare_expected(partition);
}

void ChainVerifier::judge_decision(const LogRecord& record, const Decision& decision) {
  auto& chain = chains_[record.partition];
  auto hash = sha256(record.bytes);
  if (chain.anew) return begin_anew(record.partition, decision, hash);
  auto verdict = judge(chain.head, decision, chain.window);
  if (verdict == Verdict::counts) return extend_chain(record.partition, decision, hash);
  note_void(record);
  if (verdict == Verdict::broken && !chain.broken_behind) chain.broken_behind = chain.head.seq;
  if (decision.seq() > chain.farthest_void) chain.farthest_void = decision.seq();
}

// What stood in front of it cannot be read, which is a finding already. Nothing tells whether this record is
// the one that stood here.
void ChainVerifier::begin_anew(PartitionNumber partition, const Decision& decision, const Digest& hash) {
  auto& chain = chains_[partition];
  find(partition, decision.seq(), file_,
       chain.begun
           ? fmt::format("not proved to go on from record {}: what stood between them cannot be read, "
                         "and the chain is taken anew from here",
                         chain.head.seq)
           : "not proved: what stood in front of it cannot be read, and the chain is taken anew from here");
  chain.anew = false;
  chain.begun = true;
  chain.head = extend(chain.head, decision, hash);
  chain.head.seq = decision.seq();
  while (!chain.asked.empty() && chain.asked.front().offset <= decision.command_offset())
    chain.asked.pop_front();
  compare_expected(partition);
}

void ChainVerifier::extend_chain(PartitionNumber partition, const Decision& decision, const Digest& hash) {
  auto& chain = chains_[partition];
  auto seq = decision.seq();
  if (*decision.decided_at() < chain.head.decided_at) find(partition, seq, file_, "its time goes back");
  if (decision.schema_version() > kSchemaVersion)
    find(partition, seq, file_, "it was written by a newer version: upgrade this program");
  check_position(partition, decision);
  check_command(partition, decision);
  chain.head = extend(chain.head, decision, hash);
  ++found_.decisions;
  compare_expected(partition);
}

// On a shared log an inbox may have holes, which are passed over, and no command stands in one: whether one
// was left out, check_command() sees.
void ChainVerifier::check_position(PartitionNumber partition, const Decision& decision) {
  auto next = chains_[partition].head.next_command;
  if (decision.command_offset() == next || (log_.shared && decision.command_offset() > next)) return;
  find(partition, decision.seq(), file_,
       fmt::format("it decides command {} where command {} is next", decision.command_offset(), next));
}

void ChainVerifier::check_command(PartitionNumber partition, const Decision& decision) {
  auto& asked = chains_[partition].asked;
  if (decision.command_offset() < chains_[partition].trimmed_to) return;
  while (!asked.empty() && asked.front().offset < decision.command_offset()) {
    find(partition, decision.seq(), file_,
         fmt::format("command {} in front of it has no decision", asked.front().offset));
    asked.pop_front();
  }
  if (asked.empty() || asked.front().offset != decision.command_offset())
    return find(
        partition, decision.seq(), file_,
        fmt::format("the command that it decides, {}, is not in the inbox", decision.command_offset()));
  if (!(asked.front().hash == *decision.command_hash()))
    find(partition, decision.seq(), file_, "the command that it decides was changed");
  asked.pop_front();
}

void ChainVerifier::compare_expected(PartitionNumber partition) {
  auto& chain = chains_[partition];
  while (!chain.expected.empty() && chain.expected.front().head.seq <= chain.head.seq) {
    const auto& [expected, whose] = chain.expected.front();
    if (expected.seq < chain.head.seq)
      find(partition, expected.seq, chain.file,
           fmt::format("the record of {} is not on the chain any more", whose));
    else if (!(expected.hash == chain.head.hash))
      find(partition, expected.seq, chain.file,
           fmt::format("the chain differs from {}: it was made anew, or is another's", whose));
    chain.expected.pop_front();
  }
}

void ChainVerifier::conclude(PartitionNumber partition) {
  auto& chain = chains_[partition];
  found_.void_count += chain.void_count;
  found_.heads.push_back({partition, chain.head.seq, chain.head.hash});
  conclude_voids(partition);
  for (const auto& [expected, whose] : chain.expected)
    find(partition, expected.seq, chain.file,
         expected.seq > chain.farthest_void
             ? fmt::format("the journal is shorter than {}: it ends at record {}", whose, chain.head.seq)
             : fmt::format("{} is not reached: the chain ends at record {}", whose, chain.head.seq));
  if (chain.next_offset == 0) return find(partition, 0, "", "the partition has no genesis");
  check_genesis(partition);
}

void ChainVerifier::conclude_voids(PartitionNumber partition) {
  auto& chain = chains_[partition];
  if (chain.farthest_void > chain.head.seq || chain.broken_behind) {
    auto last = chain.broken_behind.value_or(chain.head.seq);
    // One owner writes an embedded log, so no record is lost in a race: what does not extend the chain was
    // put in, or what stands in front of it was changed. Where several write, a race that was lost looks the
    // same until its commands have been decided anew.
    auto race = log_.shared && !chain.broken_behind ? ", or a race was lost a moment ago: look again" : "";
    return find(
        partition, last + 1, chain.file,
        fmt::format("records up to {} do not extend the chain: record {} or {} was changed, or records were "
                    "taken out{}",
                    chain.farthest_void, last, last + 1, race));
  }
  // On a shared log they wait for an engine.
  if (!chain.asked.empty() && !log_.shared)
    find(partition, {}, chain.file,
         fmt::format("{} commands from {} on have no decision", chain.asked.size(),
                     chain.asked.front().offset));
}

// Every partition's genesis follows from the registry's.
void ChainVerifier::check_genesis(PartitionNumber partition) {
  const auto* registry = genesis_of(chains_[found_.partitions].genesis);
  if (!registry || chains_[partition].genesis.empty()) return;
  auto facts = facts_of(*registry);
  if (chains_[partition].genesis != genesis_record(facts, partition))
    find(partition, 0, "", "its genesis does not follow from the registry's");
  if (!(facts.log_id == log_.log_id) || facts.partitions != found_.partitions)
    find(partition, 0, "", "its genesis is of another log than the files");
}

}  // namespace toono
