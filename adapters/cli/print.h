// Everything that reaches a person: tables aligned for double width, errors in one form, progress on the
// error stream.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono::cli {

/// Columns on a terminal: East Asian wide characters take two, combining ones none (Unicode TR 11).
std::size_t display_width(std::string_view text);

/// What a person wrote, as it may stand on a terminal: controls and controls of direction are shown as
/// \uXXXX, a new line is indented so that it cannot pass for one of ours.
std::string harmless(std::string_view text);

/// What a text for people keeps to, so that it is read on any terminal and in a letter.
inline constexpr std::size_t kTextColumns = 80;

/// The words of `text` in lines of at most so many columns; a longer word stands alone.
std::string wrapped(std::string_view text, std::size_t columns);

/// A table of text: the header, then rows; numbers are aligned to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  void row(std::vector<std::string> cells);
  /// What has no room in the last row: a line of its own below it, indented. Empty parts are left out.
  void below(const std::vector<std::string>& parts);
  std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::map<std::size_t, std::string> below_;
};

/// To stdout, whole.
void print(std::string_view text);
/// To stderr. That it is full or gone ends nothing: whoever reads it is no part of the work.
void to_stderr(std::string_view text);
/// What the program ends with after such an error.
int exit_code_of(ErrorCode code);
/// `toono: WHAT: WHERE: WHAT NEXT` to stderr; as JSON too, when asked. Returns the exit code.
int print_error(const Error& error, bool json);
void warn(std::string_view text);

/// A line on stderr that renews itself, from the third second on: how many, of how many, rate, time that
/// remains. Silent where stderr is no terminal, but for one line every ten seconds.
class Progress {
 public:
  Progress(std::string what, std::uint64_t total);
  ~Progress();
  void at(std::uint64_t done);
  /// The same where it turns out later of how many.
  void at(std::uint64_t done, std::uint64_t total) {
    total_ = total;
    at(done);
  }

 private:
  std::string what_;
  std::uint64_t total_;
  std::int64_t began_ms_;
  std::int64_t shown_ms_ = 0;
  bool terminal_;
};

/// Work in several stages, each with a line of its own.
class Stages {
 public:
  void at(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (!current_ || what_ != what) current_.emplace(what_ = what, total);
    current_->at(done, total);
  }

 private:
  std::string what_;
  std::optional<Progress> current_;
};

bool colours();
/// A clock that never goes back, for how long something takes.
std::int64_t steady_ms();

}  // namespace toono::cli
