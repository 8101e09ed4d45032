// Walks the reflection data once and lays it out for the reader and the printer.
#include "adapters/json/shapes.h"

#include <algorithm>

#include "adapters/json/schemas.h"
#include "core/check.h"
#include "flatbuffers/reflection.h"

namespace toono {
namespace {
using reflection::BaseType;

std::string local_name(const flatbuffers::String* full) {
  auto name = full->string_view();
  auto dot = name.rfind('.');
  return std::string(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

std::string doc_of(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* lines) {
  std::string doc;
  if (!lines) return doc;
  for (auto line : *lines) {
    auto text = line->string_view();
    if (text.starts_with(' ')) text.remove_prefix(1);
    if (!doc.empty()) doc += ' ';
    doc += text;
  }
  return doc;
}

// A plain search: gcc 12 with sanitizers sees an overread in the binary search of flatbuffers.
const reflection::KeyValue* attribute(const reflection::Field& field, std::string_view key) {
  if (!field.attributes()) return nullptr;
  for (auto pair : *field.attributes())
    if (pair->key()->string_view() == key) return pair;
  return nullptr;
}

Kind kind_of_struct(const reflection::Object& object, const std::string& name) {
  if (name == "Instant") return Kind::instant;
  if (name == "Day") return Kind::day;
  if (name == "EventRef") return Kind::event_ref;
  if (name == "Moment") return Kind::moment;
  if (object.fields()->size() != 1) return Kind::record;
  const auto& type = *object.fields()->Get(0)->type();
  if (type.base_type() == BaseType::UInt) return Kind::code;
  if (type.base_type() != BaseType::Array || type.element() != BaseType::UByte) return Kind::record;
  if (type.fixed_length() == 16) return Kind::uuid;
  return type.fixed_length() == 32 ? Kind::digest : Kind::record;
}

SealClass seal_class_of(std::string_view word) {
  if (word == "identity") return SealClass::identity;
  if (word == "narrative") return SealClass::narrative;
  check(word == "health", "a schema names an unknown class of personal words");
  return SealClass::health;
}

bool is_whole(BaseType base) { return base >= BaseType::UType && base <= BaseType::ULong; }
bool is_real(BaseType base) { return base == BaseType::Float || base == BaseType::Double; }

// The names of one schema, by the numbers with which its types refer to them.
struct Numbered {
  std::vector<TableShape*> tables;
  std::vector<EnumShape*> enums;
};

TypeShape object_type(const TableShape& object) {
  TypeShape shape;
  shape.object = &object;
  shape.kind = object.is_struct ? object.kind : object.name == "Sealed" ? Kind::sealed : Kind::table;
  shape.width = static_cast<std::uint8_t>(object.is_struct ? object.size : 4);
  return shape;
}

TypeShape plain_type(BaseType base, std::int32_t index, const Numbered& known) {
  TypeShape shape;
  shape.base = base;
  if (base == BaseType::String) shape.kind = Kind::text;
  if (base == BaseType::UType) return shape.kind = Kind::union_tag, shape.width = 1, shape;
  if (base == BaseType::Obj) return object_type(*known.tables.at(static_cast<std::size_t>(index)));
  if (base == BaseType::Union) shape.kind = Kind::choice;
  if (is_real(base)) shape.kind = Kind::real;
  if (base == BaseType::Bool) shape.kind = Kind::boolean;
  if (index >= 0 && is_whole(base) && base != BaseType::Bool) shape.kind = Kind::enumeration;
  if (index >= 0) shape.names = known.enums.at(static_cast<std::size_t>(index));
  shape.width = static_cast<std::uint8_t>(flatbuffers::GetTypeSize(base));
  return shape;
}

void set_types(FieldShape& shape, const reflection::Type& type, const Numbered& known) {
  if (type.base_type() != BaseType::Vector && type.base_type() != BaseType::Array) {
    shape.type = plain_type(type.base_type(), type.index(), known);
    return;
  }
  shape.type.kind = type.element() == BaseType::UByte && type.index() < 0 ? Kind::octets : Kind::list;
  shape.type.base = type.base_type();
  shape.type.width = static_cast<std::uint8_t>(type.base_type() == BaseType::Array ? type.fixed_length() : 4);
  shape.element = plain_type(type.element(), type.index(), known);
}

FieldShape field_shape(const reflection::Field& field, const Numbered& known) {
  FieldShape shape;
  shape.name = field.name()->str();
  shape.key = "\"" + shape.name + "\":";
  shape.doc = doc_of(field.documentation());
  shape.id = field.id();
  shape.offset = field.offset();
  shape.default_integer = field.default_integer();
  shape.default_real = field.default_real();
  shape.optional = attribute(field, "optional") != nullptr;
  shape.derived = attribute(field, "derived") != nullptr;
  shape.required = field.required();
  shape.deprecated = field.deprecated();
  shape.nullable = field.optional() && flatbuffers::IsScalar(field.type()->base_type());
  if (auto personal = attribute(field, "personal"))
    shape.seal_class = seal_class_of(personal->value()->string_view());
  if (auto subject = attribute(field, "subject")) shape.subject = subject->value()->str();
  set_types(shape, *field.type(), known);
  return shape;
}
}  // namespace

const EnumValue* EnumShape::find(std::int64_t value) const {
  auto dense = static_cast<std::size_t>(value);
  if (dense < values.size() && values[dense].value == value) return &values[dense];
  auto at = std::lower_bound(values.begin(), values.end(), value,
                             [](const EnumValue& a, std::int64_t b) { return a.value < b; });
  return at != values.end() && at->value == value ? &*at : nullptr;
}

const EnumValue* EnumShape::find(std::string_view wanted) const {
  for (const auto& value : values)
    if (value.name == wanted) return &value;
  return nullptr;
}

const FieldShape* TableShape::find(std::string_view field) const {
  for (const auto& shape : fields)
    if (shape.name == field) return &shape;
  return nullptr;
}

Shapes::Shapes(const std::vector<Bytes>& schemas) {
  for (auto schema : schemas) add(*reflection::GetSchema(schema.data()));
}

void Shapes::add(const reflection::Schema& schema) {
  Numbered known;
  std::vector<std::pair<TableShape*, const reflection::Object*>> fresh;
  for (auto object : *schema.objects()) {
    auto shape = std::make_unique<TableShape>();
    shape->name = local_name(object->name());
    shape->doc = doc_of(object->documentation());
    shape->is_struct = object->is_struct();
    if (object->is_struct()) shape->kind = kind_of_struct(*object, shape->name);
    shape->size = static_cast<std::uint32_t>(object->bytesize());
    shape->align = static_cast<std::uint32_t>(object->minalign());
    auto [at, added] = tables_.try_emplace(shape->name, nullptr);
    if (added) at->second = std::move(shape), fresh.emplace_back(at->second.get(), object);
    known.tables.push_back(at->second.get());
  }
  for (auto listed : *schema.enums()) {
    auto shape = std::make_unique<EnumShape>();
    shape->name = local_name(listed->name());
    for (auto value : *listed->values()) {
      auto member = value->union_type() && value->union_type()->base_type() == BaseType::Obj
                        ? known.tables.at(static_cast<std::size_t>(value->union_type()->index()))
                        : nullptr;
      shape->values.push_back({value->value(), value->name()->str(), member});
    }
    auto [at, added] = enums_.try_emplace(shape->name, nullptr);
    if (added) at->second = std::move(shape);
    known.enums.push_back(at->second.get());
  }
  for (auto [shape, object] : fresh) {
    for (auto field : *object->fields()) shape->fields.push_back(field_shape(*field, known));
    std::sort(shape->fields.begin(), shape->fields.end(),
              [](const FieldShape& a, const FieldShape& b) { return a.id < b.id; });
  }
}

const TableShape* Shapes::table(std::string_view name) const {
  auto at = tables_.find(name);
  return at == tables_.end() ? nullptr : at->second.get();
}

const EnumShape* Shapes::enumeration(std::string_view name) const {
  auto at = enums_.find(name);
  return at == enums_.end() ? nullptr : at->second.get();
}

const Shapes& shapes() {
  static const Shapes known(
      {embedded_schema("commands"), embedded_schema("journal"), embedded_schema("state")});
  return known;
}

}  // namespace toono
