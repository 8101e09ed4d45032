// A partner's message is laid out anew as a line of `toono send`, so that one reader checks the form of
// everything.
#include "adapters/json/partner_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "adapters/json/asyncapi.h"
#include "adapters/json/json_tree.h"
#include "adapters/json/nearest.h"
#include "adapters/json/shapes.h"
#include "adapters/json/text.h"
#include "adapters/json/writer.h"
#include "core/derive.h"

namespace toono {
namespace {

constexpr std::size_t kMaxMessageIdBytes = 128;

/// What a line can say: the command, and the field that only this one has.
struct Saying {
  std::string_view says;
  std::string_view command;
  std::string_view field;  // empty: none
};
constexpr std::array kSayings = {
    Saying{"received", "ReceiveReferral", "receipt"},     Saying{"accepted", "AcceptReferral", ""},
    Saying{"refused", "RefuseReferral", "reason"},        Saying{"interim", "ReportReferralInterim", ""},
    Saying{"outcome", "ReportReferralOutcome", "result"},
};
const std::vector<std::string_view> kFields = {"message_id",  "says",    "case_id", "referral_id",
                                               "occurred_at", "receipt", "reason",  "result"};

using Fields = std::map<std::string_view, std::string_view>;

Unexpected refuse(std::string_view where, std::string what, std::string next) {
  return unexpected({ErrorCode::refused, std::move(what), std::string(where), std::move(next)});
}

Result<Fields> read_fields(const JsonTree& tree) {
  const auto& root = tree.root();
  if (root.kind != JsonNode::Kind::object)
    return refuse("$", "this is not an object", "send one JSON object a record");
  Fields fields;
  for (const auto* node = tree.begin_of(root); node != tree.end_of(root); node = tree.next(node)) {
    auto where = "$." + shown(node->key);
    if (std::find(kFields.begin(), kFields.end(), node->key) == kFields.end()) {
      auto meant = nearest(node->key, kFields);
      return refuse(where, "a message of a line has no such field",
                    meant.empty() ? "the contract's partner/message.schema.json lists them"
                                  : fmt::format("did you mean \"{}\"?", meant));
    }
    if (node->kind != JsonNode::Kind::text) return refuse(where, "this is not a text", "put it in quotes");
    fields[node->key] = node->text;
  }
  return fields;
}

Result<const Saying*> saying_of(const Fields& fields) {
  auto found = fields.find("says");
  if (found == fields.end()) return refuse("$.says", "it does not say what the line says", "give \"says\"");
  for (const auto& saying : kSayings)
    if (saying.says == found->second) return &saying;
  return refuse("$.says", "a line cannot say \"" + shown(found->second) + "\"",
                "say received, accepted, refused, interim or outcome");
}

Result<void> check_fields(const Fields& fields, const Saying& saying) {
  for (std::string_view needed : {"message_id", "case_id", "referral_id"})
    if (!fields.contains(needed))
      return refuse(fmt::format("$.{}", needed), "it is not there", fmt::format("give \"{}\"", needed));
  auto message_id = fields.at("message_id");
  if (message_id.empty() || message_id.size() > kMaxMessageIdBytes)
    return refuse("$.message_id", "a message's id has 1 to 128 bytes",
                  "use the id that the line itself keeps");
  for (std::string_view field : {"receipt", "reason", "result"}) {
    if (field == saying.field && !fields.contains(field))
      return refuse(fmt::format("$.{}", field), fmt::format("\"{}\" needs it", saying.says),
                    fmt::format("give \"{}\"", field));
    if (field != saying.field && fields.contains(field))
      return refuse(fmt::format("$.{}", field), fmt::format("\"{}\" does not have it", saying.says),
                    "leave it out");
  }
  return {};
}

std::string line_of(const Fields& fields, const Saying& saying, const CommandId& id) {
  JsonWriter out;
  out.begin_object().field("id", to_text(id)).field("command", saying.command);
  if (auto at = fields.find("occurred_at"); at != fields.end()) out.field("occurred_at", at->second);
  out.key("body").begin_object();
  for (std::string_view field : {std::string_view("case_id"), std::string_view("referral_id"), saying.field})
    if (!field.empty()) out.field(field, fields.at(field));
  out.field("external_id", fields.at("message_id"));
  return out.end_object().end_object().str();
}

}  // namespace

CommandId partner_command_id(ReferralLine line, std::string_view message_id) {
  auto kind = fmt::format("partner/{}/{}", EnumNameReferralLine(line), message_id);
  return id_as<CommandId>(derive_uuid(CommandId{}, kind, 0));
}

Result<LineCommand> command_of_partner(ReferralLine line, std::string_view json) {
  TOONO_ASSIGN(auto tree, read_json(json));
  TOONO_ASSIGN(auto fields, read_fields(tree));
  TOONO_ASSIGN(auto* saying, saying_of(fields));
  TOONO_TRY(check_fields(fields, *saying));
  auto command = parse_line(line_of(fields, *saying, partner_command_id(line, fields.at("message_id"))));
  if (command) return command;
  // The reader speaks of the line that was made; the partner knows its message.
  auto error = command.error();
  constexpr std::string_view kBody = "$.body.";
  if (error.where.starts_with(kBody)) error.where = "$." + error.where.substr(kBody.size());
  if (error.where == "$.external_id") error.where = "$.message_id";
  return unexpected(std::move(error));
}

std::string partner_message_schema() {
  JsonWriter out;
  out.begin_object().field("$schema", "https://json-schema.org/draft/2020-12/schema");
  out.field("$id", "urn:x-toono:partner:message:v1").field("title", "PartnerMessage");
  out.field("description", "What a line says of a referral that was sent to it.").field("type", "object");
  out.key("properties").begin_object();
  auto text = [&](std::string_view name, std::string_view about) -> JsonWriter& {
    return out.key(name).begin_object().field("type", "string").field("description", about);
  };
  text("message_id", "the line's own id of the message, at most 128 bytes of UTF-8: it takes effect once")
      .field("minLength", 1)
      .field("maxLength", 128)
      .end_object();
  text("says", "the rung of the ladder").key("enum").begin_list();
  for (const auto& saying : kSayings) out.text(saying.says);
  out.end_list().end_object();
  text("case_id", "ce_subject of the referral's events").field("format", "uuid").end_object();
  text("referral_id", "referral_id of the referral's events").field("format", "uuid").end_object();
  text("occurred_at", "when it happened; absent: when it is taken").field("format", "date-time").end_object();
  text("receipt", "the line's receipt, only with received").end_object();
  auto names = [&](std::string_view field, std::string_view about, const char* enumeration) {
    text(field, about).key("enum").begin_list();
    for (const auto& value : shapes().enumeration(enumeration)->values) out.text(value.name);
    out.end_list().end_object();
  };
  names("reason", "why, only with refused", "RefusalReason");
  names("result", "what came of it, only with outcome", "ReferralResult");
  out.end_object().key("required").begin_list();
  for (auto name : {"message_id", "says", "case_id", "referral_id"}) out.text(name);
  out.end_list().field("additionalProperties", false).key("allOf").begin_list();
  for (const auto& saying : kSayings) {
    if (saying.field.empty()) continue;
    out.begin_object().key("if").begin_object().key("properties").begin_object().key("says").begin_object();
    out.field("const", saying.says).end_object().end_object().end_object();
    out.key("then").begin_object().key("required").begin_list().text(saying.field).end_list().end_object();
    out.key("else").begin_object().key("properties").begin_object().key(saying.field).truth(false);
    out.end_object().end_object().end_object();
  }
  return out.end_list().end_object().str();
}

}  // namespace toono
