// One partition on its way from the journal to sorted rows: first its records in order, then its entities.
#pragma once

#include <unordered_map>

#include "adapters/engine/row_sorter.h"
#include "adapters/rocksdb/store.h"
#include "core/registry.h"
#include "projections/folder.h"
#include "projections/journal_reader.h"

namespace toono {

/// One thread at a time.
class PartitionFold {
 public:
  struct Options {
    PartitionNumber partition = 0;
    PartitionNumber partitions = 0;    // the registry's not counted
    std::filesystem::path spill = {};  // how the files of the moment begin
    std::size_t memory_bytes = 0;
  };
  explicit PartitionFold(const Options& options);

  /// Takes the next record, whose bytes are aligned. Error damaged: as read_next().
  Result<void> read(const LogRecord& record);
  bool has_begun() const { return head_.next_offset != 0; }

  /// Writes what has been read as rows, once: meta rows and all others apart, since the first ones are known
  /// last. `folded` gets the number of decisions of each entity, and 0 now and then while rows are sorted; an
  /// Error of it ends the writing.
  struct Target {
    SortedLoad& meta;
    SortedLoad& rows;
  };
  using Folded = std::function<Result<void>(std::size_t decisions)>;
  Result<void> write(const Target& target, std::size_t memory_bytes, const Folded& folded);

 private:
  /// A decision in held_, behind its key.
  struct Held {
    std::size_t begin;
    std::size_t size;
  };
  Result<void> put(std::string_view key, std::string_view value, std::uint64_t since);
  void hold(std::string_view key, std::string_view decision);
  std::string_view key_of(const Held& held) const;
  Bytes decision_of(const Held& held) const { return Bytes(held_).subspan(held.begin, held.size); }
  Result<void> write_entity(SortedLoad& rows);
  Result<void> write_views(const EntityState& state, std::uint64_t since);
  Result<void> put_tallies();
  Result<void> write_sorted(const Target& target, const Folded& folded);

  PartitionNumber partition_;
  JournalShape shape_;
  PartitionHead head_;
  Registry registry_;
  RowSorter decisions_;                                  // rows of histories: by entity, then by seq
  RowSorter rows_;                                       // all others but the states
  std::unordered_map<std::uint64_t, TallyRow> tallies_;  // by station and day
  // Of the entity that is being written.
  Buffer held_;
  std::vector<Held> entity_;
  std::vector<const Decision*> decisions_read_;
  std::vector<Contribution> contributed_;
  RowBatch views_;
};

}  // namespace toono
