// Resident identity numbers (GB 11643) and telephone numbers, as people write them.
#include "adapters/json/personal_number.h"

#include <algorithm>
#include <string>

namespace toono {
namespace {

constexpr std::size_t kPlaces = 18;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Full-width digits and letters (U+FF10 to U+FF5A: EF BC 90 to EF BD 9A) as the plain ones.
std::string narrowed(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    auto next = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte != 0xEF || (next != 0xBC && next != 0xBD)) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(static_cast<unsigned char>(text[i + 2]) - 0x80 + (next == 0xBC ? 0x20 : 0x60));
    i += 2;
  }
  return out;
}

std::string without(std::string_view text, std::string_view marks) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [&](char c) { return marks.find(c) == std::string_view::npos; });
  return out;
}

int number_at(std::string_view text, std::size_t from, std::size_t places) {
  int number = 0;
  for (char c : text.substr(from, places)) number = 10 * number + (c - '0');
  return number;
}

/// Six places of a region, eight of a date of birth, three in order, and the check digit (ISO 7064, MOD
/// 11-2).
bool is_identity_number(std::string_view text) {
  static constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int year = number_at(text, 6, 4), month = number_at(text, 10, 2), day = number_at(text, 12, 2);
  if (year < 1880 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  int sum = 0;
  for (std::size_t i = 0; i < kPlaces - 1; ++i) sum += kWeights[i] * (text[i] - '0');
  char last = text.back() == 'x' ? 'X' : text.back();
  return last == "10X98765432"[sum % 11];
}

bool holds_identity_number(const std::string& text) {
  for (std::size_t from = 0; from < text.size();) {
    auto to = from;
    while (to < text.size() && is_digit(text[to])) ++to;
    auto places = to - from;
    if (places == kPlaces - 1 && to < text.size() && (text[to] == 'X' || text[to] == 'x')) ++places;
    if (places == kPlaces && is_identity_number(std::string_view(text).substr(from, kPlaces))) return true;
    from = to + 1;
  }
  return false;
}

bool is_telephone_number(std::string digits, bool plus) {
  if (digits.starts_with("00")) digits.erase(0, 2), plus = true;
  bool is_abroad = plus && !digits.starts_with("86");
  if (is_abroad) return digits.size() >= 8 && digits.size() <= 15;
  if (digits.starts_with("86") && (plus || digits.size() == 13)) digits.erase(0, 2);
  if (digits.size() == 11 && digits[0] == '1') return digits[1] >= '3';
  // 010 and 02x have eight places behind them, 0xxx seven or eight; none of those begins with 0 or 1.
  if (!digits.starts_with("0")) return false;
  std::size_t area = digits[1] == '1' || digits[1] == '2' ? 3 : 4;
  auto places = digits.size() - std::min(area, digits.size());
  return (places == 8 || (area == 4 && places == 7)) && digits[area] >= '2';
}

}  // namespace

std::string_view personal_number_in(std::string_view text) {
  auto plain = narrowed(text);
  if (holds_identity_number(without(plain, " -."))) return "a resident identity number";
  auto digits = without(plain, " -.()+");
  bool all_digits = digits.size() >= 2 && std::all_of(digits.begin(), digits.end(), is_digit);
  bool plus = plain.find('+') != std::string::npos;
  return all_digits && is_telephone_number(digits, plus) ? "a telephone number" : "";
}

}  // namespace toono
