// What the schemas say, laid out for speed: reflection is walked once, then JSON is read and written by these
// tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "flatbuffers/reflection_generated.h"
#include "schemas/common_generated.h"

namespace toono {

/// How a value stands in JSON; one a convention, not one a schema type.
enum class Kind : std::uint8_t {
  boolean,
  integer,
  real,
  enumeration,  // by name
  text,
  sealed,     // a person's words
  octets,     // [ubyte]: base64
  uuid,       // struct of 16 bytes
  digest,     // struct of 32 bytes: hexadecimal
  code,       // struct of one uint: decimal string
  instant,    // RFC 3339
  day,        // YYYY-MM-DD
  event_ref,  // "seq:index"
  moment,     // {"at", "event"}
  record,     // any other struct
  table,
  list,
  choice,     // union: {"type", ...}
  union_tag,  // written by its union
};

struct TableShape;

struct EnumValue {
  std::int64_t value = 0;
  std::string name;
  const TableShape* table = nullptr;  // of a union's member; none for NONE
};

struct EnumShape {
  std::string name;
  std::vector<EnumValue> values;  // ascending
  const EnumValue* find(std::int64_t value) const;
  const EnumValue* find(std::string_view name) const;
};

struct TypeShape {
  Kind kind = Kind::integer;
  reflection::BaseType base = reflection::None;  // of the scalar in the buffer
  std::uint8_t width = 0;                        // bytes inline
  const EnumShape* names = nullptr;              // enumeration, choice
  const TableShape* object = nullptr;            // structs and tables
};

struct FieldShape {
  std::string name;
  std::string key;  // `"name":`, as it is printed
  std::string doc;
  TypeShape type;
  TypeShape element;  // of a list
  std::uint16_t id = 0;
  std::uint16_t offset = 0;  // in the vtable, or in the struct
  std::int64_t default_integer = 0;
  double default_real = 0;
  bool optional = false;  // attribute `optional`: may be left out of a command
  bool derived = false;   // attribute `derived`: refused in a command
  bool required = false;  // flatbuffers' own
  bool deprecated = false;
  bool nullable = false;  // scalar without a default
  SealClass seal_class = SealClass::identity;
  std::string subject;  // of sealed words: the field that names the person
};

struct TableShape {
  std::string name;  // without the namespace
  std::string doc;
  bool is_struct = false;
  Kind kind = Kind::table;
  std::uint32_t size = 0;
  std::uint32_t align = 1;
  std::vector<FieldShape> fields;  // ascending by id
  const FieldShape* find(std::string_view field) const;
};

/// The tables of one or more binary schemas; a name that occurs in several is taken from the first. Immutable
/// after construction, so any thread may read. The schemas must come from flatc (they are not verified) and
/// need not live on.
class Shapes {
 public:
  explicit Shapes(const std::vector<Bytes>& schemas);
  const TableShape* table(std::string_view name) const;
  const EnumShape* enumeration(std::string_view name) const;

 private:
  void add(const reflection::Schema& schema);
  std::unordered_map<std::string_view, std::unique_ptr<TableShape>> tables_;
  std::unordered_map<std::string_view, std::unique_ptr<EnumShape>> enums_;
};

/// The shapes of everything that the program knows, made at the first call.
const Shapes& shapes();

}  // namespace toono
