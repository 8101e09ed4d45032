// JSON Schema and examples, made from the shapes that the reader itself goes by, so that they cannot disagree
// with it.
#include "adapters/json/describe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/json/nearest.h"
#include "adapters/json/shapes.h"
#include "adapters/json/text.h"
#include "adapters/json/values.h"

namespace toono {
namespace {
constexpr std::string_view kExampleId = "0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f";
constexpr std::string_view kUuidPattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

bool is_given(const FieldShape& field) {
  return !field.deprecated && !field.derived && field.type.kind != Kind::union_tag;
}

// ---- JSON Schema

class SchemaWriter {
 public:
  std::string line(const TableShape& shape) {
    out_ = R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":)";
    append_quoted(out_, shape.name);
    description(shape.doc);
    out_ += R"(,"type":"object","properties":{"id":)";
    id();
    out_ += R"(,"command":{"const":)";
    append_quoted(out_, shape.name);
    out_ += R"(},"occurred_at":{"type":"string","format":"date-time"},"actor":)";
    code(0);
    out_ += R"(,"station":)";
    code(1);
    out_ += R"(,"expected_version":)";
    whole(reflection::ULong);
    out_ += R"(,"imported":{"type":"boolean"},"body":)";
    object(shape, {});
    out_ += R"(},"required":["command","body"],"additionalProperties":false})";
    return std::move(out_);
  }

 private:
  void description(std::string_view text) {
    if (text.empty()) return;
    out_ += ",\"description\":";
    append_quoted(out_, text);
  }

  void object(const TableShape& shape, std::string_view doc) {
    out_ += R"({"type":"object")";
    description(doc.empty() ? std::string_view(shape.doc) : doc);
    out_ += ",\"properties\":{";
    std::string required;
    bool first = true;
    for (const auto& field : shape.fields) {
      if (!is_given(field)) continue;
      if (!std::exchange(first, false)) out_ += ',';
      out_ += field.key;
      property(field);
      if (field.optional) continue;
      if (!required.empty()) required += ',';
      append_quoted(required, field.name);
    }
    out_ += "},\"required\":[" + required + "],\"additionalProperties\":false}";
  }

  void property(const FieldShape& field) {
    if (field.type.kind == Kind::table || field.type.kind == Kind::record)
      return object(*field.type.object, field.doc);
    if (field.type.kind == Kind::list) {
      out_ += R"({"type":"array","items":)";
      type(field.element);
    } else {
      type(field.type);
      out_.pop_back();
    }
    if (field.type.kind == Kind::sealed) {
      description(field.doc + (field.doc.empty() ? "" : " ") + "Words of the person named by " +
                  field.subject + ", sealed before they are stored (" + EnumNameSealClass(field.seal_class) +
                  ").");
    } else {
      description(field.doc);
    }
    out_ += '}';
  }

  void type(const TypeShape& type) {
    switch (type.kind) {
      case Kind::boolean:
        return void(out_ += R"({"type":"boolean"})");
      case Kind::integer:
        return whole(type.base);
      case Kind::real:
        return void(out_ += R"({"type":"number"})");
      case Kind::enumeration:
        return names(*type.names);
      case Kind::text:
        return text(kMaxTextBytes);
      case Kind::sealed:
        return text(kMaxWordsBytes);
      case Kind::octets:
        return void(out_ += R"({"type":"string","contentEncoding":"base64"})");
      case Kind::uuid:
        return id();
      case Kind::digest:
        return void(out_ += R"({"type":"string","pattern":"^[0-9a-f]{64}$"})");
      case Kind::code:
        return code(type.object->name == "StationId" ? 1 : 0);
      case Kind::instant:
        return void(out_ += R"({"type":"string","format":"date-time"})");
      case Kind::day:
        return void(out_ += R"({"type":"string","format":"date"})");
      case Kind::event_ref:
        return event();
      case Kind::moment:
        return moment();
      case Kind::record:
      case Kind::table:
        return object(*type.object, {});
      case Kind::list:
      case Kind::choice:
      case Kind::union_tag:
        break;
    }
    out_ += "false";  // cannot be given
  }

  void id() {
    out_ += R"({"type":"string","format":"uuid","pattern":")";
    out_ += kUuidPattern;
    out_ += "\"}";
  }
  void code(int least) {
    out_ += R"({"type":["string","integer"],"pattern":"^[0-9]{1,10}$","minimum":)" + std::to_string(least) +
            R"(,"maximum":4294967295})";
  }
  void whole(reflection::BaseType base) {
    const auto range = range_of(base);
    out_ += R"({"type":"integer","minimum":)" + std::to_string(range.low) + R"(,"maximum":)" +
            std::to_string(range.high) + "}";
  }
  void text(std::size_t most) { out_ += R"({"type":"string","maxLength":)" + std::to_string(most) + "}"; }
  void event() { out_ += R"({"type":"string","pattern":"^(([0-9]+|r):)?[0-9]+:[0-9]+$"})"; }
  void moment() {
    out_ += R"({"type":"object","properties":{"at":{"type":"string","format":"date-time"},"event":)";
    event();
    out_ += R"(},"required":["at","event"],"additionalProperties":false})";
  }
  void names(const EnumShape& shape) {
    out_ += "{\"enum\":[";
    for (const auto& value : shape.values) {
      if (&value != shape.values.data()) out_ += ',';
      append_quoted(out_, value.name);
    }
    out_ += "]}";
  }

