// Slots on a medium: read and mended when it is opened, appended by groups, overwritten in place.
#pragma once

#include <memory>

#include "adapters/vault/medium.h"
#include "adapters/vault/slot_index.h"

namespace toono {

enum class Access { read_write, read_only };

/// One writer at a time; readers of the same file may stand beside it. One thread at a time.
class SlotFile {
 public:
  /// `where` names the medium in errors.
  SlotFile(std::unique_ptr<Medium> medium, std::string where, Access access)
      : medium_(std::move(medium)), where_(std::move(where)), access_(access) {}

  Result<HeaderBytes> read_header();
  /// Reads every slot. A group that a crash tore is dropped; destructions that a crash cut short are
  /// finished, on the medium too unless it is read only. Error damaged: a slot of a settled group does not
  /// decode.
  Result<std::vector<SlotEntry>> load();
  /// Slots that another process has added since.
  Result<std::vector<SlotEntry>> load_more();

  /// The number that the slot will have; settle() makes it durable. Its group_start is set here.
  std::uint32_t append(Slot slot);
  /// Writes what was appended and syncs; nothing to do costs nothing. After an error nothing can be settled
  /// until the file is opened again: what stands on the disk is unknown.
  Result<void> settle();
  /// Overwrites a settled slot in place with zeros that name only what was destroyed; sync() makes it
  /// durable.
  Result<void> destroy(std::uint32_t target, const Slot& tombstone);
  Result<void> sync();
  Result<Slot> read(std::uint32_t slot);

  /// The bytes as they stand, whole slots only; settled slots of a moment, or later.
  Result<void> copy_to(Medium& target);

  bool is_writable() const { return access_ == Access::read_write; }
  bool is_broken() const { return broken_; }
  Error broken_error() const;
  const std::string& where() const { return where_; }
  std::uint32_t settled() const { return written_; }

 private:
  struct Scan;
  Result<void> scan(Scan& found);
  Result<std::uint32_t> find_cut(const Scan& found) const;
  Result<void> void_targets(Scan& found) const;
  Result<void> mend(const Scan& found, std::uint64_t size);
  Result<void> failed(Result<void> outcome);
  Error damaged(std::uint32_t slot, std::string what) const;

  std::unique_ptr<Medium> medium_;
  std::string where_;
  Access access_;
  std::uint32_t written_ = 0;
  Buffer pending_;
  bool broken_ = false;
};

}  // namespace toono
