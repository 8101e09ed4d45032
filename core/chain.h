// The rule of the journal, the same for every reader: a record counts if and only if its `prev` is the hash
// of the last record that counted and its `seq` is the next. Otherwise it is void; and when its seq lies
// further ahead than any honest writer may be, a record that counted elsewhere is missing or altered here:
// the journal is broken.
#pragma once

#include <cstdint>

#include "core/digest.h"
#include "schemas/journal_generated.h"

namespace toono {

inline constexpr std::uint32_t kWindow = 4096;
inline constexpr std::uint16_t kSchemaVersion = 1;
inline constexpr std::size_t kMaxRecordBytes = 256 * 1024;

/// The last record that counted.
struct ChainHead {
  std::uint64_t seq = 0;
  Digest hash;
  /// The inbox offset of the next command to decide.
  std::uint64_t next_command = 0;
  Instant decided_at;
  std::uint64_t registry_seq = 0;
};

enum class Verdict : std::uint8_t { counts, is_void, broken };

/// Judges a decision against the head. Pure. `window` is genesis' W.
Verdict judge(const ChainHead& head, const Decision& decision, std::uint32_t window);

/// The head after a decision that counts; `hash` is SHA-256 of its stored bytes.
ChainHead extend(const ChainHead& head, const Decision& decision, const Digest& hash);

/// The head after genesis.
ChainHead begin_chain(const Digest& genesis_hash, const Genesis& genesis);

/// The genesis bytes of a partition: every partition's is a pure function of the registry's.
struct GenesisFacts {
  LogId log_id;
  std::uint16_t partitions = 0;
  std::uint32_t window = kWindow;
  Instant created_at;
  bool simulated = false;
};
GenesisFacts facts_of(const Genesis& genesis);
Buffer genesis_record(const GenesisFacts& facts, std::uint16_t partition);

/// Log records and rows may lie anywhere; FlatBuffers wants them aligned. A copy where needed, else a view.
class Aligned {
 public:
  explicit Aligned(Bytes bytes);
  Bytes bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  std::vector<std::uint64_t> copy_;
};

/// Reads a journal record; null when the bytes are not a record that this code can read (misaligned bytes are
/// refused: copy them first). The view lasts as long as the bytes.
const Record* read_record(Bytes bytes);
/// The same, and null when the record is something else.
const Decision* decision_of(Bytes bytes);
const Genesis* genesis_of(Bytes bytes);

/// The events of a decision: none where the vector is absent, which is how FlatBuffers says so.
using Events = flatbuffers::Vector<flatbuffers::Offset<Event>>;
const Events& events_of(const Decision& decision);

}  // namespace toono
