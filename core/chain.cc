#include "core/chain.h"

#include <cstring>

namespace toono {

Verdict judge(const ChainHead& head, const Decision& decision, std::uint32_t window) {
  if (decision.seq() == head.seq + 1 && *decision.prev() == head.hash) return Verdict::counts;
  return decision.seq() > head.seq + window ? Verdict::broken : Verdict::is_void;
}

ChainHead extend(const ChainHead& head, const Decision& decision, const Digest& hash) {
  return {.seq = head.seq + 1,
          .hash = hash,
          .next_command = decision.command_offset() + 1,
          .decided_at = *decision.decided_at(),
          .registry_seq = decision.registry_seq()};
}

ChainHead begin_chain(const Digest& genesis_hash, const Genesis& genesis) {
  return {.seq = 0,
          .hash = genesis_hash,
          .next_command = 0,
          .decided_at = *genesis.created_at(),
          .registry_seq = 0};
}

GenesisFacts facts_of(const Genesis& genesis) {
  return {.log_id = *genesis.log_id(),
          .partitions = genesis.partitions(),
          .window = genesis.window(),
          .created_at = *genesis.created_at(),
          .simulated = genesis.simulated()};
}

Buffer genesis_record(const GenesisFacts& facts, std::uint16_t partition) {
  GenesisT genesis;
  genesis.log_id = facts.log_id;
  genesis.partition = partition;
  genesis.partitions = facts.partitions;
  genesis.window = facts.window;
  genesis.schema_version = kSchemaVersion;
  genesis.created_at = facts.created_at;
  genesis.simulated = facts.simulated;
  RecordT record;
  record.body.Set(std::move(genesis));
  flatbuffers::FlatBufferBuilder builder;
  FinishRecordBuffer(builder, Record::Pack(builder, &record));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

Aligned::Aligned(Bytes bytes) : bytes_(bytes) {
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0) return;
  copy_.resize((bytes.size() + 7) / 8);
  std::memcpy(copy_.data(), bytes.data(), bytes.size());
  bytes_ = {reinterpret_cast<const std::uint8_t*>(copy_.data()), bytes.size()};
}

const Record* read_record(Bytes bytes) {
  if (bytes.size() < 8 || bytes.size() > kMaxRecordBytes) return nullptr;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) return nullptr;
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), 16, 4000);
  return VerifyRecordBuffer(verifier) ? GetRecord(bytes.data()) : nullptr;
}

const Decision* decision_of(Bytes bytes) {
  const auto* record = read_record(bytes);
  return record ? record->body_as_Decision() : nullptr;
}

const Genesis* genesis_of(Bytes bytes) {
  const auto* record = read_record(bytes);
  return record ? record->body_as_Genesis() : nullptr;
}

const Events& events_of(const Decision& decision) {
  alignas(8) static constexpr std::uint8_t kEmpty[8] = {};  // a vector begins with its length
  return decision.events() ? *decision.events() : *reinterpret_cast<const Events*>(kEmpty);
}

}  // namespace toono
