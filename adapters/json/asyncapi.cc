// What the printer always prints is required here, what it may leave out is not: the two cannot disagree, and
// a test holds one against the other.
#include "adapters/json/asyncapi.h"

#include <fmt/format.h>

#include <array>

#include "adapters/json/cloud_event.h"
#include "adapters/json/nearest.h"
#include "adapters/json/shapes.h"
#include "adapters/json/text.h"
#include "adapters/json/values.h"
#include "adapters/json/writer.h"
#include "schemas/common_generated.h"

namespace toono {
namespace {

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kLowerUuidPattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

bool is_shown(const TableShape& table, const FieldShape& field) {
  return !field.deprecated && field.type.kind != Kind::union_tag && field.type.kind != Kind::sealed &&
         !is_hidden_from_public(table.name, field.name);
}
/// Print.h: numbers, truths and enumerations are always printed.
bool is_always_printed(const FieldShape& field) {
  return field.type.kind <= Kind::enumeration && !field.nullable;
}

class SchemaOfData {
 public:
  /// A whole schema document, or a part of one when `standalone` is false.
  std::string document(const TableShape& shape, bool standalone) {
    out_.begin_object();
    if (standalone) out_.field("$schema", kDialect);
    out_.field("$id", event_schema_uri(shape.name)).field("title", shape.name);
    members(shape, shape.doc);
    return out_.end_object().str();
  }

 private:
  void members(const TableShape& shape, std::string_view doc) {
    out_.field("type", "object");
    if (!doc.empty()) out_.field("description", doc);
    out_.key("properties").begin_object();
    for (const auto& field : shape.fields)
      if (is_shown(shape, field)) property(field);
    out_.end_object().key("required").begin_list();
    for (const auto& field : shape.fields)
      if (is_shown(shape, field) && (shape.is_struct || is_always_printed(field))) out_.text(field.name);
    out_.end_list();
  }

  void property(const FieldShape& field) {
    out_.key(field.name).begin_object();
    if (field.type.kind == Kind::table || field.type.kind == Kind::record) {
      members(*field.type.object, field.doc.empty() ? field.type.object->doc : field.doc);
    } else {
      if (!field.doc.empty()) out_.field("description", field.doc);
      if (field.type.kind == Kind::list) {
        out_.field("type", "array").key("items").begin_object();
        value(field.element);
        out_.end_object();
      } else {
        value(field.type);
      }
    }
    out_.end_object();
  }

  void value(const TypeShape& type) {
    switch (type.kind) {
      case Kind::boolean:
        return void(out_.field("type", "boolean"));
      case Kind::integer:
        return whole(type.base);
      case Kind::real:
        return void(out_.field("type", "number"));
      case Kind::enumeration:
        return names(*type.names);
      case Kind::text:
        return void(out_.field("type", "string"));
      case Kind::octets:
        return void(out_.field("type", "string").field("contentEncoding", "base64"));
      case Kind::uuid:
        return void(out_.field("type", "string").field("format", "uuid").field("pattern", kLowerUuidPattern));
      case Kind::digest:
        return void(out_.field("type", "string").field("pattern", "^[0-9a-f]{64}$"));
      case Kind::code:
        return void(out_.field("type", "string").field("pattern", "^[0-9]{1,10}$"));
      case Kind::instant:
        return void(out_.field("type", "string").field("format", "date-time"));
      case Kind::day:
        return void(out_.field("type", "string").field("format", "date"));
      case Kind::event_ref:
        return void(out_.field("type", "string").field("pattern", "^[0-9]+:[0-9]+$"));
      case Kind::moment:
        return moment();
      case Kind::record:
      case Kind::table:
        return members(*type.object, type.object->doc);
      case Kind::sealed:
      case Kind::list:
      case Kind::choice:
      case Kind::union_tag:
        break;
    }
    check(false, "a public event has no such field");
  }

  void whole(reflection::BaseType base) {
    const auto range = range_of(base);
    out_.field("type", "integer").field("minimum", range.low).field("maximum", range.high);
  }
  void names(const EnumShape& shape) {
    out_.field("type", "string").key("enum").begin_list();
    for (const auto& value : shape.values) out_.text(value.name);
    out_.end_list();
  }
  void moment() {
    out_.field("type", "object").key("properties").begin_object();
    out_.key("at").begin_object().field("type", "string").field("format", "date-time").end_object();
    out_.key("event").begin_object().field("type", "string").field("pattern", "^[0-9]+:[0-9]+$").end_object();
    out_.end_object().key("required").begin_list().text("at").text("event").end_list();
  }

