// Prints tables by their shapes. Nothing is looked up by name on the way: each field carries its key as it is
// printed.
#include "adapters/json/print.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "adapters/json/shapes.h"
#include "adapters/json/text.h"
#include "core/check.h"

namespace toono {
namespace {
using flatbuffers::Table;
using reflection::BaseType;

template <class T>
T load(const std::uint8_t* at) {
  return flatbuffers::ReadScalar<T>(at);
}

std::int64_t load_integer(const std::uint8_t* at, BaseType base) {
  if (base == BaseType::Byte) return load<std::int8_t>(at);
  if (base == BaseType::Short) return load<std::int16_t>(at);
  if (base == BaseType::UShort) return load<std::uint16_t>(at);
  if (base == BaseType::Int) return load<std::int32_t>(at);
  if (base == BaseType::UInt) return load<std::uint32_t>(at);
  if (base == BaseType::Long || base == BaseType::ULong) return load<std::int64_t>(at);
  return load<std::uint8_t>(at);
}

bool is_zero(const std::uint8_t* at, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    if (at[i] != 0) return false;
  return true;
}

class Printer {
 public:
  Printer(std::string& out, const JsonOptions& options) : out_(out), options_(options) {}

  void table(const Table& table, const TableShape& shape) {
    out_ += '{';
    fields(table, shape, true);
    out_ += '}';
  }

 private:
  void fields(const Table& table, const TableShape& shape, bool first) {
    for (const auto& field : shape.fields) {
      if (field.deprecated || field.type.kind == Kind::union_tag) continue;
      const auto* at = place_of(table, field);
      if (is_left_out(field, at) || (options_.hides && options_.hides(shape.name, field.name))) continue;
      if (options_.needs && says_nothing_yet(table, shape, field)) continue;
      if (!first) out_ += ',';
      first = false;
      out_ += field.key;
      if (field.type.kind == Kind::choice) {
        choice(table, field, at);
      } else if (at) {
        field_value(field, at);
      } else {
        default_value(field);
      }
    }
  }

  static const std::uint8_t* place_of(const Table& table, const FieldShape& field) {
    auto offset = table.GetOptionalFieldOffset(field.offset);
    return offset ? reinterpret_cast<const std::uint8_t*>(&table) + offset : nullptr;
  }

  bool says_nothing_yet(const Table& table, const TableShape& shape, const FieldShape& field) const {
    auto name = options_.needs(shape.name, field.name);
    if (name.empty()) return false;
    auto needed = std::find_if(shape.fields.begin(), shape.fields.end(),
                               [&](const FieldShape& other) { return other.name == name; });
    check(needed != shape.fields.end(), "a field needs one of its own table");
    return is_left_out(*needed, place_of(table, *needed));
  }

  bool is_left_out(const FieldShape& field, const std::uint8_t* at) const {
    if (field.type.kind == Kind::sealed && options_.without_sealed) return true;
    if (!at) return field.type.kind > Kind::enumeration || field.nullable;
    const auto kind = field.type.kind;
    if (kind == Kind::uuid || kind == Kind::digest) return is_zero(at, field.type.width);
    if (kind == Kind::instant || kind == Kind::event_ref) return is_zero(at, 8);
    if (kind == Kind::moment) return is_zero(at + 8, 8);  // EventRef.seq stands behind the instant
    if (kind == Kind::day) return !field.required && is_zero(at, 4);
    if (kind == Kind::code)
      return is_zero(at, 4) && !(field.required && field.type.object->name == "StaffId");
    return false;
  }

  void default_value(const FieldShape& field) {
    if (field.type.kind == Kind::boolean) return boolean(field.default_integer != 0);
    if (field.type.kind == Kind::enumeration) return enumeration(field.default_integer, *field.type.names);
    if (field.type.kind == Kind::real) return real(field.default_real);
    if (field.type.base == BaseType::ULong)
      return append_natural(out_, static_cast<std::uint64_t>(field.default_integer));
    append_integer(out_, field.default_integer);
  }

  void field_value(const FieldShape& field, const std::uint8_t* at) {
    if (field.type.kind == Kind::list) return list(field, at);
    if (field.type.kind == Kind::octets) return octets(field, at);
    value(field.type, at);
  }

  void value(const TypeShape& type, const std::uint8_t* at) {
    switch (type.kind) {
      case Kind::boolean:
        return boolean(*at != 0);
      case Kind::integer:
        return integer(type, at);
      case Kind::real:
        return real(type.base == BaseType::Float ? load<float>(at) : load<double>(at));
      case Kind::enumeration:
        return enumeration(load_integer(at, type.base), *type.names);
      case Kind::text:
        return text(*reinterpret_cast<const flatbuffers::String*>(followed(at)));
      case Kind::sealed:
        return sealed(*reinterpret_cast<const Sealed*>(followed(at)));
      case Kind::table:
        return table(*reinterpret_cast<const Table*>(followed(at)), *type.object);
      case Kind::record:
        return record(*type.object, at);
      case Kind::moment:
        return moment(at);
      case Kind::uuid:
      case Kind::digest:
      case Kind::code:
      case Kind::instant:
      case Kind::day:
      case Kind::event_ref:
        return short_text(type, at);
      case Kind::octets:
      case Kind::list:
      case Kind::choice:
      case Kind::union_tag:
        check(false, "a value that only a field can have");
    }
  }

