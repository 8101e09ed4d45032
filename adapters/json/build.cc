// Writes the table of a parsed command, sealing words on the way.
#include <memory>

#include "adapters/json/command.h"
#include "adapters/json/shapes.h"

namespace toono {
namespace {
using flatbuffers::FlatBufferBuilder;
using flatbuffers::uoffset_t;
using reflection::BaseType;
using Values = std::vector<GivenValue>;

template <class T>
T load(const GivenValue& value) {
  T out;
  std::memcpy(&out, value.bytes.data(), sizeof out);
  return out;
}

bool is_apart(Kind kind) {  // stands outside the table, which holds its offset
  return kind == Kind::text || kind == Kind::sealed || kind == Kind::octets || kind == Kind::table ||
         kind == Kind::list;
}

std::string joined(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : std::string(path) + "." + std::string(name);
}

PersonId subject_of(const TableShape& shape, const Values& values, const FieldShape& field) {
  auto subject = shape.find(field.subject);
  if (!subject || subject->type.kind != Kind::uuid) return {};
  const auto& value = values[static_cast<std::size_t>(subject - shape.fields.data())];
  return value.given ? id_from<PersonId>(value.bytes) : PersonId{};
}

class BodyWriter {
 public:
  BodyWriter(FlatBufferBuilder& builder, const Sealer& seal) : builder_(builder), seal_(seal) {}
  const Error& error() const { return error_; }

  bool table(const TableShape& shape, const Values& values, std::string_view path, uoffset_t& out) {
    constexpr std::size_t kFew = 16;
    std::array<uoffset_t, kFew> few{};
    std::vector<uoffset_t> many(values.size() > kFew ? values.size() : 0);
    uoffset_t* apart = many.empty() ? few.data() : many.data();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].given || !is_apart(shape.fields[i].type.kind)) continue;
      if (!part(shape, values, i, path, apart[i])) return false;
    }
    const auto start = builder_.StartTable();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].given) continue;
      if (is_apart(shape.fields[i].type.kind)) {
        builder_.AddOffset(shape.fields[i].offset, flatbuffers::Offset<void>(apart[i]));
      } else {
        inline_value(shape.fields[i], values[i]);
      }
    }
    out = builder_.EndTable(start);
    return true;
  }

 private:
  bool part(const TableShape& shape, const Values& values, std::size_t i, std::string_view path,
            uoffset_t& out) {
    const auto& field = shape.fields[i];
    const auto& value = values[i];
    if (field.type.kind == Kind::text) return out = builder_.CreateString(value.text).o, true;
    if (field.type.kind == Kind::octets) {
      auto bytes = bytes_of(value.text);
      return out = builder_.CreateVector(bytes.data(), bytes.size()).o, true;
    }
    if (field.type.kind == Kind::table)
      return table(*field.type.object, value.items, joined(path, field.name), out);
    if (field.type.kind == Kind::list) return list(field, value, joined(path, field.name), out);
    return sealed({path.empty() ? field.name : joined(path, field.name), field.seal_class,
                   subject_of(shape, values, field), value.text},
                  field.subject, out);
  }

  bool sealed(const ClearField& field, const std::string& subject, uoffset_t& out) {
    if (is_nil(field.subject)) {
      error_ = {ErrorCode::refused, "nobody is named whose words these are",
                "$.body." + std::string(field.path), "give \"" + subject + "\" as well"};
      return false;
    }
    auto seal = seal_(field);
    if (!seal) return error_ = seal.error(), false;
    return out = Sealed::Pack(builder_, &*seal).o, true;
  }

  bool list(const FieldShape& field, const GivenValue& value, const std::string& path, uoffset_t& out) {
    const auto kind = field.element.kind;
    if (kind == Kind::text || kind == Kind::table) return list_of_parts(field, value, path, out);
    check(!is_apart(kind), "a list of something that no command has yet");
    const auto align = field.element.object ? field.element.object->align : field.element.width;
    builder_.StartVector(value.items.size() * field.element.width / align, align);
    for (auto item = value.items.rbegin(); item != value.items.rend(); ++item) {
      builder_.PushBytes(item->bytes.data(),
                         field.element.width);  // scalars are little-endian here as in the buffer
    }
    return out = builder_.EndVector(value.items.size()), true;
  }

  bool list_of_parts(const FieldShape& field, const GivenValue& value, const std::string& path,
                     uoffset_t& out) {
    std::vector<flatbuffers::Offset<void>> parts;
    for (const auto& item : value.items) {
      uoffset_t part = 0;
      if (field.element.kind == Kind::text) {
        part = builder_.CreateString(item.text).o;
      } else if (!table(*field.element.object, item.items, path + "." + std::to_string(parts.size()), part)) {
        return false;
      }
      parts.emplace_back(part);
    }
    return out = builder_.CreateVector(parts).o, true;
  }

  void inline_value(const FieldShape& field, const GivenValue& value) {
    if (!field.type.object) return scalar(field, value);
    builder_.Align(field.type.object->align);
    builder_.PushBytes(value.bytes.data(), field.type.object->size);
    builder_.AddStructOffset(field.offset, builder_.GetSize());
  }

  template <class T>
  void number(const FieldShape& field, T value, T standing) {
    if (field.nullable) return builder_.AddElement<T>(field.offset, value);
    builder_.AddElement<T>(field.offset, value, standing);
  }

  // Whole numbers are kept as 64 bits, of which the narrow types take the lowest.
  void scalar(const FieldShape& field, const GivenValue& value) {
    const auto bits = load<std::uint64_t>(value);
    const auto standing = static_cast<std::uint64_t>(field.default_integer);
    if (field.type.base == BaseType::Double) return number(field, load<double>(value), field.default_real);
    if (field.type.base == BaseType::Float) {
      return number(field, static_cast<float>(load<double>(value)), static_cast<float>(field.default_real));
    }
    if (field.type.width == 1)
      return number(field, static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(standing));
    if (field.type.width == 2)
      return number(field, static_cast<std::uint16_t>(bits), static_cast<std::uint16_t>(standing));
    if (field.type.width == 4)
      return number(field, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(standing));
    number(field, bits, standing);
  }

  FlatBufferBuilder& builder_;
  const Sealer& seal_;
  Error error_;
};
}  // namespace

std::vector<ClearField> ParsedCommand::clear_fields() const {
  std::vector<ClearField> fields;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto& field = shape_->fields[i];
    if (!values_[i].given || field.type.kind != Kind::sealed) continue;
    fields.push_back({field.name, field.seal_class, subject_of(*shape_, values_, field), values_[i].text});
  }
  return fields;
}

std::vector<std::pair<std::string_view, PersonId>> ParsedCommand::people() const {
  std::vector<std::pair<std::string_view, PersonId>> people;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto& field = shape_->fields[i];
    if (field.type.kind != Kind::uuid || field.type.object->name != "PersonId") continue;
    if (auto id = get<PersonId>(field.name); id && !is_nil(*id)) people.emplace_back(field.name, *id);
  }
  return people;
}

Result<flatbuffers::Offset<void>> ParsedCommand::build(FlatBufferBuilder& builder, const Sealer& seal) const {
  check(shape_ != nullptr, "build() of a command that was never parsed");
  BodyWriter writer(builder, seal);
  uoffset_t out = 0;
  if (!writer.table(*shape_, values_, {}, out)) return unexpected(writer.error());
  return flatbuffers::Offset<void>(out);
}

}  // namespace toono
