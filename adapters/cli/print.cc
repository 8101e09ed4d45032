#include "adapters/cli/print.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "adapters/json/text.h"
#include "adapters/json/writer.h"
#include "core/error_code.h"

namespace toono::cli {
namespace {

/// The code point at `at`, which moves behind it; a byte that is no UTF-8 counts as itself.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  auto lead = static_cast<unsigned char>(text[at++]);
  int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  char32_t point = more == 0 ? lead : lead & (0x3f >> more);
  for (; more > 0 && at < text.size(); --more)
    point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3f);
  return point;
}

bool is_combining(char32_t c) {
  return (c >= 0x0300 && c <= 0x036f) || (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) || (c >= 0x3041 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe4f) ||
         (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
         (c >= 0x20000 && c <= 0x3fffd);
}

bool is_number(std::string_view cell) {
  if (cell.empty()) return false;
  return cell.find_first_not_of("0123456789.,-+% ") == std::string_view::npos;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto point = next_code_point(text, at);
    width += is_combining(point) ? 0 : is_wide(point) ? 2 : 1;
  }
  return width;
}

std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    auto point = next_code_point(text, at);
    bool is_control = point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029;
    if (point == '\n')
      out += "\n    ";
    else if (is_control || is_bidi_control(point))
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(point));
    else
      out += text.substr(begin, at - begin);
  }
  return out;
}

std::string wrapped(std::string_view text, std::size_t columns) {
  std::string out, line;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find_first_of(" \n", at), text.size());
    auto word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > columns) {
      out += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  return out + line;
}

TextTable::TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
void TextTable::row(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = harmless(cell);
  rows_.push_back(std::move(cells));
}
void TextTable::below(const std::vector<std::string>& parts) {
  std::string line;
  for (const auto& part : parts)
    if (!part.empty()) line += (line.empty() ? "    " : "  ") + harmless(part);
  if (!line.empty()) below_[rows_.size() - 1] += line + "\n";
}

std::string TextTable::str() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  std::vector<bool> numeric(widths.size(), rows_.size() > 1);
  for (std::size_t r = 0; r < rows_.size(); ++r)
    for (std::size_t c = 0; c < rows_[r].size() && c < widths.size(); ++c) {
      widths[c] = std::max(widths[c], display_width(rows_[r][c]));
      if (r > 0 && !rows_[r][c].empty() && !is_number(rows_[r][c])) numeric[c] = false;
    }
  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows_[r].size() && c < widths.size(); ++c) {
      std::string pad(widths[c] - display_width(rows_[r][c]), ' ');
      if (c > 0) line += "  ";
      line += numeric[c] ? pad + rows_[r][c] : rows_[r][c] + pad;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (r == 0 && colours()) line.insert(0, "\x1b[1m").append("\x1b[0m");
    out += line + "\n";
    if (auto below = below_.find(r); below != below_.end()) out += below->second;
  }
  return out;
}

std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

bool colours() {
  static const bool on = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return on;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (text.empty() || text.back() != '\n') std::fputc('\n', stdout);
}

namespace {

constexpr std::size_t kWhereCharacters = 200, kWhatCharacters = 400, kNextCharacters = 4000;

/// A text of ours that may hold what was typed, as one line: controls and what is not UTF-8 are escaped, and
/// of a long one the middle is left out.
std::string in_one_line(std::string_view text, std::size_t most) {
  std::vector<std::string> shown;
  for (std::size_t at = 0; at < text.size();) {
    auto character = first_character(text.substr(at));
    std::size_t size = std::max<std::size_t>(character.size, 1);
    if (character.size == 0)
      shown.push_back(fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at])));
    else if (character.code == '\n')
      shown.emplace_back("\\u000a");
    else
      shown.push_back(harmless(text.substr(at, size)));
    at += size;
  }
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    bool is_left_out = shown.size() > most && i >= most * 2 / 3 && i < shown.size() - most / 3;
    if (!is_left_out) out += shown[i];
    if (is_left_out && i == most * 2 / 3) out += "...";
  }
  return out;
}

}  // namespace

void to_stderr(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

void warn(std::string_view text) {
  to_stderr(fmt::format("toono: {}\n", in_one_line(text, kWhatCharacters)));
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::refused:
    case ErrorCode::not_found:
      return 1;
    case ErrorCode::usage:
      return 2;
    case ErrorCode::world:
    case ErrorCode::damaged:
    case ErrorCode::busy:
      return 3;
  }
  return 3;
}

int print_error(const Error& error, bool json) {
  auto what = in_one_line(error.what, kWhatCharacters), where = in_one_line(error.where, kWhereCharacters),
       next = in_one_line(error.next, kNextCharacters);
  to_stderr(fmt::format("toono: {}: {}: {}\n", what, where, next));
  if (json) {
    JsonWriter out;
    out.begin_object().key("error").begin_object();
    out.field("code", toono::to_text(error.code))
        .field("what", what)
        .field("where", where)
        .field("next", next);
    out.end_object().end_object();
    print(out.str());
  }
  return exit_code_of(error.code);
}

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), began_ms_(steady_ms()), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_ms_ != 0 && terminal_) std::fputs("\r\x1b[K", stderr);
}

void Progress::at(std::uint64_t done) {
  auto now = steady_ms();
  auto spent = now - began_ms_;
  if (spent < 2000 || now - shown_ms_ < (terminal_ ? 200 : 10'000)) return;
  shown_ms_ = now;
  auto rate = static_cast<double>(done) * 1000 / static_cast<double>(spent);
  auto line = fmt::format("{}: {}", what_, done);
  if (total_ > 0) line += fmt::format(" of {} ({}%)", total_, done * 100 / total_);
  line += fmt::format(", {:.0f}/s", rate);
  if (total_ > done && rate > 0)
    line += fmt::format(", {:.0f} s to go", static_cast<double>(total_ - done) / rate);
  to_stderr(terminal_ ? "\r\x1b[K" + line : line + "\n");
  std::fflush(stderr);
}

}  // namespace toono::cli
