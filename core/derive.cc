#include "core/derive.h"

#include <fmt/format.h>

namespace toono {
namespace {
int mod97(std::string_view digits) {
  int rest = 0;
  for (char digit : digits) rest = (rest * 10 + (digit - '0')) % 97;
  return rest;
}
Uuid mark_v8(const Digest& digest) {
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(bytes_of(digest).begin(), 16, bytes.begin());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return id_from<Uuid>(bytes);
}
}  // namespace

Uuid derive_uuid(const CommandId& command, std::string_view kind, std::uint32_t index) {
  std::array<std::uint8_t, 4> number{static_cast<std::uint8_t>(index >> 24),
                                     static_cast<std::uint8_t>(index >> 16),
                                     static_cast<std::uint8_t>(index >> 8), static_cast<std::uint8_t>(index)};
  return mark_v8(sha256({bytes_of(command), bytes_of(kind), Bytes(number)}));
}

CommandId agenda_command_id(PartitionNumber partition, const EventRef& cause, TimerKind timer,
                            std::uint32_t step) {
  auto text = fmt::format("agenda/{}:{}:{}/{}/{}", partition, cause.seq(), cause.index(),
                          static_cast<unsigned>(timer), step);
  return id_as<CommandId>(mark_v8(sha256(bytes_of(text))));
}

std::string case_number(PartitionNumber partition, std::uint64_t count) {
  auto digits = fmt::format("{:02}{:06}", partition, count);
  return fmt::format("{}{:02}", digits, 98 - mod97(digits + "00"));
}

bool is_case_number(std::string_view text) {
  if (text.size() < 10 || text.size() > 24) return false;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  return mod97(text) == 1;
}

}  // namespace toono
