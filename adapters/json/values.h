// Reads one JSON value into the form that its field asks for; shared by the readers of lines and bodies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json/command.h"
#include "adapters/json/json_tree.h"
#include "adapters/json/shapes.h"

namespace toono {

inline constexpr std::size_t kMaxTextBytes = 4 * 1024;
inline constexpr std::size_t kMaxWordsBytes = 16 * 1024;  // of words to be sealed

struct Range {
  std::int64_t low;
  std::uint64_t high;
};
/// What fits a whole number of the schemas.
Range range_of(reflection::BaseType base);

/// Where a value stands, as a chain on the stack: made into text only when something is wrong.
struct JsonPath {
  const JsonPath* parent = nullptr;
  std::string_view name;  // empty for an element of a list
  std::size_t index = 0;
  std::string text() const;  // "$.body.policy.rows[3].amount"
};

/// Functions return false after noting the first error; see error().
class ValueReader {
 public:
  explicit ValueReader(const JsonTree& tree) : tree_(tree) {}
  /// All fields of a table; `values` gets one entry for each field of the shape.
  bool table(const TableShape& shape, const JsonNode& node, const JsonPath& path,
             std::vector<GivenValue>& values);
  bool value(const FieldShape& field, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool plain(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out);
  /// `where` is the path's text.
  bool refuse(const JsonPath& path, std::string what, std::string next);
  /// Names the nearest of the known fields.
  bool refuse_unknown(const JsonPath& path, std::string_view of, const std::vector<std::string_view>& known);
  const Error& error() const { return error_; }

 private:
  bool expected(const JsonPath& path, const JsonNode& got, std::string_view what, std::string_view example);
  bool integer(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool real(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool enumeration(const EnumShape& names, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool text(const JsonNode& node, const JsonPath& path, std::string& out, bool to_be_sealed);
  bool octets(const JsonNode& node, const JsonPath& path, std::string& out);
  bool id(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool code(const TypeShape& type, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool instant(const JsonNode& node, const JsonPath& path, std::uint8_t* out);
  bool day(const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool event_ref(const JsonNode& node, const JsonPath& path, std::uint8_t* out);
  bool moment(const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool record(const TableShape& shape, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool list(const FieldShape& field, const JsonNode& node, const JsonPath& path, GivenValue& out);
  bool missing(const TableShape& shape, const JsonPath& path, const std::vector<GivenValue>& values);

  const JsonTree& tree_;
  Error error_;
};

/// Appends the values of a table so that equal texts mean equal values: id, length and value of each field
/// given.
void append_canonical(std::string& out, const TableShape& shape, const std::vector<GivenValue>& values);
/// Eight bytes, least significant first.
void append_fixed(std::string& out, std::uint64_t number);

}  // namespace toono
