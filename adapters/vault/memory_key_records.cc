// Positions as a broker gives them: one more for each record, and never again.
#include "adapters/vault/memory_key_records.h"

#include <algorithm>
#include <map>

namespace toono {

std::uint64_t MemoryKeysTopic::append(std::string key, std::optional<Buffer> value) {
  records_.push_back({.key = std::move(key), .value = std::move(value), .position = end_});
  return ++end_;
}

void MemoryKeysTopic::compact(std::uint64_t end) {
  std::map<std::string, std::uint64_t> last;
  for (const auto& record : records_)
    if (record.position < end) last[record.key] = record.position;
  std::erase_if(records_, [&](const KeyRecord& record) {
    return record.position < end && (last[record.key] != record.position || !record.value);
  });
}

Result<std::uint64_t> MemoryKeyRecords::append(const std::vector<KeyRecord>& records) {
  for (const auto& record : records) topic_.append(record.key, record.value);
  return topic_.end();
}

Result<void> MemoryKeyRecords::read(std::uint64_t until, const Visit& visit) {
  const auto& records = topic_.records();
  auto first = std::lower_bound(records.begin(), records.end(), next_,
                                [](const KeyRecord& record, auto at) { return record.position < at; });
  auto end = until == 0 ? topic_.end() : until;
  for (; first != records.end() && first->position < end; ++first) visit(*first);
  next_ = std::max(next_, end);
  return {};
}

}  // namespace toono
