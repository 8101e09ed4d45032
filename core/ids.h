// Identifiers: each kind is its own type (schemas/common.fbs), made from 16 bytes and compared as bytes.
#pragma once

#include <compare>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/check.h"
#include "schemas/common_generated.h"

namespace toono {

template <class Id>
concept ByteId = requires(const Id& id) { id.bytes()->size(); } && (sizeof(Id) == 16 || sizeof(Id) == 32);

template <ByteId Id>
Bytes bytes_of(const Id& id) {
  return {id.bytes()->data(), sizeof(Id)};
}
template <ByteId Id>
bool operator==(const Id& a, const Id& b) {
  return std::memcmp(&a, &b, sizeof(Id)) == 0;
}
template <ByteId Id>
std::strong_ordering operator<=>(const Id& a, const Id& b) {
  return std::memcmp(&a, &b, sizeof(Id)) <=> 0;
}
/// `size` must be at least sizeof(Id).
template <ByteId Id>
Id id_from(Bytes bytes) {
  check(bytes.size() >= sizeof(Id), "too few bytes for an id");
  Id id;
  std::memcpy(static_cast<void*>(&id), bytes.data(), sizeof(Id));
  return id;
}
/// The same 16 bytes as another kind of id: said aloud wherever it happens.
template <ByteId To, ByteId From>
To id_as(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  return id_from<To>(bytes_of(from));
}
template <ByteId Id>
bool is_nil(const Id& id) {
  return id == Id{};
}

/// 36 lower-case characters (RFC 9562 §4).
std::string uuid_text(Bytes sixteen);
template <ByteId Id>
std::string to_text(const Id& id)
  requires(sizeof(Id) == 16)
{
  return uuid_text(bytes_of(id));
}
std::string to_hex(Bytes bytes);
/// Accepts upper and lower case; nothing but 8-4-4-4-12 hexadecimal digits.
std::optional<Uuid> parse_uuid(std::string_view text);
template <ByteId Id>
std::optional<Id> parse_id(std::string_view text)
  requires(sizeof(Id) == 16)
{
  auto uuid = parse_uuid(text);
  return uuid ? std::optional(id_as<Id>(*uuid)) : std::nullopt;
}

inline bool operator==(StationId a, StationId b) { return a.code() == b.code(); }
inline auto operator<=>(StationId a, StationId b) { return a.code() <=> b.code(); }
inline bool operator==(StaffId a, StaffId b) { return a.number() == b.number(); }
inline bool operator==(Instant a, Instant b) { return a.ms() == b.ms(); }
inline auto operator<=>(Instant a, Instant b) { return a.ms() <=> b.ms(); }
inline bool operator==(Day a, Day b) { return a.days() == b.days(); }
inline auto operator<=>(Day a, Day b) { return a.days() <=> b.days(); }
inline bool operator==(const EventRef& a, const EventRef& b) {
  return a.seq() == b.seq() && a.index() == b.index();
}
inline bool is_none(StationId id) { return id.code() == 0; }
inline bool is_none(Instant at) { return at.ms() == 0; }
inline bool happened(const Moment& moment) { return moment.event().seq() != 0; }

static_assert(!std::is_convertible_v<CaseId, OrderId> && !std::is_convertible_v<CaseId, EntityId>);

struct IdHash {
  template <ByteId Id>
  std::size_t operator()(const Id& id) const {
    std::uint64_t low;
    std::memcpy(&low, bytes_of(id).data() + 8, 8);
    return low * 0x9E3779B97F4A7C15u;
  }
};

}  // namespace toono
