// Windows: the runs of many apply() calls kept few, and read as one.
#include "adapters/rocksdb/window.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace toono {

// Four bits of one word for a key, some 16 bits of filter a key: one cache line a look, about 1 % false.
KeyFilter::KeyFilter(std::size_t keys) : words_(std::bit_ceil(keys / 4 + 1)) {}

std::uint64_t KeyFilter::hash(std::string_view key) { return std::hash<std::string_view>()(key); }

namespace {
std::uint64_t four_bits(std::uint64_t hash) {
  return 1ull << (hash >> 58) | 1ull << (hash >> 52 & 63) | 1ull << (hash >> 46 & 63) |
         1ull << (hash >> 40 & 63);
}
}  // namespace

void KeyFilter::add(std::uint64_t hash) {
  // Only one thread adds, so that a plain read and write will do; the lock that publishes a view orders them.
  auto& word = words_[hash & (words_.size() - 1)];
  word.store(word.load(std::memory_order_relaxed) | four_bits(hash), std::memory_order_relaxed);
}

bool KeyFilter::may_contain(std::uint64_t hash) const {
  std::uint64_t bits = four_bits(hash);
  return (words_[hash & (words_.size() - 1)].load(std::memory_order_relaxed) & bits) == bits;
}

Window::Window(std::size_t expected_changes) : filter_(std::make_shared<KeyFilter>(expected_changes)) {}

void Window::add(const RowBatch& batch) {
  auto run = Run::of(batch, arena_);
  for (const RunEntry& entry : run->entries()) filter_->add(KeyFilter::hash(entry.key()));
  while (!runs_.empty() && runs_.back()->entries().size() < 2 * run->entries().size()) {
    run = Run::merge(*run, *runs_.back());
    runs_.pop_back();
  }
  runs_.push_back(std::move(run));
  changes_ += batch.size();
  bytes_ += batch.bytes();
}

std::shared_ptr<const WindowView> Window::view() const {
  return std::make_shared<WindowView>(WindowView{filter_, {runs_.rbegin(), runs_.rend()}});
}

std::shared_ptr<const Run> merge_all(const WindowView& window) {
  auto run = window.runs.front();
  for (std::size_t i = 1; i < window.runs.size(); ++i) run = Run::merge(*run, *window.runs[i]);
  return run;
}

bool WindowCursor::after(const Source& a, const Source& b) {
  int order = compare(*a.at, *b.at);
  return order != 0 ? order > 0 : a.age > b.age;
}

WindowCursor::WindowCursor(const WindowViews& windows, std::string_view from, std::string_view to) {
  RunEntry low = probe_of(from), high = probe_of(to);
  std::size_t age = 0;
  for (const auto& window : windows) {
    for (const auto& run : window->runs) {
      const RunEntry* begin = run->entries().data();
      const RunEntry* end = begin + (to.empty() ? run->entries().size() : run->lower_bound(high));
      const RunEntry* at = begin + run->lower_bound(low);
      if (at < end) heap_.push_back({at, end, age});
      ++age;
    }
  }
  std::make_heap(heap_.begin(), heap_.end(), after);
}

void WindowCursor::next() {
  RunEntry passed = entry();
  // Older changes of the same key are hidden: they are passed together with the newest.
  do {
    std::pop_heap(heap_.begin(), heap_.end(), after);
    if (++heap_.back().at == heap_.back().end) {
      heap_.pop_back();
    } else {
      std::push_heap(heap_.begin(), heap_.end(), after);
    }
  } while (!heap_.empty() && compare(entry(), passed) == 0);
}

}  // namespace toono
