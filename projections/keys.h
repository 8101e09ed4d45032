// Where a row stands: partition | table | the rest, integers big-endian, so that keys compare as what they
// mean. The numbers reach a disk and are never reused; a store whose layout version differs is rebuilt.
#pragma once

#include <boost/container/small_vector.hpp>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/log.h"

namespace toono {

inline constexpr std::uint32_t kRowsVersion = 3;

enum class Table : std::uint8_t {
  meta = 0,      // heads, void records, quarantine
  entity = 1,    // | entity | part: its state (0), its history by seq (1): side by side
  outcomes = 2,  // | command id
  agenda = 3,    // | due | entity | timer | step | subject
  worklist = 4,  // | station | due | subject | kind
  facts = 5,     // | station | kind | anchor instant | id
  tallies = 6,   // | station | day
  numbers = 7,   // | case number, or 'f' and the foreign id
  recent = 8,    // | newest first | entity
  links = 9,     // | kind | from | to
  erased = 10,   // | person: of whom words were ordered to be erased
};

/// Builds a key from left to right.
class Key {
 public:
  Key(PartitionNumber partition, Table table) {
    number(partition);
    text_.push_back(static_cast<char>(table));
  }
  template <std::unsigned_integral Number>
  Key& number(Number value) {
    char bytes[sizeof(Number)];
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      bytes[i] = static_cast<char>(value >> (8 * (sizeof(Number) - 1 - i)) & 0xff);
    return text({bytes, sizeof bytes});
  }
  /// Sorts by time, also before 1970.
  Key& instant(Instant at) { return number(static_cast<std::uint64_t>(at.ms()) ^ (1ull << 63)); }
  Key& newest_first(Instant at) { return number(~(static_cast<std::uint64_t>(at.ms()) ^ (1ull << 63))); }
  Key& day(Day day) { return number(static_cast<std::uint32_t>(day.days()) ^ (1u << 31)); }
  Key& byte(std::uint8_t value) { return number(value); }
  template <ByteId Id>
  Key& id(const Id& id) {
    return text(text_of(bytes_of(id)));
  }
  Key& text(std::string_view text) {
    text_.insert(text_.end(), text.begin(), text.end());
    return *this;
  }
  operator std::string_view() const {  // NOLINT: a key is read wherever bytes are
    return {text_.data(), text_.size()};
  }
  std::string str() const { return {text_.data(), text_.size()}; }

 private:
  /// As long as nearly all keys are, so that none costs an allocation.
  boost::container::small_vector<char, 64> text_;
};

/// The first key behind every key that begins with `prefix`.
inline std::string behind(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

/// Reads a key, or a value made of fixed parts, from left to right; what is not there reads as zero.
class KeyReader {
 public:
  explicit KeyReader(std::string_view text) : text_(text) {}
  KeyReader& skip(std::size_t count) { return text_.remove_prefix(std::min(count, text_.size())), *this; }
  template <std::unsigned_integral Number>
  Number number() {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      value = static_cast<Number>(value << 8 | (i < text_.size() ? static_cast<unsigned char>(text_[i]) : 0));
    skip(sizeof(Number));
    return value;
  }
  Instant instant() { return Instant(static_cast<std::int64_t>(number<std::uint64_t>() ^ (1ull << 63))); }
  Day day() { return Day(static_cast<std::int32_t>(number<std::uint32_t>() ^ (1u << 31))); }
  template <ByteId Id>
  Id id() {
    Id result;
    if (text_.size() >= sizeof(Id)) result = id_from<Id>(bytes_of(text_));
    skip(sizeof(Id));
    return result;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};
inline constexpr std::size_t kKeyPrefix = 3;  // partition and table

inline Key state_key(PartitionNumber partition, const EntityId& entity) {
  return Key(partition, Table::entity).id(entity).byte(0);
}
inline Key history_prefix(PartitionNumber partition, const EntityId& entity) {
  return Key(partition, Table::entity).id(entity).byte(1);
}
inline Key history_key(PartitionNumber partition, const EntityId& entity, std::uint64_t seq) {
  return history_prefix(partition, entity).number(seq);
}
inline Key outcome_key(PartitionNumber partition, const CommandId& command) {
  return Key(partition, Table::outcomes).id(command);
}
inline Key head_key(PartitionNumber partition) { return Key(partition, Table::meta).byte(0); }
inline Key void_key(PartitionNumber partition, std::uint64_t offset) {
  return Key(partition, Table::meta).byte(1).number(offset);
}
inline Key quarantine_key(PartitionNumber partition, const EntityId& entity) {
  return Key(partition, Table::meta).byte(2).id(entity);
}
inline Key genesis_key(PartitionNumber partition) { return Key(partition, Table::meta).byte(3); }

/// Kinds of links: from one id to another that is asked for by it.
enum class Link : std::uint8_t {
  order_case = 0,
  referral_case = 1,
  person_case = 2,
  person_contact = 3,
  case_contact = 4
};

/// A plain struct as the bytes of a row: no padding, so equal values are equal bytes.
template <class Plain>
std::string_view plain_bytes(const Plain& value) {
  static_assert(std::is_trivially_copyable_v<Plain> && std::has_unique_object_representations_v<Plain>);
  return {reinterpret_cast<const char*>(&value), sizeof(Plain)};
}
/// False: the row is of another size.
template <class Plain>
bool read_plain(std::string_view row, Plain& value) {
  static_assert(std::is_trivially_copyable_v<Plain>);
  if (row.size() != sizeof(Plain)) return false;
  std::memcpy(static_cast<void*>(&value), row.data(), sizeof(Plain));
  return true;
}

}  // namespace toono