  JsonWriter out_;
};

// ---- AsyncAPI

struct Header {
  const char* name;
  const char* about;
  const char* pattern;  // null: any text
  bool always;
};
constexpr std::array kHeaders = {
    Header{"ce_specversion", "CloudEvents 1.0", "^1\\.0$", true},
    Header{"ce_id",
           "partition:seq:index, in the registry r:seq:index: unique in the source, and for ever the same",
           "^([0-9]+|r):[0-9]+:[0-9]+$", true},
    Header{"ce_source", "the log, as urn:uuid:LOG_ID", "^urn:uuid:[0-9a-f-]{36}$", true},
    Header{"ce_type", "toono.EVENT.v1", "^toono\\.[A-Za-z]+\\.v1$", true},
    Header{"ce_subject", "the entity's id; the registry's events have none", kLowerUuidPattern.data(), false},
    Header{"ce_time", "when it happened (RFC 3339, UTC+8)", nullptr, true},
    Header{"ce_dataschema", "the $id of the JSON Schema of the value", "^urn:x-toono:event:[A-Za-z]+:v1$",
           true},
    Header{"ce_recordedtime", "when it was recorded (RFC 3339, UTC+8)", nullptr, true},
    Header{"ce_sequence", "seq and index with leading zeros: compared as texts, the order of the partition",
           "^[0-9]{20}\\.[0-9]{5}$", true},
    Header{"ce_entitykind", "case_file, contact, person, registry or partition", nullptr, true},
    Header{"ce_entityversion", "the entity's version after the decision that holds the event", "^[0-9]+$",
           true},
    Header{"ce_actor", "the number of the member of staff who acted; 0 is the clock", "^[0-9]+$", true},
    Header{"ce_station", "the code of the station that acted", "^[0-9]+$", true},
    Header{"ce_commandid", "the command that led to it", kLowerUuidPattern.data(), true},
    Header{"ce_imported", "only there, and true, when it came with an import", "^true$", false},
    Header{"content-type", "application/json", "^application/json$", true},
};

constexpr std::string_view kAbout =
    "What happened in the cases, contacts and orders of a three-tier youth service hotline, one event a "
    "record, "
    "without personal data. Records of one entity are in order. A record may come twice: drop what is not "
    "greater "
    "than the last of its partition (docs/integrators.md).";

class Document {
 public:
  explicit Document(std::string_view deployment) : deployment_(deployment) {}

  std::string write() {
    out_.begin_object().field("asyncapi", "3.0.0").key("info").begin_object();
    out_.field("title", "Toono public events").field("version", "1.0.0").field("description", kAbout);
    out_.key("license").begin_object().field("name", "Apache-2.0").end_object().end_object();
    out_.field("defaultContentType", "application/json");
    channels();
    operations();
    components();
    return out_.end_object().str();
  }

 private:
  static bool is_of_referral(std::string_view event) {
    return event.starts_with("Referral") && event != "ReferralPrepared";
  }

  void reference(const std::string& to) { out_.begin_object().field("$ref", to).end_object(); }

  void channel(std::string_view name, std::string_view topic, std::string_view about) {
    out_.key(name).begin_object().field("address", fmt::format("{}.{}", deployment_, topic));
    out_.field("description", about);
  }
  void line_parameter() {
    out_.key("parameters").begin_object().key("line").begin_object();
    out_.field("description", "the line outside").key("enum").begin_list();
    for (const auto& line : shapes().enumeration("ReferralLine")->values) out_.text(line.name);
    out_.end_list().end_object().end_object();
  }
  void messages(bool (*wanted)(std::string_view)) {
    out_.key("messages").begin_object();
    for (auto name : event_names()) {
      if (!wanted(name)) continue;
      out_.key(name);
      reference(fmt::format("#/components/messages/{}", name));
    }
    out_.end_object();
  }

