// What the peers are given to decide: the mix of bench/engine_bench.cc's cases, six commands a case
// (register, triage, dispatch, sign, contact the caller, submit the result), 2,000 cases under way at a time,
// every id random, 300 bytes a record. The layout is read by bench/peers/kafka-streams (Record.java):
// big-endian, fixed offsets, the fastest that either side can do.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "core/bytes.h"

namespace toono::bench {

/// Offsets in a command. A decision has the same layout, with outcome, version, decided_at and due filled in.
struct Layout {
  static constexpr std::size_t format = 0, kind = 1, outcome = 2, version = 4, decided_at = 12,
                               command_id = 20, case_id = 36, order_id = 52, station = 68, actor = 72,
                               target = 76, priority = 80, handling_class = 81, tier = 82, solved = 83,
                               youth = 84, occurred_at = 100, due = 108, trace = 116, sent_at = 124,
                               payload = 132, size = 300;
};
enum class PeerKind : std::uint8_t {
  register_case = 1,
  triage = 2,
  dispatch = 3,
  sign = 4,
  contact_caller = 5,
  submit = 6
};

using PeerRecord = std::array<std::uint8_t, Layout::size>;

inline void put(std::uint8_t* at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
}
inline std::uint64_t get_number(const std::uint8_t* at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | at[i];
  return value;
}

class PeerWorkload {
 public:
  explicit PeerWorkload(std::uint64_t seed) : chance_(seed) {}

  /// The next command; its trace is how many came before it.
  const PeerRecord& next() {
    if (cases_.size() < kUnderWay || chance_() % 6 == 0)
      cases_.push_back({random_id(), {}, kRegion, 0});
    else
      std::swap(cases_[chance_() % cases_.size()], cases_.back());
    auto& running = cases_.back();
    write(running);
    if (++running.step == 6) cases_.pop_back();
    return record_;
  }

 private:
  static constexpr std::size_t kUnderWay = 2000;
  static constexpr std::uint32_t kRegion = 150000;
  using Id = std::array<std::uint8_t, 16>;
  struct Running {
    Id id, order;
    std::uint32_t station;
    std::uint8_t step;
  };

  Id random_id() {
    Id id{};
    for (std::size_t i = 0; i < id.size(); i += 8) put(id.data() + i, chance_(), 8);
    return id;
  }
  void place(std::size_t at, const Id& id) { std::memcpy(record_.data() + at, id.data(), id.size()); }

  void write(Running& running) {
    now_ += 4;
    auto kind = static_cast<PeerKind>(running.step + 1);
    auto id = random_id();
    if (kind == PeerKind::dispatch) {
      running.order = id;  // an order is named after the command that made it
      running.station = kRegion + 100 + static_cast<std::uint32_t>(chance_() % 9) * 100;
    }
    auto actor_station = kind < PeerKind::sign ? kRegion : running.station;
    record_[Layout::format] = 1;
    record_[Layout::kind] = static_cast<std::uint8_t>(kind);
    place(Layout::command_id, id);
    place(Layout::case_id, running.id);
    place(Layout::order_id, running.order);
    put(record_.data() + Layout::station, actor_station, 4);
    put(record_.data() + Layout::actor, actor_station * 100 + 1, 4);
    put(record_.data() + Layout::target, kind == PeerKind::dispatch ? running.station : 0, 4);
    put(record_.data() + Layout::priority, 0x03'03'02'01, 4);  // ordinary, ordinary, tier II, solved
    place(Layout::youth, random_id());
    put(record_.data() + Layout::occurred_at, static_cast<std::uint64_t>(now_), 8);
    put(record_.data() + Layout::trace, count_++, 8);
    for (std::size_t at = Layout::payload; at < Layout::size; at += 8)
      put(record_.data() + at, chance_(), std::min<std::size_t>(8, Layout::size - at));
  }

  std::mt19937_64 chance_;
  std::vector<Running> cases_;
  PeerRecord record_{};
  std::int64_t now_ = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
  std::uint64_t count_ = 0;
};

}  // namespace toono::bench
