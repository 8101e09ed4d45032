// What opening a vault does: reads every slot, tells a crash from damage, and finishes what a crash cut
// short.
#include <algorithm>
#include <unordered_set>

#include "adapters/vault/slot_file.h"
#include "adapters/vault/slot_layout.h"

namespace toono {

struct SlotFile::Scan {
  struct Bad {
    std::uint32_t slot;
    bool torn;
  };
  std::vector<SlotEntry> entries;     // kind none: does not decode
  std::vector<Bad> bad;               // ascending
  std::vector<std::uint32_t> voided;  // tombstones whose slot must be overwritten again
  std::uint32_t last_group = 0;       // where the group of the last readable slot begins
};

Result<std::vector<SlotEntry>> SlotFile::load() {
  Scan found;
  TOONO_TRY(scan(found));
  TOONO_ASSIGN(auto size, medium_->size());
  TOONO_ASSIGN(auto cut, find_cut(found));
  found.entries.resize(cut);
  found.last_group = std::min(found.last_group, cut);
  TOONO_TRY(void_targets(found));
  written_ = cut;
  if (is_writable()) TOONO_TRY(failed(mend(found, size)));
  return std::move(found.entries);
}

Result<void> SlotFile::scan(Scan& found) {
  TOONO_ASSIGN(auto size, medium_->size());
  auto slots = (size - std::min<std::uint64_t>(size, kHeaderSize)) / kSlotSize;
  if (slots >= kNoSlot) return unexpected(damaged(kNoSlot, "the vault is longer than any vault"));
  found.entries.reserve(slots + slots / 16);
  Buffer chunk(kChunkSlots * kSlotSize);
  for (std::uint32_t slot = 0; slot < slots;) {
    auto wanted = std::min<std::uint64_t>(kChunkSlots, slots - slot) * kSlotSize;
    TOONO_ASSIGN(auto count, medium_->read_at(place_of(slot), std::span(chunk).first(wanted)));
    if (count < kSlotSize) break;
    for (std::size_t at = 0; at + kSlotSize <= count; at += kSlotSize, ++slot) {
      auto bytes = std::span(chunk).subspan(at).first<kSlotSize>();
      auto read = decode_slot(bytes);
      // Only beside a writer can another look help: the slot was read while it was overwritten.
      for (int look = 1; look < kLooks && !read && !is_writable(); ++look) {
        TOONO_TRY(medium_->read_at(place_of(slot), bytes));
        read = decode_slot(bytes);
      }
      found.entries.push_back(read ? entry_of(*read) : SlotEntry{});
      if (!read) {
        found.bad.push_back({slot, looks_torn(bytes)});
        continue;
      }
      if (read->group_start > slot)
        return unexpected(damaged(slot, "a slot of the vault names a later group"));
      found.last_group = read->group_start;
    }
  }
  return {};
}

// The first slot of what a crash left unsettled; the number of slots if it left nothing. Only the last group
// can be torn, and a torn slot lacks its beginning or its end: everything else that does not decode is
// damage.
Result<std::uint32_t> SlotFile::find_cut(const Scan& found) const {
  auto slots = static_cast<std::uint32_t>(found.entries.size());
  if (found.bad.empty()) return slots;
  std::unordered_set<std::uint32_t> targets;
  for (const auto& entry : found.entries)
    if (entry.target != kNoSlot) targets.insert(entry.target);
  for (auto [slot, torn] : found.bad) {
    if (targets.contains(slot)) continue;
    if (!torn || slot < found.last_group)
      return unexpected(damaged(slot, "a slot of the vault does not fit its checksum"));
    return slot;
  }
  return slots;
}

// A tombstone is durable before its slot is overwritten: whatever a crash left of that slot, it is void.
Result<void> SlotFile::void_targets(Scan& found) const {
  for (std::uint32_t slot = 0; slot < found.entries.size(); ++slot) {
    const auto& tombstone = found.entries[slot];
    if (tombstone.target == kNoSlot) continue;
    if (tombstone.target >= slot)
      return unexpected(damaged(slot, "a tombstone of the vault names a later slot"));
    auto& voided = found.entries[tombstone.target];
    bool fits = voided.person == tombstone.person && voided.seal_class == tombstone.seal_class;
    if (voided.kind != SlotKind::none && !fits)
      return unexpected(damaged(slot, "a tombstone of the vault names the slot of another person"));
    if (voided.kind != SlotKind::destroyed || slot >= found.last_group) found.voided.push_back(slot);
    voided = {.person = tombstone.person, .kind = SlotKind::destroyed, .seal_class = tombstone.seal_class};
  }
  for (auto [slot, torn] : found.bad)
    if (slot < found.entries.size() && found.entries[slot].kind == SlotKind::none)
      return unexpected(damaged(slot, "a slot of the vault does not fit its checksum"));
  return {};
}

// After a sync that failed Linux may call pages clean that never reached the disk, and after a kill the last
// group may never have been synced: it is written again before anything relies on it.
Result<void> SlotFile::mend(const Scan& found, std::uint64_t size) {
  if (size != place_of(written_)) TOONO_TRY(medium_->truncate(place_of(written_)));
  Buffer group(std::size_t{written_ - found.last_group} * kSlotSize);
  TOONO_ASSIGN(auto count, medium_->read_at(place_of(found.last_group), group));
  TOONO_TRY(medium_->write_at(place_of(found.last_group), Bytes(group).first(count)));
  if (!found.voided.empty()) TOONO_TRY(medium_->sync());
  for (auto slot : found.voided) {
    TOONO_ASSIGN(auto tombstone, read(slot));
    TOONO_TRY(destroy(tombstone.target, tombstone));
  }
  return medium_->sync();
}

Result<std::vector<SlotEntry>> SlotFile::load_more() {
  std::vector<SlotEntry> added;
  SlotBytes bytes{};
  while (true) {
    TOONO_ASSIGN(auto count, medium_->read_at(place_of(written_), bytes));
    auto slot = count == kSlotSize ? decode_slot(bytes) : std::nullopt;
    if (!slot) return added;
    added.push_back(entry_of(*slot));
    ++written_;
  }
}

}  // namespace toono
