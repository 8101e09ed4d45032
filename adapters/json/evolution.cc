// Compares two binary schemas name by name and number by number.
#include "adapters/json/evolution.h"

#include <fmt/format.h>

#include <map>

#include "flatbuffers/reflection_generated.h"

namespace toono {
namespace {
using reflection::BaseType;
using reflection::Enum;
using reflection::EnumVal;
using reflection::Field;
using reflection::Object;
using reflection::Schema;
using reflection::Type;

std::string text_of_string(const flatbuffers::String* text) { return text ? text->str() : std::string(); }

bool is_scalar(BaseType base) { return base >= BaseType::UType && base <= BaseType::Double; }

// The name that a type's index stands for; the index itself moves when a table is added.
std::string name_behind(const Schema& schema, BaseType base, std::int32_t index) {
  if (index < 0) return {};
  const auto at = static_cast<flatbuffers::uoffset_t>(index);
  if (base == BaseType::Obj) return schema.objects()->Get(at)->name()->str();
  return schema.enums()->Get(at)->name()->str();
}

std::string written(const Schema& schema, const Type& type) {
  const bool many = type.base_type() == BaseType::Vector || type.base_type() == BaseType::Array;
  const auto base = many ? type.element() : type.base_type();
  const auto named = name_behind(schema, base, type.index());
  std::string text = EnumNameBaseType(base);
  if (!named.empty()) text += " " + named;
  if (type.base_type() == BaseType::Vector) return "[" + text + "]";
  return many ? fmt::format("[{}:{}]", text, type.fixed_length()) : text;
}

// Plain searches here and below: gcc 12 with sanitizers sees an overread in the binary search of flatbuffers.
const char* attribute_of(const Field& field, std::string_view key) {
  if (!field.attributes()) return nullptr;
  for (auto pair : *field.attributes())
    if (pair->key()->string_view() == key) return pair->value() ? pair->value()->c_str() : "";
  return nullptr;
}

template <class List>
auto find_named(const List& list, std::string_view name) -> decltype(list.Get(0)) {
  for (auto each : list)
    if (each->name()->string_view() == name) return each;
  return nullptr;
}

class Comparison {
 public:
  Comparison(const Schema& before, const Schema& after) : before_(before), after_(after) {}

  std::vector<std::string> changes() {
    if (text_of_string(before_.file_ident()) != text_of_string(after_.file_ident())) {
      note("the file identifier changed from \"{}\" to \"{}\"", text_of_string(before_.file_ident()),
           text_of_string(after_.file_ident()));
    }
    const auto root = [](const Schema& schema) {
      return schema.root_table() ? schema.root_table()->name()->str() : std::string("none");
    };
    if (root(before_) != root(after_)) note("the root changed from {} to {}", root(before_), root(after_));
    for (auto object : *before_.objects()) {
      auto now = find_named(*after_.objects(), object->name()->string_view());
      now ? compare(*object, *now) : note("{} is gone or has another name", object->name()->str());
    }
    for (auto names : *before_.enums()) {
      auto now = find_named(*after_.enums(), names->name()->string_view());
      now ? compare(*names, *now) : note("{} is gone or has another name", names->name()->str());
    }
    return std::move(changes_);
  }

 private:
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    changes_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void compare(const Object& before, const Object& after) {
    const auto name = before.name()->str();
    if (before.is_struct() != after.is_struct()) {
      return note("{} changed between struct and table", name);
    }
    std::map<std::uint16_t, const Field*> now;
    for (auto field : *after.fields()) now[field->id()] = field;
    for (auto field : *before.fields()) {
      auto at = now.find(field->id());
      if (at == now.end()) {
        note("{}.{} (id {}) is gone; deprecate it instead", name, field->name()->str(), field->id());
        continue;
      }
      compare(name, *field, *at->second, before.is_struct());
      now.erase(at);
    }
    for (auto [id, field] : now) appended(name, *field, before.is_struct());
    if (!before.is_struct()) return;
    if (before.bytesize() != after.bytesize() || before.minalign() != after.minalign()) {
      note("struct {} changed its size or alignment: {}/{} to {}/{}", name, before.bytesize(),
           before.minalign(), after.bytesize(), after.minalign());
    }
  }

