// The generator and the draws made of it.
#include "adapters/simulate/chance.h"

#include <bit>

#include "core/check.h"

namespace toono::simulate {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15u;
  auto mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

constexpr std::uint64_t kFine = 1'000'000;

/// The point `part` of `whole` of the way.
std::int64_t along(std::int64_t from, std::int64_t to, std::uint64_t part, std::uint64_t whole) {
  return from + (to - from) * static_cast<std::int64_t>(part) / static_cast<std::int64_t>(whole);
}

}  // namespace

Chance::Chance(std::uint64_t seed, std::uint64_t stream) {
  auto mix = seed;
  mix = splitmix(mix) ^ (stream * 0xD1342543DE82EF95u);
  for (auto& word : state_) word = splitmix(mix);
}

std::uint64_t Chance::next() {
  auto result = std::rotl(state_[1] * 5, 7) * 9;
  auto shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Chance::below(std::uint64_t n) {
  check(n != 0, "there is nothing to draw from");
  // The bias of the remainder is below 2^-30 for every n in use, which no figure of a year can show.
  return next() % n;
}

std::int64_t Chance::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
}

std::int64_t Chance::of(const Spread& spread) {
  auto drawn = below(kFine);
  if (drawn < kFine / 2) return along(spread.least, spread.half, drawn, kFine / 2);
  if (drawn < kFine / 10 * 9)
    return along(spread.half, spread.nine_in_ten, drawn - kFine / 2, kFine / 10 * 4);
  return along(spread.nine_in_ten, spread.most, drawn - kFine / 10 * 9, kFine / 10);
}

std::size_t Chance::weighted(std::span<const std::uint32_t> weights) {
  std::uint64_t sum = 0;
  for (auto weight : weights) sum += weight;
  auto drawn = below(sum);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (drawn < weights[i]) return i;
    drawn -= weights[i];
  }
  return 0;
}

}  // namespace toono::simulate
