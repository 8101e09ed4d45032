// What the vault of several processes stands on: an ordered log of named records, of which the last under
// each name counts. Below TopicVault; a compacted Kafka topic (adapters/kafka/keys_topic.h), or memory in
// tests.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace toono {

struct KeyRecord {
  std::string key;              // the record's name, bytes
  std::optional<Buffer> value;  // none: the name is given up
  std::uint64_t position = 0;   // set where it stands; positions grow, and compaction leaves gaps
};

/// One reader and writer of the log, one thread at a time. Records that a later one of the same name has
/// superseded may be missing; nothing else is.
class KeyRecords {
 public:
  using Visit = std::function<void(const KeyRecord&)>;
  virtual ~KeyRecords() = default;

  /// Appends in this order. They are durable when it returns, and all stand before the position that it
  /// gives. Error world: some, all or none of them may stand there, now or later; to append them again does
  /// no harm.
  virtual Result<std::uint64_t> append(const std::vector<KeyRecord>& records) = 0;

  /// The position behind the last durable record, asked of the log itself. Error world: it does not answer.
  virtual Result<std::uint64_t> end() = 0;

  /// Visits each record once, in order, over all calls: at least those before `until`, and waits for them;
  /// with 0, those that have come already, without waiting. Error world: the log does not answer. Error
  /// damaged: it is shorter than what was read, or a record does not fit its checksum.
  virtual Result<void> read(std::uint64_t until, const Visit& visit) = 0;

  /// The log's name in errors.
  virtual const std::string& where() const = 0;
};

}  // namespace toono
