#include "adapters/engine/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/embedded/embedded_log.h"
#include "adapters/engine/chain_verifier.h"
#include "adapters/engine/heads.h"
#include "adapters/json/json_tree.h"
#include "adapters/json/writer.h"
#include "adapters/kafka/kafka_log.h"

namespace toono {
namespace {

using embedded::Frame;
using embedded::Group;
using embedded::SegmentFile;
using embedded::Slot;

constexpr int kLooks = 4;

/// Walks the files of a journal and feeds what they hold to the chain.
class JournalVerifier {
 public:
  JournalVerifier(const std::filesystem::path& dir, const SegmentReader& reader, const VerifyOptions& options)
      : dir_(dir),
        log_(reader.identity()),
        chain_({.log_id = log_.log_id, .partitions = static_cast<PartitionNumber>(log_.partitions - 1)},
               options) {}

  Result<Verified> run(const SegmentReader& reader) {
    TOONO_ASSIGN(auto segments, embedded::segment_numbers(dir_));
    for (auto segment : segments) TOONO_TRY(read_segment(segment, segment == segments.back()));
    TOONO_TRY(reader.verify([this](const Finding& finding) { return take_finding(finding); }));
    return chain_.conclude();
  }

 private:
  bool take_finding(const Finding& finding) {
    std::optional<std::uint64_t> seq;
    if (finding.partition && finding.offset && finding.topic == Topic::journal) seq = finding.offset;
    std::string what = finding.problem;
    if (finding.partition && finding.topic == Topic::inbox) what = "inbox: " + what;
    chain_.find(finding.partition, seq, finding.file, fmt::format("{} (at byte {})", what, finding.byte));
    return !chain_.is_full();
  }

  // Every good frame of the file, whatever stands between them and in front of the first; what that is
  // SegmentReader::verify says. Each frame says itself that it was written for this place in this log.
  Result<void> read_segment(std::uint32_t segment, bool last) {
    TOONO_ASSIGN(SegmentFile file, SegmentFile::open(dir_, segment));
    chain_.add_bytes(file.size());
    chain_.read_from(file.path().string());
    bool is_settled = false;  // that what stands here is bad, and not just being written
    for (std::uint64_t at = embedded::segment_header_bytes(log_.partitions);
         at + embedded::kEmptyFrameBytes <= file.size();) {
      TOONO_ASSIGN(Slot slot, file.slot_at(at, log_.log_id));
      // A frame that its owner was just writing is whole when it is looked at again.
      for (int look = 1; last && !is_settled && look < kLooks && slot.state == Slot::State::bad; ++look) {
        TOONO_TRY(file.refresh());
        TOONO_ASSIGN(slot, file.slot_at(at, log_.log_id));
      }
      is_settled = slot.state == Slot::State::bad;
      if (slot.state == Slot::State::good) {
        read_frame(slot.frame);
        at = slot.frame.end();
        continue;
      }
      if (slot.state == Slot::State::zero) {
        TOONO_ASSIGN(bool nothing, file.zero_from(at));
        if (nothing) return {};
      }
      at = slot.header_good && !last ? slot.frame.end() : at + embedded::kAlignBytes;
    }
    return {};
  }

  // The commands of a frame first: they are durable together with the decisions that they led to.
  void read_frame(const Frame& frame) {
    auto groups = embedded::decode_groups(frame.body, log_.partitions);
    if (!groups) return;
    for (Topic topic : {Topic::inbox, Topic::journal})
      for (const Group& group : *groups)
        if (group.topic == topic)
          embedded::visit_group(group, 0, frame.at.place(), [&](const LogRecord& record) {
            topic == Topic::inbox ? chain_.command(record) : chain_.record(record);
            return true;
          });
  }

  const std::filesystem::path& dir_;
  embedded::LogIdentity log_;
  ChainVerifier chain_;
};

/// What is wrong with DIR/heads itself.
std::optional<VerifyFinding> problem_of(const Result<std::optional<KeptHeads>>& kept,
                                        const SegmentReader& reader, const std::string& file) {
  if (!kept) return VerifyFinding{{}, {}, file, kept.error().what};
  if (!*kept) return {};
  if (!((*kept)->log_id == reader.log_id()))
    return VerifyFinding{{},
                         {},
                         file,
                         fmt::format("the store was last closed over log {}, the journal is of log {}",
                                     to_text((*kept)->log_id), to_text(reader.log_id()))};
  if ((*kept)->heads.size() == reader.partitions()) return {};
  return VerifyFinding{{}, {}, file, "it holds heads of another number of partitions than the journal has"};
}

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::optional<JournalHead> parse_head(std::string_view key, std::string_view text,
                                      PartitionNumber partitions) {
  JournalHead head{.partition = partitions, .seq = 0, .hash = {}};
  auto colon = text.find(':');
  if (colon == std::string_view::npos || !parse_whole(text.substr(0, colon), head.seq)) return std::nullopt;
  if (key != "r" && (!parse_whole(key, head.partition) || head.partition >= partitions)) return std::nullopt;
  auto hash = parse_digest(text.substr(colon + 1));
  if (!hash) return std::nullopt;
  head.hash = *hash;
  return head;
}

}  // namespace

std::optional<Digest> parse_digest(std::string_view hex) {
  if (hex.size() != 2 * sizeof(Digest)) return std::nullopt;
  std::array<std::uint8_t, sizeof(Digest)> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto [end, problem] = std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, bytes[i], 16);
    if (problem != std::errc() || end != hex.data() + 2 * i + 2) return std::nullopt;
  }
  return id_from<Digest>(bytes);
}

