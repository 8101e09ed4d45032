// Chance of the simulation: whole numbers only, so that one seed plays the same year on every machine and
// library.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

namespace toono::simulate {

/// A length of time or an amount as people know it: the least, what half stay below, what nine in ten stay
/// below, the most. Ascending.
struct Spread {
  std::int64_t least = 0;
  std::int64_t half = 0;
  std::int64_t nine_in_ten = 0;
  std::int64_t most = 0;
};

/// xoshiro256** (Blackman and Vigna, 2018), its state drawn from the seed by splitmix64.
class Chance {
 public:
  /// Streams of one seed are independent: every story has its own, so that none disturbs another.
  explicit Chance(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t next();
  /// 0 <= result < n; n is at least 1.
  std::uint64_t below(std::uint64_t n);
  /// low <= result <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// True in so many of a thousand.
  bool in_1000(std::uint64_t permille) { return below(1000) < permille; }
  /// Straight between the four points of the spread.
  std::int64_t of(const Spread& spread);
  /// The place of a weight, each as often as its share of the sum. The sum is at least 1.
  std::size_t weighted(std::span<const std::uint32_t> weights);
  /// The same over pairs {value, weight}.
  template <class Value>
  struct Weighted {
    Value value;
    std::uint32_t weight;
  };
  template <class Value>
  Value pick(std::initializer_list<Weighted<Value>> choices) {
    std::uint64_t sum = 0;
    for (const auto& choice : choices) sum += choice.weight;
    auto drawn = below(sum);
    for (const auto& choice : choices) {
      if (drawn < choice.weight) return choice.value;
      drawn -= choice.weight;
    }
    return choices.begin()->value;
  }
  /// One of a list that is not empty.
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace toono::simulate
