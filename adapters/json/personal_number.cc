// Resident identity numbers (GB 11643) and telephone numbers, as people write them.
#include "adapters/json/personal_number.h"

#include <algorithm>
#include <string>

#include "adapters/json/text.h"

namespace toono {
namespace {

constexpr std::size_t kPlaces = 18, kOldPlaces = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What stands between the parts of a number or shows nothing at all: spaces, dashes, points, other marks.
bool is_mark(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  // Latin marks, Mongolian marks, general punctuation, the minus sign, marks of wide type, small forms, the
  // space without width.
  static constexpr Range kMarks[] = {{0x01, 0x2F},     {0x3A, 0x40},     {0x5B, 0x60},     {0x7B, 0xBF},
                                     {0x1800, 0x180E}, {0x2000, 0x206F}, {0x2212, 0x2212}, {0x3000, 0x301F},
                                     {0x30FB, 0x30FB}, {0xFE50, 0xFE6B}, {0xFEFF, 0xFEFF}};
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&](const Range& range) { return code >= range.first && code <= range.last; });
}

/// Full-width and Mongolian digits, and full-width letters and marks, as the plain ones.
char32_t narrowed(char32_t code) {
  if (code >= 0xFF01 && code <= 0xFF5E) return code - 0xFF00 + 0x20;
  if (code >= 0x1810 && code <= 0x1819) return code - 0x1810 + '0';
  return code;
}

struct Written {
  /// Plain digits and Latin letters as they are, a space for each mark, `?` for all else.
  std::string text;
  bool plus = false;
};

Written read_written(std::string_view text) {
  Written written;
  while (!text.empty()) {
    auto [read, size] = first_character(text);
    text.remove_prefix(std::max<std::size_t>(size, 1));
    auto code = narrowed(read);
    if (code == '+') written.plus = true;
    bool is_plain = size > 0 && code > 0 && code < 0x80;
    written.text += size > 0 && is_mark(code) ? ' ' : is_plain ? static_cast<char>(code) : '?';
  }
  return written;
}

int number_at(std::string_view text, std::size_t from, std::size_t places) {
  int number = 0;
  for (char c : text.substr(from, places)) number = 10 * number + (c - '0');
  return number;
}

bool is_day_of_year(int month, int day) { return month >= 1 && month <= 12 && day >= 1 && day <= 31; }

/// Six places of a region, eight of a date of birth, three in order, and the check digit (ISO 7064, MOD
/// 11-2).
bool is_identity_number(std::string_view text) {
  static constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int year = number_at(text, 6, 4);
  if (year < 1880 || year > 2199 || !is_day_of_year(number_at(text, 10, 2), number_at(text, 12, 2)))
    return false;
  int sum = 0;
  for (std::size_t i = 0; i < kPlaces - 1; ++i) sum += kWeights[i] * (text[i] - '0');
  return text.back() == "10X98765432"[sum % 11];
}

/// The form of before 1999: six places of a region, six of a date of birth, three in order, no check digit.
/// The first two are those of a province (GB/T 2260), and births before 1940 are passed over: a case number
/// of today that holds a region and a day (150100 260302 001) must not be taken for one.
bool is_old_identity_number(std::string_view text) {
  static constexpr std::string_view kProvinces =
      "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82";
  return kProvinces.find(text.substr(0, 2)) != std::string_view::npos && number_at(text, 6, 2) >= 40 &&
         is_day_of_year(number_at(text, 8, 2), number_at(text, 10, 2));
}

/// Runs of digits with nothing but marks between them may be one number's parts; it begins and ends with a
/// run.
bool begins_identity_number(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size() && digits.size() < kPlaces; ++i) {
    if (digits.size() == kPlaces - 1 && (text[i] == 'X' || text[i] == 'x'))
      return is_identity_number(digits + 'X');
    if (text[i] != ' ' && !is_digit(text[i])) return false;
    if (text[i] == ' ') continue;
    digits += text[i];
    bool run_ends = i + 1 == text.size() || !is_digit(text[i + 1]);
    if (!run_ends) continue;
    if (digits.size() == kOldPlaces && is_old_identity_number(digits)) return true;
    if (digits.size() == kPlaces) return is_identity_number(digits);
  }
  return false;
}

bool holds_identity_number(std::string_view text) {
  for (std::size_t from = 0; from < text.size(); ++from) {
    bool run_begins = is_digit(text[from]) && (from == 0 || !is_digit(text[from - 1]));
    if (run_begins && begins_identity_number(text.substr(from))) return true;
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
  auto [plain, plus] = read_written(text);
  if (holds_identity_number(plain)) return "a resident identity number";
  std::erase(plain, ' ');
  bool all_digits = plain.size() >= 2 && std::all_of(plain.begin(), plain.end(), is_digit);
  return all_digits && is_telephone_number(plain, plus) ? "a telephone number" : "";
}

}  // namespace toono