Result<embedded::SegmentReader> open_to_verify(const std::filesystem::path& dir) {
  auto kept = read_heads(dir);
  std::optional<embedded::LogIdentity> otherwise;
  if (kept && *kept) otherwise = {(*kept)->log_id, static_cast<PartitionNumber>((*kept)->heads.size())};
  return SegmentReader::open_damaged(dir, otherwise);
}

Result<Verified> verify_journal(const std::filesystem::path& dir, VerifyOptions options) {
  // Before the journal: the process that writes to it may write them anew meanwhile.
  auto kept = read_heads(dir);
  TOONO_ASSIGN(auto reader, open_to_verify(dir));
  auto problem = problem_of(kept, reader, (dir / "heads").string());
  if (!problem && *kept)
    for (PartitionNumber partition = 0; partition < reader.partitions(); ++partition)
      options.kept.push_back({partition, (*kept)->heads[partition].seq, (*kept)->heads[partition].hash});
  TOONO_ASSIGN(auto verified, JournalVerifier(dir, reader, options).run(reader));
  if (problem) verified.findings.push_back(std::move(*problem));
  return verified;
}

Result<Verified> verify_log(KafkaLog& log, const LogId& log_id, PartitionNumber partitions,
                            const VerifyOptions& options) {
  ChainVerifier chain({.log_id = log_id, .partitions = partitions, .shared = true}, options);
  for (PartitionNumber partition = 0; partition <= partitions; ++partition) {
    chain.read_from("partition " + partition_text(partition, partitions));
    // Engines go on meanwhile. What the inbox lacked before the journal's end was looked up is decided before
    // that end; and what is decided before it stands in the inbox as it is read after, or has been trimmed.
    TOONO_ASSIGN(auto inbox_begin, log.begin(Topic::inbox, partition));
    TOONO_ASSIGN(auto journal_end, log.end(Topic::journal, partition));
    bool is_empty = true;
    TOONO_TRY(log.scan(Topic::inbox, {{partition}}, [&](const LogRecord& record) {
      if (is_empty) chain.inbox_begins_at(partition, record.offset);
      is_empty = false;
      chain.command(record);
      return true;
    }));
    if (is_empty) {
      TOONO_ASSIGN(auto trimmed_to, log.begin(Topic::inbox, partition));
      chain.inbox_begins_at(partition, trimmed_to);
    }
    TOONO_TRY(log.scan(Topic::journal, {{partition}}, [&](const LogRecord& record) {
      if (record.offset >= journal_end) return false;
      chain.add_bytes(record.bytes.size());
      chain.record(record);
      return true;
    }));
    chain.must_have_decided_to(partition, inbox_begin);
  }
  return chain.conclude();
}

std::string head_text(const JournalHead& head) {
  return fmt::format("{}:{}", head.seq, to_hex(bytes_of(head.hash)));
}

std::string heads_json(const std::vector<JournalHead>& heads, PartitionNumber partitions) {
  JsonWriter out;
  out.begin_object();
  for (const auto& head : heads) out.field(partition_text(head.partition, partitions), head_text(head));
  return out.end_object().str();
}

Result<std::vector<JournalHead>> parse_heads(std::string_view json, PartitionNumber partitions) {
  TOONO_ASSIGN(auto tree, read_json(json));
  const auto* object = &tree.root();
  for (const auto* node = tree.begin_of(tree.root());
       object->kind == JsonNode::Kind::object && node != tree.end_of(tree.root()); node = tree.next(node))
    if (node->key == "heads") object = node;
  if (object->kind != JsonNode::Kind::object)
    return unexpected({ErrorCode::refused, "these are no heads of a journal", "$",
                       "give what `toono --json verify` printed"});
  std::vector<JournalHead> heads;
  for (const auto* node = tree.begin_of(*object); node != tree.end_of(*object); node = tree.next(node)) {
    auto head =
        node->kind == JsonNode::Kind::text ? parse_head(node->key, node->text, partitions) : std::nullopt;
    if (!head)
      return unexpected(
          {ErrorCode::refused, "this is no head of this journal", fmt::format("\"{}\"", node->key),
           fmt::format("a head is \"SEQ:SHA-256\" under \"0\" to \"{}\" or \"r\", as `toono --json verify` "
                       "prints it",
                       partitions - 1)});
    heads.push_back(*head);
  }
  if (heads.empty())
    return unexpected(
        {ErrorCode::refused, "there are no heads in it", "$", "give what `toono --json verify` printed"});
  return heads;
}

}  // namespace toono
