// From the journal to public events, by the same rule as every other reader.
#include "adapters/kafka/public_event.h"

#include <fmt/format.h>

namespace toono {
namespace {

template <class Body>
const ReferralId* referral_of(const Event& event) {
  const auto* body = event.body_as<Body>();
  return body ? body->referral_id() : nullptr;
}

/// The referral that an event is of once it has been sent; null for every other event.
const ReferralId* sent_referral(const Event& event) {
  const ReferralId* id = nullptr;
  auto look = [&](const ReferralId* found) { return (id = found) != nullptr; };
  (void)(look(referral_of<ReferralSent>(event)) || look(referral_of<ReferralDelivered>(event)) ||
         look(referral_of<ReferralReceived>(event)) || look(referral_of<ReferralAccepted>(event)) ||
         look(referral_of<ReferralRefused>(event)) || look(referral_of<ReferralInterimReported>(event)) ||
         look(referral_of<ReferralOutcomeReported>(event)) || look(referral_of<ReferralLoopClosed>(event)) ||
         look(referral_of<ReferralRecalled>(event)) || look(referral_of<ReferralNoReply>(event)));
  return id;
}

}  // namespace

PublicFeed::PublicFeed(PartitionNumber partitions_with_registry)
    : partitions_(static_cast<PartitionNumber>(partitions_with_registry - 1)),
      chains_(partitions_with_registry) {}

Error PublicFeed::journal_error(PartitionNumber partition, std::uint64_t seq, std::string what) const {
  return {ErrorCode::damaged, std::move(what),
          fmt::format("partition {}, record {}", partition_text(partition, partitions_), seq),
          "run `toono verify`; nothing is published beyond it"};
}

Result<void> PublicFeed::take(const LogRecord& record, const Use& use) {
  auto& chain = chains_[record.partition];
  if (record.offset < chain.next_offset) return {};
  if (record.offset > chain.next_offset)
    return unexpected(
        journal_error(record.partition, chain.head.seq + 1, "records of the journal are missing"));
  chain.next_offset = record.offset + 1;
  Aligned aligned(record.bytes);
  const auto* read = read_record(aligned.bytes());
  if (!chain.begun) return begin(record, read, sha256(record.bytes));
  const auto* decision = read ? read->body_as_Decision() : nullptr;
  auto verdict = decision ? judge(chain.head, *decision, window_) : Verdict::is_void;
  if (verdict == Verdict::broken)
    return unexpected(journal_error(record.partition, chain.head.seq + 1,
                                    "the journal is broken: a record is missing or was altered"));
  if (verdict == Verdict::is_void) {
    ++void_count_;
    return {};
  }
  if (decision->schema_version() > kSchemaVersion)
    return unexpected({ErrorCode::refused, "the journal was written by a newer version",
                       fmt::format("partition {}, record {}", record.partition, decision->seq()),
                       "upgrade this program"});
  chain.head = extend(chain.head, *decision, sha256(record.bytes));
  return decision->outcome() == Outcome::accepted ? tell(record.partition, *decision, use) : Result<void>();
}

Result<void> PublicFeed::begin(const LogRecord& record, const Record* read, const Digest& hash) {
  const auto* genesis = read ? read->body_as_Genesis() : nullptr;
  if (!genesis || genesis->partitions() != partitions_ || genesis->partition() != record.partition)
    return unexpected(
        journal_error(record.partition, 0, "the journal does not begin with the genesis of this partition"));
  if (!is_nil(log_id_) && !(log_id_ == *genesis->log_id()))
    return unexpected(journal_error(record.partition, 0, "the partitions are of different logs"));
  auto& chain = chains_[record.partition];
  chain.begun = true;
  chain.head = begin_chain(hash, *genesis);
  log_id_ = *genesis->log_id();
  window_ = genesis->window();
  return {};
}

Result<void> PublicFeed::tell(PartitionNumber partition, const Decision& decision, const Use& use) {
  EventOrigin origin{.log_id = log_id_, .partition = partition, .partitions = partitions_};
  for (std::uint32_t index = 0; index < events_of(decision).size(); ++index) {
    auto made = cloud_event(origin, decision, index);
    if (!made) {
      ++unknown_count_;
      continue;
    }
    TOONO_TRY(use({std::move(*made), line_of(*events_of(decision).Get(index))}));
  }
  return {};
}

std::optional<ReferralLine> PublicFeed::line_of(const Event& event) {
  if (const auto* prepared = event.body_as_ReferralPrepared()) {
    if (prepared->referral_id()) lines_[*prepared->referral_id()] = prepared->line();
    return std::nullopt;
  }
  const auto* referral = sent_referral(event);
  auto found = referral ? lines_.find(*referral) : lines_.end();
  return found == lines_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace toono
