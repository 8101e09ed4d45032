#include "adapters/import/case_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "adapters/import/time_format.h"
#include "adapters/json/nearest.h"
#include "adapters/json/personal_number.h"
#include "core/time.h"

namespace toono {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kMaxText = 1024;
/// What the processor allows a clock that runs fast.
constexpr std::int64_t kFutureMs = 5 * kMinuteMs;
/// Policy, calendar and staff of a new deployment hold from the first of January of that year.
const Instant kFirstMoment = start_of(Day(1));

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    std::size_t more = lead < 0x80                   ? 0
                       : lead >= 0xc2 && lead < 0xe0 ? 1
                       : lead >= 0xe0 && lead < 0xf0 ? 2
                       : lead >= 0xf0 && lead < 0xf5 ? 3
                                                     : kNone;
    if (lead == 0 || more == kNone || i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    auto second = more > 0 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
      return false;
    i += more + 1;
  }
  return true;
}

/// Where the mapped columns stand in this file.
struct Places {
  std::size_t case_id = kNone, row_id = kNone, activity = kNone, time = kNone;
  std::size_t opened = kNone, station = kNone, deadline = kNone, completed = kNone;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Well formed by GB 18030 (GBK and GB 2312 are parts of it) and not all ASCII.
bool may_be_gb18030(std::string_view text) {
  bool any = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = [&](std::size_t ahead) {
      return i + ahead < text.size() ? static_cast<unsigned char>(text[i + ahead]) : 0u;
    };
    auto is_lead = [](unsigned b) { return b >= 0x81 && b <= 0xFE; };
    auto is_digit = [](unsigned b) { return b >= 0x30 && b <= 0x39; };
    if (byte(0) < 0x80) continue;
    any = true;
    bool two = is_lead(byte(0)) && byte(1) >= 0x40 && byte(1) <= 0xFE && byte(1) != 0x7F;
    bool four = is_lead(byte(0)) && is_digit(byte(1)) && is_lead(byte(2)) && is_digit(byte(3));
    if (!two && !four) return false;
    i += four ? 3 : 1;
  }
  return any;
}

/// Empty: the row can be read; else why not.
std::string form_problem(const CsvRow& row, std::size_t columns) {
  if (row.fields.size() != columns)
    return fmt::format("it has {} fields, the header has {}", row.fields.size(), columns);
  for (const auto& field : row.fields)
    if (!is_utf8(field)) return "it is not UTF-8 text";
  return {};
}

Result<Places> find_places(const CsvRow& header, const ImportMapping& mapping, const std::string& file) {
  Places places;
  std::vector<std::string_view> known;
  known.reserve(header.fields.size());
  for (const auto& field : header.fields) known.push_back(trimmed(field));
  // A slip of the pen is more likely to mean a column that nothing else means.
  auto not_mapped = [&] {
    auto left = known;
    for (const auto& used : mapping.columns()) std::erase(left, trimmed(used));
    return left;
  };
  auto find = [&](const std::optional<std::string>& column, std::size_t& place) -> Result<void> {
    if (!column) return {};
    auto where = file + ", line 1";
    auto found = std::find(known.begin(), known.end(), trimmed(*column));
    if (found == known.end()) {
      auto near = nearest(*column, not_mapped());
      return unexpected({ErrorCode::usage, "the log has no column `" + *column + "`", where,
                         near.empty()
                             ? "name a column of its header in the mapping"
                             : fmt::format("did you mean `{}`? Name it in the mapping", printable(near))});
    }
    if (std::find(found + 1, known.end(), *found) != known.end())
      return unexpected({ErrorCode::usage, "the log has more than one column `" + *column + "`", where,
                         "give each column a name of its own"});
    place = static_cast<std::size_t>(found - known.begin());
    return {};
  };
  TOONO_TRY(find(mapping.case_column, places.case_id));
  TOONO_TRY(find(mapping.row_id_column, places.row_id));
  TOONO_TRY(find(mapping.activity_column, places.activity));
  TOONO_TRY(find(mapping.time_column, places.time));
  TOONO_TRY(find(mapping.opened_column, places.opened));
  TOONO_TRY(find(mapping.station_column, places.station));
  TOONO_TRY(find(mapping.deadline_column, places.deadline));
  TOONO_TRY(find(mapping.completed_column, places.completed));
  return places;
}

class LogReader {
 public:
  LogReader(const ImportMapping& mapping, const Places& places, std::size_t columns, Instant now)
      : mapping_(mapping),
        places_(places),
        columns_(columns),
        latest_(after(now, kFutureMs)),
        formats_(fmt::format("{}", fmt::join(mapping.time_formats, " or "))) {}