  std::string out_;
};

// ---- examples

using Example = std::pair<std::string_view, std::string_view>;
constexpr std::array kTexts = {
    Example{"answer", "How to ask the school for help."},
    Example{"dialled", "12355"},
    Example{"external_id", "12309-2026-000123"},
    Example{"foreign_id", "TS-2026-0042"},
    Example{"ground", "asked for by the guardian in writing"},
    Example{"health_note", "has asthma"},
    Example{"name", "示例"},
    Example{"narrative", "The caller says that a classmate takes his money."},
    Example{"note", "Spoke with the school."},
    Example{"phone", "13800000000"},
    Example{"purpose", "handling the case"},
    Example{"receipt", "R-2026-0042"},
    Example{"reply", "The school has returned the money."},
    Example{"result", "The money was returned and the parents were told."},
    Example{"rule", "territory"},
    Example{"summary", "A minor was threatened near the school."},
    Example{"tool", "C-SSRS"},
    Example{"tool_version", "2016"},
    Example{"version", "2026-1"},
};
constexpr std::array kNumbers = {
    Example{"amount", "2"},
    Example{"backdate_limit_minutes", "15"},
    Example{"birth_year", "2011"},
    Example{"callback_tries", "3"},
    Example{"first_year", "2026"},
    Example{"follow_up_high_days", "7"},
    Example{"follow_up_medium_days", "30"},
    Example{"from_minute", "510"},
    Example{"last_year", "2026"},
    Example{"minutes", "50"},
    Example{"near_due_percent", "80"},
    Example{"rework_limit", "3"},
    Example{"satisfaction", "5"},
    Example{"to_minute", "720"},
};

template <class Table>
std::string_view example_of(const Table& table, std::string_view name, std::string_view otherwise) {
  auto at = std::find_if(table.begin(), table.end(), [&](const Example& each) { return each.first == name; });
  return at == table.end() ? otherwise : at->second;
}

// The first name that says something.
std::string_view example_name(const EnumShape& names) {
  for (const auto& value : names.values)
    if (value.name != "none" && value.name != "not_asked" && value.name != "unassessed") return value.name;
  return names.values.front().name;
}

void append_example(std::string& out, const TableShape& shape);

void append_example(std::string& out, const TypeShape& type, std::string_view name) {
  switch (type.kind) {
    case Kind::boolean:
      return void(out += "false");
    case Kind::integer:
    case Kind::real:
      return void(out += example_of(kNumbers, name, "1"));
    case Kind::enumeration:
      return append_quoted(out, example_name(*type.names));
    case Kind::text:
    case Kind::sealed:
      return append_quoted(out, example_of(kTexts, name, name));
    case Kind::octets:
      return append_quoted(out, "AAEC");
    case Kind::uuid:
      return append_quoted(out, kExampleId);
    case Kind::digest:
      return append_quoted(out, std::string(64, '0'));
    case Kind::code:
      return append_quoted(out, type.object->name == "StaffId" ? "15010001" : "150100");
    case Kind::instant:
      return append_quoted(out, "2026-03-02T09:00:00+08:00");
    case Kind::day:
      return append_quoted(out, "2026-03-02");
    case Kind::event_ref:
      return append_quoted(out, "42:0");
    case Kind::moment:
      return void(out += R"({"at":"2026-03-02T09:00:00+08:00","event":"42:0"})");
    case Kind::record:
    case Kind::table:
      return append_example(out, *type.object);
    case Kind::list:
    case Kind::choice:
    case Kind::union_tag:
      break;
  }
  out += "null";
}

void append_example(std::string& out, const TableShape& shape) {
  out += '{';
  bool first = true;
  for (const auto& field : shape.fields) {
    if (!is_given(field)) continue;
    if (!std::exchange(first, false)) out += ',';
    out += field.key;
    if (field.type.kind == Kind::list) out += '[';
    append_example(out, field.type.kind == Kind::list ? field.element : field.type, field.name);
    if (field.type.kind == Kind::list) out += ']';
  }
  out += '}';
}

Result<const TableShape*> command_shape(std::string_view name) {
  auto member = shapes().enumeration("CommandBody")->find(name);
  if (member && member->table) return member->table;
  auto meant = nearest(name, command_names());
  return unexpected(
      {ErrorCode::usage, "\"" + shown(name) + "\" is not a command", "the command's name",
       meant.empty() ? "`toono schema` lists them" : "did you mean \"" + std::string(meant) + "\"?"});
}
}  // namespace

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const auto& member : shapes().enumeration("CommandBody")->values)
    if (member.table) names.push_back(member.name);
  return names;
}

Result<std::string> json_schema(std::string_view command_name) {
  TOONO_ASSIGN(auto shape, command_shape(command_name));
  return SchemaWriter().line(*shape);
}

Result<std::string> template_for(std::string_view command_name, StaffId actor, StationId station) {
  TOONO_ASSIGN(auto shape, command_shape(command_name));
  std::string out = "{\"command\":";
  append_quoted(out, shape->name);
  out += R"(,"actor":")" + std::to_string(actor.number()) + R"(","station":")" +
         std::to_string(station.code()) + R"(","body":)";
  append_example(out, *shape);
  out += '}';
  return out;
}

}  // namespace toono
