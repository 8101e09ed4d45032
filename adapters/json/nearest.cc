// The near miss that an error names.
#include "adapters/json/nearest.h"

#include <algorithm>
#include <array>
#include <utility>

namespace toono {
namespace {
constexpr std::size_t kLongest = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, kLongest + 1> row;
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}
}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  auto fewest = std::max<std::size_t>(2, word.size() / 3) + 1;
  if (word.empty() || word.size() > kLongest) return best;
  for (auto candidate : known) {
    if (candidate.size() > kLongest) continue;
    auto changes = distance(word, candidate);
    if (changes < fewest && changes < candidate.size()) fewest = changes, best = candidate;
  }
  return best;
}

}  // namespace toono
