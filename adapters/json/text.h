// The letters of JSON: characters, escapes and the text forms of ids, appended without a detour.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/time.h"

namespace toono {

/// One character of UTF-8 at the front of a text. `size` 0: these bytes are not UTF-8 (overlong, a surrogate,
/// cut off).
struct Character {
  char32_t code = 0;
  std::uint8_t size = 0;
};
Character first_character(std::string_view text);

/// Controls of direction (Unicode bidi): they can make a text read otherwise than it stands.
bool is_bidi_control(char32_t code);

/// Quotes the text as JSON. Controls, C1, bidi controls and line separators become \uXXXX; bytes that are not
/// UTF-8 become \ufffd, so that what is printed is always JSON.
void append_quoted(std::string& out, std::string_view text);
/// The text as it may stand in an error: escaped as above, without quotes, cut after 64 bytes.
std::string shown(std::string_view text);

void append_integer(std::string& out, std::int64_t number);
void append_natural(std::string& out, std::uint64_t number);
/// 36 lower-case characters without quotes.
void append_uuid(std::string& out, const std::uint8_t* sixteen);
void append_hex(std::string& out, Bytes bytes);
/// As core/time.h writes them, without its allocations.
void append_instant(std::string& out, Instant at);
void append_day(std::string& out, Day day);
/// RFC 4648 §4, padded.
void append_base64(std::string& out, Bytes bytes);

}  // namespace toono
