// The store port: sorted rows of bytes, applied in one atomic step with the head that vouches for them. What
// is in it can always be thrown away and rebuilt from the journal. Implementations: adapters/memory and
// adapters/rocksdb; tests/contract/store_contract.h holds what both keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "core/result.h"

namespace toono {

/// What to do about a row that is not what its table says.
inline Error damaged_row(std::string what, std::string where) {
  return {ErrorCode::damaged, std::move(what), std::move(where),
          "run `toono rebuild` to make the store anew from the journal"};
}

/// Changes of rows, in the order in which they happened: a later one of the same key wins. Keys compare as
/// unsigned bytes. All bytes lie in one arena, so a row costs no allocation; clear() keeps the memory for the
/// next run of decisions.
class RowBatch {
 public:
  /// `key` has 1 to 65,535 bytes, `value` below 1 GiB, all rows together below 4 GiB; more is a bug of the
  /// caller.
  void put(std::string_view key, std::string_view value) { add(key, value, false); }
  void remove(std::string_view key) { add(key, {}, true); }

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  /// Of all keys and values.
  std::size_t bytes() const { return arena_.size(); }
  void clear() {
    rows_.clear();
    arena_.clear();
  }

  struct Row {
    std::string_view key;
    std::string_view value;  // empty when removed
    bool removed = false;
  };
  /// The row at `index` < size(). Its views last until the batch next changes.
  Row operator[](std::size_t index) const {
    const Span& row = rows_[index];
    const char* key = arena_.data() + row.begin;
    return {{key, row.key_size}, {key + row.key_size, row.value_size}, row.removed};
  }

 private:
  struct Span {
    std::uint32_t begin;  // the key, then at once the value
    std::uint32_t value_size;
    std::uint16_t key_size;
    bool removed;
  };
  void add(std::string_view key, std::string_view value, bool removed) {
    check(!key.empty() && key.size() <= UINT16_MAX, "a row's key has 1 to 65,535 bytes");
    check(value.size() < (1u << 30), "a row's value has less than 1 GiB");
    check(arena_.size() + key.size() + value.size() <= UINT32_MAX, "a batch of rows has less than 4 GiB");
    rows_.push_back({static_cast<std::uint32_t>(arena_.size()), static_cast<std::uint32_t>(value.size()),
                     static_cast<std::uint16_t>(key.size()), removed});
    arena_.append(key).append(value);
  }

  std::string arena_;
  std::vector<Span> rows_;
};

/// One thread writes (apply, flush); any thread may read at the same time.
class Store {
 public:
  virtual ~Store() = default;

  /// Takes the changes of a run of decisions, later ones over earlier ones on the same key. Readable at once;
  /// after a crash the store holds a prefix of the calls, each call whole or not at all.
  virtual Result<void> apply(const RowBatch& changes) = 0;

  /// The value now, or none.
  virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;

  /// Visits the rows with from <= key < to in order of their keys, as they stood at the call. The visitor
  /// returns false to stop; its views last until it returns.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  virtual Result<void> scan(std::string_view from, std::string_view to, const Visitor& visit) const = 0;

  /// Makes what was applied durable.
  virtual Result<void> flush() = 0;
};

}  // namespace toono
