// A foreign case log as read: rows in good form by case, and the rows that are refused, with why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/engine/csv.h"
#include "adapters/import/mapping.h"
#include "core/ids.h"

namespace toono {

struct LogRow {
  std::uint64_t number = 0;  // rows of data from 1, the header not counted
  std::size_t case_index = 0;
  std::string row_id;
  std::string activity;
  Instant time = {};
};

/// What the columns say of a case: of each column the first value in the file that is not blank.
struct LogCase {
  std::string id;
  std::string station = {};  // never blank once the log is read
  std::optional<Instant> opened = {}, deadline = {}, completed = {};
  std::uint64_t first_row = 0;
};

struct RejectedRow {
  std::uint64_t number = 0;
  std::string reason;
};

struct CaseLog {
  std::uint64_t rows = 0;  // all of them
  std::vector<LogRow> good;
  std::vector<LogCase> cases;
  std::vector<RejectedRow> rejected;
  /// Activities that the mapping names and no row has: perhaps a slip of the pen.
  std::vector<std::string> never_seen;
  /// Names that several columns have, none of which is mapped.
  std::vector<std::string> columns_twice;
};

/// Reads the whole file. A row beyond `now` and 5 minutes is listed as rejected. Error usage: a mapped column
/// or an activity is missing, and nothing has been read; refused: it is not CSV. Rows of bad form are listed,
/// not errors.
Result<CaseLog> read_case_log(const std::string& csv, const ImportMapping& mapping, const std::string& file,
                              Instant now);

/// The next row of data: a line with nothing in it is none. False at the end.
Result<bool> next_data_row(CsvReader& reader, CsvRow& row);

/// What a file's bytes look like: "UTF-8", "GB18030" (GBK and GB 2312 are parts of it), or empty.
std::string_view encoding_seen(std::string_view csv);
/// What to do with a log in that encoding.
std::string how_to_convert(std::string_view encoding, const std::string& file);

/// With everything escaped that a terminal might obey.
std::string printable(std::string_view text);

}  // namespace toono
