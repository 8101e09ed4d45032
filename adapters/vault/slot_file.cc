// Appending, settling, overwriting and copying of slots; what is done at opening is in slot_file_load.cc.
#include "adapters/vault/slot_file.h"

#include <algorithm>

#include "adapters/vault/slot_layout.h"

namespace toono {

Error SlotFile::damaged(std::uint32_t slot, std::string what) const {
  return {ErrorCode::damaged, std::move(what), where_ + ", slot " + std::to_string(slot),
          "restore the vault from a backup; its key file stays as it is"};
}

Error SlotFile::broken_error() const {
  return {ErrorCode::world, "the vault has stopped after a failed write", where_,
          "look at the disk, then start again: the vault is read anew"};
}

Result<void> SlotFile::failed(Result<void> outcome) {
  if (!outcome) broken_ = true;
  return outcome;
}

Result<HeaderBytes> SlotFile::read_header() {
  HeaderBytes header{};
  TOONO_ASSIGN(auto count, medium_->read_at(0, header));
  if (count < header.size())
    return unexpected({ErrorCode::damaged, "the vault is shorter than its header", where_,
                       "restore the vault from a backup; its key file stays as it is"});
  return header;
}

std::uint32_t SlotFile::append(Slot slot) {
  auto waiting = static_cast<std::uint32_t>(pending_.size() / kSlotSize);
  check(written_ < kNoSlot - waiting - 1, "a vault has at most 2^32 - 2 slots");
  slot.group_start = written_ + waiting / kGroupSlots * kGroupSlots;
  auto bytes = encode_slot(slot);
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  return written_ + waiting;
}

Result<void> SlotFile::settle() {
  if (broken_) return unexpected(broken_error());
  if (pending_.empty()) return {};
  std::size_t done = 0;
  Result<void> outcome;
  while (outcome && done < pending_.size()) {
    auto group =
        Bytes(pending_).subspan(done).first(std::min(pending_.size() - done, kGroupSlots * kSlotSize));
    outcome = medium_->write_at(place_of(written_) + done, group);
    if (outcome) outcome = medium_->sync();
    if (outcome) done += group.size();
  }
  written_ += static_cast<std::uint32_t>(done / kSlotSize);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  return failed(std::move(outcome));
}

Result<void> SlotFile::destroy(std::uint32_t target, const Slot& tombstone) {
  if (broken_) return unexpected(broken_error());
  check(target < written_, "only settled slots are destroyed");
  auto bytes = encode_slot({.kind = SlotKind::destroyed,
                            .seal_class = tombstone.seal_class,
                            .group_start = target,
                            .target = kNoSlot,
                            .person = tombstone.person,
                            .key_id = tombstone.key_id});
  return failed(medium_->write_at(place_of(target), bytes));
}

Result<void> SlotFile::sync() { return failed(medium_->sync()); }

Result<Slot> SlotFile::read(std::uint32_t slot) {
  SlotBytes bytes{};
  if (slot >= written_) {
    auto at = std::size_t{slot - written_} * kSlotSize;
    check(at + kSlotSize <= pending_.size(), "a slot that was never appended");
    std::copy_n(pending_.begin() + static_cast<std::ptrdiff_t>(at), kSlotSize, bytes.begin());
    return decode_slot(bytes).value();
  }
  // Beside a writer a slot may be read while it is overwritten: the next look finds it whole.
  for (int look = 0; look < kLooks; ++look) {
    TOONO_ASSIGN(auto count, medium_->read_at(place_of(slot), bytes));
    if (count < kSlotSize) break;
    if (auto found = decode_slot(bytes)) return *found;
  }
  return unexpected(damaged(slot, "a slot of the vault does not fit its checksum"));
}

Result<void> SlotFile::copy_to(Medium& target) {
  TOONO_ASSIGN(auto size, medium_->size());
  TOONO_ASSIGN(auto header, read_header());
  TOONO_TRY(target.write_at(0, header));
  Buffer chunk(kChunkSlots * kSlotSize);
  for (std::uint64_t at = kHeaderSize; at + kSlotSize <= size;) {
    auto wanted = std::min<std::uint64_t>(chunk.size(), (size - at) / kSlotSize * kSlotSize);
    TOONO_ASSIGN(auto count, medium_->read_at(at, std::span(chunk).first(wanted)));
    count -= count % kSlotSize;
    if (count == 0) break;
    for (std::size_t slot = 0; slot < count; slot += kSlotSize) {
      auto bytes = std::span(chunk).subspan(slot).first<kSlotSize>();
      for (int look = 0; look < kLooks && !decode_slot(bytes); ++look)
        TOONO_TRY(medium_->read_at(at + slot, bytes));
    }
    TOONO_TRY(target.write_at(at, Bytes(chunk).first(count)));
    at += count;
  }
  return target.sync();
}

}  // namespace toono
