// JSON Schema and examples, made from the shapes that the reader itself goes by, so that they cannot disagree
// with it.
#include "adapters/json/describe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/json/nearest.h"
#include "adapters/json/print.h"
#include "adapters/json/shapes.h"
#include "adapters/json/text.h"
#include "adapters/json/values.h"
#include "core/default_policy.h"
#include "core/time.h"

namespace toono {
namespace {
constexpr std::string_view kExampleId = "0197f0c2-7a30-7c1e-9b1d-2f4a5c6d7e8f";
constexpr std::string_view kUuidPattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
/// Of a Chinese character in UTF-8.
constexpr std::size_t kChineseBytes = 3;

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
    std::string about = field.doc;
    auto add = [&about](const std::string& sentence) { about += (about.empty() ? "" : " ") + sentence; };
    if (field.type.kind == Kind::list) {
      out_ += R"({"type":"array","items":)";
      type(field.element);
    } else {
      type(field.type);
      out_.pop_back();
    }
    if (field.type.kind == Kind::sealed)
      add("Words of the person named by " + field.subject + ", sealed before they are stored (" +
          EnumNameSealClass(field.seal_class) + ").");
    const auto& holds = field.type.kind == Kind::list ? field.element : field.type;
    if (auto most = most_bytes(holds.kind))
      add("At most " + std::to_string(most) + " bytes of UTF-8, which are " +
          std::to_string(most / kChineseBytes) + " Chinese characters.");
    description(about);
    out_ += '}';
  }

  /// Of texts; 0: no text.
  static std::size_t most_bytes(Kind kind) {
    return kind == Kind::text ? kMaxTextBytes : kind == Kind::sealed ? kMaxWordsBytes : 0;
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
      case Kind::sealed:
        return text(most_bytes(type.kind));
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
  /// JSON Schema counts characters, the reader bytes: what the schema refuses is too long for certain, and
  /// the description says the rest.
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
    Example{"follow_up_high_days", "7"},
    Example{"follow_up_medium_days", "30"},
    Example{"from_minute", "510"},
    Example{"minutes", "50"},
    Example{"near_due_percent", "80"},
    Example{"rework_limit", "3"},
    Example{"satisfaction", "5"},
    Example{"to_minute", "720"},
};

/// Where a field's name does not say enough: by table and field, as JSON. Empty: left out, because a made-up
/// value there would be taken. No command to the registry is about a station or a person that is there.
struct OwnExample {
  std::string_view table, field, json;
};
constexpr OwnExample kOwnExamples[] = {
    {"OfferContact", "caller", ""},
    {"RegisterPerson", "person_id", ""},
    {"OpenStation", "station", R"("159999")"},
    {"OpenStation", "name", R"("示例旗")"},
    {"OpenStation", "tier", R"("III")"},
    {"OpenStation", "kind", R"("banner")"},
    {"OpenStation", "note", R"("an example")"},
    {"ChangeStationParent", "station", R"("159999")"},
    {"ChangeStationParent", "parent", R"("150200")"},
    {"SuspendStation", "station", R"("159999")"},
    {"AppointStaff", "station", R"("159999")"},
    {"AppointStaff", "staff", R"("15999901")"},
    {"RecordStaffDeparture", "staff", R"("15999901")"},
    {"Calendar", "station", R"("159999")"},
    {"Calendar", "hours", R"([{"from_minute":510,"to_minute":720},{"from_minute":870,"to_minute":1080}])"},
};

struct Note {
  std::string_view command, text;
};
constexpr Note kNotes[] = {
    {"OpenStation", "station 159999 is made up: put the code, name and parent of the one that opens"},
    {"ChangeStationParent", "station 159999 is made up: put the one that moves, and where to"},
    {"SuspendStation", "station 159999 is made up: put the one that is to get no more orders"},
    {"AppointStaff", "staff 15999901 and station 159999 are made up: put who begins, and where"},
    {"RecordStaffDeparture", "staff 15999901 is made up: put who leaves, and the day"},
    {"PublishPolicy",
     "these are all rows of the policy as it is: change what is to change, name the version, and say from "
     "which day it holds"},
    {"PublishCalendar",
     "station 159999 is made up: put the station whose subtree it is for, or leave it out for everyone; a "
     "calendar holds for whole years"},
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

std::string json_of(const PolicyT& policy) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Policy::Pack(builder, &policy));
  return to_json({builder.GetBufferPointer(), builder.GetSize()}, "Policy");
}

const OwnExample* own_example(std::string_view table, std::string_view field) {
  auto own = std::find_if(std::begin(kOwnExamples), std::end(kOwnExamples),
                          [&](auto& each) { return each.table == table && each.field == field; });
  return own == std::end(kOwnExamples) ? nullptr : own;
}

class ExampleWriter {
 public:
  explicit ExampleWriter(const TemplateOrigin& origin) : origin_(origin) {}
  void table(std::string& out, const TableShape& shape) const;

 private:
  void value(std::string& out, const TypeShape& type, std::string_view name) const;
  /// A week from today for what is due, yesterday for what has happened.
  std::string moment(std::string_view name) const {
    return to_text(after(start_of(origin_.today), name == "due_at" ? 7 * kDayMs : -15 * kHourMs));
  }
  const TemplateOrigin& origin_;
};

void ExampleWriter::value(std::string& out, const TypeShape& type, std::string_view name) const {
  switch (type.kind) {
    case Kind::boolean:
      return void(out += "false");
    case Kind::integer:
    case Kind::real:
      if (name.ends_with("_year") && name != "birth_year")
        return void(out += std::to_string(year_of(start_of(origin_.today))));
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
      return append_quoted(out, moment(name));
    case Kind::day:
      return append_quoted(out, to_text(origin_.today));
    case Kind::event_ref:
      return append_quoted(out, "42:0");
    case Kind::moment:
      return void(out += R"({"at":")" + moment(name) + R"(","event":"42:0"})");
    case Kind::record:
    case Kind::table:
      return table(out, *type.object);
    case Kind::list:
    case Kind::choice:
    case Kind::union_tag:
      break;
  }
  out += "null";
}

void ExampleWriter::table(std::string& out, const TableShape& shape) const {
  if (shape.name == "Policy") {
    out += origin_.policy.empty() ? json_of(default_policy()) : origin_.policy;
    return;
  }
  out += '{';
  bool first = true;
  for (const auto& field : shape.fields) {
    const auto* own = own_example(shape.name, field.name);
    if (!is_given(field) || (own && own->json.empty())) continue;
    if (!std::exchange(first, false)) out += ',';
    out += field.key;
    if (own) {
      out += own->json;
      continue;
    }
    if (field.type.kind == Kind::list) out += '[';
    value(out, field.type.kind == Kind::list ? field.element : field.type, field.name);
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

Result<std::string> template_for(std::string_view command_name, const TemplateOrigin& origin) {
  TOONO_ASSIGN(auto shape, command_shape(command_name));
  std::string out = "{\"command\":";
  append_quoted(out, shape->name);
  out += R"(,"actor":")" + std::to_string(origin.actor.number()) + R"(","station":")" +
         std::to_string(origin.station.code()) + R"(","body":)";
  ExampleWriter(origin).table(out, *shape);
  out += '}';
  return out;
}

std::string_view template_note(std::string_view command_name, std::string_view line) {
  for (const auto& note : kNotes)
    if (note.command == command_name) return note.text;
  return line.find(kExampleId) == std::string_view::npos ? ""
                                                         : "the ids in it are made up: put those of your own "
                                                           "case, order, contact or person in their place";
}

}  // namespace toono