  /// Empty: taken; else why the row is refused. A refused row says nothing of its case either.
  std::string take(const CsvRow& row, CaseLog& log) {
    if (auto why = form_problem(row, columns_); !why.empty()) return why;
    LogRow good{
        .number = log.rows, .row_id = cell(row, places_.row_id), .activity = cell(row, places_.activity)};
    LogCase about{
        .id = cell(row, places_.case_id), .station = cell(row, places_.station), .first_row = log.rows};
    if (about.id.empty()) return "the case is blank";
    if (places_.row_id != kNone && good.row_id.empty()) return "the row id is blank";
    if (good.activity.empty()) return "the activity is blank";
    if (std::max({about.id.size(), good.row_id.size(), good.activity.size(), about.station.size()}) >
        kMaxText)
      return fmt::format("a case, row id, activity or station is longer than {} bytes", kMaxText);
    if (auto why = personal_problem(about); !why.empty()) return why;
    std::optional<Instant> time;
    if (auto why = read_time(row, places_.time, "time", time); !why.empty()) return why;
    if (!time) return "the time is blank";
    good.time = *time;
    if (auto why = read_case(row, about); !why.empty()) return why;
    if (places_.row_id == kNone) good.row_id = derived_row_id(about, good);
    auto seen = row_ids_.find(good.row_id);
    if (seen != row_ids_.end()) return fmt::format("row {} has the same row id", seen->second);
    if (auto why = find_case(about, log, good.case_index); !why.empty()) return why;
    row_ids_.emplace(good.row_id, good.number);
    log.good.push_back(std::move(good));
    return {};
  }

 private:
  static std::string cell(const CsvRow& row, std::size_t place) {
    return place == kNone ? std::string() : std::string(trimmed(row.fields[place]));
  }

  /// Both stand in clear for ever: the case's as foreign id, the station's as its name.
  static std::string personal_problem(const LogCase& about) {
    if (auto like = personal_number_in(about.id); !like.empty())
      return fmt::format("the case looks like {}, and would stand in clear for ever", like);
    if (auto like = personal_number_in(about.station); !like.empty())
      return fmt::format("the station looks like {}, and would stand in clear for ever", like);
    return {};
  }

  /// A blank cell leaves `value` as it is. Only a deadline may lie ahead.
  std::string read_time(const CsvRow& row, std::size_t place, std::string_view name,
                        std::optional<Instant>& value) const {
    auto text = cell(row, place);
    if (text.empty()) return {};
    value = parse_time(text, mapping_.time_formats);
    if (!value) return fmt::format("the {} is not {}", name, formats_);
    if (*value < kFirstMoment) return fmt::format("the {} is before 1970-01-02", name);
    if (*value > latest_ && name != "deadline") return fmt::format("the {} is in the future", name);
    return {};
  }

  std::string read_case(const CsvRow& row, LogCase& about) const {
    if (auto why = read_time(row, places_.opened, "opening", about.opened); !why.empty()) return why;
    if (auto why = read_time(row, places_.deadline, "deadline", about.deadline); !why.empty()) return why;
    return read_time(row, places_.completed, "end", about.completed);
  }

  /// Rows that are alike in all three are told apart by their order in the file.
  std::string derived_row_id(const LogCase& about, const LogRow& row) {
    auto key = fmt::format("{}:{}/{}:{}/{}", about.id.size(), about.id, row.activity.size(), row.activity,
                           row.time.ms());
    return fmt::format("{}/{}", key, ++alike_[key]);
  }

  /// The case of that id, made by its first row. A blank is filled in by a later row; a row that says
  /// something else of its case is refused.
  std::string find_case(const LogCase& about, CaseLog& log, std::size_t& index) {
    auto [found, is_new] = case_index_.try_emplace(about.id, log.cases.size());
    index = found->second;
    if (is_new) {
      log.cases.push_back(about);
      return {};
    }
    auto& known = log.cases[index];
    auto differs = [](const auto& before, const auto& now) { return before && now && *before != *now; };
    const char* what = !known.station.empty() && !about.station.empty() && known.station != about.station
                           ? "station"
                       : differs(known.opened, about.opened)       ? "opening"
                       : differs(known.deadline, about.deadline)   ? "deadline"
                       : differs(known.completed, about.completed) ? "end"
                                                                   : nullptr;
    if (what)
      return fmt::format("the {} of its case is another than in an earlier row (the case begins in row {})",
                         what, known.first_row);
    if (known.station.empty()) known.station = about.station;
    if (!known.opened) known.opened = about.opened;
    if (!known.deadline) known.deadline = about.deadline;
    if (!known.completed) known.completed = about.completed;
    return {};
  }

