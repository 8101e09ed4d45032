// Comma separated values (RFC 4180): read row by row, with the line that a row began on.
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace toono {

struct CsvRow {
  std::vector<std::string> fields;
  std::uint64_t line = 0;
};

/// Reads from a text that outlives it. Quoted fields may hold commas, quotes and line ends; CR LF and LF end
/// a row; a UTF-8 byte order mark at the beginning is passed over.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text);
  /// False at the end. Error refused: a quote that is not closed, or text behind a closing quote, with its
  /// line.
  Result<bool> next(CsvRow& row);

 private:
  Result<void> quoted_field(std::string& field);
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

/// A field as CSV: quoted when it has to be.
std::string csv_field(std::string_view text);

}  // namespace toono
