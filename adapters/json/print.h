// From stored bytes to JSON: every answer, export and public event is printed here, by reflection.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "flatbuffers/flatbuffers.h"
#include "schemas/common_generated.h"

namespace toono {

/// What became of sealed words when somebody wanted to read them.
struct Opened {
  enum class Outcome { kept_sealed, words, erased };
  Outcome outcome = Outcome::kept_sealed;
  std::string words;
};

struct JsonOptions {
  /// Called for every Sealed table. Absent: all stay sealed, {"sealed":"identity"}; erased:
  /// {"erased":"identity"}.
  std::function<Opened(const Sealed&)> open;
  /// Leaves out sealed fields altogether (public events).
  bool without_sealed = false;
  /// Fields that are left out besides, by table and name. Null: none.
  bool (*hides)(std::string_view table, std::string_view field) = nullptr;
  /// The field without which another says nothing yet, by table and name; empty: none. The other is left out
  /// with it. Null: every field speaks for itself.
  std::string_view (*needs)(std::string_view table, std::string_view field) = nullptr;
  /// Said in front of the places of events: the partition whose events they are. Empty: SEQ:INDEX alone.
  std::string partition = {};
};

/// Appends one table as a JSON object. `table` must have been verified against the schema; `name` is its name
/// there, without the namespace (a bug if unknown). Left out: absent tables, texts and lists, nil ids, zero
/// instants, days and moments, station 0; staff 0 unless the field is `required`. Numbers, truths and
/// enumerations are always printed. Safe from any thread.
void append_json(std::string& out, const flatbuffers::Table& table, std::string_view name,
                 const JsonOptions& options = {});

/// The same for bytes that hold `name` as their root.
std::string to_json(Bytes root, std::string_view name, const JsonOptions& options = {});

/// `text` as a JSON string, quotes included: the one escape rule of all that is printed.
std::string json_quoted(std::string_view text);

}  // namespace toono
