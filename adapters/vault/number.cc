// The rules of the numbering plan (E.164, and the habits of writing numbers in China) in one place.
#include "adapters/vault/number.h"

namespace toono {
namespace {

struct Digits {
  std::string digits;
  bool plus = false;  // a + before the first digit
};

Digits read_digits(std::string_view number) {
  Digits found;
  for (std::size_t i = 0; i < number.size(); ++i) {
    auto byte = static_cast<unsigned char>(number[i]);
    // U+FF0B and U+FF10 to U+FF19 are EF BC 8B and EF BC 90 to EF BC 99.
    if (byte == 0xEF && i + 2 < number.size() && static_cast<unsigned char>(number[i + 1]) == 0xBC) {
      auto last = static_cast<unsigned char>(number[i + 2]);
      if (last == 0x8B) byte = '+';
      if (last >= 0x90 && last <= 0x99) byte = static_cast<unsigned char>('0' + (last - 0x90));
      if (byte != 0xEF) i += 2;
    }
    if (byte == '+' && found.digits.empty()) found.plus = true;
    if (byte >= '0' && byte <= '9') found.digits += static_cast<char>(byte);
  }
  return found;
}

bool is_mobile(std::string_view digits) {
  return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3' && digits[1] <= '9';
}

}  // namespace

Result<std::string> normalise_number(std::string_view number) {
  auto [digits, plus] = read_digits(number);
  bool abroad = plus;
  if (digits.starts_with("00")) {
    digits.erase(0, 2);
    abroad = true;
  }
  if (digits.starts_with("86") && (abroad || is_mobile(std::string_view(digits).substr(2)))) {
    digits.erase(0, 2);
    abroad = false;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.size() < 3 || digits.size() > 15)
    return unexpected({ErrorCode::usage,
                       "a telephone number has 3 to 15 digits, and this has " + std::to_string(digits.size()),
                       "the telephone number", "look at the number again"});
  return abroad ? "+" + digits : digits;
}

}  // namespace toono
