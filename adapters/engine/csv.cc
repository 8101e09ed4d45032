#include "adapters/engine/csv.h"

#include <fmt/format.h>

namespace toono {

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

Result<void> CsvReader::quoted_field(std::string& field) {
  auto opened = line_;
  ++at_;
  while (at_ < text_.size()) {
    char c = text_[at_++];
    if (c == '"' && at_ < text_.size() && text_[at_] == '"') {
      field += '"';
      ++at_;
      continue;
    }
    if (c == '"') return {};
    if (c == '\n') ++line_;
    field += c;
  }
  return unexpected({ErrorCode::refused, "a quote is opened and not closed", fmt::format("line {}", opened),
                     "close it, or double a quote that belongs to the text"});
}

Result<bool> CsvReader::next(CsvRow& row) {
  row.fields.clear();
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r'))
    line_ += text_[at_++] == '\n' ? 1 : 0;
  if (at_ >= text_.size()) return false;
  row.line = line_;
  while (true) {
    auto& field = row.fields.emplace_back();
    if (at_ < text_.size() && text_[at_] == '"') {
      TOONO_TRY(quoted_field(field));
    } else {
      auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      field.assign(text_.substr(at_, end - at_));
      at_ = end;
    }
    if (at_ >= text_.size()) return true;
    char c = text_[at_];
    if (c == ',') {
      ++at_;
      continue;
    }
    if (c != '\r' && c != '\n')
      return unexpected({ErrorCode::refused, "there is text behind a closing quote",
                         fmt::format("line {}", line_), "put a comma or a line end there"});
    return true;
  }
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace toono