  // Records written before lack the field: a table reads its default, a struct reads its neighbour.
  void appended(const std::string& of, const Field& field, bool in_struct) {
    if (in_struct) note("{}.{} was added to a struct", of, field.name()->str());
    if (field.required())
      note("{}.{} is new and required: older records would be refused", of, field.name()->str());
  }

  void compare(const std::string& of, const Field& before, const Field& after, bool in_struct) {
    const auto name = of + "." + before.name()->str();
    if (before.name()->str() != after.name()->str()) {
      note("{} (id {}) is now called {}", name, before.id(), after.name()->str());
    }
    const auto was = written(before_, *before.type()), is = written(after_, *after.type());
    if (was != is) note("{} changed its type from {} to {}", name, was, is);
    if (in_struct && before.offset() != after.offset()) note("{} moved inside its struct", name);
    if (is_scalar(before.type()->base_type())) compare_defaults(name, before, after);
    if (before.required() != after.required()) note("{} changed whether it is required", name);
    if (before.key() != after.key()) note("{} changed whether it is the key", name);
    if (before.deprecated() && !after.deprecated()) note("{} was deprecated and is used again", name);
    compare_attributes(name, before, after);
  }

  void compare_defaults(const std::string& name, const Field& before, const Field& after) {
    if (before.optional() != after.optional()) note("{} changed whether it may be null", name);
    if (before.default_integer() != after.default_integer() ||
        before.default_real() != after.default_real()) {
      note("{} changed its default: records that left it out now say something else", name);
    }
  }

  // Ours: what a client may leave out or send, and under which key words were sealed.
  void compare_attributes(const std::string& name, const Field& before, const Field& after) {
    if (attribute_of(before, "optional") && !attribute_of(after, "optional"))
      note("{} may no longer be left out", name);
    if (!attribute_of(before, "derived") && attribute_of(after, "derived"))
      note("{} may no longer be sent", name);
    for (auto key : {"personal", "subject"}) {
      auto was = attribute_of(before, key), is = attribute_of(after, key);
      if (std::string(was ? was : "") != (is ? is : "")) note("{} changed its attribute {}", name, key);
    }
  }

  void compare(const Enum& before, const Enum& after) {
    const auto name = before.name()->str();
    if (before.is_union() != after.is_union()) return note("{} changed between enumeration and union", name);
    if (before.underlying_type()->base_type() != after.underlying_type()->base_type()) {
      note("{} changed its type from {} to {}", name, EnumNameBaseType(before.underlying_type()->base_type()),
           EnumNameBaseType(after.underlying_type()->base_type()));
    }
    std::map<std::int64_t, const EnumVal*> now;
    std::map<std::string, std::int64_t> numbers;
    for (auto value : *after.values())
      now[value->value()] = value, numbers[value->name()->str()] = value->value();
    for (auto value : *before.values()) {
      auto at = now.find(value->value());
      auto moved = numbers.find(value->name()->str());
      if (moved != numbers.end() && moved->second != value->value()) {
        note("{}.{} changed its number from {} to {}", name, moved->first, value->value(), moved->second);
      } else if (at == now.end()) {
        note("{}.{} ({}) is gone", name, value->name()->str(), value->value());
      } else if (moved == numbers.end()) {
        note("{}.{} ({}) is now called {}", name, value->name()->str(), value->value(),
             at->second->name()->str());
      } else {
        compare_members(name, *value, *at->second);
      }
    }
  }

  // Of a union: the table behind a tag.
  void compare_members(const std::string& of, const EnumVal& before, const EnumVal& after) {
    if (!before.union_type() || !after.union_type()) return;
    const auto was = written(before_, *before.union_type()), is = written(after_, *after.union_type());
    if (was != is) note("{}.{} now holds {} instead of {}", of, before.name()->str(), is, was);
  }

  const Schema& before_;
  const Schema& after_;
  std::vector<std::string> changes_;
};

bool is_schema(Bytes bytes) {
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  return bytes.size() > 8 && reflection::VerifySchemaBuffer(verifier);
}
}  // namespace

std::vector<std::string> incompatible_changes(Bytes old_schema, Bytes new_schema) {
  if (!is_schema(old_schema)) return {"the old schema is not a binary schema"};
  if (!is_schema(new_schema)) return {"the new schema is not a binary schema"};
  return Comparison(*reflection::GetSchema(old_schema.data()), *reflection::GetSchema(new_schema.data()))
      .changes();
}

}  // namespace toono