  const ImportMapping& mapping_;
  Places places_;
  std::size_t columns_;
  Instant latest_;
  std::string formats_;
  std::unordered_map<std::string, std::uint64_t> row_ids_;
  std::unordered_map<std::string, std::uint64_t> alike_;
  std::unordered_map<std::string, std::size_t> case_index_;
};

/// Every activity must be mapped before anything is written. Rows that are refused for their form do not
/// count.
Result<void> check_activities(CsvReader reader, const CsvRow& header, const ImportMapping& mapping,
                              const Places& places, const std::string& file) {
  CsvRow row;
  while (true) {
    TOONO_ASSIGN(bool more, next_data_row(reader, row));
    if (!more) return {};
    if (!form_problem(row, header.fields.size()).empty()) continue;
    auto activity = std::string(trimmed(row.fields[places.activity]));
    if (!activity.empty() && !mapping.commands_for(activity))
      return unexpected({ErrorCode::usage, "the activity `" + printable(activity) + "` is not mapped",
                         fmt::format("{}, line {}", file, row.line),
                         "map it under [activities], or map \"*\" for all that are not named"});
  }
}

Result<void> check_header_text(const CsvRow& header, const std::string& csv, const std::string& file) {
  bool utf16 = csv.starts_with("\xff\xfe") || csv.starts_with("\xfe\xff");
  auto known = utf16 ? std::string_view("UTF-16") : encoding_seen(csv);
  bool readable = std::all_of(header.fields.begin(), header.fields.end(),
                              [](const auto& field) { return is_utf8(field); });
  if (readable && !utf16) return {};
  return unexpected(
      {ErrorCode::usage, "the log is not UTF-8 text", file + ", line 1", how_to_convert(known, file)});
}

}  // namespace

std::string_view encoding_seen(std::string_view csv) {
  return is_utf8(csv) ? "UTF-8" : may_be_gb18030(csv) ? "GB18030" : "";
}

std::string how_to_convert(std::string_view encoding, const std::string& file) {
  if (encoding.empty()) return "find out its encoding (`file -i`), and convert it with iconv";
  return fmt::format("it looks like {}: convert it, `iconv -f {} -t UTF-8 {} >utf8.csv`, and import that",
                     encoding, encoding, file);
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    // The C1 controls are C2 80 to C2 9F in UTF-8.
    bool c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (byte < 0x20 || byte == 0x7f || c1)
      out += fmt::format("\\x{:02x}", c1 ? static_cast<unsigned char>(text[++i]) : byte);
    else
      out += text[i];
  }
  return out;
}

Result<bool> next_data_row(CsvReader& reader, CsvRow& row) {
  while (true) {
    TOONO_ASSIGN(bool more, reader.next(row));
    if (!more || row.fields.size() != 1 || !row.fields.front().empty()) return more;
  }
}

Result<CaseLog> read_case_log(const std::string& csv, const ImportMapping& mapping, const std::string& file,
                              Instant now) {
  CsvReader reader(csv);
  CsvRow header, row;
  TOONO_ASSIGN(bool has_header, reader.next(header));
  if (!has_header)
    return unexpected({ErrorCode::usage, "the log is empty", file, "its first line must be the header"});
  TOONO_TRY(check_header_text(header, csv, file));
  TOONO_ASSIGN(auto places, find_places(header, mapping, file));
  TOONO_TRY(check_activities(reader, header, mapping, places, file));
  CaseLog log;
  std::map<std::string, int, std::less<>> names;
  for (const auto& field : header.fields)
    if (++names[std::string(trimmed(field))] == 2) log.columns_twice.emplace_back(trimmed(field));
  std::set<std::string, std::less<>> seen;
  LogReader take(mapping, places, header.fields.size(), now);
  while (true) {
    TOONO_ASSIGN(bool more, next_data_row(reader, row));
    if (!more) break;
    ++log.rows;
    if (row.fields.size() > places.activity) seen.emplace(trimmed(row.fields[places.activity]));
    if (auto why = take.take(row, log); !why.empty()) log.rejected.push_back({log.rows, std::move(why)});
  }
  for (auto& about : log.cases)
    if (about.station.empty()) about.station = mapping.blank_station;
  for (const auto& [activity, commands] : mapping.activities)
    if (activity != "*" && !seen.contains(activity)) log.never_seen.push_back(activity);
  return log;
}

}  // namespace toono
