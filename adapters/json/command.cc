// Lines and bodies: names are looked up, the values are read, and what was given is put into its canonical
// form.
#include "adapters/json/command.h"

#include <algorithm>

#include "adapters/json/nearest.h"
#include "adapters/json/personal_number.h"
#include "adapters/json/text.h"
#include "adapters/json/values.h"

namespace toono {
namespace {
// The members of the union by name: about seventy, looked up once a command.
class CommandTable {
 public:
  CommandTable() {
    for (const auto& member : shapes().enumeration("CommandBody")->values)
      if (member.table) members_.emplace(member.name, &member);
  }
  const EnumValue* find(std::string_view name) const {
    auto at = members_.find(name);
    return at == members_.end() ? nullptr : at->second;
  }
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, member] : members_) all.push_back(name);
    return all;
  }

 private:
  std::unordered_map<std::string_view, const EnumValue*> members_;
};

const CommandTable& commands() {
  static const CommandTable table;
  return table;
}

TypeShape struct_type(std::string_view name) {
  TypeShape type;
  type.object = shapes().table(name);
  check(type.object && type.object->is_struct, "the schemas have lost an identifier");
  type.kind = type.object->kind;
  type.width = static_cast<std::uint8_t>(type.object->size);
  return type;
}

// The types of the fields around a body.
struct EnvelopeTypes {
  TypeShape id = struct_type("CommandId");
  TypeShape occurred_at = struct_type("Instant");
  TypeShape actor = struct_type("StaffId");
  TypeShape station = struct_type("StationId");
  TypeShape version{Kind::integer, reflection::ULong, 8, nullptr, nullptr};
  TypeShape truth{Kind::boolean, reflection::Bool, 1, nullptr, nullptr};
};

template <class S>
S from_bytes(const GivenValue& value) {
  std::array<std::uint8_t, sizeof(S)> raw;
  std::memcpy(raw.data(), value.bytes.data(), sizeof(S));
  return std::bit_cast<S>(raw);
}
}  // namespace

class CommandReader {
 public:
  explicit CommandReader(const JsonTree& tree) : tree_(tree), values_(tree) {}

  Result<LineCommand> line() {
    LineCommand line;
    if (!read_line(line)) return unexpected(values_.error());
    return line;
  }
  Result<ParsedCommand> body(std::string_view name, const JsonPath& name_path, const JsonNode& node) {
    ParsedCommand command;
    const JsonPath root, path{&root, "body"};
    if (!read_body(name, name_path, node, path, command)) return unexpected(values_.error());
    return command;
  }

 private:
  bool read_line(LineCommand& line) {
    const JsonPath root;
    const auto& node = tree_.root();
    const JsonNode *name = nullptr, *body = nullptr;
    if (node.kind != JsonNode::Kind::object) {
      return values_.refuse(root, "a line is an object", "write {\"command\":...,\"body\":{...}}");
    }
    for (auto child = tree_.begin_of(node); child != tree_.end_of(node); child = tree_.next(child)) {
      const JsonPath path{&root, child->key};
      if (child->key == "command") {
        name = child;
      } else if (child->key == "body") {
        body = child;
      } else if (!read_envelope(line, *child, path)) {
        return false;
      }
    }
    const JsonPath name_path{&root, "command"}, body_path{&root, "body"};
    if (!name) return values_.refuse(name_path, "the command's name is missing", "`toono schema` lists them");
    if (name->kind != JsonNode::Kind::text) {
      return values_.refuse(name_path, "a command's name is a text", "`toono schema` lists them");
    }
    if (!body) return values_.refuse(body_path, "the body is missing", "give {} if it has no fields");
    return read_body(name->text, name_path, *body, body_path, line.body);
  }

  bool read_envelope(LineCommand& line, const JsonNode& node, const JsonPath& path) {
    static const EnvelopeTypes types;
    auto read = [&](const TypeShape& type, auto put) {
      GivenValue value;
      if (!values_.plain(type, node, path, value)) return false;
      put(value);
      return true;
    };
    if (node.key == "id") return read(types.id, [&](auto& v) { line.id = from_bytes<CommandId>(v); });
    if (node.key == "actor") return read(types.actor, [&](auto& v) { line.actor = from_bytes<StaffId>(v); });
    if (node.key == "station")
      return read(types.station, [&](auto& v) { line.station = from_bytes<StationId>(v); });
    if (node.key == "imported") return read(types.truth, [&](auto& v) { line.imported = v.bytes[0] != 0; });
    if (node.key == "occurred_at") {
      return read(types.occurred_at, [&](auto& v) { line.occurred_at = from_bytes<Instant>(v); });
    }
    if (node.key == "expected_version") {
      return read(types.version, [&](auto& v) { line.expected_version = from_bytes<std::uint64_t>(v); });
    }
    return values_.refuse_unknown(
        path, "a line",
        {"id", "command", "occurred_at", "actor", "station", "expected_version", "imported", "body"});
  }