  void channels() {
    out_.key("channels").begin_object();
    channel("events", "events.v1",
            "Every event. One partition for each of the journal's, the registry's last; the key is the "
            "entity's id.");
    messages([](std::string_view) { return true; });
    out_.end_object();
    channel("referralOut", "referral.{line}.out.v1",
            "What a line's partner is told of the referrals sent to it.");
    line_parameter();
    messages(is_of_referral);
    out_.end_object();
    channel("referralIn", "referral.{line}.in.v1",
            "What a line's partner says of a referral. The same message_id takes effect once.");
    line_parameter();
    out_.key("messages").begin_object().key("PartnerMessage");
    reference("#/components/messages/PartnerMessage");
    out_.end_object().end_object().end_object();
  }

  void operation(std::string_view name, std::string_view action, std::string_view channel,
                 std::string_view about) {
    out_.key(name).begin_object().field("action", action).key("channel");
    reference(fmt::format("#/channels/{}", channel));
    out_.field("summary", about).end_object();
  }
  void operations() {
    out_.key("operations").begin_object();
    operation("publishEvents", "send", "events", "Toono publishes what happened.");
    operation("publishReferrals", "send", "referralOut", "Toono tells a line of its referrals.");
    operation("takePartnerMessages", "receive", "referralIn", "Toono takes what a line says of a referral.");
    out_.end_object();
  }

  void components() {
    out_.key("components").begin_object().key("messages").begin_object();
    for (auto name : event_names()) message(name);
    out_.key("PartnerMessage").begin_object().field("name", "PartnerMessage");
    out_.field("contentType", "application/json").key("payload");
    reference("#/components/schemas/PartnerMessage");
    out_.end_object().end_object().key("messageTraits").begin_object();
    trait();
    out_.end_object().key("schemas").begin_object();
    for (auto name : event_names()) out_.key(name).raw(SchemaOfData().document(*shapes().table(name), false));
    out_.key("PartnerMessage").raw(partner_message_schema());
    out_.end_object().end_object();
  }

  void message(std::string_view name) {
    out_.key(name).begin_object().field("name", event_type_name(name)).field("title", name);
    out_.key("traits").begin_list();
    reference("#/components/messageTraits/cloudEvent");
    out_.end_list().key("payload");
    reference(fmt::format("#/components/schemas/{}", name));
    out_.end_object();
  }

  void trait() {
    out_.key("cloudEvent").begin_object();
    out_.field("contentType", "application/json").key("headers").begin_object().field("type", "object");
    out_.key("properties").begin_object();
    for (const auto& header : kHeaders) {
      out_.key(header.name).begin_object().field("type", "string").field("description", header.about);
      if (header.pattern) out_.field("pattern", header.pattern);
      out_.end_object();
    }
    out_.end_object().key("required").begin_list();
    for (const auto& header : kHeaders)
      if (header.always) out_.text(header.name);
    out_.end_list().end_object().key("bindings").begin_object().key("kafka").begin_object();
    out_.key("key").begin_object().field("type", "string").field("format", "uuid").end_object();
    out_.field("bindingVersion", "0.5.0").end_object().end_object().end_object();
  }

  std::string deployment_;
  JsonWriter out_;
};

}  // namespace

std::vector<std::string_view> event_names() {
  std::vector<std::string_view> names;
  for (const auto& member : shapes().enumeration("EventBody")->values)
    if (member.table) names.push_back(member.name);
  return names;
}

Result<std::string> event_schema(std::string_view event) {
  auto member = shapes().enumeration("EventBody")->find(event);
  if (member && member->table) return SchemaOfData().document(*member->table, true);
  auto meant = nearest(event, event_names());
  return unexpected({ErrorCode::usage, "\"" + shown(event) + "\" is not an event", "the event's name",
                     meant.empty() ? "`toono schema --events` lists them"
                                   : "did you mean \"" + std::string(meant) + "\"?"});
}

std::string asyncapi_document(std::string_view deployment) { return Document(deployment).write(); }

std::vector<ContractFile> contract_files(std::string_view deployment) {
  std::vector<ContractFile> files;
  files.push_back({"asyncapi.json", asyncapi_document(deployment)});
  for (auto name : event_names())
    files.push_back(
        {fmt::format("events/{}.schema.json", name), SchemaOfData().document(*shapes().table(name), true)});
  files.push_back({"partner/message.schema.json", partner_message_schema()});
  return files;
}

}  // namespace toono