  static const std::uint8_t* followed(const std::uint8_t* at) {
    return at + load<flatbuffers::uoffset_t>(at);
  }

  void boolean(bool truth) { out_ += truth ? "true" : "false"; }
  void integer(const TypeShape& type, const std::uint8_t* at) {
    if (type.base == BaseType::ULong) return append_natural(out_, load<std::uint64_t>(at));
    append_integer(out_, load_integer(at, type.base));
  }
  void real(double number) {
    if (!std::isfinite(number)) return void(out_ += "null");  // JSON has no word for it
    char text[32];
    out_.append(text, std::to_chars(text, text + sizeof text, number).ptr);
  }
  // A number without a name comes from a newer schema; it is shown as it is rather than guessed.
  void enumeration(std::int64_t number, const EnumShape& names) {
    auto value = names.find(number);
    if (!value) return append_integer(out_, number);
    out_ += '"';
    out_ += value->name;
    out_ += '"';
  }
  void text(const flatbuffers::String& text) { append_quoted(out_, {text.c_str(), text.size()}); }

  void short_text(const TypeShape& type, const std::uint8_t* at) {
    out_ += '"';
    if (type.kind == Kind::uuid) append_uuid(out_, at);
    if (type.kind == Kind::digest) append_hex(out_, {at, 32});
    if (type.kind == Kind::code) append_natural(out_, load<std::uint32_t>(at));
    if (type.kind == Kind::instant) append_instant(out_, Instant(load<std::int64_t>(at)));
    if (type.kind == Kind::day) append_day(out_, Day(load<std::int32_t>(at)));
    if (type.kind == Kind::event_ref) event_ref(at);
    out_ += '"';
  }
  void event_ref(const std::uint8_t* at) {
    if (!options_.partition.empty()) out_ += options_.partition + ':';
    append_natural(out_, load<std::uint64_t>(at));
    out_ += ':';
    append_natural(out_, load<std::uint16_t>(at + 8));
  }
  void moment(const std::uint8_t* at) {
    out_ += "{\"at\":\"";
    append_instant(out_, Instant(load<std::int64_t>(at)));
    out_ += "\",\"event\":\"";
    event_ref(at + 8);
    out_ += "\"}";
  }
  void record(const TableShape& shape, const std::uint8_t* at) {
    char before = '{';
    for (const auto& field : shape.fields) {
      out_ += before;
      before = ',';
      out_ += field.key;
      if (field.type.base == BaseType::Array) {
        array(field, at + field.offset);
      } else {
        value(field.type, at + field.offset);
      }
    }
    out_ += '}';
  }
  void array(const FieldShape& field, const std::uint8_t* at) {
    out_ += '"';
    if (field.type.kind == Kind::octets) append_base64(out_, {at, field.type.width});
    out_ += '"';
    check(field.type.kind == Kind::octets,
          "a fixed array of something other than bytes has no JSON form yet");
  }

  void sealed(const Sealed& words) {
    auto opened = options_.open ? options_.open(words) : Opened{};
    if (opened.outcome == Opened::Outcome::words) return append_quoted(out_, opened.words);
    out_ += opened.outcome == Opened::Outcome::erased ? "{\"erased\":\"" : "{\"sealed\":\"";
    out_ += EnumNameSealClass(words.class_());
    out_ += "\"}";
  }

  void octets(const FieldShape& field, const std::uint8_t* at) {
    auto vector = followed(at);
    check(field.type.base == BaseType::Vector, "bytes of a table are a vector");
    out_ += '"';
    append_base64(out_, {vector + 4, load<flatbuffers::uoffset_t>(vector)});
    out_ += '"';
  }

  void list(const FieldShape& field, const std::uint8_t* at) {
    auto vector = followed(at);
    const auto count = load<flatbuffers::uoffset_t>(vector);
    auto element = vector + 4;
    out_ += '[';
    for (flatbuffers::uoffset_t i = 0; i < count; ++i, element += field.element.width) {
      if (i != 0) out_ += ',';
      value(field.element, element);
    }
    out_ += ']';
  }

  // The tag of a union stands in the slot before it.
  void choice(const Table& table, const FieldShape& field, const std::uint8_t* at) {
    const auto tag = table.GetField<std::uint8_t>(static_cast<flatbuffers::voffset_t>(field.offset - 2), 0);
    auto member = field.type.names->find(std::int64_t{tag});
    out_ += "{\"type\":";
    if (!member || !member->table) {
      append_natural(out_, tag);
    } else {
      append_quoted(out_, member->name);
      const auto before = out_.size();
      out_ += ',';
      fields(*reinterpret_cast<const Table*>(followed(at)), *member->table, true);
      if (out_.size() == before + 1) out_.pop_back();
    }
    out_ += '}';
  }

  std::string& out_;
  const JsonOptions& options_;
};
}  // namespace

void append_json(std::string& out, const Table& table, std::string_view name, const JsonOptions& options) {
  auto shape = shapes().table(name);
  check(shape && !shape->is_struct, "only a table of the schemas can be printed");
  Printer(out, options).table(table, *shape);
}

std::string to_json(Bytes root, std::string_view name, const JsonOptions& options) {
  std::string out;
  out.reserve(root.size() * 3);
  append_json(out, *flatbuffers::GetRoot<Table>(root.data()), name, options);
  return out;
}

std::string json_quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace toono