  bool read_body(std::string_view name, const JsonPath& name_path, const JsonNode& node, const JsonPath& path,
                 ParsedCommand& command) {
    auto member = commands().find(name);
    if (!member) {
      auto meant = nearest(name, commands().names());
      return values_.refuse(
          name_path, "\"" + shown(name) + "\" is not a command",
          meant.empty() ? "`toono schema` lists them" : "did you mean \"" + std::string(meant) + "\"?");
    }
    command.type_ = static_cast<CommandBody>(member->value);
    command.shape_ = member->table;
    if (!values_.table(*member->table, node, path, command.values_)) return false;
    if (!foreign_id_may_be_read(command, path)) return false;
    command.canonical_.reserve(256);
    append_fixed(command.canonical_, static_cast<std::uint64_t>(member->value));
    append_canonical(command.canonical_, *member->table, command.values_);
    return true;
  }

  /// The number of a case in another system is not sealed: everybody may read it, and nobody can erase it.
  bool foreign_id_may_be_read(const ParsedCommand& command, const JsonPath& body) {
    auto id = command.words("foreign_id");
    auto looks_like = id ? personal_number_in(*id) : std::string_view();
    if (looks_like.empty()) return true;
    return values_.refuse(
        {&body, "foreign_id"},
        "it looks like " + std::string(looks_like) + ", and a foreign id stands in clear for ever",
        "give the other system's own number of the case; if this is it, put letters in front, "
        "and a person's number into a sealed field (`toono schema RegisterCase`)");
  }

  const JsonTree& tree_;
  ValueReader values_;
};

std::string_view ParsedCommand::name() const {
  return shape_ ? std::string_view(shape_->name) : std::string_view();
}

std::size_t ParsedCommand::position(std::string_view field) const {
  auto shape = shape_ ? shape_->find(field) : nullptr;
  return shape ? static_cast<std::size_t>(shape - shape_->fields.data()) : kNone;
}

const GivenValue* ParsedCommand::at(std::string_view field) const {
  auto i = position(field);
  return i != kNone && values_[i].given ? &values_[i] : nullptr;
}

std::size_t ParsedCommand::struct_size(std::string_view field) const {
  auto shape = shape_ ? shape_->find(field) : nullptr;
  return shape && shape->type.object && shape->type.object->is_struct ? shape->type.object->size : 0;
}

std::optional<std::uint64_t> ParsedCommand::number(std::string_view field) const {
  auto value = at(field);
  if (!value || shape_->find(field)->type.kind > Kind::enumeration) return std::nullopt;
  return from_bytes<std::uint64_t>(*value);
}

std::optional<std::string_view> ParsedCommand::words(std::string_view field) const {
  auto value = at(field);
  if (!value) return std::nullopt;
  const auto kind = shape_->find(field)->type.kind;
  return kind == Kind::text || kind == Kind::sealed ? std::optional<std::string_view>(value->text)
                                                    : std::nullopt;
}

// One bit a field says whether it was given, so that a zero differs from nothing.
std::string LineCommand::canonical() const {
  std::string out;
  append_fixed(out, (occurred_at ? 1u : 0u) | (actor ? 2u : 0u) | (station ? 4u : 0u) |
                        (expected_version ? 8u : 0u) | (imported ? 16u : 0u));
  append_fixed(out, occurred_at ? static_cast<std::uint64_t>(occurred_at->ms()) : 0);
  append_fixed(out, actor ? actor->number() : 0);
  append_fixed(out, station ? station->code() : 0);
  append_fixed(out, expected_version.value_or(0));
  return out + body.canonical();
}

Result<LineCommand> parse_line(std::string_view json) {
  TOONO_ASSIGN(const JsonTree tree, read_json(json));
  return CommandReader(tree).line();
}

std::optional<CommandId> id_of_line(std::string_view json) {
  auto tree = read_json(json);
  if (!tree || tree->root().kind != JsonNode::Kind::object) return std::nullopt;
  const auto& root = tree->root();
  for (auto child = tree->begin_of(root); child != tree->end_of(root); child = tree->next(child)) {
    if (child->key == "id" && child->kind == JsonNode::Kind::text) return parse_id<CommandId>(child->text);
  }
  return std::nullopt;
}

Result<ParsedCommand> parse_command(std::string_view command_name, std::string_view body) {
  TOONO_ASSIGN(const JsonTree tree, read_json(body));
  const JsonPath root, name_path{&root, "command"};
  return CommandReader(tree).body(command_name, name_path, tree.root());
}

}  // namespace toono
