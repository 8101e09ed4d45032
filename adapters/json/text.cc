// Characters, escapes and ids as JSON writes them.
#include "adapters/json/text.h"

#include <array>
#include <charconv>

namespace toono {
namespace {
constexpr char kHex[] = "0123456789abcdef";
constexpr std::size_t kShownBytes = 64;

bool is_plain_ascii(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_unit(std::string& out, std::uint32_t unit) {
  const char text[] = {'\\',           'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15],
                       kHex[unit & 15]};
  out.append(text, sizeof text);
}

void append_ascii_escape(std::string& out, char c) {
  if (c == '"') return void(out += "\\\"");
  if (c == '\\') return void(out += "\\\\");
  if (c == '\n') return void(out += "\\n");
  if (c == '\t') return void(out += "\\t");
  if (c == '\r') return void(out += "\\r");
  append_unit(out, static_cast<unsigned char>(c));
}

bool is_escaped(char32_t code) {
  return code < 0xa0 || code == 0x2028 || code == 0x2029 || is_bidi_control(code);
}

// Appends the text from a character that is not plain on; returns how many bytes were taken.
std::size_t append_one(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) return append_ascii_escape(out, text[0]), 1;
  auto character = first_character(text);
  if (character.size == 0) return append_unit(out, 0xfffd), 1;
  if (is_escaped(character.code)) {
    append_unit(out, static_cast<std::uint32_t>(character.code));
  } else {
    out.append(text.substr(0, character.size));
  }
  return character.size;
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && is_plain_ascii(static_cast<unsigned char>(text[end]))) ++end;
    out.append(text.substr(at, end - at));
    at = end;
    if (at < text.size()) at += append_one(out, text.substr(at));
  }
}

void put_digits(char* at, std::int64_t number, int count) {
  for (int i = count; i-- > 0; number /= 10) at[i] = static_cast<char>('0' + number % 10);
}

// Ten characters; the year has four digits.
void put_date(char* at, const CivilDate& date) {
  put_digits(at, date.year, 4);
  at[4] = at[7] = '-';
  put_digits(at + 5, date.month, 2);
  put_digits(at + 8, date.day, 2);
}

bool has_four_digits(const CivilDate& date) { return date.year >= 0 && date.year <= 9999; }
}  // namespace

Character first_character(std::string_view text) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, static_cast<std::uint8_t>(text.empty() ? 0 : 1)};
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4) return {};
  char32_t code = lead & (0x3fu >> more);
  for (int i = 1; i <= more; ++i) {
    const unsigned next = byte(static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return {};
    code = code << 6 | (next & 0x3f);
  }
  if (more == 2 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return {};
  if (more == 3 && (code < 0x10000 || code > 0x10ffff)) return {};
  return {code, static_cast<std::uint8_t>(more + 1)};
}

bool is_bidi_control(char32_t code) {
  return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

std::string shown(std::string_view text) {
  std::string out;
  auto cut = text.size();
  if (cut > kShownBytes) {
    cut = kShownBytes;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  }
  append_escaped(out, text.substr(0, cut));
  if (cut < text.size()) out += "...";
  return out;
}

void append_integer(std::string& out, std::int64_t number) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_natural(std::string& out, std::uint64_t number) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_uuid(std::string& out, const std::uint8_t* sixteen) {
  std::array<char, 36> text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    text[at++] = kHex[sixteen[i] >> 4];
    text[at++] = kHex[sixteen[i] & 15];
  }
  out.append(text.data(), text.size());
}

void append_hex(std::string& out, Bytes bytes) {
  auto at = out.size();
  out.resize(at + bytes.size() * 2);
  for (auto byte : bytes) {
    out[at++] = kHex[byte >> 4];
    out[at++] = kHex[byte & 15];
  }
}

void append_day(std::string& out, Day day) {
  const auto date = civil_of(day);
  if (!has_four_digits(date)) return void(out += to_text(day));
  char text[10];
  put_date(text, date);
  out.append(text, sizeof text);
}

void append_instant(std::string& out, Instant at) {
  const auto local_ms = saturating_add(at.ms(), kZoneMs);
  const auto date = civil_from_days(floor_div(local_ms, kDayMs));
  const auto in_day = floor_mod(local_ms, kDayMs);
  if (!has_four_digits(date) || in_day % kSecondMs != 0) return void(out += to_text(at));
  char text[] = "0000-00-00T00:00:00+08:00";
  put_date(text, date);
  put_digits(text + 11, in_day / kHourMs, 2);
  put_digits(text + 14, in_day / kMinuteMs % 60, 2);
  put_digits(text + 17, in_day / kSecondMs % 60, 2);
  out.append(text, sizeof text - 1);
}

void append_base64(std::string& out, Bytes bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto left = bytes.size() - i;
    std::uint32_t word = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (left > 1) word |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (left > 2) word |= bytes[i + 2];
    out += kLetters[word >> 18];
    out += kLetters[word >> 12 & 63];
    out += left > 1 ? kLetters[word >> 6 & 63] : '=';
    out += left > 2 ? kLetters[word & 63] : '=';
  }
}

}  // namespace toono
