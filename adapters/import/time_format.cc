#include "adapters/import/time_format.h"

#include <algorithm>
#include <array>

#include "core/time.h"

namespace toono {
namespace {

constexpr std::string_view kSigns = "YymbdHIMSfpzZ%FTR";
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A word in any case; `word` is in small letters.
  bool take_word(std::string_view word) {
    if (text_.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
      if (lower(text_[i]) != word[i]) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool at_digit() const { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
  /// As many digits as there are, from `least` to `most`; -1 when there are fewer.
  int digits(std::size_t least, std::size_t most) {
    int value = 0;
    std::size_t seen = 0;
    for (; seen < most && at_digit(); ++seen) {
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return seen < least ? -1 : value;
  }
  /// `5`, `123456`, behind the point: in milliseconds; -1 when there is no digit.
  int fraction() {
    int value = 0, seen = 0;
    for (; at_digit(); ++seen) {
      if (seen < 3) value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    for (int missing = seen; missing < 3; ++missing) value *= 10;
    return seen == 0 ? -1 : value;
  }
  /// 1..12, or 0.
  int month_name() {
    for (std::size_t i = 0; i < kMonths.size(); ++i)
      if (take_word(kMonths[i])) return static_cast<int>(i) + 1;
    return 0;
  }
  std::optional<int> offset_minutes() {
    if (take('Z')) return 0;
    int sign = take('+') ? 1 : take('-') ? -1 : 0;
    int hours = sign == 0 ? -1 : digits(2, 2);
    if (hours < 0 || hours > 18) return std::nullopt;
    bool colon = take(':');
    int minutes = !colon && !at_digit() ? 0 : digits(2, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    return sign * (hours * 60 + minutes);
  }

 private:
  std::string_view text_;
};

struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
  int half_day_hours = 0;
  int offset_minutes = 8 * 60;
};

bool within(int value, int least, int most) { return value >= least && value <= most; }

bool take_sign(char sign, Scanner& in, Parts& parts) {
  switch (sign) {
    case 'Y':
      return within(parts.year = in.digits(4, 4), kFirstYear, kLastYear);
    case 'y': {
      int year = in.digits(2, 2);
      // POSIX: 69 and later are of the last century.
      parts.year = year < 69 ? 2000 + year : 1900 + year;
      return year >= 0;
    }
    case 'm':
      return within(parts.month = in.digits(1, 2), 1, 12);
    case 'b':
      return (parts.month = in.month_name()) != 0;
    case 'd':
      return (parts.day = in.digits(1, 2)) >= 1;
    case 'H':
      return within(parts.hour = in.digits(1, 2), 0, 23);
    case 'I': {
      int hour = in.digits(1, 2);
      parts.hour = hour % 12;
      return within(hour, 1, 12);
    }
    case 'p': {
      bool after_noon = in.take_word("pm");
      parts.half_day_hours = after_noon ? 12 : 0;
      return after_noon || in.take_word("am");
    }
    case 'M':
      return within(parts.minute = in.digits(2, 2), 0, 59);
    case 'S':
      return within(parts.second = in.digits(2, 2), 0, 59);
    case 'f':
      return (parts.ms = in.fraction()) >= 0;
    case 'z': {
      auto offset = in.offset_minutes();
      parts.offset_minutes = offset.value_or(0);
      return offset.has_value();
    }
    case 'Z':
      parts.offset_minutes = 0;
      return in.take_word("utc") || in.take_word("gmt") || in.take_word("z");
    case '%':
      return in.take('%');
    default:
      return false;
  }
}

/// With the signs that stand for several others written out.
std::string written_out(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    char sign = format[i] == '%' && i + 1 < format.size() ? format[++i] : '\0';
    if (sign == 'F') out += "%Y-%m-%d";
    if (sign == 'T') out += "%H:%M:%S";
    if (sign == 'R') out += "%H:%M";
    if (sign == '\0') out += format[i];
    if (sign != '\0' && sign != 'F' && sign != 'T' && sign != 'R') out += {'%', sign};
  }
  return out;
}

bool has(const std::string& format, std::string_view sign) { return format.find(sign) != std::string::npos; }

}  // namespace

bool is_time_format(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (++i == text.size() || kSigns.find(text[i]) == std::string_view::npos) return false;
  }
  auto format = written_out(text);
  if (has(format, "%I") != has(format, "%p") || (has(format, "%I") && has(format, "%H"))) return false;
  return (has(format, "%Y") || has(format, "%y")) && (has(format, "%m") || has(format, "%b")) &&
         has(format, "%d");
}

std::optional<Instant> parse_time(std::string_view text, std::string_view given) {
  auto format = written_out(given);
  Scanner in(text);
  Parts parts;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      if (!in.take(format[i])) return std::nullopt;
      continue;
    }
    char sign = format[++i];
    if (!take_sign(sign, in, parts)) return std::nullopt;
    auto rest = std::string_view(format).substr(i + 1);
    bool fraction_follows = rest.starts_with("%f") || rest.starts_with(".%f") || rest.starts_with(",%f");
    if (sign == 'S' && !fraction_follows && (in.take('.') || in.take(','))) {
      parts.ms = in.fraction();
      if (parts.ms < 0) return std::nullopt;
    }
  }
  if (!in.at_end() || parts.day > days_in_month(parts.year, parts.month)) return std::nullopt;
  auto days = days_from_civil({parts.year, parts.month, parts.day});
  auto minutes = (parts.hour + parts.half_day_hours) * 60 + parts.minute - parts.offset_minutes;
  return Instant(days * kDayMs + minutes * kMinuteMs + parts.second * kSecondMs + parts.ms);
}

std::optional<Instant> parse_time(std::string_view text, const std::vector<std::string>& formats) {
  for (const auto& format : formats)
    if (auto at = parse_time(text, format)) return at;
  return std::nullopt;
}

}  // namespace toono
