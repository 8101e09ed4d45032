// Public events are printed by the printer of everything else; what is left out is named in one table here.
#include "adapters/json/cloud_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/json/writer.h"
#include "core/chain.h"
#include "core/time.h"

namespace toono {
namespace {

constexpr std::string_view kTypePrefix = "toono.";
constexpr std::string_view kTypeSuffix = ".v1";
constexpr std::string_view kHeaderPrefix = "ce_";

using TableAndField = std::pair<std::string_view, std::string_view>;
constexpr std::array kHidden = {
    TableAndField{"PersonRegistered", "birth_year"},
    TableAndField{"PersonErased", "ground"},
    TableAndField{"AccessUsed", "purpose"},
    TableAndField{"RiskLevelOverridden", "ground"},
};

template <class Number>
std::string_view take_number(std::string_view text, Number& number) {
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return {};
  return text.substr(static_cast<std::size_t>(end - text.data()));
}

Attributes attributes_of(const EventOrigin& origin, const Decision& decision, const EventPlace& place,
                         std::string_view name) {
  Attributes list;
  auto add = [&](std::string_view key, std::string value) { list.emplace_back(key, std::move(value)); };
  add("specversion", "1.0");
  add("id", to_text(place, origin.partitions));
  add("source", "urn:uuid:" + to_text(origin.log_id));
  add("type", event_type_name(name));
  if (!is_nil(*decision.entity())) add("subject", to_text(*decision.entity()));
  add("time", to_text(*decision.occurred_at()));
  add("dataschema", event_schema_uri(name));
  add("recordedtime", to_text(*decision.decided_at()));
  // Compared as texts, these stand in the order of the partition (CloudEvents' own extension `sequence`).
  add("sequence", fmt::format("{:020}.{:05}", place.seq, place.index));
  add("entitykind", EnumNameEntityKind(decision.entity_kind()));
  add("entityversion", std::to_string(decision.entity_version()));
  add("actor", std::to_string(decision.actor()->number()));
  add("station", std::to_string(decision.station()->code()));
  add("commandid", to_text(*decision.command_id()));
  if (decision.imported()) add("imported", "true");
  return list;
}

}  // namespace

std::string to_text(const EventPlace& place, PartitionNumber partitions) {
  if (place.partition == partitions) return fmt::format("r:{}:{}", place.seq, place.index);
  return fmt::format("{}:{}:{}", place.partition, place.seq, place.index);
}

std::optional<EventPlace> parse_event_id(std::string_view text, PartitionNumber partitions) {
  EventPlace place;
  if (text.starts_with("r:")) {
    place.partition = partitions;
    text.remove_prefix(1);
  } else {
    text = take_number(text, place.partition);
    if (place.partition >= partitions) return std::nullopt;
  }
  if (!text.starts_with(':')) return std::nullopt;
  text = take_number(text.substr(1), place.seq);
  if (!text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), place.index);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return place;
}

std::string_view CloudEvent::attribute(std::string_view name) const {
  for (const auto& [known, value] : attributes)
    if (known == name) return value;
  return {};
}

std::optional<CloudEvent> cloud_event(const EventOrigin& origin, const Decision& decision,
                                      std::uint32_t index) {
  const auto* event = events_of(decision).Get(index);
  std::string_view name = EnumNameEventBody(event->body_type());
  if (name.empty() || event->body_type() == EventBody::NONE) return std::nullopt;
  CloudEvent made;
  made.place = {origin.partition, decision.seq(), index};
  made.attributes = attributes_of(origin, decision, made.place, name);
  made.key = to_text(*decision.entity());
  made.recorded_at = *decision.decided_at();
  append_json(made.data, *static_cast<const flatbuffers::Table*>(event->body()), name,
              {.open = {}, .without_sealed = true, .hides = is_hidden_from_public});
  return made;
}

bool is_hidden_from_public(std::string_view table, std::string_view field) {
  return std::find(kHidden.begin(), kHidden.end(), TableAndField{table, field}) != kHidden.end();
}

std::string event_type_name(std::string_view event) {
  return fmt::format("{}{}{}", kTypePrefix, event, kTypeSuffix);
}
std::string_view event_of_type_name(std::string_view type) {
  if (!type.starts_with(kTypePrefix) || !type.ends_with(kTypeSuffix)) return {};
  if (type.size() <= kTypePrefix.size() + kTypeSuffix.size()) return {};
  type.remove_prefix(kTypePrefix.size());
  type.remove_suffix(kTypeSuffix.size());
  return type;
}
std::string event_schema_uri(std::string_view event) { return fmt::format("urn:x-toono:event:{}:v1", event); }

Attributes kafka_headers(const CloudEvent& event) {
  Attributes headers;
  headers.reserve(event.attributes.size() + 1);
  for (const auto& [name, value] : event.attributes)
    headers.emplace_back(std::string(kHeaderPrefix) + name, value);
  headers.emplace_back("content-type", "application/json");
  return headers;
}

std::string structured_json(const CloudEvent& event) {
  JsonWriter out;
  out.begin_object();
  for (const auto& [name, value] : event.attributes) out.field(name, value);
  out.field("datacontenttype", "application/json");
  return out.key("data").raw(event.data).end_object().str();
}

}  // namespace toono
